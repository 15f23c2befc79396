//! A call whose value nobody wants: for flows that are started from their record, where their type is not known.

use futures_util::future::BoxFuture;
use tidegate_core::State;

use crate::call::{Call, FlowCall, Produce, Stage};
use crate::engine::{Attempted, Body};
use crate::inputs::Inputs;

struct Forgetting<T>(Box<dyn Produce<T>>);

impl<T: Send> Body for Forgetting<T> {
    fn inputs(&self) -> Inputs {
        self.0.inputs()
    }

    fn attempt(&mut self, last: bool) -> BoxFuture<'_, Attempted> {
        self.0.attempt(last)
    }

    fn used_up(&self) -> Option<&'static str> {
        self.0.used_up()
    }

    fn conclude(&self) -> Option<State> {
        self.0.conclude()
    }
}

impl<T: Send> Produce<()> for Forgetting<T> {
    fn take(&mut self) -> Option<()> {
        self.0.take().map(drop)
    }
}

impl<T: Send + 'static> FlowCall<'static, T> {
    /// The same call, without its value.
    pub(crate) fn forget(self) -> FlowCall<'static, ()> {
        FlowCall(match self.0.0 {
            Stage::Described(described) => {
                Call::new(described.plan, Box::new(Forgetting(described.body)))
            }
            Stage::Running(_) | Stage::Finished => {
                panic!("a call that was polled cannot be called for its effects any more")
            }
        })
    }
}
