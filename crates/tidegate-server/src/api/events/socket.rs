//! The socket on which clients send events. A client pings now and then; the answer says that all it sent before is durable, so it is
//! given after that only.

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, close_code};
use axum::response::Response;

use super::take::{Taker, parse};
use crate::api::extract::Upgrade;
use crate::api::socket::{close, open};
use crate::route::Scope;
use crate::security::{Caller, Who};
use crate::state::AppState;

pub(super) async fn events_in(
    State(state): State<AppState>,
    caller: axum::Extension<Caller>,
    who: axum::Extension<Who>,
    upgrade: Upgrade,
) -> Response {
    open(state, *caller, *who, Scope::Run, upgrade, serve)
}

async fn serve(mut socket: WebSocket, state: AppState) {
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
