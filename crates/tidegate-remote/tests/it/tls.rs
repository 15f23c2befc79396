//! A server behind `https://`: it is trusted by the certificates that a program is told, and nothing is sent to one that is not.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use rcgen::{CertifiedKey, KeyPair};
use tidegate::prelude::*;
use tidegate::{Engine, Error};
use tidegate_core::{RunQuery, Store};
use tidegate_server::Config;
use tidegate_store::{Options, Sqlite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_util::sync::CancellationToken;

use crate::served::Served;

/// What speaks TLS before a server that does not, on a thread of its own. It stops when it is dropped.
struct Front {
    address: SocketAddr,
    /// How many callers have trusted it.
    trusted: Arc<AtomicU32>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    fn before(server: SocketAddr, made: &CertifiedKey<KeyPair>) -> Self {
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (trusted, stop) = (Arc::new(AtomicU32::new(0)), CancellationToken::new());
        let (counted, stopped) = (Arc::clone(&trusted), stop.clone());
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                let mut callers = tokio::task::JoinSet::new();
                loop {
                    tokio::select! {
                        () = stopped.cancelled() => break,
                        accepted = listener.accept() => {
                            let (stream, _) = accepted.unwrap();
                            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                            callers.spawn(async move {
                                let Ok(mut caller) = acceptor.accept(stream).await else { return };
                                counted.fetch_add(1, Ordering::SeqCst);
                                let mut server = TcpStream::connect(server).await.unwrap();
                                let _ = tokio::io::copy_bidirectional(&mut caller, &mut server).await;
                            });
                        }
                    }
                }
            });
        });
        Self { address: receiver.recv().unwrap(), trusted, stop, thread: Some(thread) }
    }

    fn open(&self, certificates: Option<&Path>) -> Result<Engine> {
        let url = format!("https://localhost:{}/api", self.address.port());
        let builder = Engine::builder().api_url(url);
        match certificates {
            Some(path) => builder.setting("api.ssl_cert_file", path.to_str().unwrap()).open(),
            None => builder.open(),
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = self.thread.take().unwrap().join();
    }
}

#[task]
async fn half(number: u32) -> u32 {
    number / 2
}

#[flow]
async fn halves(number: u32) -> Result<u32> {
    half(number).await
}

fn self_signed() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

#[tokio::test]
async fn a_server_behind_https_is_trusted_by_the_certificates_that_are_named() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let served = Served::over(Arc::clone(&store), Config::new());
    let (own, other) = (self_signed(), self_signed());
    let front = Front::before(served.address, &own);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };

    let said = |opened: Result<Engine>| opened.map_err(Error::into_std).unwrap_err().to_string();
    for certificates in [None, Some(file("other.pem", &other.cert.pem()))] {
        let error = said(front.open(certificates.as_deref()));
        assert!(error.contains("is not trusted"), "{error}");
        assert!(error.contains("TIDEGATE_API_SSL_CERT_FILE"), "{error}");
    }
    for (name, text) in [("empty.pem", ""), ("key.pem", &*own.signing_key.serialize_pem())] {
        let error = said(front.open(Some(&file(name, text))));
        assert!(error.contains("it holds no certificate in PEM"), "{error}");
    }
    let error = said(front.open(Some(&folder.path().join("missing.pem"))));
    assert!(
        error.contains("missing.pem") && error.contains("TIDEGATE_API_SSL_CERT_FILE"),
        "{error}"
    );
    assert_eq!(front.trusted.load(Ordering::SeqCst), 0, "nothing was sent to whom nobody trusts");

    let both = format!("{}{}", other.cert.pem(), own.cert.pem());
    let engine = front.open(Some(&file("both.pem", &both))).unwrap();
    assert_eq!(halves(8).on(&engine).await.unwrap(), 4);
    engine.close().await.unwrap();
    let runs = store.runs(RunQuery::default()).await.unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run.state().unwrap().is_completed()));
}
