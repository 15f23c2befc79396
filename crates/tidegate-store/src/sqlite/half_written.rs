//! Files whose last writer died in the middle of writing, and left a journal by which to undo what it did. It undoes what came
//! before there was anything in the file, as when the maker of our own file died while making it, and nothing else.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use rusqlite::OpenFlags;
use rusqlite::ffi::SQLITE_READONLY_ROLLBACK;
use tidegate_core::{StoreError, StoreErrorKind};

use super::error::{Doing, failed};
use super::open::connect;
use super::options::Options;

/// The size of our pages.
const PAGE: u64 = 4096;

/// What a journal begins with.
const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Whether SQLite could not read a file because of that.
pub(super) fn is_told_by(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_READONLY_ROLLBACK)
}

/// Has SQLite undo it, if nothing was in the file before. Ours are written through a write-ahead log once they are made, which
/// leaves no such journal.
pub(super) fn undo(path: &Path, place: &str, options: &Options) -> Result<(), StoreError> {
    let was_empty = match was_empty(path) {
        // Another process that opens the file has undone it since.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        was_empty => was_empty.unwrap_or(false),
    };
    if !was_empty {
        return Err(StoreError::new(
            StoreErrorKind::Foreign,
            format!(
                "another program died while it wrote the SQLite database {place}; nothing was changed: give Tidegate a file of \
                 its own, or open this one with that program first"
            ),
        ));
    }
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)
        .and_then(|writing| writing.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())))
        .map_err(|error| failed(place, Doing::Opening, error))
}

/// Whether the journal brings back a file without content, or a first page without tables and marks. SQLite's file format says
/// where that is. A journal that does not begin as one never came to be, and brings nothing back; then the file is still as its
/// maker left it, and no larger than the page it began with.
fn was_empty(path: &Path) -> std::io::Result<bool> {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    let mut journal = File::open(journal)?;
    let mut header = [0; 24];
    let begun = journal.read_exact(&mut header).is_ok() && header.starts_with(&MAGIC);
    if !begun {
        return Ok(fs::metadata(path)?.len() <= PAGE);
    }
    let [pages, sector] = [word(&header, 16), word(&header, 20)];
    if pages > 1 {
        return Ok(false);
    }
    if pages == 0 {
        return Ok(true);
    }
    // The number of a page, and the page.
    let mut first = [0; 4 + 105];
    journal.seek(SeekFrom::Start(sector.into()))?;
    journal.read_exact(&mut first)?;
    let page = &first[4..];
    let unmarked = word(page, 60) == 0 && word(page, 68) == 0;
    Ok(word(&first, 0) == 1 && unmarked && page[103..105] == [0, 0])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
