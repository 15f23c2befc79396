//! Opening connections: what must be so before a file is used, and how each connection is set up. A file that is not
//! ours to write is refused before anything is changed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tidegate_core::{Durability, StoreError, StoreErrorKind};

use super::error::{Doing, failed};
use super::options::Options;
use super::{identity, migrate, vacuum};

/// Opens the file for writing, and makes and migrates it where needed.
pub(super) fn writer(
    path: &Path,
    place: &str,
    options: &Options,
) -> Result<Connection, StoreError> {
    warn_of_old_sqlite();
    make_file(path, place)?;
    identity::check(path, place, options)?;
    let opening = |error| failed(place, Doing::Opening, error);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options).map_err(opening)?;
    if connection.is_readonly("main").map_err(opening)? {
        return Err(unopenable(place, "this user may not write it"));
    }
    vacuum::prepare(&connection).map_err(opening)?;
    use_write_ahead_log(&connection, place, options.busy_timeout)?;
    // A program that ends without closing leaves its records in the log; bring what others have left there home.
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(opening)?;
    migrate::migrate(&connection).map_err(opening)?;
    set_up_writer(&connection, options).map_err(opening)?;
    Ok(connection)
}

/// Opens the file, which a writer has open, for reading.
pub(super) fn reader(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options)
}

/// Opens a database in memory.
pub(super) fn memory() -> Result<Connection, StoreError> {
    let open = || {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", true)?;
        vacuum::prepare(&connection)?;
        migrate::migrate(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| failed("memory", Doing::Opening, error))
}

fn unopenable(place: &str, why: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unopenable,
        format!(
            "the database {place} cannot be opened: {why}; give another path, or change what is there"
        ),
    )
}

/// Makes the file, which only its owner may read, and the folders above it, unless they are there. The files SQLite puts
/// beside it take over its permissions.
fn make_file(path: &Path, place: &str) -> Result<(), StoreError> {
    /// Closing a file drops the locks that SQLite holds on it in the same process, so nobody may get to open it before.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(|error| {
            unopenable(place, &format!("its folder cannot be made ({error})")).caused_by(error)
        })?;
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(unopenable(place, "it is a folder")),
        Ok(metadata) if !metadata.is_file() => return Err(unopenable(place, "it is not a file")),
        Ok(_) => return Ok(()),
        Err(_) => {}
    }
    let mut new = fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            Err(unopenable(place, &format!("it cannot be made ({error})")).caused_by(error))
        }
    }
}

/// Makes a folder and those above it, unless they are there, and so that they outlive a loss of power where the file system can
/// do that. SQLite sees to the file in it: it syncs the folder when it has made a journal or a log there.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    for made in missing {
        let above = made.parent().filter(|above| !above.as_os_str().is_empty());
        let _ = fs::File::open(above.unwrap_or(Path::new("."))).and_then(|above| above.sync_all());
    }
    Ok(())
}

/// A connection that does not trust what is in the file.
pub(super) fn connect(
    path: &Path,
    access: OpenFlags,
    options: &Options,
) -> rusqlite::Result<Connection> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// SQLite does not wait by itself for others that switch the same file at the same time.
fn use_write_ahead_log(
    connection: &Connection,
    place: &str,
    busy_timeout: Duration,
) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        match switch_to_write_ahead_log(connection) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let why = format!(
                    "its file system does not support a write-ahead log (journal mode {mode})"
                );
                return Err(unopenable(place, &why));
            }
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && started.elapsed() < busy_timeout =>
            {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            Err(error) => return Err(failed(place, Doing::Opening, error)),
        }
    }
}

/// The journal mode after switching it. SQLite tells it before it commits the switch, so the statement has to be taken to its
/// end: otherwise a commit that failed goes unnoticed, and others take away the log of a database that is still empty.
fn switch_to_write_ahead_log(connection: &Connection) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("PRAGMA journal_mode = wal")?;
    let mut rows = statement.query([])?;
    let mode = rows.next()?.map_or(Ok(String::new()), |row| row.get(0))?;
    while rows.next()?.is_some() {}
    Ok(mode)
}

fn set_up_writer(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let synchronous = match options.durability {
        Durability::Full => "full",
        Durability::Process => "normal",
        Durability::None => "off",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // The writer makes checkpoints itself, when nobody waits for it.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    if let Some(bytes) = options.max_size {
        let page_size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes / u64::from(page_size.max(1))).unwrap_or(i64::MAX);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(())
}

fn warn_of_old_sqlite() {
    static ONCE: Once = Once::new();
    if rusqlite::version_number() < 3_051_003 {
        ONCE.call_once(|| {
            tracing::warn!(
                "this program links SQLite {}, and versions before 3.51.3 can damage a database that two connections write \
                 at once; update libsqlite3-sys (rusqlite 0.39 or newer bundles a good one)",
                rusqlite::version()
            );
        });
    }
}
