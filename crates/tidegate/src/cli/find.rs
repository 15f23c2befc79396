//! Which run is meant: by its id, by the beginning of its id, or by its name. Where none is, the nearest names are offered.

use tidegate_core::{Order, Run, RunId, RunKind, RunQuery};
use uuid::Uuid;

use super::failure::{Done, Failure};
use crate::engine::Engine;
use crate::error::Error;
use crate::nearest::nearest;

/// Among so many of the newest runs names are looked for that are like the one that was typed.
const LOOKED_THROUGH: u64 = 500;

/// The run that is meant.
pub(super) async fn run(engine: &Engine, kind: RunKind, typed: &str) -> Done<Run> {
    if let Ok(id) = typed.parse::<RunId>() {
        return match engine.run_record(id).await? {
            Some(run) if run.kind() == kind => Ok(run),
            Some(run) => Err(other_kind(&run)),
            None => Err(unknown(engine, kind, typed).await?),
        };
    }
    let mut found = by_name(engine, kind, typed).await?;
    if found.is_empty()
        && let Some(ids) = range(typed)
    {
        found = by_ids(engine, kind, ids).await?;
    }
    match found.len() {
        0 => Err(unknown(engine, kind, typed).await?),
        1 => Ok(found.swap_remove(0)),
        _ => Err(several(kind, typed, &found)),
    }
}

async fn by_name(engine: &Engine, kind: RunKind, name: &str) -> Done<Vec<Run>> {
    let query = RunQuery {
        kind: Some(kind),
        name: Some(name.to_owned()),
        limit: Some(4),
        ..RunQuery::default()
    };
    ask(engine, query).await
}

async fn by_ids(engine: &Engine, kind: RunKind, ids: (RunId, RunId)) -> Done<Vec<Run>> {
    let query =
        RunQuery { kind: Some(kind), ids: Some(ids), limit: Some(4), ..RunQuery::default() };
    ask(engine, query).await
}

async fn ask(engine: &Engine, query: RunQuery) -> Done<Vec<Run>> {
    let found = engine.require_store()?.runs(query).await;
    Ok(found.map_err(|error| Error::store(None, error))?)
}

/// The ids that begin like this, if any can.
fn range(prefix: &str) -> Option<(RunId, RunId)> {
    let digits: String = prefix.chars().filter(|c| *c != '-').collect();
    let is_prefix = (1..32).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_hexdigit())
        && !prefix.starts_with('-');
    let end = |fill: char| {
        let filled: String = digits.chars().chain(std::iter::repeat(fill)).take(32).collect();
        Uuid::parse_str(&filled).ok().map(RunId::from)
    };
    if is_prefix { Some((end('0')?, end('f')?)) } else { None }
}

/// What the commands about a kind of run are called, and what people call one.
pub(super) const fn words(kind: RunKind) -> (&'static str, &'static str) {
    match kind {
        RunKind::Flow => ("flow-run", "flow run"),
        RunKind::Task => ("task-run", "task run"),
    }
}

fn other_kind(run: &Run) -> Failure {
    let (group, word) = words(run.kind());
    Failure::new(format!("'{}' is a {word}", run.name))
        .try_next(format!("{{program}} {group} inspect {}", run.name))
}

async fn unknown(engine: &Engine, kind: RunKind, typed: &str) -> Done<Failure> {
    let (group, word) = words(kind);
    let query = RunQuery {
        kind: Some(kind),
        order: Order::NewestFirst,
        limit: Some(LOOKED_THROUGH),
        ..RunQuery::default()
    };
    let runs = ask(engine, query).await?;
    let names = nearest(typed, runs.iter().map(|run| &*run.name));
    let mut message = format!("there is no {word} whose name is, or whose id begins, '{typed}'");
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        message.push_str(&format!("; did you mean {}?", names.join(" or ")));
    }
    Ok(Failure::new(message).try_next(format!("{{program}} {group} ls")))
}

fn several(kind: RunKind, typed: &str, found: &[Run]) -> Failure {
    let (group, word) = words(kind);
    let failure =
        Failure::new(format!("'{typed}' is not one {word} but several; name one by its id"));
    found.iter().fold(failure, |failure, run| {
        let state = run.state().map(|state| state.name.to_string()).unwrap_or_default();
        failure.try_next(format!(
            "{{program}} {group} inspect {}    ('{}', {state})",
            run.id, run.name
        ))
    })
}
