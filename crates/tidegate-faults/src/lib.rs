//! A disk for tests: an SQLite VFS that records what is written, and fails, stalls or forgets when it is told to. It is never
//! published, and only tests may use it.
//!
//! ```text
//!   a database opened with the name of a Disk
//!        │ open, read, write, truncate, sync, delete
//!        v
//!      Disk ── Faults: does this call fail? ──> the VFS of the system ──> files
//!        │
//!        └──> Recording ── Replay, up to a cut ──> Image: the files as a loss of power could leave them
//! ```
//!
//! `unsafe` is forbidden in the workspace but for this crate: SQLite reaches a VFS through C function pointers, and lays each
//! file of it out in memory that it allocates. All of that is in the module `vfs`; everything public is safe.
//!
//! What goes past SQLite goes past the disk: the shared memory of a write-ahead log, which is rebuilt after a loss of power, and
//! what the store does to files itself, which is to make an empty database file and, at `Durability::Process`, to sync the `-wal`
//! from a thread of its own. So losses of power and failing syncs are proven at `Durability::Full`.

mod disk;
mod faults;
mod image;
mod recording;
mod replay;
#[allow(unsafe_code, reason = "SQLite calls a VFS through C function pointers")]
mod vfs;

pub use disk::{Disk, Syncs};
pub use faults::{Call, Fault, Lasting};
pub use image::Image;
pub use recording::Recording;
pub use replay::Replay;
