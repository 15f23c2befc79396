//! The rails beside a graph that is drawn as text: each leads to a call that is not drawn yet, so that what came before it meets there.

use super::Point;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Rails {
    /// Where each rail leads; none for a place that is free.
    lanes: Vec<Option<Point>>,
    /// Where the call stands that was drawn last.
    at: usize,
    /// What became free with it: a call that begins a rail does not stand right below one that it has nothing to do with.
    freed: Option<usize>,
}

impl Rails {
    pub(super) fn leads_to(&self, point: Point) -> bool {
        self.lanes.contains(&Some(point))
    }

    /// Finds the place of a call, and draws the rails left and right of it.
    pub(super) fn enter(&mut self, point: Point) -> (String, String) {
        let led = self.lanes.iter().position(|lane| *lane == Some(point));
        self.at = led.unwrap_or_else(|| self.free(self.freed, 0));
        self.freed = None;
        self.lanes[self.at] = Some(point);
        let drawn = |lanes: &[Option<Point>]| -> Vec<&str> {
            lanes.iter().map(|lane| if lane.is_some() { "│" } else { " " }).collect()
        };
        let (left, right) = (drawn(&self.lanes[..self.at]), drawn(&self.lanes[self.at + 1..]));
        let before: String = left.iter().map(|rail| format!("{rail} ")).collect();
        let after: String = right.iter().map(|rail| format!(" {rail}")).collect();
        (before, after.trim_end().to_owned())
    }

    /// Leads on from the call to those that came after it. Gives the line on which rails part and meet, if any do.
    pub(super) fn leave(&mut self, next: &[Point]) -> Option<String> {
        let at = self.at;
        self.lanes[at] = None;
        let known: Vec<usize> = next.iter().filter_map(|point| self.place(*point)).collect();
        let mut new =
            next.iter().filter(|point| self.place(**point).is_none()).copied().collect::<Vec<_>>();
        new.reverse();
        let goes_on = new.pop();
        self.lanes[at] = goes_on;
        let mut begun = Vec::new();
        while let Some(point) = new.pop() {
            // Rails that part from here stand at its right.
            let place = self.free(None, at + 1);
            self.lanes[place] = Some(point);
            begun.push(place);
        }
        if goes_on.is_none() {
            self.freed = Some(at);
        }
        let line = (!known.is_empty() || !begun.is_empty())
            .then(|| self.branches(goes_on.is_some(), &known, &begun));
        while self.lanes.last() == Some(&None) {
            self.lanes.pop();
        }
        line
    }

    /// The rails beside what was called in the call: those that pass it, and its own if it leads on.
    pub(super) fn passing(&self, leads_on: bool) -> String {
        let lanes = self.lanes.iter().enumerate();
        let text: String = lanes
            .map(|(place, lane)| {
                let passes = if place == self.at { leads_on } else { lane.is_some() };
                if passes { "│ " } else { "  " }
            })
            .collect();
        text.trim_end().to_owned()
    }

    fn place(&self, point: Point) -> Option<usize> {
        self.lanes.iter().position(|lane| *lane == Some(point))
    }

    /// A free place from `least` on, which is not `but`.
    fn free(&mut self, but: Option<usize>, least: usize) -> usize {
        let mut places = (least..self.lanes.len()).filter(|place| Some(*place) != but);
        if let Some(place) = places.find(|place| self.lanes[*place].is_none()) {
            return place;
        }
        while self.lanes.len() < least || Some(self.lanes.len()) == but {
            self.lanes.push(None);
        }
        self.lanes.push(None);
        self.lanes.len() - 1
    }

    fn branches(&self, goes_on: bool, known: &[usize], begun: &[usize]) -> String {
        let at = self.at;
        let ends = || known.iter().chain(begun).copied().chain([at]);
        let (first, last) = (ends().min().unwrap_or(at), ends().max().unwrap_or(at));
        let mut line = String::new();
        for place in 0..self.lanes.len().max(last + 1) {
            let (left, right) = (place > first && place <= last, place >= first && place < last);
            let passes = self.lanes.get(place).is_some_and(Option::is_some);
            let (up, down) = if place == at {
                (true, goes_on)
            } else if known.contains(&place) {
                (true, true)
            } else if begun.contains(&place) {
                (false, true)
            } else {
                line.push_str(match (passes, left && right) {
                    (true, _) => "│",
                    (false, true) => "─",
                    (false, false) => " ",
                });
                line.push_str(if left && right { "─" } else { " " });
                continue;
            };
            line.push_str(match (up, down, left, right) {
                (true, true, true, true) => "┼",
                (true, true, true, false) => "┤",
                (true, true, false, true) => "├",
                (true, true, false, false) => "│",
                (true, false, true, true) => "┴",
                (true, false, true, false) => "╯",
                (true, false, false, true) => "╰",
                (false, true, true, true) => "┬",
                (false, true, true, false) => "╮",
                (false, true, false, true) => "╭",
                (true | false, false, _, _) | (false, true, false, false) => " ",
            });
            line.push_str(if right { "─" } else { " " });
        }
        line.trim_end().to_owned()
    }
}
