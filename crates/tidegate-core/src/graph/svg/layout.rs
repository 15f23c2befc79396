//! Where the marks of a drawing stand. How they come to stand there is told by `lanes` and `columns`.

use super::super::{Graph, Point};

/// The height of a bar.
pub(super) const BAR: f64 = 22.0;
/// Space around the drawing.
pub(super) const MARGIN: f64 = 20.0;

/// See the module. Places are counted from the left of the image and from the top of the drawing.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// One for each node.
    pub(super) bars: Vec<Bar>,
    /// One for each joint.
    pub(super) joints: Vec<(f64, f64)>,
    /// Times, where there are any.
    pub(super) ticks: Vec<(f64, String)>,
    /// Where the run is now, if it runs.
    pub(super) now: Option<f64>,
}

/// The mark of a node.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) label: String,
    /// Whether the label stands in the bar.
    pub(super) inside: bool,
    /// Whether it only says where the run would be.
    pub(super) hollow: bool,
    /// What holds the calls that were made in it.
    pub(super) frame: Option<Frame>,
}

/// A rectangle around calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Layout {
    /// Counts heights from the top of the image.
    pub(super) fn move_down(&mut self, by: f64) {
        for bar in &mut self.bars {
            bar.y += by;
            if let Some(frame) = &mut bar.frame {
                frame.y += by;
            }
        }
        self.joints.iter_mut().for_each(|(_, y)| *y += by);
    }

    /// Where edges leave a point.
    pub(super) fn leaving(&self, point: Point) -> (f64, f64) {
        match point {
            Point::Node(node) => {
                let bar = &self.bars[node];
                (bar.x + bar.width, bar.y + BAR / 2.0)
            }
            Point::Joint(joint) => self.joints[joint],
        }
    }

    /// Where edges enter a point.
    pub(super) fn entering(&self, point: Point) -> (f64, f64) {
        match point {
            Point::Node(node) => (self.bars[node].x, self.bars[node].y + BAR / 2.0),
            Point::Joint(joint) => self.joints[joint],
        }
    }

    /// Puts each joint between what it joins.
    pub(super) fn place_joints(&mut self, graph: &Graph) {
        #[derive(Clone, Copy)]
        struct Sides {
            from: (f64, f64, f64),
            to: (f64, f64, f64),
        }
        let none = Sides { from: (f64::MIN, 0.0, 0.0), to: (f64::MAX, 0.0, 0.0) };
        let mut sides = vec![none; graph.joints];
        for edge in &graph.edges {
            if let (Point::Node(_), Point::Joint(joint)) = (edge.from, edge.to) {
                let ((x, y), side) = (self.leaving(edge.from), &mut sides[joint].from);
                *side = (side.0.max(x), side.1 + y, side.2 + 1.0);
            }
            if let (Point::Joint(joint), Point::Node(_)) = (edge.from, edge.to) {
                let ((x, y), side) = (self.entering(edge.to), &mut sides[joint].to);
                *side = (side.0.min(x), side.1 + y, side.2 + 1.0);
            }
        }
        for Sides { from, to } in sides {
            let mean = |side: (f64, f64, f64)| (side.2 > 0.0).then(|| side.1 / side.2);
            let y = match (mean(from), mean(to)) {
                (Some(a), Some(b)) => f64::midpoint(a, b),
                (Some(y), None) | (None, Some(y)) => y,
                (None, None) => 0.0,
            };
            let x = match (from.2 > 0.0, to.2 > 0.0) {
                (true, true) => f64::midpoint(from.0, to.0).max(from.0 + 6.0),
                (true, false) => from.0 + 12.0,
                (false, true) => to.0 - 12.0,
                (false, false) => MARGIN,
            };
            self.joints.push((x, y));
        }
    }
}
