//! A graph as it was when it was last looked at, and what of it has changed in which version. It is made from the one before, so that ids
//! and rows stay; it reads nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use tidegate_core::graph::{Edge, EdgeKind, Graph, Point};
use tidegate_core::{RunId, StateType, Timestamp};

use super::strip::{Went, strip};
use super::tracks::{self, Need};
use super::tree::{self, Item, Key};

/// As wide as a character of a label, when the whole flow run is as wide as a page: a share of its time.
const LETTERS: i64 = 150;
/// More bars than this in one place are packed without room for their labels.
const LABELLED: usize = 250;

/// See the module.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// Tells versions of this graph from those of one that was forgotten since.
    pub(super) epoch: u64,
    pub(super) version: u64,
    pub(super) graph: Graph,
    /// The time that others are told from.
    pub(super) base: Timestamp,
    pub(super) bars: Vec<Bar>,
    /// Whether the flow run has called more than is known here.
    pub(super) left_out: bool,
    ids: HashMap<Key, usize>,
    next: u32,
}

/// An item with its place.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) item: Item,
    /// Its number as long as the graph is kept.
    pub(super) id: u32,
    /// Its row among what is in the same.
    pub(super) row: u32,
    /// The version in which it became what it is.
    pub(super) changed: u64,
    /// The version in which it came where it is.
    pub(super) moved: u64,
    pub(super) strip: String,
    pub(super) artifacts: u32,
    sight: u64,
}

/// What is read of a flow run.
#[derive(Debug)]
pub(crate) struct Sight {
    pub(crate) graph: Graph,
    /// How many artifacts were made by which run.
    pub(crate) artifacts: HashMap<RunId, u32>,
    pub(crate) left_out: bool,
}

impl Drawn {
    /// The first version, or the one after `before`.
    pub(crate) fn of(sight: Sight, before: Option<&Self>, epoch: u64) -> Self {
        let Sight { graph, artifacts, left_out } = sight;
        let items = tree::grow(&graph);
        // Runs that are gone were deleted: nobody can be told that in differences.
        let before = before.filter(|before| before.bars.len() <= items.len());
        let starts = graph.nodes.iter().chain([&graph.flow_run]).filter_map(|node| node.start_time);
        let base = before.map(|before| before.base).or_else(|| starts.min());
        let mut drawn = Self {
            epoch: before.map_or(epoch, |before| before.epoch),
            version: before.map_or(1, |before| before.version + 1),
            base: base.unwrap_or(graph.at),
            bars: Vec::with_capacity(items.len()),
            ids: HashMap::with_capacity(items.len()),
            next: before.map_or(1, |before| before.next),
            left_out,
            graph,
        };
        for item in items {
            drawn.add(item, before, &artifacts);
        }
        drawn.place(before);
        drawn.compare(before);
        drawn
    }

    /// A time as others are told it: microseconds since the base.
    pub(super) fn time(&self, at: Timestamp) -> i64 {
        (at - self.base).num_microseconds().unwrap_or(i64::MAX)
    }

    /// When it was looked at.
    pub(super) fn at(&self) -> i64 {
        self.time(self.graph.at)
    }

    /// How many runs of the flow run are known, itself aside.
    pub(crate) fn calls(&self) -> usize {
        self.graph.nodes.len()
    }

    /// The runs whose handles a run was given, at most so many.
    pub(crate) fn given_to(&self, run: RunId, most: usize) -> Vec<RunId> {
        let Some(node) = self.graph.nodes.iter().position(|node| node.run_id == Some(run)) else {
            return Vec::new();
        };
        let data = |to: Point| {
            let given = move |edge: &&Edge| edge.to == to && edge.kind == EdgeKind::Data;
            self.graph.edges.iter().filter(given).map(|edge| edge.from)
        };
        let (mut found, mut through) = (Vec::new(), vec![Point::Node(node)]);
        while let Some(to) = through.pop() {
            for from in data(to) {
                match from {
                    Point::Node(node) => found.extend(self.graph.nodes[node].run_id),
                    Point::Joint(_) => through.push(from),
                }
                if found.len() >= most {
                    return found;
                }
            }
        }
        found
    }

    fn add(&mut self, item: Item, before: Option<&Self>, artifacts: &HashMap<RunId, u32>) {
        let was = before.and_then(|before| before.ids.get(&item.key).map(|at| &before.bars[*at]));
        let id = was.map_or(self.next, |was| was.id);
        self.next = self.next.max(id + 1);
        let made = match &item.key {
            Key::Run(run) => artifacts.get(run).copied().unwrap_or_default(),
            Key::Group(..) => 0,
        };
        self.ids.insert(item.key.clone(), self.bars.len());
        self.bars.push(Bar {
            item,
            id,
            row: u32::MAX,
            changed: self.version,
            moved: self.version,
            strip: String::new(),
            artifacts: made,
            sight: 0,
        });
    }

    /// Gives each bar its row, and each group its strip.
    fn place(&mut self, before: Option<&Self>) {
        let at = self.at();
        let span = self.bars.iter().filter_map(|bar| bar.item.end.or(bar.item.start));
        let span = span.map(|end| self.time(end)).max().unwrap_or(at).max(1);
        let roots = (0..self.bars.len()).filter(|index| self.bars[*index].item.parent.is_none());
        let mut families = vec![roots.collect::<Vec<_>>()];
        families.extend(self.bars.iter().map(|bar| bar.item.inside.clone()));
        for family in families {
            let labelled = family.len() <= LABELLED;
            let needs: Vec<Need> = family
                .iter()
                .map(|index| self.need(&self.bars[*index], before, labelled, span))
                .collect();
            for (index, row) in family.into_iter().zip(tracks::rows(&needs)) {
                self.bars[index].row = row;
            }
        }
        for index in 0..self.bars.len() {
            if self.bars[index].item.tally.is_some() {
                let runs = self.bars[index].item.inside.iter();
                let went: Vec<Went> = runs.filter_map(|run| self.went(&self.bars[*run])).collect();
                self.bars[index].strip = strip(&went);
            }
        }
    }

    fn need(&self, bar: &Bar, before: Option<&Self>, labelled: bool, span: i64) -> Need {
        let Bar { item, .. } = bar;
        // A bar is never drawn narrower than can be seen.
        let seen = if labelled {
            (item.label.chars().count() as i64 + 8) * span / LETTERS
        } else {
            span / 300
        };
        let was = before.and_then(|before| before.ids.get(&item.key).map(|at| (before, at)));
        let was = was.filter(|(before, at)| {
            let was = &before.bars[**at];
            was.item.start.is_some() && before.parent_of(was) == self.parent_of(bar)
        });
        match item.start {
            Some(start) => {
                let from = self.time(start);
                let until = item.end.map(|end| self.time(end).max(from + seen));
                Need { from, until, had: was.map(|(before, at)| before.bars[*at].row) }
            }
            None => {
                let expected = item.expected.map_or(i64::MIN, |expected| self.time(expected));
                Need { from: expected.max(self.at()), until: None, had: None }
            }
        }
    }

    fn parent_of(&self, bar: &Bar) -> Option<u32> {
        bar.item.parent.map(|parent| self.bars[parent].id)
    }

    fn went(&self, bar: &Bar) -> Option<Went> {
        let from = self.time(bar.item.start?);
        let until = bar.item.end.map_or(self.at(), |end| self.time(end)).max(from);
        let failed = bar.item.node.and_then(|node| self.graph.nodes[node].state.as_ref());
        let failed = failed.is_some_and(|state| {
            matches!(state.state_type, StateType::Failed | StateType::Crashed)
        });
        Some(Went { from, until, failed })
    }

    /// Finds out what is as it was.
    fn compare(&mut self, before: Option<&Self>) {
        for index in 0..self.bars.len() {
            let mut sight = DefaultHasher::new();
            let bar = &self.bars[index];
            let Item { label, inside, expected, start, end, tally, node, .. } = &bar.item;
            (label, inside.len(), expected, start, end, tally).hash(&mut sight);
            (bar.row, &bar.strip, bar.artifacts).hash(&mut sight);
            if let Some(node) = node.map(|node| &self.graph.nodes[node]) {
                let state = node.state.as_ref();
                (state.map(|state| (state.state_type, &state.name)), node.run_count)
                    .hash(&mut sight);
            }
            let sight = sight.finish();
            let was = before.and_then(|before| {
                before.ids.get(&bar.item.key).map(|at| (&before.bars[*at], before))
            });
            let here = self.parent_of(bar);
            let bar = &mut self.bars[index];
            bar.sight = sight;
            if let Some((was, before)) = was {
                let stayed = before.parent_of(was) == here;
                bar.moved = if stayed { was.moved } else { bar.moved };
                bar.changed = if stayed && was.sight == sight { was.changed } else { bar.changed };
            }
        }
    }
}
