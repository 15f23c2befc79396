//! What is known of a run before it begins.

use std::sync::Arc;

use tidegate_core::Parameters;

use crate::definition::Definition;
use crate::engine::{Context, Engine};
use crate::options::Options;

/// A described call without its types: what shall run, with which options, called from where.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) definition: Definition,
    pub(crate) parameters: Parameters,
    pub(crate) name: Option<String>,
    /// The tags of this call, when it does not go by those of its definition.
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) engine: Option<Engine>,
    pub(crate) context: Option<Arc<Context>>,
    pub(super) options: Arc<Options>,
}

impl Plan {
    pub(crate) fn new(definition: Definition) -> Self {
        let options = definition.shared_options();
        Self {
            definition,
            parameters: Parameters::default(),
            name: None,
            tags: None,
            engine: None,
            context: None,
            options,
        }
    }

    /// The options of this call alone.
    pub(crate) fn options_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.options)
    }
}
