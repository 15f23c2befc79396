//! A network that cannot be relied on: a proxy that loses requests, loses answers, holds both up, sends requests twice, and sends some again
//! much later. Nothing here is a test.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What has become of the requests.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) forwarded: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) answers_lost: AtomicU64,
    pub(crate) held_up: AtomicU64,
    pub(crate) repeated: AtomicU64,
    pub(crate) late: AtomicU64,
}

/// A proxy on a thread of its own. It stops when it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    pub(crate) counts: Arc<Counts>,
    rough: Arc<AtomicBool>,
    repeats: Arc<AtomicBool>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// Dice with a seed.
#[derive(Debug)]
pub(crate) struct Dice(Mutex<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed | 1))
    }

    pub(crate) fn below(&self, sides: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % sides
    }
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    dice: Dice,
    counts: Arc<Counts>,
    rough: Arc<AtomicBool>,
    repeats: Arc<AtomicBool>,
    /// A request that is sent again when some more have passed.
    late: Mutex<Vec<Vec<u8>>>,
}

impl Proxy {
    pub(crate) fn before(server: SocketAddr, seed: u64) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (stop, counts) = (CancellationToken::new(), Arc::new(Counts::default()));
        let rough = Arc::new(AtomicBool::new(false));
        let repeats = Arc::new(AtomicBool::new(true));
        let shared = Arc::new(Shared {
            server,
            dice: Dice::new(seed),
            counts: Arc::clone(&counts),
            rough: Arc::clone(&rough),
            repeats: Arc::clone(&repeats),
            late: Mutex::default(),
        });
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                let mut connections = tokio::task::JoinSet::new();
                loop {
                    tokio::select! {
                        () = stopped.cancelled() => break,
                        accepted = listener.accept() => {
                            let (stream, _) = accepted.unwrap();
                            connections.spawn(connection(stream, Arc::clone(&shared)));
                        }
                    }
                }
                connections.abort_all();
            });
        });
        let address = receiver.recv().unwrap();
        Self { address, counts, rough, repeats, stop, thread: Some(thread) }
    }

    /// From now on the network cannot be relied on, or can.
    pub(crate) fn is_rough(&self, rough: bool) {
        self.rough.store(rough, Ordering::SeqCst);
    }

    /// Sends nothing by itself: requests and answers get lost, and that is all.
    pub(crate) fn only_loses(&self) {
        self.repeats.store(false, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = self.thread.take().unwrap().join();
    }
}

async fn connection(mut stream: TcpStream, shared: Arc<Shared>) {
    while let Some(request) = message(&mut stream).await {
        let counts = &shared.counts;
        let rough = shared.rough.load(Ordering::SeqCst);
        let repeats = shared.repeats.load(Ordering::SeqCst);
        let fate = if rough { shared.dice.below(12) } else { u64::MAX };
        let fate = if (2..=3).contains(&fate) && !repeats { 1 } else { fate };
        if fate == 0 {
            counts.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if fate == 1 {
            counts.held_up.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(shared.dice.below(30))).await;
        }
        if fate == 2 {
            counts.repeated.fetch_add(1, Ordering::Relaxed);
            let _ = forward(&request, shared.server).await;
        }
        if fate == 3 {
            shared.late.lock().unwrap().push(request.clone());
        } else if rough && shared.dice.below(4) == 0 {
            let late = shared.late.lock().unwrap().pop();
            if let Some(late) = late {
                counts.late.fetch_add(1, Ordering::Relaxed);
                let _ = forward(&late, shared.server).await;
            }
        }
        let Some(answer) = forward(&request, shared.server).await else { return };
        counts.forwarded.fetch_add(1, Ordering::Relaxed);
        if fate == 4 {
            counts.answers_lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if fate == 5 {
            counts.answers_lost.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(&answer[..answer.len() / 2]).await;
            return;
        }
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// What the server answers to a request, over a connection of its own.
async fn forward(request: &[u8], server: SocketAddr) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await.ok()?;
    stream.write_all(request).await.ok()?;
    message(&mut stream).await
}

/// A whole request or answer, as its head says how long it is.
async fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(bytes);
            }
        }
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}
