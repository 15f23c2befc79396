//! Sockets in Prefect's manner: whoever opens one says in its first message who they are, and in the second what they want to see. What
//! goes over one afterwards is the business of its route.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::extract::Upgrade;
use crate::error::ApiError;
use crate::route::Scope;
use crate::security::{Caller, Who};
use crate::state::AppState;

/// The name of the protocol that Prefect's clients speak.
const PROTOCOL: &str = "prefect";

/// How many bytes a message has at most.
const MESSAGE_LIMIT: usize = 1 << 20;

/// How long a client may take to say who it is, and what it wants to see.
const INTRODUCTION: Duration = Duration::from_secs(10);

/// How long a client may take to read a message. One that does not is cut off: it asks again from where it was.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked for something new. Other processes write to the store too, and tell nobody.
const LOOK: Duration = Duration::from_millis(250);

/// Opens a socket, and hands it to `serve` once it is known that whoever opened it may do what asks for `scope`.
pub(super) fn open<F>(
    state: AppState,
    caller: Caller,
    who: Who,
    scope: Scope,
    upgrade: Upgrade,
    serve: impl FnOnce(WebSocket, AppState) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = ()> + Send,
{
    let Upgrade(upgrade) = upgrade;
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT);
    let place = match state.stream(who) {
        Ok(place) => place,
        Err(refusal) => return refusal.into_response(),
    };
    let guard = state.tasks().token();
    upgrade.on_upgrade(async move |mut socket| {
        let (_guard, _place) = (guard, place);
        let caller = match introduced(&mut socket, &state, caller).await {
            Ok(caller) => caller,
            Err(why) => return close(socket, close_code::POLICY, why).await,
        };
        if caller.may(scope).is_err() {
            let why = format!("this needs a key of the scope {scope}");
            return close(socket, close_code::POLICY, &why).await;
        }
        serve(socket, state).await;
    })
}

/// Who speaks on a socket: who opened it, or who its first message says it is.
async fn introduced(
    socket: &mut WebSocket,
    state: &AppState,
    caller: Caller,
) -> Result<Caller, &'static str> {
    if socket.protocol().is_none() {
        return Ok(caller);
    }
    let text = first_text(socket, state).await.ok_or("Expected 'auth' message")?;
    let message: Value = serde_json::from_str(&text).unwrap_or_default();
    if message["type"] != "auth" {
        return Err("Expected 'auth' message");
    }
    let token = message["token"].as_str().unwrap_or_default();
    let known = match Caller::of_token(state.config(), token) {
        Caller::Unknown => caller,
        known @ Caller::Known(_) => known,
    };
    if known == Caller::Unknown {
        return Err("Invalid token");
    }
    let welcome = Message::Text("{\"type\":\"auth_success\"}".into());
    socket.send(welcome).await.map_err(|_| "gone")?;
    Ok(known)
}

/// The next message that says something; a client pings before it speaks. None if it says nothing for long.
async fn first_text(socket: &mut WebSocket, state: &AppState) -> Option<Utf8Bytes> {
    let text = async {
        loop {
            match socket.recv().await?.ok()? {
                Message::Text(text) => return Some(text),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Close(_) => return None,
            }
        }
    };
    tokio::select! {
        text = tokio::time::timeout(INTRODUCTION, text) => text.ok().flatten(),
        () = state.stop().cancelled() => None,
    }
}

/// What a client wants to see.
#[derive(Debug)]
pub(super) struct Wanted<T> {
    pub(super) filter: T,
    /// Whether what happened before is wanted too.
    pub(super) backfill: bool,
}

#[derive(Deserialize)]
struct FilterMessage {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    filter: Value,
    backfill: Option<bool>,
}

/// Reads what a client wants to see. A socket on which something else is said is closed, and then it is none.
pub(super) async fn wanted<T: DeserializeOwned>(
    mut socket: WebSocket,
    state: &AppState,
) -> Option<(WebSocket, Wanted<T>)> {
    let text = first_text(&mut socket, state).await;
    let message = text.and_then(|text| serde_json::from_str::<FilterMessage>(&text).ok());
    let Some(message) = message.filter(|message| message.kind == "filter") else {
        close(socket, close_code::PROTOCOL, "Expected 'filter' message").await;
        return None;
    };
    let backfill = message.backfill.unwrap_or(true);
    match serde_json::from_value(message.filter) {
        Ok(filter) => Some((socket, Wanted { filter, backfill })),
        Err(error) => {
            close(socket, close_code::PROTOCOL, &format!("Invalid filter: {error}")).await;
            None
        }
    }
}

/// Where messages come from.
pub(super) trait Source {
    /// What is new, not much at once; whether there is more already.
    fn next(
        &mut self,
        state: &AppState,
    ) -> impl Future<Output = Result<(Vec<String>, bool), ApiError>> + Send;
}

/// Sends what is new as it comes, until the client is gone or the server stops. What it does not read waits in the store and not here.
pub(super) async fn follow(mut socket: WebSocket, state: AppState, mut source: impl Source) {
    let mut look = Instant::now();
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            () = state.stop().cancelled() => {
                return close(socket, close_code::AWAY, "the server stops").await;
            }
            () = tokio::time::sleep_until(look) => {}
        }
        let began = Instant::now();
        let more = match source.next(&state).await {
            Ok((messages, more)) => {
                for message in messages {
                    let sent = tokio::select! {
                        sent = tokio::time::timeout(
                            PATIENCE,
                            socket.send(Message::Text(message.into())),
                        ) => sent,
                        () = state.stop().cancelled() => return,
                    };
                    if !matches!(sent, Ok(Ok(()))) {
                        return;
                    }
                }
                more
            }
            // A store that does not answer now is asked again.
            Err(_) => false,
        };
        // Where looking takes long it is done less often, so that whoever watches takes no more than a fifth of a reader's time.
        let wait = if more { Duration::ZERO } else { LOOK.max(began.elapsed() * 4) };
        look = Instant::now() + wait;
    }
}

/// Says why, and closes.
pub(super) async fn close(mut socket: WebSocket, code: u16, reason: &str) {
    // A reason has 123 bytes at most.
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let frame = CloseFrame { code, reason: reason[..end].into() };
    let _ = tokio::time::timeout(PATIENCE, socket.send(Message::Close(Some(frame)))).await;
}
