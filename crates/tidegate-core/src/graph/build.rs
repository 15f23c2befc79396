//! From the records of a flow run to its graph. It takes records in any order, and leaves out what they do not tell.

use std::collections::HashMap;
use std::sync::Arc;

use super::order::{self, Caller};
use super::place::{CallPlace, Calls, Upstream};
use super::weave::Weave;
use super::{Graph, Node};
use crate::{Definition, Run, RunId, Timestamp};

/// How often a task is called in one place before its runs are drawn as one.
pub const FOLD_OVER: usize = 8;

/// Makes a [`Graph`] from the records of a flow run and of everything that was called in it.
#[derive(Debug)]
pub struct GraphBuilder {
    flow_run: Node,
    root: RunId,
    calls: Vec<Call>,
    names: HashMap<usize, Names>,
}

/// One Arc each for the names of a definition, which thousands of nodes share. It is kept, so that its address stays its own.
#[derive(Debug)]
struct Names {
    definition: Arc<Definition>,
    name: Arc<str>,
    key: Arc<str>,
}

/// What is needed of a record.
#[derive(Debug)]
struct Call {
    node: Node,
    id: RunId,
    flow_run: Option<RunId>,
    task_run: Option<RunId>,
    place: Option<Box<CallPlace>>,
}

impl GraphBuilder {
    /// The graph of this flow run, without its calls.
    #[must_use]
    pub fn new(flow_run: &Run) -> Self {
        Self {
            flow_run: Node::of(flow_run),
            root: flow_run.id,
            calls: Vec::new(),
            names: HashMap::new(),
        }
    }

    /// A run that was called in it, or in what was called in it.
    pub fn add(&mut self, run: &Run) {
        let names =
            self.names.entry(Arc::as_ptr(&run.definition).addr()).or_insert_with(|| Names {
                definition: Arc::clone(&run.definition),
                name: run.definition.name.as_str().into(),
                key: run.definition.key.as_str().into(),
            });
        debug_assert!(Arc::ptr_eq(&names.definition, &run.definition), "an address is not shared");
        let node = Node::called(run, Arc::clone(&names.name), Arc::clone(&names.key));
        self.calls.push(Call {
            node,
            id: run.id,
            flow_run: run.flow_run_id,
            task_run: run.task_run_id,
            place: run.place.clone(),
        });
    }

    /// The graph, looked at now.
    #[must_use]
    pub fn build(self, now: Timestamp) -> Graph {
        let Self { flow_run, root, calls, .. } = self;
        let calls = callers_first(calls, root);
        let by_id: HashMap<RunId, usize> =
            calls.iter().enumerate().map(|(index, call)| (call.id, index)).collect();
        let by_number: HashMap<(RunId, u32), usize> = calls
            .iter()
            .enumerate()
            .filter_map(|(index, call)| {
                Some(((call.flow_run?, call.place.as_ref()?.number), index))
            })
            .collect();
        let in_flow_run = |flow_run: RunId, calls: Calls| {
            let numbers = calls.first..=calls.last;
            let by_number = &by_number;
            // A range of a damaged record may hold more numbers than there are calls.
            let known = numbers.take(by_number.len().max(1 << 16));
            known.filter_map(move |number| by_number.get(&(flow_run, number)).copied())
        };

        let mut weave = Weave::new(calls.len());
        let mut within = Vec::with_capacity(calls.len());
        let mut lists: HashMap<(RunId, &Vec<Upstream>), usize> = HashMap::new();
        let mut callers: HashMap<Option<usize>, Caller> = HashMap::new();
        for (index, call) in calls.iter().enumerate() {
            let caller = caller_of(call, root).and_then(|id| by_id.get(&id).copied());
            within.push(caller);
            let (Some(flow_run), Some(place)) = (call.flow_run, &call.place) else { continue };
            let order = callers.entry(caller).or_default();
            order.made(index, place.attempt, place.moment);
            for seen in &place.seen {
                for node in in_flow_run(flow_run, seen.calls) {
                    order.saw(node, place.attempt, seen.moment);
                }
            }
            if place.upstream.is_empty() {
                continue;
            }
            let list = *lists.entry((flow_run, &place.upstream)).or_insert_with(|| {
                let mut nodes = Vec::new();
                for each in &place.upstream {
                    match each {
                        Upstream::Calls(calls) => nodes.extend(in_flow_run(flow_run, *calls)),
                        Upstream::Run(id) => nodes.extend(by_id.get(id)),
                    }
                }
                weave.list(nodes)
            });
            weave.given(index, list);
        }
        weave.tie();
        let mut callers: Vec<_> = callers.into_iter().collect();
        callers.sort_unstable_by_key(|(caller, _)| *caller);
        for (_, caller) in callers {
            order::weave(caller, &mut weave);
        }
        let nodes = calls.into_iter().zip(within);
        let nodes = nodes.map(|(call, within)| Node { within, ..call.node }).collect();
        let (joints, edges) = weave.finish();
        Graph { flow_run, nodes, joints, edges, at: now, fold_over: FOLD_OVER }
    }
}

/// The run in whose body a call was made; none for the flow run of the graph.
fn caller_of(call: &Call, root: RunId) -> Option<RunId> {
    call.task_run.or(call.flow_run).filter(|id| *id != root)
}

/// The calls in the order in which they were made, each after the one it was made in. Calls that were made in nothing that is
/// known of are left out.
fn callers_first(mut calls: Vec<Call>, root: RunId) -> Vec<Call> {
    let number = |call: &Call| call.place.as_ref().map_or(u32::MAX, |place| place.number);
    calls.sort_by_key(|call| (number(call), call.id));
    let ids: HashMap<RunId, usize> =
        calls.iter().enumerate().map(|(index, call)| (call.id, index)).collect();
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (index, call) in calls.iter().enumerate() {
        match caller_of(call, root) {
            None => children.entry(None).or_default().push(index),
            Some(id) => {
                if let Some(caller) = ids.get(&id) {
                    children.entry(Some(*caller)).or_default().push(index);
                }
            }
        }
    }
    let mut order = Vec::with_capacity(calls.len());
    let mut level = children.remove(&None).unwrap_or_default();
    while !level.is_empty() {
        let next = level.iter().filter_map(|index| children.remove(&Some(*index))).flatten();
        let next = next.collect();
        order.append(&mut level);
        level = next;
    }
    let mut calls: Vec<_> = calls.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| calls.get_mut(index).and_then(Option::take)).collect()
}
