//! Calls without times: each stands in the column after the last of those that it came after, among the calls of one caller. Frames
//! are laid out from the innermost to the outermost.

use super::super::{Graph, Point};
use super::layout::{BAR, Bar, Frame, Layout, MARGIN};
use super::text;

/// Space between columns, for the curves.
const GAP: f64 = 46.0;
/// Space between calls of a column.
const SPACE: f64 = 10.0;
/// Space between a frame and what it holds.
const PADDING: f64 = 10.0;

/// The size of a call with everything in it, and its place in the frame it is in.
#[derive(Clone, Copy, Default)]
struct Block {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// See the module.
pub(super) fn lay_out(graph: &Graph) -> Layout {
    let families = graph.families();
    let columns = columns(graph);
    let mut bars: Vec<Bar> = graph
        .nodes
        .iter()
        .map(|node| {
            let label = text::shortened(node.label());
            let width = (text::width(&label) + 16.0).max(40.0);
            Bar { x: 0.0, y: 0.0, width, label, inside: true, hollow: true, frame: None }
        })
        .collect();
    let mut blocks = vec![Block::default(); bars.len()];
    for index in (0..bars.len()).rev() {
        let mut block = Block { width: bars[index].width, height: BAR, ..Block::default() };
        if !families[index].is_empty() {
            let (width, height) = arrange(&mut blocks, &families[index], &columns);
            block.width = block.width.max(width) + 2.0 * PADDING;
            block.height += height + 2.0 * PADDING + SPACE;
        }
        blocks[index] = block;
    }
    let (width, height) = arrange(&mut blocks, &families[bars.len()], &columns);
    for index in 0..bars.len() {
        let holds = !families[index].is_empty();
        let (left, top) = match graph.nodes[index].within {
            None => (MARGIN, 0.0),
            Some(caller) => {
                let caller = &blocks[caller];
                (caller.x + PADDING, caller.y + PADDING + BAR + SPACE)
            }
        };
        let block = &mut blocks[index];
        block.x += left;
        block.y += top;
        let inset = if holds { PADDING } else { 0.0 };
        bars[index].x = block.x + inset;
        bars[index].y = block.y + inset;
        let Block { x, y, width, height } = *block;
        bars[index].frame = holds.then_some(Frame { x, y, width, height });
    }
    let mut layout =
        Layout { width: width + 2.0 * MARGIN, height: height + SPACE, bars, ..Layout::default() };
    layout.place_joints(graph);
    layout
}

/// Puts a family in its columns, each in the middle of the highest; tells how much room that takes.
fn arrange(blocks: &mut [Block], family: &[usize], columns: &[usize]) -> (f64, f64) {
    let count = family.iter().map(|index| columns[*index] + 1).max().unwrap_or_default();
    let mut sizes = vec![(0.0_f64, 0.0_f64); count];
    for index in family {
        let (width, height) = &mut sizes[columns[*index]];
        *width = width.max(blocks[*index].width);
        *height += blocks[*index].height + if *height > 0.0 { SPACE } else { 0.0 };
    }
    let highest = sizes.iter().map(|(_, height)| *height).fold(0.0, f64::max);
    let mut left = 0.0;
    let mut next: Vec<(f64, f64)> = Vec::with_capacity(count);
    for (width, height) in &sizes {
        next.push((left, (highest - height) / 2.0));
        left += width + GAP;
    }
    for index in family {
        let (x, y) = &mut next[columns[*index]];
        (blocks[*index].x, blocks[*index].y) = (*x, *y);
        *y += blocks[*index].height + SPACE;
    }
    ((left - GAP).max(0.0), highest)
}

/// The column of each node among the calls of its caller. An edge back, which only folded graphs have, counts for nothing.
fn columns(graph: &Graph) -> Vec<usize> {
    let mut into_nodes: Vec<Vec<Point>> = vec![Vec::new(); graph.nodes.len()];
    let mut into_joints: Vec<Vec<Point>> = vec![Vec::new(); graph.joints];
    for edge in &graph.edges {
        match edge.to {
            Point::Node(node) => into_nodes[node].push(edge.from),
            Point::Joint(joint) => into_joints[joint].push(edge.from),
        }
    }
    let mut columns = vec![0; graph.nodes.len()];
    // Of each joint, the caller whose calls it stands after, and the column that comes next.
    let mut joints: Vec<(Option<usize>, usize)> = Vec::with_capacity(graph.joints);
    for node in 0..graph.nodes.len() {
        let within = graph.nodes[node].within;
        let mut column = 0;
        for from in &into_nodes[node] {
            let (caller, next) = match from {
                Point::Node(other) if *other < node => {
                    (graph.nodes[*other].within, columns[*other] + 1)
                }
                Point::Node(_) => continue,
                Point::Joint(joint) => {
                    // Joints lead to later joints, so those before are known.
                    while joints.len() <= *joint {
                        let known =
                            joint_after(graph, &into_joints[joints.len()], &columns, &joints);
                        joints.push(known);
                    }
                    joints[*joint]
                }
            };
            if caller == within {
                column = column.max(next);
            }
        }
        columns[node] = column;
    }
    columns
}

fn joint_after(
    graph: &Graph,
    from: &[Point],
    columns: &[usize],
    joints: &[(Option<usize>, usize)],
) -> (Option<usize>, usize) {
    let after = from.iter().map(|from| match from {
        Point::Node(other) => (graph.nodes[*other].within, columns[*other] + 1),
        Point::Joint(before) => joints.get(*before).copied().unwrap_or_default(),
    });
    after.max_by_key(|(_, next)| *next).unwrap_or_default()
}
