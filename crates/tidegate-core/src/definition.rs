//! What is known of a flow or task before any of its runs. It never holds code.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Run;

/// Whether a run, or the function behind it, is a flow or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// A flow run.
    Flow,
    /// A task run.
    Task,
}

/// The static description of a flow or a task, recorded once per store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Flow or task.
    pub kind: RunKind,
    /// The name people see.
    pub name: String,
    /// What tells this function from others of one name: its module path and name.
    pub key: String,
    /// A free version text.
    pub version: Option<String>,
    /// What it does, for people.
    pub description: Option<String>,
    /// Tags that every run of it carries.
    pub tags: Vec<String>,
    /// The arguments of its signature.
    pub parameters: Vec<Parameter>,
}

impl Definition {
    /// A definition with a name, and a key equal to it.
    #[must_use]
    pub fn new(kind: RunKind, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            kind,
            key: name.clone(),
            name,
            version: None,
            description: None,
            tags: Vec::new(),
            parameters: Vec::new(),
        }
    }
}

/// A flow or task that a store has runs of, or had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefinitionRecord {
    /// As it was when it was last changed.
    pub definition: Arc<Definition>,
    /// Its newest run; none if its runs were deleted.
    pub last_run: Option<Run>,
}

/// One argument of a flow or task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The argument's name.
    pub name: String,
    /// Its Rust type as written.
    pub type_name: String,
    /// The value taken when a run is started without it.
    pub default: Option<Value>,
}
