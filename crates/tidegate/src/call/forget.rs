//! A call whose value nobody wants: for flows that are started from their record, where their type is not known.

use erased_serde::{Deserializer, Serialize};
use tidegate_core::State;

use crate::call::{Call, FlowCall, Produce, Stage};
use crate::engine::{Attempt, Body, Told};
use crate::inputs::Inputs;
use crate::result::Codec;

struct Forgetting<T>(Box<dyn Produce<T>>);

impl<T: Send> Body for Forgetting<T> {
    fn tell(&self, variables: &[String]) -> Told {
        self.0.tell(variables)
    }

    fn resolve(&mut self) -> crate::error::Result<()> {
        self.0.resolve()
    }

    fn inputs(&self) -> Inputs {
        self.0.inputs()
    }

    fn attempt(&mut self, last: bool) -> Attempt<'_> {
        self.0.attempt(last)
    }

    fn stand_in(&mut self) -> bool {
        self.0.stand_in()
    }

    fn used_up(&self) -> Option<&'static str> {
        self.0.used_up()
    }

    fn encode(&self) -> Option<&dyn Serialize> {
        self.0.encode()
    }

    fn is_recordable(&self) -> bool {
        self.0.is_recordable()
    }

    fn restore(&mut self, result: &mut dyn Deserializer<'_>) -> Result<(), erased_serde::Error> {
        self.0.restore(result)
    }

    fn conclude(&self) -> Option<State> {
        self.0.conclude()
    }
}

impl<T: Send> Produce<()> for Forgetting<T> {
    fn take(&mut self) -> Option<()> {
        self.0.take().map(drop)
    }

    /// The value has a codec of its own, or cannot have one.
    fn set_codec(&mut self, _codec: Codec<()>) {}
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
