//! The socket on which clients send events. A client pings now and then; the answer says that all it sent before is durable, so it is
//! given after that only.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;

use super::take::{Taker, parse};
use crate::route::Scope;
use crate::security::Caller;
use crate::state::AppState;

/// The name of the protocol that Prefect's clients speak.
const PROTOCOL: &str = "prefect";

/// How many bytes a message has at most.
const MESSAGE_LIMIT: usize = 1 << 20;

/// How long a client may take to say who it is.
const INTRODUCTION: Duration = Duration::from_secs(10);

pub(super) async fn events_in(
    State(state): State<AppState>,
    caller: axum::Extension<Caller>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT);
    let guard = state.tasks().token();
    upgrade.on_upgrade(async move |socket| {
        let _guard = guard;
        serve(socket, state, *caller).await;
    })
}

async fn serve(mut socket: WebSocket, state: AppState, caller: Caller) {
    let Some(caller) = introduced(&mut socket, &state, caller).await else { return };
    if caller.may(Scope::Run).is_err() {
        close(socket, close_code::POLICY, "this needs a key of the scope run").await;
        return;
    }
    let mut taker = Taker::new(state.clone());
    loop {
        let message = tokio::select! {
            message = socket.recv() => message,
            () = state.stop().cancelled() => {
                let _ = taker.flush().await;
                close(socket, close_code::AWAY, "the server stops").await;
                return;
            }
        };
        let Some(Ok(message)) = message else { break };
        let taken = match message {
            Message::Text(text) => match parse(&text) {
                Ok(event) => taker.take(event).await,
                Err(error) => {
                    tracing::warn!(target: "tidegate::server", "a client has sent what is no event: {error}");
                    Ok(())
                }
            },
            // The pong goes out when more is asked for.
            Message::Ping(_) => taker.flush().await,
            Message::Binary(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => break,
        };
        if taken.is_err() {
            // It sends again what was not confirmed.
            close(socket, close_code::ERROR, "the store cannot store now").await;
            return;
        }
    }
    let _ = taker.flush().await;
}

/// Who speaks on a socket: who opened it, or who its first message says it is.
async fn introduced(socket: &mut WebSocket, state: &AppState, caller: Caller) -> Option<Caller> {
    if socket.protocol().is_none() {
        return Some(caller);
    }
    let first = tokio::time::timeout(INTRODUCTION, first_text(socket)).await;
    let text = first.ok().flatten()?;
    let message: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if message["type"] != "auth" {
        return None;
    }
    let token = message["token"].as_str().unwrap_or_default();
    let known = match Caller::of_token(state.config(), token) {
        Caller::Unknown => caller,
        known @ Caller::Known(_) => known,
    };
    if known == Caller::Unknown {
        return None;
    }
    let welcome = Message::Text("{\"type\":\"auth_success\"}".into());
    socket.send(welcome).await.ok().map(|()| known)
}

/// The first message that says something; a client pings before it speaks.
async fn first_text(socket: &mut WebSocket) -> Option<Utf8Bytes> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return Some(text),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Close(_) => return None,
        }
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = socket.send(Message::Close(Some(frame))).await;
}
