//! Where results are kept that are not part of the record of their run. A storage keeps bytes under keys and knows nothing of runs.

mod key;
mod local_files;
mod memory;
#[cfg(feature = "object-store")]
mod object_store;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

pub(crate) use key::check as check_key;
pub use local_files::LocalFiles;
pub use memory::MemoryStorage;
#[cfg(feature = "object-store")]
pub use object_store::ObjectStorage;

/// Keeps results under keys. Tidegate has [`LocalFiles`] and [`MemoryStorage`], and with the feature `object-store` whatever the
/// crate `object_store` reaches; implement it for anything else.
///
/// A key is a path of names with `/` between them, of at most 1,024 bytes; none of its names is empty, `.` or `..`.
pub trait ResultStorage: fmt::Debug + Send + Sync {
    /// What it is called in records, and found by: the path of a folder, the URL of a bucket. Storages of one name must hold the
    /// same objects, in every process that uses them.
    fn name(&self) -> &str;

    /// Where it is, for messages.
    fn location(&self) -> Cow<'_, str> {
        self.name().into()
    }

    /// Keeps `object` under `key`, in the place of what was there. Once it has said so, the object is as safe as the storage can
    /// make it; until then, and when the future is dropped, either the old object is there or the new one, and never a part.
    fn write<'a>(&'a self, key: &'a str, object: Vec<u8>) -> BoxFuture<'a, io::Result<()>>;

    /// The object under `key`, if there is one.
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Vec<u8>>>>;

    /// Removes the object under `key`; none being there is fine.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;
}

/// What `result_storage` takes: the path of a folder, or a storage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a result storage",
    label = "not a place where results can be kept",
    note = "give the path of a folder as a text or a `PathBuf`, a `LocalFiles`, a `MemoryStorage`, or a type of your own that implements `ResultStorage`"
)]
pub trait IntoResultStorage {
    #[doc(hidden)]
    fn into_result_storage(self) -> Arc<dyn ResultStorage>;
}

#[diagnostic::do_not_recommend]
impl<S: ResultStorage + 'static> IntoResultStorage for S {
    fn into_result_storage(self) -> Arc<dyn ResultStorage> {
        Arc::new(self)
    }
}

impl<S: ResultStorage + 'static> IntoResultStorage for Arc<S> {
    fn into_result_storage(self) -> Arc<dyn ResultStorage> {
        self
    }
}

impl IntoResultStorage for Arc<dyn ResultStorage> {
    fn into_result_storage(self) -> Self {
        self
    }
}

macro_rules! paths {
    ($($path:ty)*) => {
        $(impl IntoResultStorage for $path {
            fn into_result_storage(self) -> Arc<dyn ResultStorage> {
                Arc::new(LocalFiles::new(self))
            }
        })*
    };
}

paths! { &str String &Path PathBuf }
