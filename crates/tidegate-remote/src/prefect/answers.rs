//! Answers to questions: from what is kept here, and for variables and cancellations from the server.

use serde::Serialize;
use serde_json::{Value, json};
use tidegate_core::store::{Order, Question, RecordedCall, RunQuery, VariableQuery};
use tidegate_core::{
    LimitUse, Request, RequestKind, Run, StoreError, StoreErrorKind, VariableRecord,
};

use super::kept::{Kept, Known, page};
use crate::http::{Server, Trouble};
use crate::questions::REQUEST_TIME;

/// The answer to a question, as a Tidegate server would give it.
pub(crate) async fn answer(
    known: &Known,
    server: &Server,
    question: &Question,
) -> Result<Vec<u8>, Trouble> {
    Ok(match question {
        Question::Flush => told(&()),
        Question::Run(id) => told(&known.lock().runs.get(id)),
        Question::Runs(query) => match runs(&known.lock(), query) {
            Ok(runs) => told(&runs),
            Err(error) => refused(error),
        },
        Question::CountRuns(query) => {
            let every = RunQuery { limit: None, offset: 0, ..(**query).clone() };
            match runs(&known.lock(), &every) {
                Ok(runs) => told(&(runs.len() as u64)),
                Err(error) => refused(error),
            }
        }
        Question::RecordedCalls(flow_run) => {
            let kept = known.lock();
            let inside = kept.runs.values().filter(|run| run.flow_run_id == Some(*flow_run));
            told(&inside.cloned().filter_map(RecordedCall::of).collect::<Vec<_>>())
        }
        Question::Transactions(run) => told(&known.lock().transactions(*run)),
        Question::Leases => told(&known.lock().leases.values().cloned().collect::<Vec<_>>()),
        Question::Orphans(_) => told::<Vec<Run>>(&Vec::new()),
        Question::Inputs(query) => told(&known.lock().inputs(query)),
        Question::Requests(query) => {
            look_for_cancellations(known, server).await?;
            told(&known.lock().requests(query))
        }
        Question::Variables(query) => told(&variables(server, query).await?),
        Question::Cached(key) => told(&known.lock().cache.get(key)),
        Question::Limits(_) => told::<Vec<LimitUse>>(&Vec::new()),
        Question::Definitions(_)
        | Question::Artifacts(_)
        | Question::Events(_)
        | Question::SlotHolders(_)
        | Question::BlockTypes(_)
        | Question::BlockSchemas(_)
        | Question::BlockDocuments(_)
        | Question::Logs(_)
        | Question::Vacuum => refused(unsupported("this is asked")),
    })
}

/// The error of what a server of Prefect cannot do for Tidegate.
pub(super) fn unsupported(what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unsupported,
        format_args!(
            "{what} of a server of Prefect, on which runs are only recorded: look at its own pages, or record on a server of Tidegate"
        ),
    )
}

fn told<T: Serialize>(answer: &T) -> Vec<u8> {
    serde_json::to_vec(&Ok::<_, StoreError>(answer)).unwrap_or_default()
}

fn refused(error: StoreError) -> Vec<u8> {
    serde_json::to_vec(&Err::<(), _>(error)).unwrap_or_default()
}

/// The runs of this process that match.
fn runs(kept: &Kept, query: &RunQuery) -> Result<Vec<Run>, StoreError> {
    let asked_here = RunQuery {
        kind: query.kind,
        definition_name: query.definition_name.clone(),
        name: query.name.clone(),
        flow_run_id: query.flow_run_id,
        state_types: query.state_types.clone(),
        state_names: query.state_names.clone(),
        order: query.order,
        limit: query.limit,
        offset: query.offset,
        ..RunQuery::default()
    };
    if asked_here != *query {
        return Err(unsupported("more is asked than this process knows"));
    }
    let matches = |run: &&Run| {
        let state = run.state();
        query.kind.is_none_or(|kind| kind == run.kind())
            && query.definition_name.as_ref().is_none_or(|name| *name == run.definition.name)
            && query.name.as_ref().is_none_or(|name| *name == run.name)
            && query.flow_run_id.is_none_or(|id| run.flow_run_id == Some(id))
            && (query.state_types.is_empty()
                || state.is_some_and(|state| query.state_types.contains(&state.state_type())))
            && (query.state_names.is_empty()
                || state.is_some_and(|state| query.state_names.iter().any(|n| *n == state.name)))
    };
    let found = kept.runs.values().filter(matches).cloned();
    Ok(match query.order {
        Order::OldestFirst => page(found, query.offset, query.limit),
        Order::NewestFirst => page(found.rev(), query.offset, query.limit),
    })
}

async fn variables(server: &Server, query: &VariableQuery) -> Result<Vec<VariableRecord>, Trouble> {
    let mut filter = serde_json::Map::new();
    if let Some(id) = query.id {
        filter.insert("id".into(), json!({ "any_": [id] }));
    }
    let mut name = serde_json::Map::new();
    if !query.names.is_empty() {
        name.insert("any_".into(), json!(query.names));
    }
    if let Some(like) = &query.like {
        name.insert("like_".into(), json!(like));
    }
    if !name.is_empty() {
        filter.insert("name".into(), Value::Object(name));
    }
    if !query.tags.is_empty() {
        filter.insert("tags".into(), json!({ "all_": query.tags }));
    }
    let limit = query.limit.unwrap_or(200).min(200);
    let body =
        json!({ "variables": filter, "limit": limit, "offset": query.offset, "sort": "NAME_ASC" });
    ask(server, "/variables/filter", &body).await
}

/// Whoever cancels a flow run on the server asks its owner, which is this process.
async fn look_for_cancellations(known: &Known, server: &Server) -> Result<(), Trouble> {
    let living = known.lock().living();
    if living.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = living.keys().take(200).collect();
    let body = json!({
        "flow_runs": {
            "id": { "any_": ids },
            "state": { "type": { "any_": ["CANCELLING", "CANCELLED"] } },
        },
        "limit": 200,
    });
    let found: Vec<Value> = ask(server, "/flow_runs/filter", &body).await?;
    for run in found {
        let id = run["id"].as_str().and_then(|id| living.get(id));
        let at = serde_json::from_value(run["state"]["timestamp"].clone());
        if let (Some(id), Ok(at)) = (id, at) {
            known.lock().ask(Request::new(*id, RequestKind::Cancel, at));
        }
    }
    Ok(())
}

async fn ask<T: serde::de::DeserializeOwned>(
    server: &Server,
    path: &str,
    body: &Value,
) -> Result<T, Trouble> {
    let json = server.post(path, body.to_string().into(), REQUEST_TIME).await?;
    serde_json::from_slice(&json)
        .map_err(|error| Trouble::Unreachable { why: error.to_string(), after: None })
}
