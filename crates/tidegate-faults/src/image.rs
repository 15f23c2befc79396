//! The files of a disk as a loss of power could leave them. It knows nothing of how they came to be so.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Files by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    files: BTreeMap<String, Vec<u8>>,
}

impl Image {
    pub(crate) fn insert(&mut self, name: &str, content: Vec<u8>) {
        // Recordings name files by their whole paths.
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        self.files.insert(name.to_owned(), content);
    }

    /// The content of the file of this name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }

    /// Makes the files in this folder.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        self.files.iter().try_for_each(|(name, content)| fs::write(folder.join(name), content))
    }
}
