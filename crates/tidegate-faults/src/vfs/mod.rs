//! The disk as SQLite sees it: a VFS that asks the [`Shared`] state of a disk what to do, and leaves doing it to the VFS of the
//! system. It decides nothing itself.
//!
//! What makes this sound: a registration is never freed, so whatever SQLite keeps of it stays valid; SQLite calls a file only
//! between opening and closing it, from one thread at a time, and hands in buffers of the size that it says.

mod file;

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_vfs};

use crate::disk::Shared;
use crate::faults::Call;

/// A VFS that SQLite knows by a name of its own. Dropped, it is known no longer; files that are open remain usable.
#[derive(Debug)]
pub(crate) struct Registration {
    name: String,
    vfs: &'static Vfs,
}

/// What SQLite is given, with what its functions need. SQLite writes to `table` when it links it to others.
#[repr(C)]
#[derive(Debug)]
struct Vfs {
    table: sqlite3_vfs,
    system: *mut sqlite3_vfs,
    shared: Arc<Shared>,
    /// Owns the name that `table` points to.
    _name: CString,
}

// SAFETY: `system` is the static VFS of the system, and `table` is touched by SQLite alone, under a lock of its own.
unsafe impl Sync for Vfs {}
// SAFETY: as above; nothing in it belongs to a thread.
unsafe impl Send for Vfs {}

impl Registration {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("tidegate-faults-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let c_name = CString::new(name.clone()).expect("it has no NUL");
        // SAFETY: asking for the default VFS initialises SQLite and returns a VFS that lives as long as the process.
        let system = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        assert!(!system.is_null(), "SQLite has a VFS");
        // SAFETY: it is not null, and nobody writes to these fields.
        let (size, path_length) = unsafe { ((*system).szOsFile, (*system).mxPathname) };
        let own = c_int::try_from(size_of::<file::File>()).expect("a few words");
        let vfs = Box::leak(Box::new(Vfs {
            table: sqlite3_vfs {
                iVersion: 2,
                szOsFile: own + size,
                mxPathname: path_length,
                pNext: ptr::null_mut(),
                zName: c_name.as_ptr(),
                pAppData: ptr::null_mut(),
                xOpen: Some(file::open),
                xDelete: Some(delete),
                xAccess: Some(access),
                xFullPathname: Some(full_pathname),
                // Extensions are not loaded.
                xDlOpen: None,
                xDlError: None,
                xDlSym: None,
                xDlClose: None,
                xRandomness: Some(randomness),
                xSleep: Some(sleep),
                xCurrentTime: Some(current_time),
                xGetLastError: Some(last_error),
                xCurrentTimeInt64: Some(current_time_int64),
                xSetSystemCall: None,
                xGetSystemCall: None,
                xNextSystemCall: None,
            },
            system,
            shared,
            _name: c_name,
        }));
        // SAFETY: the table is complete, and is never freed.
        let code = unsafe { ffi::sqlite3_vfs_register(&raw mut vfs.table, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "a VFS can be registered");
        Self { name, vfs }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let table = (&raw const self.vfs.table).cast_mut();
        // SAFETY: it was registered, and SQLite only takes it out of its list.
        unsafe { ffi::sqlite3_vfs_unregister(table) };
    }
}

/// The VFS behind what SQLite hands in.
///
/// # Safety
///
/// `vfs` is the `table` of a [`Vfs`].
unsafe fn of<'a>(vfs: *mut sqlite3_vfs) -> &'a Vfs {
    // SAFETY: the table is the first field, and a `Vfs` is never freed.
    unsafe { &*vfs.cast::<Vfs>() }
}

/// The name of a file as text.
///
/// # Safety
///
/// `name` is null or ends with a NUL.
unsafe fn text<'a>(name: *const c_char) -> Option<std::borrow::Cow<'a, str>> {
    // SAFETY: as the caller says.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy())
}

/// Calls a function of the VFS of the system.
macro_rules! system {
    ($vfs:expr, $function:ident($($argument:expr),*)) => {{
        let system = $vfs.system;
        // SAFETY: the VFS of the system has all functions of its version; what is handed on was made for it.
        unsafe { ((*system).$function.expect("the system can do it"))(system, $($argument),*) }
    }};
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite hands in what was registered.
    let vfs = unsafe { of(vfs) };
    // SAFETY: SQLite hands in the path of a file.
    let text = unsafe { text(name) }.unwrap_or_default();
    vfs.shared.delete(&text, sync != 0, || system!(vfs, xDelete(name, sync)))
}

unsafe extern "C" fn access(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands in what was registered.
    let vfs = unsafe { of(vfs) };
    match vfs.shared.look(Call::Access) {
        Ok(()) => system!(vfs, xAccess(name, flags, answer)),
        Err(code) => code,
    }
}

/// Functions that do what the system does.
macro_rules! as_the_system {
    ($($name:ident = $function:ident($($argument:ident: $type:ty),*);)*) => {
        $(unsafe extern "C" fn $name(vfs: *mut sqlite3_vfs, $($argument: $type),*) -> c_int {
            // SAFETY: SQLite hands in what was registered.
            let vfs = unsafe { of(vfs) };
            system!(vfs, $function($($argument),*))
        })*
    };
}

as_the_system! {
    full_pathname = xFullPathname(name: *const c_char, size: c_int, out: *mut c_char);
    randomness = xRandomness(size: c_int, out: *mut c_char);
    sleep = xSleep(microseconds: c_int);
    current_time = xCurrentTime(out: *mut f64);
    current_time_int64 = xCurrentTimeInt64(out: *mut ffi::sqlite3_int64);
    last_error = xGetLastError(size: c_int, out: *mut c_char);
}

/// What [`file::open`] hands to the VFS of the system.
fn open_file(
    vfs: &Vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    system!(vfs, xOpen(name, file, flags, out))
}
