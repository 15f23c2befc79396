//! Which flows there are. A flow is its name; its id is made of that, so that what finds the flow of an id remembers names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tidegate_core::{Definition, RunKind, StoreError, Write};
use uuid::Uuid;

use crate::api::ids;
use crate::error::ApiError;
use crate::state::AppState;

/// Above this many, everything known is forgotten, which bounds the memory of whoever makes flows all the time.
const KNOWN_AT_MOST: usize = 4096;

/// The flows that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Flows(Mutex<HashMap<Uuid, Arc<Definition>>>);

impl Flows {
    fn known(&self, id: Uuid) -> Option<Arc<Definition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn learn(&self, flow: &Arc<Definition>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_AT_MOST {
            known.clear();
        }
        known.insert(ids::flow(&flow.name), Arc::clone(flow));
    }
}

/// The flow of this id.
pub(crate) async fn by_id(
    state: &AppState,
    id: Uuid,
) -> Result<Option<Arc<Definition>>, StoreError> {
    if let Some(known) = state.flows().known(id) {
        return Ok(Some(known));
    }
    for record in state.store().definitions(RunKind::Flow).await? {
        if ids::flow(&record.definition.name) == id {
            state.flows().learn(&record.definition);
            return Ok(Some(record.definition));
        }
    }
    Ok(None)
}

/// The flow of this name, and whether it is new. One that is there keeps its tags.
pub(crate) async fn ensure(
    state: &AppState,
    name: &str,
    tags: Vec<String>,
) -> Result<(Arc<Definition>, bool), StoreError> {
    if let Some(known) = by_id(state, ids::flow(name)).await? {
        return Ok((known, false));
    }
    let mut flow = Definition::new(RunKind::Flow, name);
    flow.tags = tags;
    let flow = Arc::new(flow);
    state.store().put_acknowledged(Write::Define(Arc::clone(&flow))).await?;
    state.flows().learn(&flow);
    Ok((flow, true))
}

/// Gives a flow these tags from now on.
pub(crate) async fn tag(
    state: &AppState,
    flow: &Definition,
    tags: Vec<String>,
) -> Result<(), ApiError> {
    let tagged = Arc::new(Definition { tags, ..flow.clone() });
    state.store().put_acknowledged(Write::Define(Arc::clone(&tagged))).await?;
    // What was on record before counts as older than all that came after it.
    let records = state.store().definitions(RunKind::Flow).await?;
    let newest = records.iter().filter(|record| record.definition.name == flow.name);
    if newest.into_iter().any(|record| record.definition.tags == tagged.tags) {
        state.flows().learn(&tagged);
        return Ok(());
    }
    Err(ApiError::Conflict(format!(
        "the flow '{}' had these tags before and has others since, and cannot go back to them: give it one more tag",
        flow.name
    )))
}
