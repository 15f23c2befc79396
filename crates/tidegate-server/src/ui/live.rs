//! Live updates: a stream for each page that is open, which says when what it shows has changed. The page then asks for itself again, so
//! there is one way only in which anything is shown.

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream;
use tidegate_core::{LogQuery, Run, RunKind, RunQuery, StateType, StoreError};

use super::page::run::find;
use super::trouble::Trouble;
use crate::state::AppState;

/// How often a stream looks. Other processes write to the store too, and tell nobody.
const LOOK: Duration = Duration::from_millis(700);

/// What a page shows, as a number that is another one when it changed; none when it will not change any more.
type Sight = Result<Option<u64>, StoreError>;

/// `GET /live`: runs begin, move or end.
pub(super) async fn runs(State(state): State<AppState>) -> Sse<impl Stream<Item = Said>> {
    watch(state, |state| async move { sight_of_runs(&state).await })
}

/// `GET /runs/{id}/live`: the run moves, calls something, or says something.
pub(super) async fn run(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Said>>, Trouble> {
    let id = find(&state, &id).await?.id;
    Ok(watch(state, move |state| async move {
        match state.store().run(id).await? {
            Some(run) => sight_of_run(&state, &run).await,
            None => Ok(None),
        }
    }))
}

type Said = Result<Event, Infallible>;

/// A stream that says `change` when what `look` sees changes, and `end` when it will not change any more.
fn watch<F, L>(state: AppState, look: L) -> Sse<impl Stream<Item = Said> + use<F, L>>
where
    L: Fn(AppState) -> F + Send + 'static,
    F: Future<Output = Sight> + Send,
{
    let begin = (state, look, None::<u64>, false);
    let said = stream::unfold(begin, |(state, look, seen, over)| async move {
        if over {
            return None;
        }
        let stop = state.stop().clone();
        loop {
            match look(state.clone()).await {
                Ok(Some(sight)) if seen != Some(sight) => {
                    // The first time too: something may have moved since the page was made.
                    return Some((say("change"), (state, look, Some(sight), false)));
                }
                Ok(None) => return Some((say("end"), (state, look, seen, true))),
                // A store that does not answer now is asked again.
                Ok(Some(_)) | Err(_) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
    Sse::new(said).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

fn say(event: &'static str) -> Said {
    // Browsers drop an event without data.
    Ok(Event::default().event(event).data(event))
}

async fn sight_of_runs(state: &AppState) -> Sight {
    let flows = RunQuery { kind: Some(RunKind::Flow), ..RunQuery::default() };
    let mut sight = DefaultHasher::new();
    let newest = RunQuery { limit: Some(50), ..flows.clone() };
    let active = RunQuery {
        state_types: vec![StateType::Running, StateType::Pending, StateType::Cancelling],
        limit: Some(50),
        ..flows
    };
    for query in [newest, active] {
        for run in state.store().runs(query).await? {
            see(&run, &mut sight);
        }
    }
    Ok(Some(sight.finish()))
}

async fn sight_of_run(state: &AppState, run: &Run) -> Sight {
    if run.is_terminal() {
        return Ok(None);
    }
    let store = state.store();
    let mut sight = DefaultHasher::new();
    see(run, &mut sight);
    let inside = RunQuery { flow_run_id: Some(run.id), ..RunQuery::default() };
    for state_type in StateType::ALL {
        let query = RunQuery { state_types: vec![state_type], ..inside.clone() };
        store.count_runs(query).await?.hash(&mut sight);
    }
    let (flow, task) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (None, Some(run.id)),
    };
    let last = LogQuery {
        flow_run_id: flow,
        task_run_id: task,
        newest_first: true,
        limit: Some(1),
        ..LogQuery::default()
    };
    for line in store.logs(last).await? {
        (line.timestamp, line.message).hash(&mut sight);
    }
    Ok(Some(sight.finish()))
}

fn see(run: &Run, sight: &mut DefaultHasher) {
    (run.id, run.states.len(), run.state().map(|state| state.timestamp)).hash(sight);
}
