//! The files of the VFS. A file of the system lies in memory right after ours, and does the work.

use std::ffi::{c_char, c_int, c_void};
use std::slice;

use rusqlite::ffi::{
    self, SQLITE_OK, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
};

use super::{Vfs, of, open_file, text};
use crate::faults::Call;
use crate::recording::FileId;

/// An open file, in the memory that SQLite allocates for it.
#[repr(C)]
pub(super) struct File {
    /// What SQLite reads of it.
    base: sqlite3_file,
    vfs: *const Vfs,
    /// None for a temporary file, which no call to fails and nobody records.
    id: Option<FileId>,
    /// As the unix VFS does, the first sync of a journal or a log that may have been made by this handle syncs the folder too.
    syncs_folder: bool,
}

// SQLite aligns files to 8 bytes, and the file of the system that follows has to be aligned too.
const _: () = assert!(size_of::<File>().is_multiple_of(8));

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Without reading through memory maps, which come in version 3 and cannot be made to fail.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Our part of an open file.
///
/// # Safety
///
/// [`open`] has opened it, and it is not closed yet.
unsafe fn ours<'a>(file: *mut sqlite3_file) -> &'a mut File {
    // SAFETY: as the caller says; SQLite uses a file from one thread at a time.
    unsafe { &mut *file.cast::<File>() }
}

/// The system's part of an open file.
///
/// # Safety
///
/// It is in memory of the size that the VFS asks for.
unsafe fn theirs(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: that memory has room for both, one after the other.
    unsafe { file.byte_add(size_of::<File>()) }
}

/// Calls a method of the system's part of an open file.
macro_rules! system {
    ($file:expr, $method:ident($($argument:expr),*)) => {{
        // SAFETY: SQLite hands in an open file, so the system has opened its part of it and given it all methods of version 2.
        unsafe {
            let theirs = theirs($file);
            ((*(*theirs).pMethods).$method.expect("a method of version 2"))(theirs, $($argument),*)
        }
    }};
}

impl File {
    /// Whether a call that leaves files as they are may be made.
    fn look(&self, call: Call) -> Result<(), c_int> {
        self.id.map_or(Ok(()), |_| self.vfs().shared.look(call))
    }

    fn vfs(&self) -> &Vfs {
        // SAFETY: a `Vfs` is never freed.
        unsafe { &*self.vfs }
    }
}

pub(super) unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands in what was registered.
    let vfs = unsafe { of(vfs) };
    // SAFETY: SQLite hands in memory for a file, whose methods have to be null unless it is opened.
    unsafe { (*file).pMethods = std::ptr::null() };
    // SAFETY: SQLite hands in the path of a file, or null.
    let text = unsafe { text(name) };
    if text.is_some()
        && let Err(code) = vfs.shared.look(Call::Open)
    {
        return code;
    }
    // SAFETY: the memory is as large as the VFS asked for.
    let code = open_file(vfs, name, unsafe { theirs(file) }, flags, out);
    if code != SQLITE_OK {
        return code;
    }
    let journal = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL;
    let opened = File {
        base: sqlite3_file { pMethods: &raw const METHODS },
        vfs,
        id: text.map(|name| vfs.shared.opened(&name, || content(file))),
        syncs_folder: flags & journal != 0 && flags & ffi::SQLITE_OPEN_CREATE != 0,
    };
    // SAFETY: the memory is large enough, aligned, and not used for anything yet.
    unsafe { file.cast::<File>().write(opened) };
    SQLITE_OK
}

/// The system reads and writes no more than 128 KiB at once.
const AT_ONCE: usize = 1 << 16;

/// All that is in a file.
fn content(file: *mut sqlite3_file) -> Vec<u8> {
    let mut length: sqlite3_int64 = 0;
    let code = system!(file, xFileSize(&raw mut length));
    assert_eq!(code, SQLITE_OK, "the size of an open file is known");
    let mut content = vec![0; size(length)];
    let mut offset = 0;
    for part in content.chunks_mut(AT_ONCE) {
        let code = system!(file, xRead(part.as_mut_ptr().cast(), part.len() as c_int, offset));
        assert_eq!(code, SQLITE_OK, "an open file can be read");
        offset += part.len() as sqlite3_int64;
    }
    content
}

/// Gives a file this content.
fn replace(file: *mut sqlite3_file, content: &[u8]) {
    assert_eq!(system!(file, xTruncate(0)), SQLITE_OK, "an open file can be cut");
    let mut offset = 0;
    for part in content.chunks(AT_ONCE) {
        let code = system!(file, xWrite(part.as_ptr().cast(), part.len() as c_int, offset));
        assert_eq!(code, SQLITE_OK, "an open file can be written");
        offset += part.len() as sqlite3_int64;
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    system!(file, xClose())
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    buffer: *mut c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite hands in an open file.
    match unsafe { ours(file) }.look(Call::Read) {
        Ok(()) => system!(file, xRead(buffer, amount, offset)),
        Err(code) => code,
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    buffer: *const c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite hands in an open file.
    let ours = unsafe { ours(file) };
    let Some(id) = ours.id else { return system!(file, xWrite(buffer, amount, offset)) };
    // SAFETY: SQLite hands in a buffer of this size.
    let bytes =
        unsafe { slice::from_raw_parts(buffer.cast::<u8>(), amount.unsigned_abs() as usize) };
    ours.vfs().shared.write(id, size(offset), bytes, |bytes| {
        let amount = c_int::try_from(bytes.len()).expect("no more than SQLite asked for");
        system!(file, xWrite(bytes.as_ptr().cast(), amount, offset))
    })
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    // SAFETY: SQLite hands in an open file.
    let ours = unsafe { ours(file) };
    let Some(id) = ours.id else { return system!(file, xTruncate(length)) };
    ours.vfs().shared.truncate(id, size(length), || system!(file, xTruncate(length)))
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite hands in an open file.
    let ours = unsafe { ours(file) };
    let Some(id) = ours.id else { return system!(file, xSync(flags)) };
    let code = ours.vfs().shared.sync(
        id,
        ours.syncs_folder,
        || system!(file, xSync(flags)),
        |content| replace(file, content),
    );
    ours.syncs_folder &= code != SQLITE_OK;
    code
}

fn size(size: sqlite3_int64) -> usize {
    usize::try_from(size).expect("SQLite hands in no negative size")
}

/// Methods that do what the system does, unless a call of this kind has to fail.
macro_rules! as_the_system {
    ($($name:ident = $method:ident($($argument:ident: $type:ty),*) $(may fail as $call:ident)?;)*) => {
        $(unsafe extern "C" fn $name(file: *mut sqlite3_file, $($argument: $type),*) -> c_int {
            // SAFETY: SQLite hands in an open file.
            $(if let Err(code) = unsafe { ours(file) }.look(Call::$call) {
                return code;
            })?
            system!(file, $method($($argument),*))
        })*
    };
}

as_the_system! {
    file_size = xFileSize(size: *mut sqlite3_int64) may fail as Size;
    lock = xLock(level: c_int) may fail as Lock;
    unlock = xUnlock(level: c_int);
    check_reserved_lock = xCheckReservedLock(answer: *mut c_int);
    file_control = xFileControl(operation: c_int, argument: *mut c_void);
    sector_size = xSectorSize();
    device_characteristics = xDeviceCharacteristics();
    shm_map = xShmMap(region: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) may fail as Map;
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int);
    shm_unmap = xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    system!(file, xShmBarrier());
}
