//! Bars in time: a run stands from its start to its end, in the first lane that is free for so long. What was called in a run stands
//! below it, in its frame. Bars are laid out from the innermost to the outermost, so nesting may be deep.

use std::time::Duration;

use super::super::{Graph, Node, mark};
use super::layout::{BAR, Bar, Frame, Layout, MARGIN};
use super::text;
use crate::{StateType, Timestamp};

/// How wide the time of the whole flow run is.
const CHART: f64 = 1000.0;
/// The shortest bar that is seen.
const SHORTEST: f64 = 8.0;
/// Lanes are multiples of this high.
const UNIT: f64 = 10.0;
/// The lanes of a bar with the space below it.
const ROW: usize = 3;
/// Beyond so many, no free lane is looked for.
const MOST_LANES: usize = 6000;
/// Space between a frame and what it holds.
const PADDING: f64 = 6.0;

/// Time as a place.
struct Scale {
    start: Timestamp,
    span: Duration,
}

/// What a node takes with everything in it, before it is known where that will be.
#[derive(Clone, Copy, Default)]
struct Block {
    left: f64,
    right: f64,
    lanes: usize,
    /// Its first lane in the frame it is in.
    lane: usize,
}

/// See the module.
pub(super) fn lay_out(graph: &Graph) -> Layout {
    let scale = Scale::of(graph);
    let mut bars: Vec<Bar> = graph.nodes.iter().map(|node| bar(graph, node, &scale)).collect();
    let families = graph.families();
    let mut blocks = vec![Block::default(); bars.len()];
    for index in (0..bars.len()).rev() {
        let bar = &bars[index];
        let mut block = Block { left: bar.x, right: bar.x + bar.width, lanes: ROW, lane: 0 };
        if !bar.inside {
            block.right += 24.0 + text::width(&bar.label);
        }
        if !families[index].is_empty() {
            block.lanes += stack(&mut blocks, &families[index]) + 1;
            for child in &families[index] {
                block.left = block.left.min(blocks[*child].left);
                block.right = block.right.max(blocks[*child].right);
            }
            block.left -= PADDING;
            block.right += PADDING;
        }
        blocks[index] = block;
    }
    let lanes = stack(&mut blocks, &families[bars.len()]);
    let mut tops = vec![0; bars.len()];
    for index in 0..bars.len() {
        let Block { left, right, lanes, lane } = blocks[index];
        let above = graph.nodes[index].within.map_or(0, |caller| tops[caller] + ROW);
        tops[index] = above + lane;
        let y = tops[index] as f64 * UNIT;
        bars[index].y = y + 4.0;
        bars[index].frame = (!families[index].is_empty()).then_some(Frame {
            x: left,
            y: y - 1.0,
            width: right - left,
            height: lanes as f64 * UNIT - 4.0,
        });
    }
    let right = blocks.iter().map(|block| block.right).fold(MARGIN + CHART, f64::max);
    let mut layout = Layout {
        width: right + MARGIN,
        height: lanes as f64 * UNIT,
        bars,
        ticks: scale.ticks(),
        now: graph.flow_run.end_time.is_none().then(|| scale.x(graph.at)),
        ..Layout::default()
    };
    layout.place_joints(graph);
    layout
}

/// Gives each of a family the first lanes that are free when it begins; tells how many are taken.
fn stack(blocks: &mut [Block], family: &[usize]) -> usize {
    let mut order = family.to_vec();
    order.sort_by(|a, b| blocks[*a].left.total_cmp(&blocks[*b].left).then(a.cmp(b)));
    let mut taken: Vec<f64> = Vec::new();
    for index in order {
        let Block { left, right, lanes, .. } = blocks[index];
        let lane =
            if taken.len() > MOST_LANES { taken.len() } else { first_free(&taken, left, lanes) };
        taken.resize(taken.len().max(lane + lanes), f64::MIN);
        taken[lane..lane + lanes].fill(right + 10.0);
        blocks[index].lane = lane;
    }
    taken.len()
}

/// The first of so many lanes that are all free from `left` on.
fn first_free(taken: &[f64], left: f64, lanes: usize) -> usize {
    let mut first = 0;
    for (lane, until) in taken.iter().enumerate() {
        if *until > left {
            first = lane + 1;
        } else if lane + 1 - first == lanes {
            return first;
        }
    }
    first
}

fn bar(graph: &Graph, node: &Node, scale: &Scale) -> Bar {
    let start = node.start_time.or(node.expected_start_time).unwrap_or(graph.at);
    let end = match (node.start_time, node.end_time) {
        (_, Some(end)) => end,
        (Some(_), None) => graph.at,
        (None, None) => start,
    };
    let x = scale.x(start);
    let waits = node
        .state
        .as_ref()
        .is_none_or(|state| matches!(state.state_type, StateType::Scheduled | StateType::Pending));
    let name = text::shortened(node.label());
    let label = match mark::remark(node) {
        Some(remark) => format!("{name} · {}", text::shortened(remark)),
        None => name,
    };
    let needed = text::width(&label) + 28.0;
    let least = if waits && node.start_time.is_none() { needed } else { SHORTEST };
    let width = (scale.x(end) - x).max(least);
    let inside = needed <= width;
    Bar { x, y: 0.0, width, label, inside, hollow: waits, frame: None }
}

impl Scale {
    /// From the first thing that happened to the last, or to now.
    fn of(graph: &Graph) -> Self {
        let nodes = || graph.nodes.iter().chain([&graph.flow_run]);
        let start = nodes().filter_map(|node| node.start_time).min();
        let start = start.or_else(|| nodes().filter_map(|node| node.expected_start_time).min());
        let start = start.unwrap_or(graph.at);
        let runs = nodes().any(|node| node.end_time.is_none());
        let end = nodes().filter_map(|node| node.end_time).max();
        let end = end.into_iter().chain(runs.then_some(graph.at)).max().unwrap_or(graph.at);
        let span = (end - start).to_std().unwrap_or_default().max(Duration::from_micros(1));
        Self { start, span }
    }

    fn x(&self, time: Timestamp) -> f64 {
        let since = (time - self.start).to_std().unwrap_or_default();
        MARGIN + CHART * (since.as_secs_f64() / self.span.as_secs_f64()).min(1.0)
    }

    /// Round times, at most ten.
    fn ticks(&self) -> Vec<(f64, String)> {
        let step = self.step();
        let count = (self.span.as_nanos() / step.as_nanos()) as u32;
        let times = (0..=count).map(|number| step * number);
        times
            .map(|time| {
                let x = MARGIN + CHART * time.as_secs_f64() / self.span.as_secs_f64();
                let label = if time.is_zero() { "0".to_owned() } else { text::duration(time) };
                (x, label)
            })
            .collect()
    }

    fn step(&self) -> Duration {
        const SECOND: u64 = 1_000_000;
        const ROUND: [u64; 12] = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
        let least = self.span.as_micros() as u64 / 9 + 1;
        let small = (0..8).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let small = small.take_while(|step| *step <= 10 * SECOND);
        let large = ROUND.into_iter().map(|step| step * SECOND);
        let days = (1..).map(|days: u64| days * 86_400 * SECOND * 7);
        let mut steps = small.chain(large).chain(days);
        Duration::from_micros(steps.find(|step| *step >= least).unwrap_or(least))
    }
}

/// A bar fits its lanes.
const _: () = assert!(BAR + 4.0 < ROW as f64 * UNIT);
