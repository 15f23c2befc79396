//! The promises of every store, held to a remote one over a server with a file.

use std::sync::{Arc, Mutex, PoisonError};

use tidegate_core::Store;
use tidegate_core::store::suite::Subject;
use tidegate_server::Config;
use tidegate_store::{Options, Sqlite};

use crate::served::Served;

/// The server stays while the store is closed and opened again.
fn remote() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let served: Arc<Mutex<Option<Served>>> = Arc::default();
    Subject::lasting(move || {
        let path = folder.path().join("runs.db");
        let served = Arc::clone(&served);
        Box::pin(async move {
            let mut served = served.lock().unwrap_or_else(PoisonError::into_inner);
            let served = served.get_or_insert_with(|| {
                Served::over(Arc::new(Sqlite::open(Options::file(path)).unwrap()), Config::new())
            });
            Arc::new(served.connect()) as Arc<dyn Store>
        })
    })
}

tidegate_core::store_suite!(remote);
