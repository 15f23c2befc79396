//! What a browser is told of a graph: the bars that it can see, given what it has opened, and of those what it does not know yet.
//!
//! ```text
//!   GET /runs/{id}/graph.json?open=3,8&new=8&since=EPOCH.VERSION&edges=COUNT.HASH
//!     open   what is open: ids of bars, or `all`
//!     new    what of that was opened just now, so that nothing in it is known
//!     since  the version that is known; edges: how many of them are, and what they are
//! ```

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use tidegate_core::graph::{EdgeKind, Point};
use tidegate_core::{RunKind, StateType};

use super::drawn::{Bar, Drawn};
use super::tree::Key;

/// What a browser asks. What is not understood in it is as if it were not there: more is told then.
#[derive(Debug, Default)]
pub(in crate::ui) struct Ask {
    open: Open,
    new: HashSet<u32>,
    since: Option<(u64, u64)>,
    edges: Option<(usize, u64)>,
}

#[derive(Debug)]
enum Open {
    All,
    These(HashSet<u32>),
}

impl Default for Open {
    fn default() -> Self {
        Self::These(HashSet::new())
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub(in crate::ui) struct Told {
    /// `EPOCH.VERSION`, to be asked with next time.
    version: String,
    /// Whether this is everything, and whatever was known is forgotten.
    whole: bool,
    /// When it is, in microseconds since the base, as all times are.
    now: i64,
    /// The base, in milliseconds since 1970.
    base: i64,
    /// When the flow run began and ended.
    flow: (Option<i64>, Option<i64>),
    /// How many runs the flow run has called.
    calls: usize,
    left_out: bool,
    /// States by type and name, which bars name by their place here.
    states: Vec<(&'static str, String)>,
    bars: Vec<ToldBar>,
    /// Bars that were seen before and are not seen any more.
    gone: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<ToldEdges>,
}

/// A bar: its id, that of what it is in (0 for none), its kind (0 a task, 1 a flow, 2 a group), label, the id of its run, state, row, when it
/// was expected, began and ended, how often it was begun, how many artifacts it has, how much is in it; of a group, what of its runs.
#[derive(Debug, Serialize)]
struct ToldBar(
    u32,
    u32,
    u8,
    String,
    String,
    usize,
    u32,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    u32,
    u32,
    usize,
    #[serde(skip_serializing_if = "Option::is_none")] Option<ToldGroup>,
);

/// The runs of a group: how many are in which state, how many were cached, how often they were tried again, and the strip.
#[derive(Debug, Serialize)]
struct ToldGroup(Vec<(usize, u32)>, u32, u32, String);

/// Edges after the first `from`, which are known: each as from, to, and 1 for order or 0 for data. A joint is a negative number.
#[derive(Debug, Serialize)]
struct ToldEdges {
    from: usize,
    list: Vec<i64>,
    /// `COUNT.HASH`, to be asked with next time.
    mark: String,
}

impl Ask {
    /// What the pairs of an address ask.
    pub(in crate::ui) fn of(pairs: &[(String, String)]) -> Self {
        let mut ask = Self::default();
        for (key, value) in pairs {
            let numbers = || value.split(',').filter_map(|id| id.parse().ok()).collect();
            match key.as_str() {
                "open" if value == "all" => ask.open = Open::All,
                "open" => ask.open = Open::These(numbers()),
                "new" => ask.new = numbers(),
                "since" => ask.since = two(value),
                "edges" => ask.edges = two(value),
                // Others are not asked for here.
                _ => {}
            }
        }
        ask
    }

    fn opens(&self, bar: &Bar) -> bool {
        match &self.open {
            Open::All => true,
            Open::These(ids) => ids.contains(&bar.id),
        }
    }
}

fn two<A: std::str::FromStr, B: std::str::FromStr>(text: &str) -> Option<(A, B)> {
    let (a, b) = text.split_once('.')?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

/// See the module. `now` is told with what was looked at before.
pub(in crate::ui) fn tell(drawn: &Drawn, ask: &Ask, now: tidegate_core::Timestamp) -> Told {
    let known =
        ask.since.filter(|(epoch, version)| *epoch == drawn.epoch && *version <= drawn.version);
    let since = known.map(|(_, version)| version);
    let mut seen = vec![false; drawn.bars.len()];
    let mut marks = vec![0; drawn.graph.nodes.len()];
    let mut drawn_as = vec![0; drawn.bars.len()];
    let mut states = States::default();
    let (mut bars, mut gone) = (Vec::new(), Vec::new());
    for (index, bar) in drawn.bars.iter().enumerate() {
        let parent = bar.item.parent.map(|parent| &drawn.bars[parent]);
        let is_open = parent.is_none_or(|parent| ask.opens(parent));
        seen[index] = is_open && bar.item.parent.is_none_or(|parent| seen[parent]);
        drawn_as[index] = match bar.item.parent {
            Some(parent) if !seen[index] => drawn_as[parent],
            Some(_) | None => index,
        };
        if let Some(node) = bar.item.node {
            marks[node] = drawn_as[index];
        }
        let opened = || parent.is_some_and(|parent| ask.new.contains(&parent.id));
        if seen[index] && (since.is_none_or(|since| bar.changed > since) || opened()) {
            bars.push(told_bar(drawn, bar, &mut states));
        }
        if !seen[index] && since.is_some_and(|since| bar.moved > since) {
            gone.push(bar.id);
        }
    }
    let time = |at: Option<_>| at.map(|at| drawn.time(at));
    Told {
        version: format!("{}.{}", drawn.epoch, drawn.version),
        whole: since.is_none(),
        now: drawn.time(now),
        base: drawn.base.timestamp_millis(),
        flow: (time(drawn.graph.flow_run.start_time), time(drawn.graph.flow_run.end_time)),
        calls: drawn.calls(),
        left_out: drawn.left_out,
        states: states.0,
        bars,
        gone,
        edges: told_edges(drawn, &marks, ask.edges.filter(|_| since.is_some())),
    }
}

/// States by type and name.
#[derive(Debug, Default)]
struct States(Vec<(&'static str, String)>);

impl States {
    fn place(&mut self, state_type: StateType, name: &str) -> usize {
        let class = crate::ui::mark::class(state_type);
        let known = self.0.iter().position(|each| each.0 == class && each.1 == name);
        known.unwrap_or_else(|| {
            self.0.push((class, name.to_owned()));
            self.0.len() - 1
        })
    }
}

fn told_bar(drawn: &Drawn, bar: &Bar, states: &mut States) -> ToldBar {
    let item = &bar.item;
    let node = item.node.map(|node| &drawn.graph.nodes[node]);
    let kind = match (&item.key, node.map(|node| node.kind)) {
        (Key::Group(..), _) => 2,
        (Key::Run(_), Some(RunKind::Flow)) => 1,
        (Key::Run(_), Some(RunKind::Task) | None) => 0,
    };
    let group = item.tally.as_ref().map(|tally| {
        let counts = StateType::ALL.into_iter().zip(tally.by_type).filter(|(_, count)| *count > 0);
        let counts =
            counts.map(|(each, count)| (states.place(each, each.default_name()), count)).collect();
        ToldGroup(counts, tally.cached, tally.retries, bar.strip.clone())
    });
    let worst = || {
        let tally = item.tally.as_ref()?;
        let count = |each: StateType| {
            StateType::ALL.iter().position(|other| *other == each).map_or(0, |at| tally.by_type[at])
        };
        let first = crate::ui::mark::ORDER.into_iter().find(|each| count(*each) > 0)?;
        Some((first, first.default_name().to_owned()))
    };
    let state = node
        .and_then(|node| node.state.as_ref())
        .map(|state| (state.state_type, state.name.to_string()))
        .or_else(worst)
        .unwrap_or((StateType::Pending, "New".to_owned()));
    let run = match &item.key {
        Key::Run(run) => run.as_uuid().simple().to_string(),
        Key::Group(..) => String::new(),
    };
    let time = |at: Option<_>| at.map(|at| drawn.time(at));
    ToldBar(
        bar.id,
        item.parent.map_or(0, |parent| drawn.bars[parent].id),
        kind,
        item.label.clone(),
        run,
        states.place(state.0, &state.1),
        bar.row,
        time(item.expected).filter(|_| item.start.is_none()),
        time(item.start),
        time(item.end),
        node.map_or(0, |node| node.run_count),
        bar.artifacts,
        item.inside.len(),
        group,
    )
}

/// The edges between what is seen, or none if they are known already. New ones come last, so that what is known stays known.
fn told_edges(drawn: &Drawn, marks: &[usize], known: Option<(usize, u64)>) -> Option<ToldEdges> {
    let (_, edges) = drawn.graph.edges_between(marks);
    let number = |point: Point| match point {
        Point::Node(bar) => i64::from(drawn.bars[bar].id),
        Point::Joint(joint) => -(joint as i64) - 1,
    };
    let mut edges: Vec<[i64; 3]> = edges
        .iter()
        .map(|edge| [number(edge.from), number(edge.to), i64::from(edge.kind == EdgeKind::Order)])
        .collect();
    edges.sort_unstable_by_key(|[from, to, _]| (*from.max(to), *from, *to));
    let mut hash = DefaultHasher::new();
    let mut from = 0;
    for (index, edge) in edges.iter().enumerate() {
        edge.hash(&mut hash);
        if known == Some((index + 1, hash.finish())) {
            from = index + 1;
        }
    }
    let mark = (edges.len(), hash.finish());
    if known == Some(mark) {
        return None;
    }
    let list = edges[from..].iter().flatten().copied().collect();
    Some(ToldEdges { from, list, mark: format!("{}.{}", mark.0, mark.1) })
}
