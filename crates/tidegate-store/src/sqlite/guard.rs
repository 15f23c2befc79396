//! What the statements of a transaction may do: read everything, and make, change and drop tables of their own. It judges them as
//! they are prepared, and never those of the store itself.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::migrate;

/// Where SQLite counts the numbers of our leases. It changes this itself when a table is renamed or dropped.
const SEQUENCES: &str = "sqlite_sequence";

/// Names that begin so are ours, whatever stands behind: a newer Tidegate may have made them.
const PREFIX: &str = "tidegate_";

/// See the module. On one connection, which one thread uses at a time.
#[derive(Clone, Debug)]
pub(super) struct Guard(Arc<Watch>);

#[derive(Debug)]
struct Watch {
    /// The tables, indexes and views of the store, in lower case.
    ours: BTreeSet<String>,
    /// Whether the statements are those of a transaction.
    on: AtomicBool,
    /// Whether one of them has made or altered a table.
    defined: AtomicBool,
    /// Whether the current one renames or drops a table.
    moves: AtomicBool,
    /// Why the last one that was refused was.
    refused: Mutex<Option<String>>,
}

/// Judges the statements of a transaction until dropped.
#[derive(Debug)]
pub(super) struct Guarded<'a>(&'a Guard);

impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        self.0.0.on.store(false, Ordering::Relaxed);
    }
}

impl Guard {
    /// Puts a guard on a connection. It prepares anew what was prepared before.
    pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<Self> {
        let names = migrate::schema_of(migrate::VERSION)?.into_iter();
        let watch = Arc::new(Watch {
            ours: names.map(|(name, _)| name.to_ascii_lowercase()).collect(),
            on: AtomicBool::new(false),
            defined: AtomicBool::new(false),
            moves: AtomicBool::new(false),
            refused: Mutex::default(),
        });
        let judge = Arc::clone(&watch);
        connection.authorizer(Some(move |asked: AuthContext<'_>| judge.authorize(asked)))?;
        Ok(Self(watch))
    }

    /// From now on, statements are those of a transaction.
    pub(super) fn on(&self) -> Guarded<'_> {
        self.0.defined.store(false, Ordering::Relaxed);
        self.0.on.store(true, Ordering::Relaxed);
        Guarded(self)
    }

    /// Another statement is prepared.
    pub(super) fn next(&self) {
        self.0.moves.store(false, Ordering::Relaxed);
        self.take_refusal();
    }

    /// Why the statement was refused, if it was.
    pub(super) fn take_refusal(&self) -> Option<String> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What is wrong with the tables that the transaction has made, which could not be seen of the statements alone.
    pub(super) fn check_definitions(
        &self,
        connection: &Connection,
    ) -> rusqlite::Result<Option<String>> {
        if !self.0.defined.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut statement = connection.prepare(
            "SELECT o.name, f.\"table\" FROM sqlite_schema AS o
             LEFT JOIN pragma_foreign_key_list(o.name) AS f WHERE o.type = 'table'",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, refers_to): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            if self.0.ours.contains(&name.to_ascii_lowercase()) {
                continue;
            }
            if name.to_ascii_lowercase().starts_with(PREFIX) {
                return Ok(Some(kept_for_us(&name)));
            }
            if let Some(table) = refers_to.filter(|table| self.0.is_ours(table)) {
                return Ok(Some(format!(
                    "`{name}` refers to `{table}`, a table of Tidegate whose rows come and go as it sees fit; keep the id in a \
                     column without REFERENCES"
                )));
            }
        }
        Ok(None)
    }
}

impl Watch {
    fn authorize(&self, asked: AuthContext<'_>) -> Authorization {
        if !self.on.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        match self.objection(asked.action) {
            None => Authorization::Allow,
            Some(why) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                Authorization::Deny
            }
        }
    }

    fn is_ours(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        name.starts_with(PREFIX) || self.ours.contains(&name)
    }

    /// Why a statement may not do this, if it may not.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the actions are SQLite's, and whatever a later one may do is refused"
    )]
    fn objection(&self, action: AuthAction<'_>) -> Option<String> {
        match action {
            AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => None,
            AuthAction::Function { function_name } => {
                function_name.eq_ignore_ascii_case("load_extension").then(|| set_up("extensions"))
            }
            // Full-text tables ask this of themselves.
            AuthAction::Pragma { pragma_name: "data_version", pragma_value: None } => None,
            AuthAction::Pragma { .. } => Some(set_up("PRAGMA")),
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => Some(
                "the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error"
                    .to_owned(),
            ),
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
                Some("a transaction is one database's; use another in a task of its own".to_owned())
            }
            AuthAction::CreateTempTable { .. }
            | AuthAction::CreateTempIndex { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::CreateTempView { .. }
            | AuthAction::DropTempTable { .. }
            | AuthAction::DropTempIndex { .. }
            | AuthAction::DropTempTrigger { .. }
            | AuthAction::DropTempView { .. } => Some(
                "what is temporary would outlive the transaction; make a table, and drop it in the end".to_owned(),
            ),
            AuthAction::CreateTable { table_name }
            | AuthAction::CreateVtable { table_name, .. } => {
                self.defined.store(true, Ordering::Relaxed);
                self.guarded(table_name)
            }
            AuthAction::AlterTable { table_name, .. } => {
                self.defined.store(true, Ordering::Relaxed);
                self.moves.store(true, Ordering::Relaxed);
                self.guarded(table_name)
            }
            AuthAction::DropTable { table_name } => {
                self.moves.store(true, Ordering::Relaxed);
                self.guarded(table_name)
            }
            AuthAction::Update { table_name: SEQUENCES, .. }
            | AuthAction::Delete { table_name: SEQUENCES }
                if self.moves.load(Ordering::Relaxed) =>
            {
                None
            }
            AuthAction::CreateView { view_name: name } | AuthAction::DropView { view_name: name } => {
                self.guarded(name)
            }
            AuthAction::CreateIndex { index_name: name, table_name }
            | AuthAction::DropIndex { index_name: name, table_name }
            | AuthAction::CreateTrigger { trigger_name: name, table_name }
            | AuthAction::DropTrigger { trigger_name: name, table_name } => {
                self.guarded(name).or_else(|| self.guarded(table_name))
            }
            AuthAction::Insert { table_name: name }
            | AuthAction::Delete { table_name: name }
            | AuthAction::Update { table_name: name, .. }
            | AuthAction::DropVtable { table_name: name, .. }
            | AuthAction::Analyze { table_name: name }
            | AuthAction::Reindex { index_name: name } => self.guarded(name),
            other => Some(format!("{other:?} is not for a task to do")),
        }
    }

    fn guarded(&self, name: &str) -> Option<String> {
        if self.ours.contains(&name.to_ascii_lowercase()) {
            return Some(format!(
                "`{name}` is Tidegate's own, which may be read and not changed; give a table of yours another name"
            ));
        }
        self.is_ours(name).then(|| kept_for_us(name))
    }
}

fn kept_for_us(name: &str) -> String {
    format!("`{name}`: names that begin with `{PREFIX}` are kept for Tidegate; choose another")
}

fn set_up(what: &str) -> String {
    format!("{what} would change how the database is set up, which is the store's part")
}
