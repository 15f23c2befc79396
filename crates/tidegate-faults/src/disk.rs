//! The disk as tests see it, and what each call does to it. It never touches a file itself: what that takes is handed in.

use std::ffi::c_int;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::ffi::SQLITE_OK;

use crate::faults::{Call, Fault, Faults};
use crate::image::Image;
use crate::recording::{Event, FileId, Recording};
use crate::replay::Replay;
use crate::vfs::Registration;

/// A disk on top of the usual one. A database is on it that is opened with its [`vfs`](Disk::vfs).
///
/// Calls are made one after the other, so that a recording has them in the order in which they happened. All files of a disk
/// have to be in one folder.
#[derive(Debug)]
pub struct Disk {
    registration: Registration,
    shared: Arc<Shared>,
}

/// What a disk does when it is asked to sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syncs {
    /// It syncs; a sync that fails changes nothing.
    #[default]
    Honest,
    /// It says that it did, and did nothing.
    Swallowed,
    /// It syncs; a sync that fails takes with it whatever was not synced, as operating systems do that drop the pages they
    /// could not write.
    Forgetful,
}

/// What a disk shares with the files that are open on it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    recording: Recording,
    faults: Faults,
    syncs: Syncs,
    stalled: bool,
    waiting: usize,
}

impl Disk {
    /// A disk without faults.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "a new disk is registered with SQLite, which is no default"
    )]
    pub fn new() -> Self {
        let shared = Arc::<Shared>::default();
        Self { registration: Registration::new(Arc::clone(&shared)), shared }
    }

    /// A disk without faults on which this image is, in this folder.
    ///
    /// # Errors
    ///
    /// The image cannot be written.
    pub fn holding(image: &Image, folder: &Path) -> io::Result<Self> {
        let disk = Self::new();
        image.write_to(folder)?;
        // SQLite resolves paths too.
        let folder = folder.canonicalize()?;
        let mut state = disk.shared.lock();
        for (name, content) in image.files() {
            state.recording.find(&folder.join(name).to_string_lossy(), content);
        }
        drop(state);
        Ok(disk)
    }

    /// The name under which SQLite knows it.
    #[must_use]
    pub fn vfs(&self) -> &str {
        self.registration.name()
    }

    /// How much was done so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.shared.lock().recording.len()
    }

    /// What was done so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.shared.lock().recording.clone()
    }

    /// Has calls fail, in place of those that had to fail before.
    pub fn fail(&self, fault: Fault) {
        self.shared.lock().faults.set(Some(fault));
    }

    /// No call fails any more.
    pub fn heal(&self) {
        self.shared.lock().faults.set(None);
    }

    /// How many calls of this kind there were.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        self.shared.lock().faults.count(call)
    }

    /// How many calls failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.shared.lock().faults.failed()
    }

    /// How it syncs from now on.
    pub fn sync(&self, syncs: Syncs) {
        self.shared.lock().syncs = syncs;
    }

    /// Holds back every write and sync from now on.
    pub fn stall(&self) {
        self.shared.lock().stalled = true;
    }

    /// Lets go of what it held back.
    pub fn release(&self) {
        self.shared.lock().stalled = false;
        self.shared.changed.notify_all();
    }

    /// Waits until it holds back a call.
    pub fn wait_until_it_holds_back(&self) {
        let mut state = self.shared.lock();
        while state.waiting == 0 {
            state = self.shared.wait(state);
        }
    }
}

/// What it held back goes on, and what was done is forgotten: the registration outlives it, and would keep that.
impl Drop for Disk {
    fn drop(&mut self) {
        self.release();
        self.shared.lock().recording = Recording::default();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the disk stalls.
    fn admit(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        if state.stalled {
            state.waiting += 1;
            self.changed.notify_all();
            while state.stalled {
                state = self.wait(state);
            }
            state.waiting -= 1;
        }
        state
    }

    /// A call that leaves files as they are.
    pub(crate) fn look(&self, call: Call) -> Result<(), c_int> {
        self.lock().faults.judge(call)
    }

    /// A file was opened that has this content. An empty one that was never seen is taken for new: if SQLite did not make it
    /// just now, the store did.
    pub(crate) fn opened(&self, name: &str, content: impl FnOnce() -> Vec<u8>) -> FileId {
        let recording = &mut self.lock().recording;
        recording.named(name).unwrap_or_else(|| match content().as_slice() {
            [] => recording.make(name),
            content => recording.find(name, content),
        })
    }

    pub(crate) fn write(
        &self,
        file: FileId,
        offset: usize,
        bytes: &[u8],
        perform: impl FnOnce(&[u8]) -> c_int,
    ) -> c_int {
        let mut state = self.admit();
        let judgement = state.faults.judge(Call::Write);
        let written = if judgement.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        let code = perform(written);
        if code == SQLITE_OK {
            state.recording.push(Event::Written { file, offset, bytes: written.into() });
        }
        judgement.err().unwrap_or(code)
    }

    pub(crate) fn truncate(
        &self,
        file: FileId,
        size: usize,
        perform: impl FnOnce() -> c_int,
    ) -> c_int {
        let mut state = self.admit();
        if let Err(code) = state.faults.judge(Call::Truncate) {
            return code;
        }
        let code = perform();
        if code == SQLITE_OK {
            state.recording.push(Event::Resized { file, size });
        }
        code
    }

    /// Syncs a file, and its folder too if `folder`; `replace` gives it another content.
    pub(crate) fn sync(
        &self,
        file: FileId,
        folder: bool,
        perform: impl FnOnce() -> c_int,
        replace: impl FnOnce(&[u8]),
    ) -> c_int {
        let mut state = self.admit();
        if let Err(code) = state.faults.judge(Call::Sync) {
            if state.syncs == Syncs::Forgetful {
                let mut replay = Replay::new(&state.recording);
                replay.advance_to(state.recording.len());
                replace(replay.durable(file));
                state.recording.push(Event::Lost { file });
            }
            return code;
        }
        if state.syncs == Syncs::Swallowed {
            return SQLITE_OK;
        }
        let code = perform();
        if code == SQLITE_OK {
            state.recording.push(Event::Synced { file, folder });
        }
        code
    }

    pub(crate) fn delete(
        &self,
        name: &str,
        synced: bool,
        perform: impl FnOnce() -> c_int,
    ) -> c_int {
        let mut state = self.admit();
        if let Err(code) = state.faults.judge(Call::Delete) {
            return code;
        }
        let code = perform();
        if code == SQLITE_OK {
            let synced = synced && state.syncs != Syncs::Swallowed;
            state.recording.delete(name, synced);
        }
        code
    }
}
