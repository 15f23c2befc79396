//! What is known of a run before it begins.

use std::sync::Arc;

use tidegate_core::{CallKey, Run, RunId, Timestamp};

use crate::definition::Definition;
use crate::engine::{Context, Dependency, Engine, Made};
use crate::options::Options;
use crate::result::KeyPart;

/// A described call without its types: what shall run, with which options, called from where.
pub(crate) struct Plan {
    pub(crate) definition: Definition,
    pub(crate) name: Option<String>,
    /// The tags of this call, when it does not go by those of its definition.
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) engine: Option<Engine>,
    pub(crate) context: Option<Arc<Context>>,
    /// The key of the result, as far as it is known before the run is.
    pub(crate) result_key: Option<Vec<KeyPart>>,
    /// What finds the call again when the body of its flow run runs again.
    pub(crate) call_key: Option<CallKey>,
    /// Where it stands in the graph of its flow run.
    pub(crate) made: Option<Made>,
    /// The id of its run, and when it was made, if it was submitted.
    pub(crate) born: Option<(RunId, Timestamp)>,
    /// The runs that it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// The run that this call goes on with, instead of a new one.
    pub(crate) taken_up: Option<Box<Run>>,
    /// Whether its body is done in a transaction of the store.
    pub(crate) needs_a_store: bool,
    /// Says why a run of this cannot be called again from its record.
    pub(crate) restartable: Restartable,
    pub(super) options: Arc<Options>,
}

/// Says why a recorded run cannot be called again.
pub(crate) type Restartable = fn(&Run) -> Result<(), String>;

impl Plan {
    pub(crate) fn new(definition: Definition) -> Self {
        let options = definition.shared_options();
        Self {
            definition,
            name: None,
            tags: None,
            engine: None,
            context: None,
            result_key: None,
            call_key: None,
            made: None,
            born: None,
            dependencies: Vec::new(),
            taken_up: None,
            needs_a_store: false,
            restartable: |_| Err("it is no flow run".to_owned()),
            options,
        }
    }

    /// Goes by these options.
    pub(crate) fn set_options(&mut self, options: &Arc<Options>) {
        self.options = Arc::clone(options);
    }

    /// The options of this call alone.
    pub(crate) fn options_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.options)
    }
}
