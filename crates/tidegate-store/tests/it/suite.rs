//! The promises of every store, held to files at each durability and to memory.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tidegate_core::store::suite::Subject;
use tidegate_core::{Durability, Store};
use tidegate_store::{Options, Sqlite};

fn open(options: Options) -> BoxFuture<'static, Arc<dyn Store>> {
    Box::pin(async move { Arc::new(Sqlite::open(options).unwrap()) as Arc<dyn Store> })
}

fn file(durability: Durability) -> Subject {
    let folder = tempfile::tempdir().unwrap();
    Subject::lasting(move || {
        open(Options::file(folder.path().join("runs.db")).durability(durability))
    })
    .backups(|path| open(Options::file(path)))
}

mod full {
    tidegate_core::store_suite!(|| super::file(super::Durability::Full));
}

mod process {
    tidegate_core::store_suite!(|| super::file(super::Durability::Process));
}

mod none {
    tidegate_core::store_suite!(|| super::file(super::Durability::None));
}

mod memory {
    use super::*;

    tidegate_core::store_suite!(|| {
        Subject::fleeting(|| open(Options::memory())).backups(|path| open(Options::file(path)))
    });
}
