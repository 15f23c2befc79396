//! What can go wrong with one statement. Never what went wrong with the store as a whole.

use std::fmt;
use std::sync::Arc;

/// How much of a statement an error shows.
const SHOWN: usize = 120;

/// A statement was refused or failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    kind: SqlErrorKind,
    message: Arc<str>,
}

/// Which kind of trouble a statement is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlErrorKind {
    /// A constraint of a table says no: `UNIQUE`, `CHECK`, `NOT NULL`, a foreign key.
    Constraint,
    /// It would do what is not for a task to do.
    Refused,
    /// There is no row.
    NoRow,
    /// A value or a column is not what was asked for.
    Type,
    /// The transaction was undone by a statement before, and takes no more.
    Over,
    /// Anything else: the statement is wrong, or the database is in trouble.
    Other,
}

impl SqlError {
    /// An error whose message says what happened, and what to do next.
    #[must_use]
    pub fn new(kind: SqlErrorKind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string().into() }
    }

    /// The error of this statement.
    #[must_use]
    pub fn of(sql: &str, kind: SqlErrorKind, what: impl fmt::Display) -> Self {
        Self::new(kind, format_args!("the statement `{}` {what}", Shown(sql)))
    }

    pub(super) fn no_row(sql: &str) -> Self {
        Self::of(sql, SqlErrorKind::NoRow, "gave no row")
    }

    /// Which kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> SqlErrorKind {
        self.kind
    }

    /// Whether a constraint of a table says no.
    #[must_use]
    pub fn is_constraint(&self) -> bool {
        self.kind == SqlErrorKind::Constraint
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_no_row(&self) -> bool {
        self.kind == SqlErrorKind::NoRow
    }
}

/// A statement on one line, cut where it is long.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}...", &line[..end]),
            None => f.write_str(&line),
        }
    }
}
