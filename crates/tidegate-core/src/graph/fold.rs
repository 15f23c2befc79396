//! Drawing the many as one: the runs of one flow or task that were called in one place become one node with a count, once they are more
//! than a drawing can tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Edge, EdgeKind, Graph, Group, Node, NodeState, Point};
use crate::StateType;

/// The state of a group is the first of these that one of its runs is in: what needs attention, before what goes on, before what is
/// done.
const ATTENTION: [StateType; 9] = [
    StateType::Failed,
    StateType::Crashed,
    StateType::Cancelled,
    StateType::Cancelling,
    StateType::Paused,
    StateType::Running,
    StateType::Pending,
    StateType::Scheduled,
    StateType::Completed,
];

/// The name of the state of a run that took a cached result.
const CACHED: &str = "Cached";

/// See the module.
pub(super) fn fold(graph: &Graph) -> Graph {
    let (nodes, folded) = fold_nodes(graph);
    let (joints, edges) = fold_edges(graph, &folded);
    Graph { flow_run: graph.flow_run.clone(), nodes, joints, edges, ..*graph }
}

/// The nodes that remain, and for each node of before the one it is part of now.
fn fold_nodes(graph: &Graph) -> (Vec<Node>, Vec<usize>) {
    type Kin<'a> = (Option<usize>, &'a Node);
    let mut folded: Vec<usize> = Vec::with_capacity(graph.nodes.len());
    let mut nodes: Vec<Node> = Vec::new();
    let mut start = 0;
    // A level at a time: only when the callers are folded is it known which calls were made in one place.
    while start < graph.nodes.len() {
        let end = graph.nodes[start..]
            .iter()
            .position(|node| node.within.is_some_and(|caller| caller >= start))
            .map_or(graph.nodes.len(), |length| start + length);
        let level = &graph.nodes[start..end];
        let kin: Vec<Kin<'_>> = level
            .iter()
            .map(|node| (node.within.and_then(|caller| folded.get(caller).copied()), node))
            .collect();
        let key = |(within, node): &Kin<'_>| {
            (*within, node.kind, node.definition_name.clone(), node.definition_key.clone())
        };
        let mut counts: HashMap<_, (usize, Option<usize>)> = HashMap::new();
        for kin in &kin {
            counts.entry(key(kin)).or_default().0 += 1;
        }
        for kin in &kin {
            let (within, node) = *kin;
            let Some((count, group)) = counts.get_mut(&key(kin)) else { continue };
            if *count <= graph.fold_over || node.group.is_some() {
                folded.push(nodes.len());
                nodes.push(Node { within, ..node.clone() });
                continue;
            }
            let index = *group.get_or_insert_with(|| {
                nodes.push(empty_group(node, within));
                nodes.len() - 1
            });
            join(&mut nodes[index], node);
            folded.push(index);
        }
        start = end;
    }
    nodes.iter_mut().for_each(sum_up);
    (nodes, folded)
}

fn empty_group(first: &Node, within: Option<usize>) -> Node {
    Node {
        run_id: None,
        name: String::new(),
        run_count: 0,
        within,
        group: Some(Group::default()),
        ..first.clone()
    }
}

fn join(group: &mut Node, node: &Node) {
    let earlier = |a: Option<_>, b: Option<_>| a.into_iter().chain(b).min();
    group.start_time = earlier(group.start_time, node.start_time);
    group.expected_start_time = earlier(group.expected_start_time, node.expected_start_time);
    group.end_time = group.end_time.zip(node.end_time).map(|(a, b)| a.max(b));
    let Some(members) = &mut group.group else { return };
    members.count += 1;
    members.retries += node.run_count.saturating_sub(1) as usize;
    let Some(state) = &node.state else { return };
    members.cached += usize::from(&*state.name == CACHED);
    match members.states.iter_mut().find(|(state_type, _)| *state_type == state.state_type) {
        Some((_, count)) => *count += 1,
        None => members.states.push((state.state_type, 1)),
    }
}

/// What is to be said of a group as a whole.
fn sum_up(node: &mut Node) {
    let Some(group) = &mut node.group else { return };
    group
        .states
        .sort_by_key(|(state_type, _)| ATTENTION.iter().position(|other| other == state_type));
    node.state = group.states.first().map(|(state_type, _)| NodeState {
        state_type: *state_type,
        name: state_type.default_name().into(),
    });
}

/// The edges that remain between the nodes that do.
pub(super) fn fold_edges(graph: &Graph, folded: &[usize]) -> (usize, Vec<Edge>) {
    let mut into: Vec<BTreeSet<Point>> = vec![BTreeSet::new(); graph.joints];
    let mut out: Vec<BTreeSet<Point>> = vec![BTreeSet::new(); graph.joints];
    let mut kinds = vec![EdgeKind::Order; graph.joints];
    let mut direct: BTreeMap<(Point, Point), EdgeKind> = BTreeMap::new();
    let moved = |point| match point {
        Point::Node(node) => Point::Node(folded[node]),
        Point::Joint(joint) => Point::Joint(joint),
    };
    for edge in &graph.edges {
        let (from, to) = (moved(edge.from), moved(edge.to));
        if let Point::Joint(joint) = to {
            into[joint].insert(from);
            kinds[joint] = edge.kind;
        }
        if let Point::Joint(joint) = from {
            out[joint].insert(to);
        }
        if let (Point::Node(_), Point::Node(_)) = (from, to) {
            connect(&mut direct, from, to, edge.kind);
        }
    }
    // A joint that no longer stands between many and many goes. Joints lead to later joints only.
    let mut kept = 0;
    let mut renamed = vec![None; graph.joints];
    for joint in 0..graph.joints {
        let (from, to) = (std::mem::take(&mut into[joint]), std::mem::take(&mut out[joint]));
        let stays = from.len() > 1 && to.len() > 1 && from.len() + to.len() < from.len() * to.len();
        if stays {
            let this = Point::Joint(kept);
            renamed[joint] = Some(kept);
            kept += 1;
            for from in from {
                connect(&mut direct, renamed_point(from, &renamed), this, kinds[joint]);
            }
            for to in to {
                if let Point::Node(_) = to {
                    connect(&mut direct, this, to, kinds[joint]);
                }
            }
            continue;
        }
        for to in to {
            match to {
                Point::Node(_) => {
                    for from in &from {
                        connect(&mut direct, renamed_point(*from, &renamed), to, kinds[joint]);
                    }
                }
                Point::Joint(later) => {
                    into[later].remove(&Point::Joint(joint));
                    into[later].extend(from.iter().copied());
                }
            }
        }
    }
    let edges = direct.into_iter().map(|((from, to), kind)| Edge { from, to, kind }).collect();
    (kept, edges)
}

fn renamed_point(point: Point, renamed: &[Option<usize>]) -> Point {
    match point {
        Point::Joint(joint) => Point::Joint(renamed[joint].unwrap_or(joint)),
        Point::Node(_) => point,
    }
}

/// One edge between two points. That a call was given the other's handle says more than their order.
fn connect(edges: &mut BTreeMap<(Point, Point), EdgeKind>, from: Point, to: Point, kind: EdgeKind) {
    if from != to {
        let known = edges.entry((from, to)).or_insert(kind);
        *known = kind.min(*known);
    }
}
