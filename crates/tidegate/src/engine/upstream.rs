//! What a run depends on: other runs that must have ended, and mostly completed, before it begins. It waits for them, and says which
//! did not complete; it never looks at what they gave.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tidegate_core::{CallKey, RunId, RunKind, State, graph};

use crate::engine::execution::Life;
use crate::engine::panics::Panic;
use crate::engine::{Body, Execution, order};
use crate::error::{Error, NotCompleted, Result};

/// A run that others depend on, without the type of its value.
pub(crate) trait Upstream: Send + Sync {
    /// Its id; none if no run came of the call.
    fn id(&self) -> Option<RunId>;

    /// Flow run or task run.
    fn kind(&self) -> RunKind;

    /// What finds its call again when the body of its flow run runs again.
    fn call_key(&self) -> Option<CallKey>;

    /// Whether it has ended.
    fn has_ended(&self) -> bool;

    /// Waits until it has ended.
    fn ended(&self) -> BoxFuture<'_, ()>;

    /// Names the calls it is of, for the graph of this flow run; tells whether all are known.
    fn calls(&self, flow_run: RunId, into: &mut Vec<graph::Upstream>) -> bool;

    /// Why what depends on it cannot begin, once it has ended.
    fn obstacle(&self, need: Need) -> Option<NotCompleted>;
}

/// What a run asks of another before it begins.
#[derive(Clone)]
pub(crate) struct Dependency {
    pub(crate) upstream: Arc<dyn Upstream>,
    pub(crate) need: Need,
}

/// How the other must have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It has completed.
    Completion,
    /// It has completed, or failed by itself: not crashed, and not cancelled.
    End,
}

impl Need {
    /// Whether a run that failed like this will do.
    pub(crate) fn tolerates(self, failure: &Error) -> bool {
        match self {
            Self::Completion => false,
            Self::End => !failure.is_crashed() && !failure.is_cancelled(),
        }
    }
}

/// What is left to be done before the first attempt of a run that depends on others.
pub(super) struct Prospect {
    pub(super) dependencies: Vec<Dependency>,
    /// Whether some of its arguments are not known yet, or variables in its name.
    pub(super) learns: bool,
    /// Whether its name does not follow from its arguments, which are not known yet.
    pub(super) has_a_name: bool,
    /// Whether the graph has been told which runs they are.
    pub(super) upstream_known: bool,
}

impl Prospect {
    /// Whether it depends on no run, and has only to find out what variables hold.
    pub(super) fn only_learns(&self) -> bool {
        self.dependencies.is_empty()
    }
}

impl Execution {
    /// Waits for the runs it depends on, and takes what they gave. Where one of them did not complete, this is all of its life.
    pub(super) async fn wait_for_upstream(
        &mut self,
        prospect: Prospect,
        body: &mut dyn Body,
    ) -> Option<Life> {
        if let Some(error) = self.impossible(&prospect) {
            self.trouble = Some(error);
            return None;
        }
        if prospect.dependencies.iter().any(|dependency| !dependency.upstream.has_ended()) {
            // So that others see that it waits.
            if let Err(error) = self.record_soon().await {
                self.give_up(&error);
                return Some(Life::GivenUp(error));
            }
        }
        for dependency in &prospect.dependencies {
            if !dependency.upstream.has_ended() {
                dependency.upstream.ended().await;
            }
            if let Some(obstacle) = dependency.upstream.obstacle(dependency.need) {
                if let Some(error) = self.live.flow().and_then(|flow| flow.turns_back()) {
                    // What it depends on did not begin, and both are called anew.
                    self.give_up(&error);
                    return Some(Life::GivenUp(error));
                }
                return Some(Life::Ended(self.end_not_ready(obstacle), None));
            }
        }
        if !prospect.upstream_known {
            self.tell_upstream(&prospect.dependencies);
        }
        if !prospect.learns {
            return None;
        }
        let taken = Panic::catch_sync(|| body.resolve())
            .unwrap_or_else(|panic| Err(Error::configuration(panic.to_string())));
        let learned = match taken {
            Ok(()) => Box::pin(self.learn(body, prospect.has_a_name)).await,
            Err(error) => Err(error),
        };
        if prospect.only_learns() {
            self.announce();
        }
        match learned {
            Ok(()) => None,
            Err(error) if error.is_store() => {
                self.give_up(&error);
                Some(Life::GivenUp(error))
            }
            Err(error) => {
                self.trouble = Some(error);
                None
            }
        }
    }

    /// Tells the graph what it depends on, now that all of it is known.
    fn tell_upstream(&mut self, dependencies: &[Dependency]) {
        let Some(flow) = self.live.flow() else { return };
        let (upstream, _) = order::upstream(flow.id(), dependencies);
        if let Some(place) = &mut self.live.record_mut().place {
            place.upstream = upstream;
            self.learned = true;
        }
    }

    /// The error of a run that would never begin, because it is itself what it waits for, or lies in it.
    fn impossible(&self, prospect: &Prospect) -> Option<Error> {
        let mut ids = prospect.dependencies.iter().filter_map(|found| found.upstream.id());
        ids.any(|id| self.context.is_inside(id)).then(|| {
            let name = self.live.definition().name();
            Error::configuration(format!(
                "'{name}' depends on the run that it is called in, and both would wait for each other for ever: call it after that \
                 run, or leave the handle out"
            ))
        })
    }

    fn end_not_ready(&mut self, obstacle: NotCompleted) -> Result<()> {
        let state = State::not_ready(self.live.engine().now()).message(obstacle.to_string());
        let _ = self.propose(state.clone());
        let entered = self.live.state().unwrap_or(state);
        self.ended = true;
        Err(Error::ended(self.live.label(), entered, Some(Arc::new(obstacle))))
    }
}
