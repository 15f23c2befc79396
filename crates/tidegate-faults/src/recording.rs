//! What was done to the files of a disk, in order. It holds no opinion on what of it would outlive a loss of power.

use std::collections::HashMap;
use std::sync::Arc;

/// A file as long as it exists: when it is deleted and made again, that is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(pub(crate) usize);

/// One thing that was done.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A file was there already, and with its folder is durable. It is the next [`FileId`].
    Found { name: Arc<str>, content: Arc<[u8]> },
    /// A file was made. It is the next [`FileId`].
    Made { name: Arc<str> },
    /// A part of it was written.
    Written { file: FileId, offset: usize, bytes: Arc<[u8]> },
    /// It was cut, or made longer with zeros.
    Resized { file: FileId, size: usize },
    /// What was done to it became durable, and the names in its folder too if `folder`.
    Synced { file: FileId, folder: bool },
    /// A sync failed, and what was not durable is gone.
    Lost { file: FileId },
    /// A name was taken out of the folder; durably, with all changes of names before, if `synced`.
    Deleted { name: Arc<str>, synced: bool },
}

/// Everything that was done to the files of a disk until a certain moment.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    pub(crate) events: Vec<Event>,
    names: HashMap<Arc<str>, FileId>,
    files: usize,
}

impl Recording {
    /// How many things were done: the position of a cut after all of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing was done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The position right before the next sync, where the most can be lost; of none, the end.
    #[must_use]
    pub fn before_next_sync(&self, position: usize) -> usize {
        let next =
            self.events[position..].iter().position(|event| matches!(event, Event::Synced { .. }));
        next.map_or(self.len(), |next| position + next)
    }

    /// How often a file whose name ends so was synced.
    #[must_use]
    pub fn syncs_of(&self, ending: &str) -> usize {
        let mut names = Vec::new();
        let mut syncs = 0;
        for event in &self.events {
            match event {
                Event::Found { name, .. } | Event::Made { name } => names.push(name),
                Event::Synced { file, .. } => syncs += usize::from(names[file.0].ends_with(ending)),
                Event::Written { .. }
                | Event::Resized { .. }
                | Event::Lost { .. }
                | Event::Deleted { .. } => {}
            }
        }
        syncs
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The file that has this name now, if it was seen before.
    pub(crate) fn named(&self, name: &str) -> Option<FileId> {
        self.names.get(name).copied()
    }

    /// A file was there already.
    pub(crate) fn find(&mut self, name: &str, content: &[u8]) -> FileId {
        let (file, name) = self.add(name);
        self.push(Event::Found { name, content: content.into() });
        file
    }

    /// A file was made.
    pub(crate) fn make(&mut self, name: &str) -> FileId {
        let (file, name) = self.add(name);
        self.push(Event::Made { name });
        file
    }

    fn add(&mut self, name: &str) -> (FileId, Arc<str>) {
        let file = FileId(self.files);
        let name: Arc<str> = name.into();
        self.files += 1;
        self.names.insert(Arc::clone(&name), file);
        (file, name)
    }

    pub(crate) fn delete(&mut self, name: &str, synced: bool) {
        if let Some((name, _)) = self.names.remove_entry(name) {
            self.push(Event::Deleted { name, synced });
        }
    }
}
