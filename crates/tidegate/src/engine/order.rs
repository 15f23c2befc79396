//! Where calls stand in the graph of their flow run: each is numbered when it is made, and told what the code that makes it has seen by
//! then. Nothing here looks at what runs give.

use std::sync::atomic::{AtomicU32, Ordering};

use tidegate_core::graph::{self, Calls};
use tidegate_core::{CallPlace, RunId};

use crate::engine::{Context, Dependency, LiveRun};

/// A call was made: its number, and when in the order of things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    number: u32,
    attempt: u32,
    moment: u32,
}

/// What names a call in its flow run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    flow_run: RunId,
    number: u32,
}

/// The numbers of the calls of a flow run.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    next: AtomicU32,
    /// The number of the first call of the current attempt.
    attempt: AtomicU32,
}

impl Numbers {
    /// The body begins again. Calls that earlier attempts made have numbers up to `last`.
    pub(super) fn begin_attempt(&self, last: Option<u32>) {
        let first = last.map_or(0, |last| last.saturating_add(1));
        let first = self.next.fetch_max(first, Ordering::Relaxed).max(first);
        self.attempt.store(first, Ordering::Relaxed);
    }
}

impl Made {
    /// A call is made now, in this context; none where no graph is made of it.
    pub(crate) fn now(context: &Context) -> Option<Self> {
        let flow = context.flow.as_ref().filter(|flow| flow.keeps_order())?;
        let moment = context.run()?.sequence().call();
        Some(Self::at(flow, moment))
    }

    /// Another call, made in the same place at the same time.
    pub(crate) fn again(self, context: &Context) -> Option<Self> {
        Some(Self::at(context.flow.as_ref()?, self.moment))
    }

    fn at(flow: &LiveRun, moment: u32) -> Self {
        let numbers = flow.numbers();
        Self {
            number: numbers.next.fetch_add(1, Ordering::Relaxed),
            attempt: numbers.attempt.load(Ordering::Relaxed),
            moment,
        }
    }

    /// What names the call that was made in this context.
    pub(crate) fn called(self, context: &Context) -> Option<Called> {
        let flow_run = context.flow.as_ref()?.id();
        Some(Called { flow_run, number: self.number })
    }

    /// What is recorded of a call that was made in this context and depends on these, and whether all of them are known.
    pub(super) fn place(
        self,
        context: &Context,
        dependencies: &[Dependency],
    ) -> (Option<Box<CallPlace>>, bool) {
        let (Some(flow), Some(caller)) = (&context.flow, context.run()) else {
            return (None, true);
        };
        let (upstream, known) = upstream(flow.id(), dependencies);
        let Self { number, attempt, moment } = self;
        let seen = caller.sequence().tell();
        (Some(Box::new(CallPlace { number, attempt, moment, seen, upstream })), known)
    }
}

impl Called {
    pub(super) fn new(flow_run: RunId, number: u32) -> Self {
        Self { flow_run, number }
    }

    /// Its number, where it is a call of this flow run.
    pub(crate) fn number_in(self, flow_run: RunId) -> Option<u32> {
        (self.flow_run == flow_run).then_some(self.number)
    }

    /// The code that asks has seen what came of it. What a flow run sees of another's calls orders none of its own.
    pub(crate) fn seen(self) {
        Context::with(|context| {
            if let (Some(flow), Some(run)) = (&context.flow, context.run())
                && flow.id() == self.flow_run
            {
                run.sequence().saw(self.number);
            }
        });
    }
}

impl LiveRun {
    /// The code that asks has seen how this run ended. Code that belongs to no run, as that of a spawned task, sees for the flow run.
    pub(crate) fn seen(&self) {
        let Some(called) = self.called_as() else { return };
        match (Context::with(|context| context.flow.is_some()), self.flow()) {
            (Some(true), _) => called.seen(),
            (Some(false) | None, Some(flow)) => flow.sequence().saw(called.number),
            (Some(false) | None, None) => {}
        }
    }
}

/// The runs that these dependencies are, for the graph of this flow run; and whether all of them are known.
pub(super) fn upstream(
    flow_run: RunId,
    dependencies: &[Dependency],
) -> (Vec<graph::Upstream>, bool) {
    let (mut upstream, mut known) = (Vec::new(), true);
    for dependency in dependencies {
        known &= dependency.upstream.calls(flow_run, &mut upstream);
    }
    (if upstream.len() > 1 { gathered(&upstream) } else { upstream }, known)
}

/// The same, said as shortly as can be: calls in order, and then the others.
pub(crate) fn gathered(upstream: &[graph::Upstream]) -> Vec<graph::Upstream> {
    let mut calls: Vec<Calls> = Vec::new();
    let mut others: Vec<graph::Upstream> = Vec::new();
    for each in upstream {
        match each {
            graph::Upstream::Calls(each) => calls.push(*each),
            graph::Upstream::Run(_) if others.contains(each) => {}
            graph::Upstream::Run(_) => others.push(*each),
        }
    }
    calls.sort_unstable();
    let mut gathered: Vec<Calls> = Vec::new();
    for each in calls {
        match gathered.last_mut() {
            Some(last) if each.first <= last.last.saturating_add(1) => {
                last.last = last.last.max(each.last);
            }
            Some(_) | None => gathered.push(each),
        }
    }
    gathered.into_iter().map(graph::Upstream::Calls).chain(others).collect()
}
