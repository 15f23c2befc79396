//! The promises of every store, held to files at each durability and to memory.

use std::sync::Arc;

use tidegate_core::store::suite::Subject;
use tidegate_core::{Durability, Store};
use tidegate_store::{Options, Sqlite};

fn file(durability: Durability) -> Subject {
    let folder = tempfile::tempdir().unwrap();
    Subject::lasting(move || {
        let options = Options::file(folder.path().join("runs.db")).durability(durability);
        Box::pin(async move { Arc::new(Sqlite::open(options).unwrap()) as Arc<dyn Store> })
    })
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

    tidegate_core::store_suite!(|| Subject::fleeting(|| {
        Box::pin(async { Arc::new(Sqlite::open(Options::memory()).unwrap()) as Arc<dyn Store> })
    }));
}
