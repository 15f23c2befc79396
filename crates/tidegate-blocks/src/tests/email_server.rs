//! A server for letters on this machine: greets, encrypts when it is asked to, lets in who knows the password, and keeps what it is sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Of `\0ada\0s3cret`, in base64.
const LOGIN: &str = "AUTH PLAIN AGFkYQBzM2NyZXQ=";

/// When the connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encrypted {
    Never,
    FromTheBeginning,
    WhenAsked,
}

/// A server that is running; it ends when it is dropped.
pub(super) struct EmailServer {
    pub(super) address: SocketAddr,
    /// All that clients have said, line by line.
    said: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl EmailServer {
    pub(super) async fn start(encrypted: Encrypted) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let said = Arc::default();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, encrypted, Arc::clone(&said)));
        Self { address, said, _serving: serving }
    }

    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(listener: TcpListener, encrypted: Encrypted, said: Arc<Mutex<Vec<String>>>) {
    let acceptor = acceptor();
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&said);
        if encrypted == Encrypted::FromTheBeginning {
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = converse(&mut BufReader::new(stream), &kept, false, true).await;
            }
            continue;
        }
        let mut stream = BufReader::new(stream);
        let asked = converse(&mut stream, &kept, encrypted == Encrypted::WhenAsked, true).await;
        if asked.is_ok_and(|asked| asked)
            && let Ok(stream) = acceptor.accept(stream.into_inner()).await
        {
            let _ = converse(&mut BufReader::new(stream), &kept, false, false).await;
        }
    }
}

/// Speaks with a client until it goes, or asks to be encrypted.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    said: &Mutex<Vec<String>>,
    encrypts: bool,
    greets: bool,
) -> std::io::Result<bool> {
    if greets {
        stream.write_all(b"220 test ESMTP\r\n").await?;
    }
    let mut in_letter = false;
    loop {
        stream.flush().await?;
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let line = line.trim_end().to_owned();
        said.lock().unwrap().push(line.clone());
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "." if in_letter => {
                in_letter = false;
                "250 taken"
            }
            _ if in_letter => continue,
            "EHLO" if encrypts => "250-test\r\n250 STARTTLS",
            "EHLO" => "250-test\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await?;
                stream.flush().await?;
                return Ok(true);
            }
            "AUTH" if line == LOGIN => "235 let in",
            "AUTH" => "535 not let in",
            "DATA" => {
                in_letter = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
