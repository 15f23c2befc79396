//! Which calls fail. It counts and decides; what failing means to a file is done by the disk.

use std::ffi::c_int;

use rusqlite::ffi;

/// A kind of call that SQLite makes to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Opens a file, or makes it.
    Open,
    /// Reads a part of a file.
    Read,
    /// Writes a part of a file. A call that fails has written half of it.
    Write,
    /// Makes a file shorter.
    Truncate,
    /// Syncs a file.
    Sync,
    /// Deletes a file.
    Delete,
    /// Asks how large a file is.
    Size,
    /// Asks whether a file is there.
    Access,
    /// Locks a file.
    Lock,
    /// Maps the shared memory of a write-ahead log.
    Map,
}

/// Whether calls after the one that failed fail too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// One call fails.
    Once,
    /// It fails, and all of its kind that follow.
    FromThenOn,
}

/// A fault of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Calls of this kind fail.
    pub call: Call,
    /// The first that fails, counted from now; 0 is the next.
    pub after: u64,
    /// How long it lasts.
    pub lasting: Lasting,
    /// Whether the disk says that it is full; else it says that the call failed.
    pub full: bool,
}

/// The faults of a disk, and how many calls there were.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    fault: Option<Fault>,
    counts: [u64; Call::ALL.len()],
    failed: u64,
}

impl Call {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Read,
        Self::Write,
        Self::Truncate,
        Self::Sync,
        Self::Delete,
        Self::Size,
        Self::Access,
        Self::Lock,
        Self::Map,
    ];

    /// The code by which SQLite is told that such a call failed.
    const fn code(self) -> c_int {
        match self {
            Self::Open => ffi::SQLITE_CANTOPEN,
            Self::Read => ffi::SQLITE_IOERR_READ,
            Self::Write => ffi::SQLITE_IOERR_WRITE,
            Self::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            Self::Sync => ffi::SQLITE_IOERR_FSYNC,
            Self::Delete => ffi::SQLITE_IOERR_DELETE,
            Self::Size => ffi::SQLITE_IOERR_FSTAT,
            Self::Access => ffi::SQLITE_IOERR_ACCESS,
            Self::Lock => ffi::SQLITE_IOERR_LOCK,
            Self::Map => ffi::SQLITE_IOERR_SHMMAP,
        }
    }
}

impl Fault {
    /// The call of this kind that comes after so many others fails.
    #[must_use]
    pub const fn new(call: Call, after: u64, lasting: Lasting) -> Self {
        Self { call, after, lasting, full: false }
    }

    /// After so many other writes there is no room left to write.
    #[must_use]
    pub const fn full(after: u64) -> Self {
        Self { call: Call::Write, after, lasting: Lasting::FromThenOn, full: true }
    }
}

impl Faults {
    pub(crate) fn set(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    pub(crate) fn count(&self, call: Call) -> u64 {
        self.counts[call as usize]
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    /// Counts a call; the code of its failure, if it fails.
    pub(crate) fn judge(&mut self, call: Call) -> Result<(), c_int> {
        self.counts[call as usize] += 1;
        let Some(fault) = self.fault.as_mut().filter(|fault| fault.call == call) else {
            return Ok(());
        };
        if fault.after > 0 {
            fault.after -= 1;
            return Ok(());
        }
        let code = if fault.full { ffi::SQLITE_FULL } else { call.code() };
        if fault.lasting == Lasting::Once {
            self.fault = None;
        }
        self.failed += 1;
        Err(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(fault: Fault) -> [bool; 4] {
        let mut faults = Faults::default();
        faults.set(Some(fault));
        [(); 4].map(|()| {
            assert!(faults.judge(Call::Read).is_ok());
            faults.judge(Call::Write).is_err()
        })
    }

    #[test]
    fn the_call_that_was_named_fails_and_no_other() {
        assert_eq!(judged(Fault::new(Call::Write, 2, Lasting::Once)), [false, false, true, false]);
        assert_eq!(
            judged(Fault::new(Call::Write, 1, Lasting::FromThenOn)),
            [false, true, true, true]
        );
        assert_eq!(judged(Fault::full(0)), [true; 4]);
    }
}
