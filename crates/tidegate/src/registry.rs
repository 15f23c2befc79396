//! The flows of this program that can be called from their recorded parameters. The attribute enters each; nothing here runs one.

use std::fmt;

use tidegate_core::Parameters;

use crate::call::FlowCall;
use crate::definition::Definition;
use crate::parameters::InvalidParameters;

/// A flow, and how it is called from JSON. Entered by `#[flow]` for each free function whose arguments can be read from JSON.
pub struct Registration {
    definition: fn() -> &'static Definition,
    call: fn(&Parameters) -> Result<FlowCall<'static, ()>, InvalidParameters>,
}

inventory::collect!(Registration);

impl Registration {
    /// The entry of a flow.
    #[must_use]
    pub const fn new(
        definition: fn() -> &'static Definition,
        call: fn(&Parameters) -> Result<FlowCall<'static, ()>, InvalidParameters>,
    ) -> Self {
        Self { definition, call }
    }

    /// The flow.
    #[cfg(feature = "cli")]
    pub(crate) fn definition(&self) -> &'static Definition {
        (self.definition)()
    }

    /// A call of the flow.
    pub(crate) fn call(
        &self,
        parameters: &Parameters,
    ) -> Result<FlowCall<'static, ()>, InvalidParameters> {
        (self.call)(parameters)
    }
}

/// Every flow of this program that can be called from its recorded parameters.
#[cfg(feature = "cli")]
pub(crate) fn registrations() -> impl Iterator<Item = &'static Registration> {
    inventory::iter::<Registration>()
}

/// The flow of this key; none where it cannot be told which of several is meant.
pub(crate) fn find(key: &str) -> Option<&'static Registration> {
    let mut found =
        inventory::iter::<Registration>().filter(|entry| (entry.definition)().key() == key);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&(self.definition)().key()).finish()
    }
}
