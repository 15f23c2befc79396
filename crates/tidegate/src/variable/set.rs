//! Making a variable, or giving one another value.

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tidegate_core::{VariableAnswer, VariableChange, VariableRecord};

use super::VariableError;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// A variable that is set when this is awaited. Made by [`Variable::set`](crate::Variable::set).
#[derive(Clone)]
#[must_use = "a variable is set when this is awaited"]
pub struct SetVariable {
    name: String,
    value: std::result::Result<Value, String>,
    tags: Vec<String>,
    overwrite: bool,
    engine: Option<Engine>,
}

impl SetVariable {
    pub(super) fn new(name: &str, value: serde_json::Result<Value>) -> Self {
        let value = value.map_err(|error| error.to_string());
        Self { name: name.to_owned(), value, tags: Vec::new(), overwrite: false, engine: None }
    }

    /// What it is found by beside its name. A variable that is overwritten has these tags and no others.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// If there is one of this name, gives it this value and these tags.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Sets a variable of `engine`, and not of the engine of the calling code.
    pub fn on(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// Sets it from code that is not async; see [`TaskCall::block_on`](crate::TaskCall::block_on).
    ///
    /// # Errors
    ///
    /// As when it is awaited; a configuration error where the calling thread belongs to an async runtime.
    pub fn block_on(self) -> Result<VariableRecord> {
        crate::block_on::block_on(self.perform())
    }

    async fn perform(self) -> Result<VariableRecord> {
        let engine = self.engine.map_or_else(Engine::current, Ok)?;
        let name = self.name;
        let value = self.value.map_err(|why| VariableError::NoJson { name: name.clone(), why })?;
        let mut tags = self.tags;
        let mut seen = std::collections::HashSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        let variable = VariableRecord { tags, ..VariableRecord::new(name, value, engine.now()) };
        variable.check().map_err(VariableError::Invalid)?;
        let change = if self.overwrite { VariableChange::Set } else { VariableChange::Create };
        match engine.change_variable(change(variable)).await? {
            VariableAnswer::Done(variable) => Ok(variable),
            VariableAnswer::Exists(VariableRecord { name, .. }) => {
                Err(VariableError::Exists { name }.into())
            }
            VariableAnswer::NotFound => {
                Err(Error::configuration("a variable was set and is not there"))
            }
        }
    }
}

/// # Errors
///
/// There is a variable of the name, and it is not to be overwritten; or there can be none of this name or value ([`VariableError`]). The
/// store cannot write, or the engine has none.
///
/// # Cancel safety
///
/// Dropped once it was polled, the variable may be set or not.
impl IntoFuture for SetVariable {
    type Output = Result<VariableRecord>;
    type IntoFuture = BoxFuture<'static, Result<VariableRecord>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.perform())
    }
}

impl fmt::Debug for SetVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetVariable").field("name", &self.name).finish_non_exhaustive()
    }
}
