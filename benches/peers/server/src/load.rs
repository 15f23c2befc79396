//! Requests sent as fast as they are answered, over so many connections that each wait for their own answers.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::client::{Client, Request};

/// What came of it.
pub(crate) struct Pressed {
    /// How many were answered a second.
    pub(crate) rate: f64,
    /// How many were refused as one that the server cannot serve now.
    pub(crate) refused: u64,
    /// What was answered, where that is kept.
    pub(crate) answers: Vec<Vec<u8>>,
}

/// Sends what `next` gives, until there is no more or the time is over.
pub(crate) async fn press(
    server: SocketAddr,
    clients: usize,
    time: Duration,
    keep: bool,
    next: impl FnMut() -> Option<Request>,
) -> Pressed {
    let next = RefCell::new(next);
    let mut connections: Vec<Client> = (0..clients).map(|_| Client::new(server)).collect();
    join_all(connections.iter_mut().map(open)).await;
    let started = Instant::now();
    let each = join_all(connections.iter_mut().map(async |client| {
        let (mut count, mut refused, mut answers) = (0_u64, 0_u64, Vec::new());
        while started.elapsed() < time {
            let Some(request) = (next.borrow_mut())() else { break };
            match client.ask_for(&request).await {
                Some(answer) => {
                    count += 1;
                    if keep {
                        answers.push(answer.to_vec());
                    }
                }
                None => refused += 1,
            }
        }
        (count, refused, answers)
    }))
    .await;
    let seconds = started.elapsed().as_secs_f64();
    let count: u64 = each.iter().map(|(count, _, _)| count).sum();
    let refused = each.iter().map(|(_, refused, _)| refused).sum();
    let answers = each.into_iter().flat_map(|(_, _, answers)| answers).collect();
    Pressed { rate: count as f64 / seconds, refused, answers }
}

/// A connection is opened before its requests are timed.
async fn open(client: &mut Client) {
    client.ask(&Request::get("/health")).await;
}

/// The median of the seconds that each of the same request takes, asked one after the other for so long, five times at least.
pub(crate) async fn median_time(server: SocketAddr, time: Duration, request: &Request) -> f64 {
    let mut client = Client::new(server);
    client.ask(request).await;
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < time || times.len() < 5 {
        let started = Instant::now();
        client.ask(request).await;
        times.push(started.elapsed().as_secs_f64());
    }
    median(times)
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
