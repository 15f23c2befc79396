//! Which calls a caller made after which results, told by the fewest edges: the frontier of a call are the results that had been seen
//! and that no other seen result came after. It is followed from moment to moment, so the work grows with the calls.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::weave::Weave;

/// What one caller did: a flow run, or a task run.
#[derive(Debug, Default)]
pub(super) struct Caller {
    made: Vec<Made>,
    saw: Vec<Saw>,
}

/// A call was made.
#[derive(Clone, Copy, Debug)]
struct Made {
    attempt: u32,
    moment: u32,
    node: usize,
}

/// A result was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Saw {
    attempt: u32,
    moment: u32,
    node: usize,
}

impl Caller {
    pub(super) fn made(&mut self, node: usize, attempt: u32, moment: u32) {
        self.made.push(Made { attempt, moment, node });
    }

    pub(super) fn saw(&mut self, node: usize, attempt: u32, moment: u32) {
        self.saw.push(Saw { attempt, moment, node });
    }
}

/// The results of an attempt that nothing seen came after, oldest first.
struct Frontier<'a> {
    attempt: u32,
    results: VecDeque<(u32, usize)>,
    /// By attempt, the latest moment at which a call was made whose result has been seen since: what was seen by then, some seen result
    /// came after.
    covered: BTreeMap<u32, u32>,
    /// When a result was first seen in which attempt.
    first_seen: &'a HashMap<(u32, usize), u32>,
}

impl Frontier<'_> {
    fn add(&mut self, saw: Saw, made: Option<&Made>) {
        if self.first_seen.get(&(saw.attempt, saw.node)) != Some(&saw.moment) {
            return;
        }
        self.results.push_back((saw.moment, saw.node));
        if let Some(made) = made {
            let covered = self.covered.entry(made.attempt).or_default();
            *covered = made.moment.max(*covered);
        }
    }

    /// Drops what something seen came after.
    fn reduce(&mut self) {
        let here = self.covered.get(&self.attempt).copied().unwrap_or_default();
        while self.results.front().is_some_and(|(moment, _)| *moment <= here) {
            self.results.pop_front();
        }
        // What an earlier attempt of the flow run left is known by its own moments.
        for (attempt, covered) in self.covered.range(..self.attempt) {
            let first_seen = self.first_seen;
            self.results.retain(|(_, node)| {
                first_seen.get(&(*attempt, *node)).is_none_or(|moment| moment > covered)
            });
        }
    }
}

/// Tells the order of a caller's calls.
pub(super) fn weave(mut caller: Caller, weave: &mut Weave) {
    caller.made.sort_by_key(|made| (made.attempt, made.moment, made.node));
    caller.saw.sort_unstable();
    let made: HashMap<usize, Made> = caller.made.iter().map(|made| (made.node, *made)).collect();
    let mut first_seen = HashMap::with_capacity(caller.saw.len());
    for saw in &caller.saw {
        first_seen.entry((saw.attempt, saw.node)).or_insert(saw.moment);
    }
    let mut saw = caller.saw.into_iter().peekable();
    for calls in caller.made.chunk_by(|a, b| a.attempt == b.attempt) {
        let attempt = calls[0].attempt;
        while saw.next_if(|saw| saw.attempt < attempt).is_some() {}
        let mut frontier = Frontier {
            attempt,
            results: VecDeque::new(),
            covered: BTreeMap::new(),
            first_seen: &first_seen,
        };
        weave.begin_order();
        let mut before = 0;
        for calls in calls.chunk_by(|a, b| a.moment == b.moment) {
            let moment = calls[0].moment;
            while let Some(saw) = saw.next_if(|saw| saw.attempt == attempt && saw.moment <= moment)
            {
                frontier.add(saw, made.get(&saw.node));
            }
            frontier.reduce();
            let kept = frontier.results.iter().take_while(|(moment, _)| *moment <= before).count();
            let results: Vec<usize> = frontier.results.iter().map(|(_, node)| *node).collect();
            // What those came after that a call was given, it need not be told again to have come after.
            let mut shorter: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for call in calls {
                let known = known_by_given(call, &made, weave);
                let known = frontier.results.iter().take_while(|(moment, _)| *moment <= known);
                shorter.entry(known.count()).or_default().push(call.node);
            }
            for (known, calls) in shorter {
                let kept = (known == 0).then_some(kept);
                weave.ordered(&results[known..], kept, &calls);
            }
            before = moment;
        }
    }
}

/// The latest moment at which something was made that a call was given.
fn known_by_given(call: &Made, made: &HashMap<usize, Made>, weave: &Weave) -> u32 {
    let given = weave.given_to(call.node).into_iter().flatten().filter_map(|node| made.get(node));
    given.filter(|given| given.attempt == call.attempt).map(|given| given.moment).max().unwrap_or(0)
}
