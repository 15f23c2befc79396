//! How answers look: as tables that fit the terminal, as sheets of one thing, as sentences, or as JSON; and that whoever reads no further is
//! no failure. Nothing here knows what is shown.

mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod tone;

use std::io::{self, IsTerminal, Write as _};

use serde::Serialize;
use tidegate_core::Timestamp;

use super::failure::Done;
use super::options::{Colour, Format, GlobalOptions};

pub(super) use sheet::Sheet;
pub(super) use table::{Cell, Column, Table};
pub(super) use time::length;
use time::moment_of;
pub(super) use tone::Tone;

/// Where answers go, and how they are to look.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) format: Format,
    /// How many columns there are; none for a file or a pipe, where nothing is cut.
    pub(super) width: Option<u16>,
    pub(super) colour: bool,
    pub(super) utc: bool,
    /// When the command was called.
    pub(super) now: Timestamp,
}

impl Output {
    /// What was asked for, and what standard output can do.
    pub(super) fn new(options: &GlobalOptions, now: Timestamp) -> Self {
        let terminal = io::stdout().is_terminal();
        // https://no-color.org
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match options.color {
            Colour::Auto => terminal && !refused,
            Colour::Always => true,
            Colour::Never => false,
        };
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = said.or_else(|| {
            let size = terminal.then(comfy_table::Table::new).and_then(|table| table.width());
            size.filter(|width| *width > 0)
        });
        Self { format: options.output, width, colour, utc: options.utc, now }
    }

    /// Whether programs read it.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Several things: as a table, or `nothing` if there are none; or as a JSON array.
    pub(super) fn list<T: Serialize>(
        &self,
        things: &[T],
        nothing: &str,
        table: impl FnOnce() -> Table,
    ) -> Done {
        if self.is_json() {
            return self.json(&things);
        }
        if things.is_empty() {
            return self.tell(nothing);
        }
        self.write(&table().draw(self))
    }

    /// One thing: as a sheet, or as a JSON object.
    pub(super) fn show<T: Serialize>(&self, thing: &T, sheet: impl FnOnce() -> Sheet) -> Done {
        if self.is_json() { self.json(thing) } else { self.write(&sheet().draw(self)) }
    }

    /// A sentence about what was done. Programs, which read JSON, find it on standard error.
    pub(super) fn tell(&self, sentence: &str) -> Done {
        let sentence = plain(sentence);
        if !self.is_json() {
            return self.write(&format!("{sentence}\n"));
        }
        // A console that is gone must not undo what was done.
        let _ = io::stderr().write_all(format!("{sentence}\n").as_bytes());
        Ok(())
    }

    /// JSON, indented.
    pub(super) fn json<T: Serialize>(&self, thing: &T) -> Done {
        let text = serde_json::to_string_pretty(thing).map_err(io::Error::other)?;
        self.write(&format!("{text}\n"))
    }

    /// JSON on one line, for what comes one after the other.
    pub(super) fn json_line<T: Serialize>(&self, thing: &T) -> Done {
        let text = serde_json::to_string(thing).map_err(io::Error::other)?;
        self.write(&format!("{text}\n"))
    }

    /// The text as it is, at once.
    pub(super) fn write(&self, text: &str) -> Done {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// A time, in the zone that was asked for.
    pub(super) fn moment(&self, time: Timestamp) -> String {
        moment_of(time, self.utc)
    }

    /// A time to the millisecond.
    pub(super) fn instant(&self, time: Timestamp) -> String {
        let moment = moment_of(time, self.utc);
        let (seconds, zone) =
            if self.utc { (moment.trim_end_matches('Z'), "Z") } else { (&*moment, "") };
        format!("{seconds}.{:03}{zone}", time.timestamp_subsec_millis())
    }

    /// How long ago a time was, or the day if that is long ago.
    pub(super) fn ago(&self, time: Timestamp) -> String {
        time::ago(time, self.now, self.utc)
    }

    /// The text in a tone, where there is colour.
    pub(super) fn toned(&self, text: &str, tone: Tone) -> String {
        if self.colour { tone.paint(text) } else { text.to_owned() }
    }
}

/// The text without what a terminal would take for a command. Names and log lines are data.
pub(super) fn plain(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c })
        .collect()
}
