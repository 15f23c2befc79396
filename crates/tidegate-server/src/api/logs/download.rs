//! The log lines of a flow run as a file. They are read as they are sent, a page at a time, so that no run is too long.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use tidegate_core::{LogQuery, LogRecord, RunId, StoreError, Timestamp};

use crate::api::extract::Id;
use crate::api::flow_runs;
use crate::error::ApiError;
use crate::state::AppState;

/// What the file is.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// How many lines are read at once.
const PAGE: u64 = 1000;

/// The names of the columns.
const HEAD: &str = "timestamp,level,flow_run_id,task_run_id,message\r\n";

/// Up to where the lines were read: those at this time, and how many of them.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    at: Option<Timestamp>,
    taken: u64,
}

pub(super) async fn of_flow_run(
    State(state): State<AppState>,
    id: Id,
) -> Result<Response, ApiError> {
    let run = flow_runs::find(&state, id).await?;
    let begin = Some(None::<Place>);
    let stop = state.stop().clone();
    let lines = try_unfold(begin, move |place| {
        let state = state.clone();
        async move {
            match place {
                None => Ok::<_, StoreError>(None),
                Some(None) => {
                    Ok(Some((Bytes::from_static(HEAD.as_bytes()), Some(Some(Place::default())))))
                }
                Some(Some(place)) => {
                    let (text, next) = page(&state, run.id, place).await?;
                    Ok(Some((text, next.map(Some))))
                }
            }
        }
    });
    let lines = futures_util::StreamExt::take_until(lines, stop.cancelled_owned());
    let name = encoded(&format!("{}-logs.csv", run.name));
    let disposition =
        format!("attachment; filename=\"flow-run-logs.csv\"; filename*=UTF-8''{name}");
    let headers = [(CONTENT_TYPE, CSV.to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// The lines after a place, and where the next are.
async fn page(
    state: &AppState,
    run: RunId,
    mut place: Place,
) -> Result<(Bytes, Option<Place>), StoreError> {
    let query = LogQuery {
        flow_run_id: Some(run),
        since: place.at,
        offset: place.taken,
        limit: Some(PAGE),
        ..LogQuery::default()
    };
    let lines = state.store().logs(query).await?;
    let mut text = String::new();
    for line in &lines {
        write(&mut text, line);
        place = match place.at {
            Some(at) if at == line.timestamp => Place { taken: place.taken + 1, ..place },
            Some(_) | None => Place { at: Some(line.timestamp), taken: 1 },
        };
    }
    let more = lines.len() as u64 == PAGE;
    Ok((text.into(), more.then_some(place)))
}

/// One row.
fn write(text: &mut String, line: &LogRecord) {
    let time = line.timestamp.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string();
    let id = |id: Option<RunId>| id.map(|id| id.to_string()).unwrap_or_default();
    let (flow_run, task_run) = (id(line.flow_run_id), id(line.task_run_id));
    let fields = [&time, &*line.level.number().to_string(), &flow_run, &task_run, &line.message];
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(field);
        }
    }
    text.push_str("\r\n");
}

/// A name as it stands in a header.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
