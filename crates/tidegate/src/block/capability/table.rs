//! Which of the traits a type of blocks has, as data: by it a block whose type is not known is asked what it can do. It is made by
//! `#[derive(Block)]` and never at run time.

use std::any::Any;
use std::fmt;

use super::{Credentials, Notify, ReadPath, RunJob, WritePath};

/// A view of a block as one thing it can do; none of a value of another type.
type View<T> = fn(&(dyn Any + Send + Sync)) -> Option<&T>;

/// What blocks of a type can do.
#[derive(Clone, Copy, Default)]
pub struct Capabilities {
    read_path: Option<View<dyn ReadPath>>,
    write_path: Option<View<dyn WritePath>>,
    notify: Option<View<dyn Notify>>,
    run_job: Option<View<dyn RunJob>>,
    credentials: bool,
}

impl Capabilities {
    /// Nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { read_path: None, write_path: None, notify: None, run_job: None, credentials: false }
    }

    /// And reads.
    #[must_use]
    pub const fn read_path<B: ReadPath + 'static>(mut self) -> Self {
        self.read_path = Some(|block| block.downcast_ref::<B>().map(|block| block as _));
        self
    }

    /// And writes.
    #[must_use]
    pub const fn write_path<B: WritePath + 'static>(mut self) -> Self {
        self.write_path = Some(|block| block.downcast_ref::<B>().map(|block| block as _));
        self
    }

    /// And tells.
    #[must_use]
    pub const fn notify<B: Notify + 'static>(mut self) -> Self {
        self.notify = Some(|block| block.downcast_ref::<B>().map(|block| block as _));
        self
    }

    /// And runs jobs.
    #[must_use]
    pub const fn run_job<B: RunJob + 'static>(mut self) -> Self {
        self.run_job = Some(|block| block.downcast_ref::<B>().map(|block| block as _));
        self
    }

    /// And opens doors. Each door is of another type, so a block whose type is not known opens none.
    #[must_use]
    pub const fn credentials<B: Credentials + 'static>(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// As they are recorded and asked for, with Prefect's names where it has any.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let all = [
            ("credentials", self.credentials),
            ("notify", self.notify.is_some()),
            ("read-path", self.read_path.is_some()),
            ("run-job", self.run_job.is_some()),
            ("write-path", self.write_path.is_some()),
        ];
        all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
    }

    pub(in crate::block) fn as_read_path<'a>(
        &self,
        block: &'a (dyn Any + Send + Sync),
    ) -> Option<&'a dyn ReadPath> {
        self.read_path.and_then(|view| view(block))
    }

    pub(in crate::block) fn as_write_path<'a>(
        &self,
        block: &'a (dyn Any + Send + Sync),
    ) -> Option<&'a dyn WritePath> {
        self.write_path.and_then(|view| view(block))
    }

    pub(in crate::block) fn as_notify<'a>(
        &self,
        block: &'a (dyn Any + Send + Sync),
    ) -> Option<&'a dyn Notify> {
        self.notify.and_then(|view| view(block))
    }

    pub(in crate::block) fn as_run_job<'a>(
        &self,
        block: &'a (dyn Any + Send + Sync),
    ) -> Option<&'a dyn RunJob> {
        self.run_job.and_then(|view| view(block))
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
