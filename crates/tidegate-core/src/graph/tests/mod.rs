//! What graphs are made of, and how they are drawn.

mod drawing;
mod folding;
mod order;
mod place;
mod text;

use std::fmt::Write as _;
use std::sync::Arc;

use super::{CallPlace, Calls, Edge, EdgeKind, Graph, GraphBuilder, Point, Sequence, Upstream};
use crate::{Definition, Run, RunId, RunKind, State, Timestamp};

/// So many milliseconds after a certain moment.
fn at(millis: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1_763_935_200_000 + millis)
}

/// A flow run that is made up call by call.
struct Play {
    flow: Run,
    runs: Vec<Run>,
    sequence: Sequence,
    attempt: u32,
}

impl Play {
    fn new() -> Self {
        let definition = Arc::new(Definition::new(RunKind::Flow, "etl"));
        let mut flow = Run::new(definition, "noisy-raccoon", at(0));
        flow.states.push(State::running(at(0)));
        flow.start_time = Some(at(0));
        Self { flow, runs: Vec::new(), sequence: Sequence::default(), attempt: 0 }
    }

    /// Makes a call of this task; gives its number.
    fn call(&mut self, task: &str) -> u32 {
        self.call_given(task, &[])
    }

    /// Makes a call that is given the handles of others.
    fn call_given(&mut self, task: &str, upstream: &[u32]) -> u32 {
        let described = self.sequence.call();
        self.begin(task, described, upstream)
    }

    /// Begins a call that was made at this moment.
    fn begin(&mut self, task: &str, moment: u32, upstream: &[u32]) -> u32 {
        let number = self.runs.len() as u32;
        let kept = self.runs.iter().find(|run| run.definition.name == task);
        let definition = kept.map_or_else(
            || Arc::new(Definition::new(RunKind::Task, task)),
            |run| Arc::clone(&run.definition),
        );
        let mut run = Run::new(definition, format!("{task}-{number}"), at(i64::from(number)));
        run.flow_run_id = Some(self.flow.id);
        let calls = Calls::gather(upstream.iter().copied());
        run.place = Some(Box::new(CallPlace {
            attempt: self.attempt,
            moment,
            seen: self.sequence.tell(),
            upstream: calls.map(Upstream::Calls).collect(),
            ..CallPlace::numbered(number)
        }));
        self.runs.push(run);
        number
    }

    fn saw(&mut self, calls: impl IntoIterator<Item = u32>) {
        calls.into_iter().for_each(|number| self.sequence.saw(number));
    }

    /// The body of the flow run begins again.
    fn again(&mut self) {
        self.sequence = Sequence::default();
        self.attempt = self.runs.len() as u32;
    }

    fn ended(&mut self, number: u32, start: i64, end: i64, state: State) {
        let run = &mut self.runs[number as usize];
        run.start_time = Some(at(start));
        run.end_time = Some(at(end));
        run.states.push(State { timestamp: at(end), ..state });
    }

    fn id(&self, number: u32) -> RunId {
        self.runs[number as usize].id
    }

    fn graph(&self) -> Graph {
        let mut builder = GraphBuilder::new(&self.flow);
        // Records come in any order.
        self.runs.iter().rev().for_each(|run| builder.add(run));
        builder.build(at(1000))
    }

    /// The edges, one a line, in the order of the calls: `a-0 --> b-1` for data, `a-0 ..> b-1` for order.
    fn edges(&self) -> String {
        edges(&self.graph())
    }

    /// How many bytes the places of all runs take.
    fn bytes(&self) -> usize {
        let places = self.runs.iter().filter_map(|run| run.place.as_ref());
        places.map(|place| place.to_bytes().len()).sum()
    }
}

fn edges(graph: &Graph) -> String {
    let name = |point| match point {
        Point::Node(node) => graph.nodes[node].label(),
        Point::Joint(joint) => format!("joint {joint}"),
    };
    let mut edges = graph.edges.clone();
    edges.sort_by_key(|edge| (edge.to, edge.from));
    let mut text = String::new();
    for Edge { from, to, kind } in edges {
        let arrow = match kind {
            EdgeKind::Data => "-->",
            EdgeKind::Order => "..>",
        };
        let _ = writeln!(text, "{} {arrow} {}", name(from), name(to));
    }
    text
}
