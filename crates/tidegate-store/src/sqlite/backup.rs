//! Copying a database into a file while others write. The copy is read in one transaction, so it is of one moment, and what is
//! written meanwhile does not make it begin again. Its file has another name until it is complete, checked and durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tidegate_core::{IfExists, StoreError, StoreErrorKind};
use uuid::Uuid;

use super::error::damaged;

/// How many pages are copied before it is asked whether anybody still waits.
const PAGES: i32 = 256;

const MAKE_ROOM: &str = "free some space there, or give another path";

/// A backup to be made.
#[derive(Debug)]
pub(super) struct Copy {
    /// The file of the database, if it is in one.
    pub(super) database: Option<PathBuf>,
    /// Where the copy is to be.
    pub(super) target: PathBuf,
    pub(super) if_exists: IfExists,
    /// Nobody waits for it any more.
    pub(super) abandoned: Arc<AtomicBool>,
}

impl Copy {
    /// Copies the database at `place` that this connection reads.
    pub(super) fn make(&self, source: &Connection, place: &str) -> Result<(), StoreError> {
        self.check_target()?;
        let partial = Partial::beside(&self.target);
        partial.make().map_err(|error| self.not_made(place, error))?;
        self.fill(source, place, &partial.0)?;
        let synced = File::open(&partial.0).and_then(|file| file.sync_all());
        synced.map_err(|error| self.not_made(place, error))?;
        self.give_its_name(&partial).map_err(|error| {
            let taken = error.kind() == ErrorKind::AlreadyExists;
            if taken { self.exists() } else { self.not_made(place, error) }
        })
    }

    fn check_target(&self) -> Result<(), StoreError> {
        let database = self.database.as_ref().and_then(|path| fs::canonicalize(path).ok());
        if database.is_some() && database == fs::canonicalize(&self.target).ok() {
            return Err(self.refused("it is the database itself; give the copy another path"));
        }
        if let Ok(found) = fs::symlink_metadata(&self.target) {
            if !found.is_file() {
                return Err(self.refused("it is not a file; give another path"));
            }
            if self.if_exists == IfExists::Refuse {
                return Err(self.exists());
            }
        }
        for end in ["-wal", "-journal"] {
            let mut beside = self.target.clone().into_os_string();
            beside.push(end);
            if Path::new(&beside).exists() {
                return Err(self.refused(&format!(
                    "there is a file {}, which would be taken for a part of the copy; close what uses it, or give another path",
                    Path::new(&beside).display()
                )));
            }
        }
        Ok(())
    }

    fn fill(&self, source: &Connection, place: &str, partial: &Path) -> Result<(), StoreError> {
        let mut copy = open_unsynced(partial).map_err(|error| self.failed(place, error))?;
        self.copy(source, &mut copy).map_err(|error| self.failed(place, error))?;
        if self.is_abandoned() {
            return Err(self.refused("nobody waits for it any more"));
        }
        let finding = check(&copy).map_err(|error| self.failed(place, error))?;
        if finding != "ok" {
            return Err(damaged(place, finding.trim()));
        }
        copy.close().map_err(|(_, error)| self.failed(place, error))
    }

    fn copy(&self, source: &Connection, copy: &mut Connection) -> rusqlite::Result<()> {
        // Reading keeps the transaction to what is there now.
        let moment = source.unchecked_transaction()?;
        moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let backup = Backup::new(&moment, copy)?;
        while !self.is_abandoned() {
            let stepped = backup.step(PAGES)?;
            if stepped == StepResult::Done {
                break;
            }
            if stepped != StepResult::More {
                // Locked by others for a moment.
                std::thread::park_timeout(Duration::from_millis(1));
            }
        }
        Ok(())
    }

    /// So that whoever looks finds nothing there, or the whole copy.
    fn give_its_name(&self, partial: &Partial) -> io::Result<()> {
        match self.if_exists {
            IfExists::Replace => fs::rename(&partial.0, &self.target)?,
            // Unlike renaming, this never takes another's place.
            IfExists::Refuse => match fs::hard_link(&partial.0, &self.target) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    if self.target.try_exists()? {
                        return Err(ErrorKind::AlreadyExists.into());
                    }
                    fs::rename(&partial.0, &self.target)?;
                }
                linked => linked?,
            },
        }
        sync_folder(&self.target)
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    fn exists(&self) -> StoreError {
        StoreError::new(
            StoreErrorKind::Exists,
            format!(
                "no backup was written: there is a file {} already; give another path, or ask for it to be replaced",
                self.target.display()
            ),
        )
    }

    fn refused(&self, why: &str) -> StoreError {
        StoreError::new(
            StoreErrorKind::Other,
            format!("no backup was written to {}: {why}", self.target.display()),
        )
    }

    fn not_made(&self, place: &str, error: io::Error) -> StoreError {
        let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded].contains(&error.kind());
        let (kind, advice) = if full {
            (StoreErrorKind::DiskFull, MAKE_ROOM)
        } else if error.kind() == ErrorKind::NotFound {
            (StoreErrorKind::Io, "make its folder, or give another path")
        } else {
            (StoreErrorKind::Io, "check the disk, and that this user may write the folder")
        };
        self.not_written(kind, place, &error, advice).caused_by(error)
    }

    fn failed(&self, place: &str, error: rusqlite::Error) -> StoreError {
        let code = error.sqlite_error_code();
        if matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) {
            return damaged(place, &error.to_string()).caused_by(error);
        }
        let (kind, advice) = if code == Some(ErrorCode::DiskFull) {
            (StoreErrorKind::DiskFull, MAKE_ROOM)
        } else {
            (StoreErrorKind::Io, "check the disks that both are on")
        };
        self.not_written(kind, place, &error, advice).caused_by(error)
    }

    fn not_written(
        &self,
        kind: StoreErrorKind,
        place: &str,
        error: &dyn std::error::Error,
        advice: &str,
    ) -> StoreError {
        let target = self.target.display();
        StoreError::new(
            kind,
            format!(
                "the backup {target} of {place} could not be written ({error}), and nothing of it was left; {advice}"
            ),
        )
    }
}

/// The file of a copy that is not complete, which goes away unless it was given its name.
struct Partial(PathBuf);

impl Partial {
    fn beside(target: &Path) -> Self {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", Uuid::now_v7().simple()));
        Self(target.with_file_name(name))
    }

    /// Only its owner may read it.
    fn make(&self) -> io::Result<()> {
        let mut new = OpenOptions::new();
        new.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
        new.open(&self.0).map(drop)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Nothing is there when it has been renamed.
        let _ = fs::remove_file(&self.0);
    }
}

/// Opens the file of a copy, which is synced when it is complete and thrown away when it is not.
fn open_unsynced(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
    Ok(connection)
}

/// Makes the copy one file that needs no log beside it, and looks for damage that was copied along.
fn check(copy: &Connection) -> rusqlite::Result<String> {
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
}

/// A file's name is durable when its folder is.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
