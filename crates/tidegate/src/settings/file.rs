//! Settings as a TOML file says them: `level = "DEBUG"` in the table `[logging]`, or `TIDEGATE_LOGGING_LEVEL = "DEBUG"`. It reads what is
//! there and never asks which file counts.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml_span::value::{Table, Value, ValueInner};

use super::table::Setting;
use crate::error::{Error, Result};

/// A setting as a file says it.
#[derive(Clone, PartialEq)]
pub(super) struct Said {
    pub(super) setting: &'static Setting,
    pub(super) value: String,
    pub(super) line: usize,
    /// Where its value stands in the text.
    pub(super) at: Range<usize>,
}

/// What a table of a file says.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Sayings {
    pub(super) said: Vec<Said>,
    /// Names that are no settings, with their lines.
    pub(super) unknown: Vec<(String, usize)>,
}

/// The text of a file; none if there is no such file.
pub(super) fn text_of(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::configuration(format!(
            "the settings in {} cannot be read: {error}; make it readable, or move it away",
            path.display()
        ))),
    }
}

/// The table that a text is, or what is wrong with it.
pub(super) fn parse<'a>(path: &Path, text: &'a str) -> Result<Table<'a>> {
    let mut document = toml_span::parse(text).map_err(|error| {
        // What the parser quotes may be part of a secret, so the kind of the mistake and its place must do.
        let (line, kind) =
            (line_of(text, error.span.start), error.kind.to_string().replace('-', " "));
        Error::configuration(format!(
            "{}:{line}: this is not TOML ({kind}); write lines such as `durability = \"full\"`",
            path.display()
        ))
    })?;
    match document.take() {
        ValueInner::Table(table) => Ok(table),
        ValueInner::String(_)
        | ValueInner::Integer(_)
        | ValueInner::Float(_)
        | ValueInner::Boolean(_)
        | ValueInner::Array(_) => Ok(Table::new()),
    }
}

/// What a table says, and the tables in it.
pub(super) fn sayings(path: &Path, text: &str, table: &Table<'_>) -> Result<Sayings> {
    let mut sayings = Sayings::default();
    read(path, text, "", table, &mut sayings)?;
    sayings.said.sort_by_key(|said| said.at.start);
    sayings.unknown.sort_by_key(|(_, line)| *line);
    Ok(sayings)
}

fn read(
    path: &Path,
    text: &str,
    around: &str,
    table: &Table<'_>,
    into: &mut Sayings,
) -> Result<()> {
    for (key, value) in table {
        let name =
            if around.is_empty() { key.name.to_string() } else { format!("{around}.{}", key.name) };
        let line = line_of(text, key.span.start);
        match (Setting::find(&name), value.as_ref()) {
            (None, ValueInner::Table(table)) => read(path, text, &name, table, into)?,
            (None, _) => into.unknown.push((name, line)),
            (Some(setting), _) => {
                let value_text = text_of_value(value).ok_or_else(|| {
                    Error::configuration(format!(
                        "{}:{line}: {name} is a {}, which has no meaning: set it to {}",
                        path.display(),
                        value.as_ref().type_str(),
                        setting.accepts()
                    ))
                })?;
                let at = value.span.start..value.span.end;
                into.said.push(Said { setting, value: value_text, line, at });
            }
        }
    }
    Ok(())
}

fn text_of_value(value: &Value<'_>) -> Option<String> {
    match value.as_ref() {
        ValueInner::String(text) => Some(text.to_string()),
        ValueInner::Integer(number) => Some(number.to_string()),
        ValueInner::Float(number) => Some(number.to_string()),
        ValueInner::Boolean(flag) => Some(flag.to_string()),
        ValueInner::Array(_) | ValueInner::Table(_) => None,
    }
}

/// The line, from 1, of a place in a text.
pub(super) fn line_of(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|byte| *byte == b'\n').count()
}
