//! What is called in a flow run as a tree: runs in the runs that called them, and many runs of one task or flow in a group. It says what
//! is in what, and nothing of which of it is shown.

use std::collections::HashMap;
use std::sync::Arc;

use tidegate_core::graph::{FOLD_OVER, Graph, Node};
use tidegate_core::{RunId, RunKind, StateType, Timestamp};

/// What tells an item from others, however often the graph is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A run.
    Run(RunId),
    /// The runs of one definition that were called in this run, or in the flow run itself.
    Group(Option<RunId>, RunKind, Arc<str>, Arc<str>),
}

/// A bar: a run, or the group of many.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) key: Key,
    /// The item that it is in; none for those of the flow run itself.
    pub(super) parent: Option<usize>,
    /// The node of the graph; none for a group.
    pub(super) node: Option<usize>,
    pub(super) label: String,
    /// What is in it, each after the one before.
    pub(super) inside: Vec<usize>,
    pub(super) expected: Option<Timestamp>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    /// Of a group: what became of its runs.
    pub(super) tally: Option<Tally>,
}

/// How many of several are in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tally {
    pub(super) count: u32,
    /// By the place of a type in [`StateType::ALL`].
    pub(super) by_type: [u32; StateType::ALL.len()],
    pub(super) cached: u32,
    pub(super) retries: u32,
}

/// The tree of a graph: each item after the one that it is in.
pub(super) fn grow(graph: &Graph) -> Vec<Item> {
    let family = |node: &Node| {
        (
            node.within,
            node.kind,
            Arc::clone(&node.definition_name),
            Arc::clone(&node.definition_key),
        )
    };
    let mut sizes: HashMap<_, (usize, Option<usize>)> = HashMap::new();
    for node in &graph.nodes {
        sizes.entry(family(node)).or_default().0 += 1;
    }
    let mut items: Vec<Item> = Vec::with_capacity(graph.nodes.len() + 16);
    let mut item_of = Vec::with_capacity(graph.nodes.len());
    for (index, node) in graph.nodes.iter().enumerate() {
        let caller: Option<usize> = node.within.map(|caller| item_of[caller]);
        let mut parent = caller;
        if let Some((size, group)) = sizes.get_mut(&family(node))
            && *size > FOLD_OVER
        {
            let group = *group.get_or_insert_with(|| {
                let caller_run = node.within.and_then(|caller| graph.nodes[caller].run_id);
                let (_, kind, name, key) = family(node);
                push(&mut items, Item::group(Key::Group(caller_run, kind, name, key), node, caller))
            });
            parent = Some(group);
        }
        item_of.push(push(&mut items, Item::run(index, node, parent)));
        if let Some(group) = parent.filter(|parent| items[*parent].tally.is_some()) {
            items[group].join(node);
        }
    }
    items
}

fn push(items: &mut Vec<Item>, item: Item) -> usize {
    let index = items.len();
    if let Some(parent) = item.parent {
        items[parent].inside.push(index);
    }
    items.push(item);
    index
}

impl Item {
    fn run(index: usize, node: &Node, parent: Option<usize>) -> Self {
        Self {
            key: Key::Run(node.run_id.expect("only several runs that are one node have no id")),
            parent,
            node: Some(index),
            label: node.label(),
            inside: Vec::new(),
            expected: node.expected_start_time,
            // One that never began has its place where that was known.
            start: node.start_time.or(node.end_time),
            end: node.end_time,
            tally: None,
        }
    }

    fn group(key: Key, first: &Node, parent: Option<usize>) -> Self {
        Self {
            key,
            parent,
            node: None,
            label: first.definition_name.to_string(),
            inside: Vec::new(),
            expected: first.expected_start_time,
            start: None,
            // Later than any time, until one of its runs says otherwise.
            end: first.end_time,
            tally: Some(Tally::default()),
        }
    }

    fn join(&mut self, node: &Node) {
        let earlier = |a: Option<Timestamp>, b: Option<_>| a.into_iter().chain(b).min();
        self.start = earlier(self.start, node.start_time.or(node.end_time));
        self.expected = earlier(self.expected, node.expected_start_time);
        self.end = self.end.zip(node.end_time).map(|(a, b)| a.max(b));
        let Some(tally) = &mut self.tally else { return };
        tally.count += 1;
        tally.retries += node.run_count.saturating_sub(1);
        let Some(state) = &node.state else { return };
        tally.cached += u32::from(&*state.name == "Cached");
        if let Some(place) = StateType::ALL.iter().position(|each| *each == state.state_type) {
            tally.by_type[place] += 1;
        }
    }
}
