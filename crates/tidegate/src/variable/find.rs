//! Finding the variables of an engine, changing what one is called or holds, and deleting one.

use tidegate_core::{
    VariableAnswer, VariableChange, VariableId, VariableKey, VariableQuery, VariableRecord,
    VariableUpdate,
};

use super::VariableError;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// A question for variables. Made by [`Engine::variables`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// use tidegate::{Engine, Variable};
///
/// Variable::set("alert_city", "Rome").tags(["weather"]).await?;
/// Variable::set("batch_size", 50).await?;
/// let found = Engine::current()?.variables().tag("weather").list().await?;
/// assert_eq!(found[0].name, "alert_city");
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked with `list`"]
pub struct Variables {
    engine: Engine,
    query: VariableQuery,
}

impl Engine {
    /// Its variables.
    pub fn variables(&self) -> Variables {
        Variables { engine: self.clone(), query: VariableQuery::default() }
    }

    /// Changes a variable, or what it is called; it keeps its id. Gives it as it is then.
    ///
    /// # Errors
    ///
    /// There is no such variable, another has the new name, or there can be none like that ([`VariableError`]). The store cannot write,
    /// or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be changed or not.
    pub async fn update_variable(
        &self,
        key: VariableKey,
        update: VariableUpdate,
    ) -> Result<VariableRecord> {
        update.check(&key).map_err(VariableError::Invalid)?;
        let change = VariableChange::Update { key: key.clone(), update, now: self.now() };
        match self.change_variable(change).await? {
            VariableAnswer::Done(variable) => Ok(variable),
            VariableAnswer::Exists(VariableRecord { name, .. }) => {
                Err(VariableError::Exists { name }.into())
            }
            VariableAnswer::NotFound => Err(VariableError::NotFound { key }.into()),
        }
    }

    /// Deletes the variable of this name, and gives it if there was one.
    pub(crate) async fn delete_variable(&self, name: String) -> Result<Option<VariableRecord>> {
        check_name(&name)?;
        let change = VariableChange::Delete(VariableKey::Name(name));
        match self.change_variable(change).await? {
            VariableAnswer::Done(variable) | VariableAnswer::Exists(variable) => Ok(Some(variable)),
            VariableAnswer::NotFound => Ok(None),
        }
    }

    pub(super) async fn change_variable(&self, change: VariableChange) -> Result<VariableAnswer> {
        let changed = self.require_store()?.change_variable(change).await;
        changed.map_err(|error| Error::store(None, error))
    }
}

impl Variables {
    /// The variable of this id.
    pub fn id(mut self, id: VariableId) -> Self {
        self.query.id = Some(id);
        self
    }

    /// The variable of this name; said twice, of either.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.query.names.push(name.into());
        self
    }

    /// Variables in whose names this occurs.
    pub fn like(mut self, part: impl Into<String>) -> Self {
        self.query.like = Some(part.into());
        self
    }

    /// Variables that carry this tag; said twice, both.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.query.tags.push(tag.into());
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Leaving out this many first.
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.offset = offset;
        self
    }

    /// The variables that match, by name.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<VariableRecord>> {
        let store = self.engine.require_store()?;
        store.variables(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }
}

/// Fails for what no variable is called, so that a name that was mistyped is not taken for one that is not there.
pub(super) fn check_name(name: &str) -> Result<(), VariableError> {
    let update = VariableUpdate { name: Some(name.to_owned()), ..VariableUpdate::default() };
    update.check(&VariableKey::Name(name.to_owned())).map_err(VariableError::Invalid)
}
