//! Servers for tests, each over a store of its own. Nothing here is a test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tidegate_core::Store;
use tidegate_remote::{Options, Remote};
use tidegate_server::{Config, Server};
use tokio_util::sync::CancellationToken;

/// A server on a thread of its own, so that it answers while a test blocks. It stops when it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    pub(crate) fn over(store: Arc<dyn Store>, config: Config) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let config = config.address(([127, 0, 0, 1], 0).into());
                let server = Server::bind(Arc::clone(&store), config).await.unwrap();
                sender.send(server.address()).unwrap();
                server.run(stopped).await.unwrap();
                store.close().await.unwrap();
            });
        });
        Self { address: receiver.recv().unwrap(), stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub(crate) fn connect(&self) -> Remote {
        Remote::connect(&self.url(), Options::new()).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = self.thread.take().unwrap().join();
    }
}
