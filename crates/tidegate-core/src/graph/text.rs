//! A graph as lines of text, for a terminal: a call on each line, in an order in which each comes after those it came after, and rails at the
//! left that lead from one to the next. It draws no colours.
//!
//! ```text
//!   ✓ list_cities-817
//!   ├─╮
//!   ✓ │ fetch_weather-2f1
//!   │ ✓ fetch_weather-9ab
//!   ├─╯
//!   ✓ save_report-0c4
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Node, Point, mark, rails::Rails};
use crate::StateType;

/// A line of a graph that is drawn as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// The rails left of the call, if the line has one.
    pub before: String,
    /// The sign of the state of the call; empty on lines that hold rails only.
    pub sign: &'static str,
    /// The rails right of the sign.
    pub after: String,
    /// What the call is called, and what else there is to say; empty on lines that hold rails only.
    pub label: String,
    /// The type of its state.
    pub state_type: Option<StateType>,
}

impl TextLine {
    fn rails(before: String) -> Self {
        Self { before, sign: "", after: String::new(), label: String::new(), state_type: None }
    }
}

/// What comes after what, among the calls of one caller. Joints are calls without a name here.
#[derive(Debug, Default)]
struct Family {
    points: BTreeSet<Point>,
    next: BTreeMap<Point, BTreeSet<Point>>,
    before: BTreeMap<Point, usize>,
}

/// See the module.
pub(super) fn draw(graph: &Graph) -> Vec<TextLine> {
    let mut families: BTreeMap<Option<usize>, Family> = BTreeMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        families.entry(node.within).or_default().points.insert(Point::Node(index));
    }
    let callers = callers_of_joints(graph);
    for (joint, caller) in callers.iter().enumerate() {
        families.entry(*caller).or_default().points.insert(Point::Joint(joint));
    }
    for edge in &graph.edges {
        if let Some((caller, from, to)) = side_by_side(graph, &callers, edge.from, edge.to) {
            let family = families.entry(caller).or_default();
            if family.next.entry(from).or_default().insert(to) {
                *family.before.entry(to).or_default() += 1;
            }
        }
    }
    let mut lines = vec![line_of(&graph.flow_run, String::new(), String::new())];
    draw_family(graph, &mut families, None, "  ", &mut lines);
    lines
}

/// For each joint, whose calls it joins.
fn callers_of_joints(graph: &Graph) -> Vec<Option<usize>> {
    let mut callers = vec![None; graph.joints];
    for edge in &graph.edges {
        if let (Point::Node(node), Point::Joint(joint)) = (edge.from, edge.to) {
            callers[joint] = graph.nodes[node].within;
        }
    }
    callers
}

/// An edge between calls of different callers, as one between those of the same caller that they were made in.
fn side_by_side(
    graph: &Graph,
    callers: &[Option<usize>],
    from: Point,
    to: Point,
) -> Option<(Option<usize>, Point, Point)> {
    let chain = |point: Point| {
        let mut chain = Vec::new();
        let mut at = point;
        loop {
            let caller = match at {
                Point::Node(node) => graph.nodes[node].within,
                Point::Joint(joint) => callers[joint],
            };
            chain.push((caller, at));
            match caller {
                Some(caller) => at = Point::Node(caller),
                None => return chain,
            }
        }
    };
    let tos = chain(to);
    chain(from).into_iter().find_map(|(caller, from)| {
        let (_, to) = tos.iter().find(|(other, _)| *other == caller)?;
        (from != *to).then_some((caller, from, *to))
    })
}

fn draw_family(
    graph: &Graph,
    families: &mut BTreeMap<Option<usize>, Family>,
    caller: Option<usize>,
    indent: &str,
    lines: &mut Vec<TextLine>,
) {
    let Some(mut family) = families.remove(&caller) else { return };
    let mut rails = Rails::default();
    let has_begun = |family: &Family, point: &Point| family.before.contains_key(point);
    let mut ready: BTreeSet<Point> =
        family.points.iter().filter(|point| !has_begun(&family, point)).copied().collect();
    while !family.points.is_empty() {
        // Rails that lead somewhere are followed before new ones begin.
        let follows = ready.iter().filter(|point| rails.leads_to(**point)).min().copied();
        let point = follows.or_else(|| ready.first().copied());
        // Edges go from the earlier to the later; a record that says otherwise is drawn all the same.
        let Some(point) = point.or_else(|| family.points.first().copied()) else { break };
        ready.remove(&point);
        family.points.remove(&point);
        let next: Vec<Point> = family.next.remove(&point).unwrap_or_default().into_iter().collect();
        let next: Vec<Point> =
            next.into_iter().filter(|next| family.points.contains(next)).collect();
        for later in &next {
            let waits = family.before.entry(*later).or_default();
            *waits = waits.saturating_sub(1);
            if *waits == 0 {
                ready.insert(*later);
            }
        }
        let (before, after) = rails.enter(point);
        match point {
            Point::Node(node) => {
                lines.push(line_of(&graph.nodes[node], format!("{indent}{before}"), after));
            }
            Point::Joint(_) => lines.push(TextLine::rails(format!("{indent}{before}•{after}"))),
        }
        if let Point::Node(node) = point {
            let inside = format!("{indent}{}  ", rails.passing(!next.is_empty()));
            draw_family(graph, families, Some(node), &inside, lines);
        }
        let branches = rails.leave(&next);
        if let Some(branches) = branches {
            lines.push(TextLine::rails(format!("{indent}{branches}")));
        }
    }
}

fn line_of(node: &Node, before: String, after: String) -> TextLine {
    let mark = mark::of(node);
    let mut label = node.label().replace(char::is_control, " ");
    if let Some(remark) = mark::remark(node) {
        label.push_str(&format!(" ({})", remark.replace(char::is_control, " ")));
    }
    let sign = if mark.sign.is_empty() { "○" } else { mark.sign };
    let state_type = node.state.as_ref().map(|state| state.state_type);
    TextLine { before, sign, after, label, state_type }
}

/// The lines as one text.
pub(super) fn joined(lines: &[TextLine]) -> String {
    let mut text = String::new();
    for line in lines {
        let space = if line.label.is_empty() { "" } else { " " };
        let drawn = format!("{}{}{}{space}{}", line.before, line.sign, line.after, line.label);
        text.push_str(drawn.trim_end());
        text.push('\n');
    }
    text
}
