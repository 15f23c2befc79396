//! Goes through a recording, and tells at each point what a loss of power could leave. What was synced is there; of all else,
//! dice say what is there, what is not, and what is there in part.
//!
//! It assumes of a disk what SQLite does: writing changes no byte outside of what is written. Nothing else is taken for granted:
//! a sector of 512 bytes may be written and its neighbour not, in whatever order; new sectors may hold anything; a file may have
//! grown without its content; names may appear and vanish in whatever order, until their folder is synced.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::image::Image;
use crate::recording::{Event, FileId, Recording};

const SECTOR: usize = 512;

/// The state of all files at a position of a recording.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    recording: &'a Recording,
    position: usize,
    files: Vec<File<'a>>,
    /// What is in the folder for certain.
    names: BTreeMap<&'a str, FileId>,
    /// What has become of names since.
    renamed: Vec<(&'a str, Option<FileId>)>,
}

/// What is in a file for certain, and what was done to it since.
#[derive(Clone, Debug, Default)]
struct File<'a> {
    durable: Vec<u8>,
    unsynced: Vec<Change<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum Change<'a> {
    Written { offset: usize, bytes: &'a [u8] },
    Resized(usize),
}

/// How one image treats what was not synced.
#[derive(Clone, Copy, Debug)]
struct Odds {
    /// Of 100 changes, so many are there in full.
    kept: u32,
    /// Of 100 others, so many are there in part.
    torn: u32,
    /// What is in new sectors whose content is not there.
    unwritten: Unwritten,
}

#[derive(Clone, Copy, Debug)]
enum Unwritten {
    /// There are none: the file has not grown.
    Nothing,
    Zeros,
    Anything,
}

impl<'a> Replay<'a> {
    /// Begins before everything.
    #[must_use]
    pub fn new(recording: &'a Recording) -> Self {
        Self {
            recording,
            position: 0,
            files: Vec::new(),
            names: BTreeMap::new(),
            renamed: Vec::new(),
        }
    }

    /// Goes on to this position.
    ///
    /// # Panics
    ///
    /// It is there no longer, or the recording is not that long.
    pub fn advance_to(&mut self, position: usize) {
        let recording: &'a Recording = self.recording;
        for event in &recording.events[self.position..position] {
            self.take(event);
        }
        self.position = position;
    }

    fn take(&mut self, event: &'a Event) {
        match event {
            Event::Found { name, content } => {
                self.names.insert(name, FileId(self.files.len()));
                self.files.push(File { durable: content.to_vec(), unsynced: Vec::new() });
            }
            Event::Made { name } => {
                self.renamed.push((name, Some(FileId(self.files.len()))));
                self.files.push(File::default());
            }
            Event::Written { file, offset, bytes } => {
                self.files[file.0].unsynced.push(Change::Written { offset: *offset, bytes });
            }
            Event::Resized { file, size } => {
                self.files[file.0].unsynced.push(Change::Resized(*size));
            }
            Event::Synced { file, folder } => {
                self.files[file.0].sync();
                if *folder {
                    self.sync_folder();
                }
            }
            Event::Lost { file } => self.files[file.0].unsynced.clear(),
            Event::Deleted { name, synced } => {
                self.renamed.push((name, None));
                if *synced {
                    self.sync_folder();
                }
            }
        }
    }

    fn sync_folder(&mut self) {
        for (name, file) in self.renamed.drain(..) {
            set(&mut self.names, name, file);
        }
    }

    /// How many changes would not be certain to outlive a loss of power now.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.files.iter().map(|file| file.unsynced.len()).sum::<usize>() + self.renamed.len()
    }

    /// The files as they are while nothing is lost.
    #[must_use]
    pub fn whole(&self) -> Image {
        let odds = Odds { kept: 100, torn: 0, unwritten: Unwritten::Nothing };
        self.image_with(odds, &mut Rng::with_seed(0))
    }

    /// The files as a loss of power could leave them now.
    pub fn image(&self, dice: &mut Rng) -> Image {
        let odds = Odds::roll(dice);
        self.image_with(odds, dice)
    }

    fn image_with(&self, odds: Odds, dice: &mut Rng) -> Image {
        let mut names = self.names.clone();
        for (name, file) in &self.renamed {
            if odds.keeps(dice) {
                set(&mut names, name, *file);
            }
        }
        let mut image = Image::default();
        for (name, file) in names {
            image.insert(name, self.files[file.0].content(odds, dice));
        }
        image
    }

    /// What is certain to be in a file.
    pub(crate) fn durable(&self, file: FileId) -> &[u8] {
        &self.files[file.0].durable
    }
}

fn set<'a>(names: &mut BTreeMap<&'a str, FileId>, name: &'a str, file: Option<FileId>) {
    match file {
        Some(file) => names.insert(name, file),
        None => names.remove(name),
    };
}

impl File<'_> {
    fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                Change::Written { offset, bytes } => put(&mut self.durable, offset, bytes),
                Change::Resized(size) => self.durable.resize(size, 0),
            }
        }
    }

    fn content(&self, odds: Odds, dice: &mut Rng) -> Vec<u8> {
        let mut content = self.durable.clone();
        for change in &self.unsynced {
            let kept = odds.keeps(dice);
            match change {
                Change::Written { offset, bytes } if kept => put(&mut content, *offset, bytes),
                Change::Written { offset, bytes } => {
                    odds.grow(&mut content, offset + bytes.len(), dice);
                    if odds.tears(dice) {
                        tear(&mut content, *offset, bytes, dice);
                    }
                }
                Change::Resized(size) if kept => content.resize(*size, 0),
                Change::Resized(_) => {}
            }
        }
        content
    }
}

/// Writes bytes into a file, which grows as far as that takes.
fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

/// Writes some of the sectors that these bytes are in.
fn tear(content: &mut Vec<u8>, offset: usize, bytes: &[u8], dice: &mut Rng) {
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + SECTOR - (offset + from) % SECTOR);
        if dice.bool() {
            put(content, offset + from, &bytes[from..to]);
        }
        from = to;
    }
}

impl Odds {
    fn roll(dice: &mut Rng) -> Self {
        Self {
            kept: [0, 10, 50, 90, 100][dice.usize(..5)],
            torn: [0, 30, 100][dice.usize(..3)],
            unwritten: [Unwritten::Nothing, Unwritten::Zeros, Unwritten::Anything][dice.usize(..3)],
        }
    }

    fn keeps(self, dice: &mut Rng) -> bool {
        dice.u32(..100) < self.kept
    }

    fn tears(self, dice: &mut Rng) -> bool {
        dice.u32(..100) < self.torn
    }

    /// Gives a file this size, if it is smaller and may have grown without its content.
    fn grow(self, content: &mut Vec<u8>, size: usize, dice: &mut Rng) {
        if content.len() >= size {
            return;
        }
        match self.unwritten {
            Unwritten::Nothing => {}
            Unwritten::Zeros => content.resize(size, 0),
            Unwritten::Anything => content.resize_with(size, || dice.u8(..)),
        }
    }
}
