//! Edges and joints. What many calls have in common becomes one joint: it never makes more edges than a few for each call.

use std::collections::HashSet;

use super::{Edge, EdgeKind, Point};

/// As many results before one call are drawn as edges of their own.
const FEW: usize = 8;

/// See the module.
#[derive(Debug)]
pub(super) struct Weave {
    edges: Vec<Edge>,
    joints: usize,
    /// Lists of nodes that were given to calls, each sorted.
    lists: Vec<Vec<usize>>,
    /// By node, the list that it was given.
    given: Vec<Option<usize>>,
    /// The joint that stood for the frontier before, if one did.
    last_joint: Option<usize>,
}

impl Weave {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            edges: Vec::new(),
            joints: 0,
            lists: Vec::new(),
            given: vec![None; nodes],
            last_joint: None,
        }
    }

    /// A list of nodes that calls may be given.
    pub(super) fn list(&mut self, mut nodes: Vec<usize>) -> usize {
        nodes.sort_unstable();
        nodes.dedup();
        self.lists.push(nodes);
        self.lists.len() - 1
    }

    /// A call was given the nodes of this list.
    pub(super) fn given(&mut self, node: usize, list: usize) {
        self.given[node] = Some(list);
    }

    /// Makes edges of what calls were given.
    pub(super) fn tie(&mut self) {
        let mut users = vec![Vec::new(); self.lists.len()];
        for (node, list) in self.given.iter().enumerate() {
            if let Some(list) = list {
                users[*list].push(node);
            }
        }
        for (list, users) in users.into_iter().enumerate() {
            let from: Vec<Point> = self.lists[list].iter().copied().map(Point::Node).collect();
            if saves(from.len(), users.len()) {
                let joint = self.joint(from, EdgeKind::Data);
                self.connect(&[joint], &users, EdgeKind::Data);
            } else {
                self.connect(&from, &users, EdgeKind::Data);
            }
        }
    }

    /// The calls of another caller, or of another attempt, are ordered from here on.
    pub(super) fn begin_order(&mut self) {
        self.last_joint = None;
    }

    /// What a call was given, if it was given anything.
    pub(super) fn given_to(&self, node: usize) -> Option<&[usize]> {
        self.given[node].map(|list| &*self.lists[list])
    }

    /// These calls were made after these results. Of a whole frontier it is told how many of them, from the first on, were there for
    /// the calls before too.
    pub(super) fn ordered(&mut self, results: &[usize], kept: Option<usize>, calls: &[usize]) {
        let last_joint = kept.and_then(|_| self.last_joint.take());
        if results.len() > FEW || saves(results.len(), calls.len()) {
            // A joint that holds the better part of them is extended; that it holds others too, which results here came after,
            // says nothing wrong.
            let from = match (last_joint, kept) {
                (Some(joint), Some(kept)) if kept * 2 >= results.len() => {
                    let new = results[kept..].iter().copied().map(Point::Node);
                    std::iter::once(Point::Joint(joint)).chain(new).collect()
                }
                (Some(_) | None, _) => self.without_givers(results),
            };
            let from = match from[..] {
                [only] => only,
                _ => self.joint(from, EdgeKind::Order),
            };
            if let (Point::Joint(joint), Some(_)) = (from, kept) {
                self.last_joint = Some(joint);
            }
            self.connect(&[from], calls, EdgeKind::Order);
        } else {
            let from = self.without_givers(results);
            self.connect(&from, calls, EdgeKind::Order);
        }
    }

    pub(super) fn finish(self) -> (usize, Vec<Edge>) {
        (self.joints, self.edges)
    }

    /// The results without those that were given to others of them.
    fn without_givers(&self, results: &[usize]) -> Vec<Point> {
        let lists: HashSet<usize> = results.iter().filter_map(|node| self.given[*node]).collect();
        let givers: HashSet<usize> =
            lists.into_iter().flat_map(|list| self.lists[list].iter().copied()).collect();
        let kept = results.iter().filter(|node| !givers.contains(node));
        kept.copied().map(Point::Node).collect()
    }

    fn joint(&mut self, from: Vec<Point>, kind: EdgeKind) -> Point {
        let joint = Point::Joint(self.joints);
        self.joints += 1;
        self.edges.extend(from.into_iter().map(|from| Edge { from, to: joint, kind }));
        joint
    }

    /// Order that is plain from what a call was given is not told again.
    fn connect(&mut self, from: &[Point], calls: &[usize], kind: EdgeKind) {
        for call in calls {
            let given = self.given[*call].filter(|_| kind == EdgeKind::Order);
            let given = given.map_or(&[][..], |list| &*self.lists[list]);
            let told = |from: &Point| match from {
                Point::Node(node) => given.binary_search(node).is_ok(),
                Point::Joint(_) => false,
            };
            let to = Point::Node(*call);
            let from = from.iter().filter(|from| **from != to && !told(from));
            self.edges.extend(from.map(|from| Edge { from: *from, to, kind }));
        }
    }
}

/// Whether a joint between so many and so many takes fewer edges.
const fn saves(from: usize, to: usize) -> bool {
    from > 1 && to > 1 && from + to < from * to
}
