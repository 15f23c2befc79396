//! The store itself over HTTP, for programs of other machines that record their runs here. It hands on what it is sent and decides
//! nothing: what a batch may change is the business of the store.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::store::{Batch, Greeting, Question};

use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many bytes one body has at most: the result of a transactional task is in one write, however large it is.
const BODY_LIMIT: usize = 64 << 20;

/// Questions ask for the scope of those who make runs: what they give has the results of runs in it.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/tidegate/store", Scope::Run, greet)
            .gives::<Value>("What this store is, for programs that record their runs in it."),
        Route::post("/api/tidegate/store/ask", Scope::Run, ask)
            .gives::<Value>("What the store answers to a question of such a program.")
            .body_limit(BODY_LIMIT),
        Route::post("/api/tidegate/store/apply", Scope::Run, apply)
            .gives::<Value>("What became of a batch of such a program, which is applied once.")
            .body_limit(BODY_LIMIT),
    ]
}

async fn greet(State(state): State<AppState>) -> Response {
    told(&Greeting::new(state.store().info()))
}

async fn apply(State(state): State<AppState>, body: Bytes) -> Result<Response, ApiError> {
    let batch: Batch = parse(&body)?;
    Ok(told(&state.store().apply(batch, state.now()).await))
}

async fn ask(State(state): State<AppState>, body: Bytes) -> Result<Response, ApiError> {
    let store = state.store();
    Ok(match parse(&body)? {
        Question::Flush => told(&store.flush().await),
        Question::Run(id) => told(&store.run(id).await),
        Question::Runs(query) => told(&store.runs(*query).await),
        Question::CountRuns(query) => told(&store.count_runs(*query).await),
        Question::Definitions(kind) => told(&store.definitions(kind).await),
        Question::RecordedCalls(flow_run) => told(&store.recorded_calls(flow_run).await),
        Question::Transactions(run) => told(&store.transactions(run).await),
        Question::Leases => told(&store.leases().await),
        Question::Orphans(limit) => told(&store.orphans(limit).await),
        Question::Inputs(query) => told(&store.inputs(query).await),
        Question::Requests(query) => told(&store.requests(query).await),
        Question::Artifacts(query) => told(&store.artifacts(query).await),
        Question::Variables(query) => told(&store.variables(query).await),
        Question::Events(query) => told(&store.events(*query).await),
        Question::Cached(key) => told(&store.cached(key).await),
        Question::Limits(names) => told(&store.limits(names).await),
        Question::SlotHolders(limit) => told(&store.slot_holders(limit).await),
        Question::BlockTypes(query) => told(&store.block_types(query).await),
        Question::BlockSchemas(query) => told(&store.block_schemas(query).await),
        Question::BlockDocuments(query) => told(&store.block_documents(query).await),
        Question::Logs(query) => told(&store.logs(query).await),
        Question::Vacuum => told(&store.vacuum().await),
    })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid(&["body"], error.to_string(), "value_error"))
}

/// An answer of the store is an answer, whether it is an error or not.
fn told<T: Serialize>(answer: &T) -> Response {
    match serde_json::to_vec(answer) {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => {
            tracing::error!(target: "tidegate::server", "an answer of the store is no JSON: {error}");
            ApiError::Internal.into_response()
        }
    }
}
