//! The graph of a flow run: its calls, what each was given by others and what it came after. It is made from records alone, and draws
//! itself as Mermaid, DOT, SVG and text; nothing here asks a store or reads a clock.
//!
//! ```text
//!   records with their places ──GraphBuilder──> Graph ──fold──> a smaller Graph ──> Mermaid, DOT, SVG, text
//! ```

mod build;
mod dot;
mod fold;
mod mark;
mod mermaid;
mod order;
mod place;
mod rails;
mod sequence;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod weave;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Run, RunId, RunKind, StateType, Timestamp};

pub use build::{FOLD_OVER, GraphBuilder};
pub use place::{CallPlace, Calls, InvalidCallPlace, Seen, Upstream};
pub use sequence::Sequence;
pub use text::TextLine;

/// What a flow run called, and in which order.
///
/// A node is a call: of a task, or of a flow, which is a subflow run. What was called in a call is [`within`](Node::within) it, so a
/// node may hold a graph. An edge says that one call came after another: [`Data`](EdgeKind::Data) where it was given its
/// handle, [`Order`](EdgeKind::Order) where the code that made it had seen the other's result. Edges that follow from others
/// are left out, and where many calls came after many others, one joint stands between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The flow run itself.
    pub flow_run: Node,
    /// The calls, each after the one that it was made in.
    pub nodes: Vec<Node>,
    /// How many joints there are.
    pub joints: usize,
    /// What came after what.
    pub edges: Vec<Edge>,
    /// When it was looked at: where the bars of runs end that have not.
    pub at: Timestamp,
    /// See [`folding_over`](Graph::folding_over).
    fold_over: usize,
}

/// A call in a graph, or several that are drawn as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its run; none for several.
    pub run_id: Option<RunId>,
    /// Flow run or task run.
    pub kind: RunKind,
    /// The flow or task.
    pub definition_name: Arc<str>,
    /// What tells it from others of that name.
    pub definition_key: Arc<str>,
    /// The name of its run; empty for several, and where nothing ran.
    pub name: String,
    /// Its state; none where nothing ran.
    pub state: Option<NodeState>,
    /// When it should have started.
    pub expected_start_time: Option<Timestamp>,
    /// When it started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// How often it was begun; more than once, it was tried again.
    pub run_count: u32,
    /// The node it was called in; none for calls of the flow run itself.
    pub within: Option<usize>,
    /// Of several: how many are in which state.
    pub group: Option<Group>,
}

/// The state of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeState {
    /// Its type.
    pub state_type: StateType,
    /// Its name.
    pub name: Arc<str>,
}

/// Several runs of one flow or task that are drawn as one node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many there are.
    pub count: usize,
    /// How many of them are in a state of which type, those that need attention first.
    pub states: Vec<(StateType, usize)>,
    /// How many of them completed with the cached result of another run.
    pub cached: usize,
    /// How often runs of them were tried again, taken together.
    pub retries: usize,
}

/// An end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// The node of this index.
    Node(usize),
    /// The joint of this index.
    Joint(usize),
}

/// One call came after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// The earlier.
    pub from: Point,
    /// The later.
    pub to: Point,
    /// Why.
    pub kind: EdgeKind,
}

/// Why a call came after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// It was given the other's handle: as an argument, to wait for, or by `then`.
    Data,
    /// The code that made it had seen the other's result.
    Order,
}

impl Graph {
    /// Draws a task that was called more than `calls` times in one place as one mark, in the place of 8 times. With `usize::MAX`, every
    /// run is drawn.
    #[must_use]
    pub fn folding_over(mut self, calls: usize) -> Self {
        self.fold_over = calls;
        self
    }

    /// The graph as it is drawn: with the runs of one task in one place as one node, where they are many.
    #[must_use]
    pub fn folded(&self) -> Self {
        fold::fold(self)
    }

    /// The edges that are left, and how many joints, where each node is drawn as a mark: `marks` has its index for each node, and nodes
    /// of one mark are drawn as one. Points are then marks and the joints that are left.
    ///
    /// # Panics
    ///
    /// `marks` does not have one for each node.
    #[must_use]
    pub fn edges_between(&self, marks: &[usize]) -> (usize, Vec<Edge>) {
        assert_eq!(marks.len(), self.nodes.len(), "there is a mark for each node");
        fold::fold_edges(self, marks)
    }

    /// A Mermaid flowchart, which Markdown viewers draw.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        mermaid::draw(&self.folded())
    }

    /// A DOT file, which Graphviz draws.
    #[must_use]
    pub fn to_dot(&self) -> String {
        dot::draw(&self.folded())
    }

    /// An SVG image: time runs to the right, and each run is a bar from its start to its end. Where nothing ran, calls stand after what
    /// they came after.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::draw(&self.folded())
    }

    /// The same image as a part of a page of HTML, which has the style sheet: the classes are those of [`to_svg`](Graph::to_svg). Each
    /// node is a link to what `link` gives for it.
    #[must_use]
    pub fn to_svg_in_page(&self, link: impl Fn(&Node) -> Option<String>) -> String {
        svg::draw_in_page(&self.folded(), &link)
    }

    /// Lines of text, for a terminal: a call on each, with rails that lead to those that came after it.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::joined(&self.text_lines())
    }

    /// The lines of [`to_text`](Self::to_text) in their parts, for who gives them colour.
    #[must_use]
    pub fn text_lines(&self) -> Vec<TextLine> {
        text::draw(&self.folded())
    }

    /// The nodes that were called in this one; in the flow run itself, with none.
    pub fn children(&self, of: Option<usize>) -> impl Iterator<Item = usize> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.within == of).map(|(i, _)| i)
    }

    /// Whether runs are drawn that have times.
    fn is_timed(&self) -> bool {
        self.flow_run.state.is_some()
    }

    /// For each node, those called in it; the last entry is that of the flow run.
    fn families(&self) -> Vec<Vec<usize>> {
        let mut families = vec![Vec::new(); self.nodes.len() + 1];
        for (index, node) in self.nodes.iter().enumerate() {
            families[node.within.unwrap_or(self.nodes.len())].push(index);
        }
        families
    }
}

impl Node {
    /// The node of a run.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        Self::called(run, run.definition.name.as_str().into(), run.definition.key.as_str().into())
    }

    /// The node of a run, with the name and the key of its definition.
    fn called(run: &Run, definition_name: Arc<str>, definition_key: Arc<str>) -> Self {
        Self {
            run_id: Some(run.id),
            kind: run.kind(),
            definition_name,
            definition_key,
            name: run.name.clone(),
            state: run.state().map(|state| NodeState {
                state_type: state.state_type(),
                name: state.name.as_ref().into(),
            }),
            expected_start_time: run.expected_start_time,
            start_time: run.start_time,
            end_time: run.end_time,
            run_count: run.run_count,
            within: None,
            group: None,
        }
    }

    /// What it is called in drawings.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.group, self.kind) {
            (Some(group), _) => format!("{} ×{}", self.definition_name, group.count),
            (None, _) if self.name.is_empty() => self.definition_name.to_string(),
            (None, RunKind::Flow) => format!("{} / {}", self.definition_name, self.name),
            (None, RunKind::Task) => self.name.clone(),
        }
    }
}
