//! Variables: small values by name that are kept outside of code, so that a threshold or a place is changed without a build. Who may
//! change one is the business of whoever can write the database.

mod call;
mod error;
mod find;
mod set;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_core::VariableQuery;

use crate::engine::Engine;
use crate::error::{Error, Result};

pub use call::VariableCall;
pub use error::VariableError;
pub use find::Variables;
pub use set::SetVariable;

/// A small value by name, which outlives the program and is shared by all that use the same database.
///
/// Its value is whatever JSON can say, up to 5000 characters. Its name has lower-case letters, digits, `-` and `_`. What it holds is no
/// secret: it is kept as it is.
///
/// ```
/// use tidegate::Variable;
/// use tidegate::prelude::*;
///
/// #[flow]
/// async fn forecast() -> Result<String> {
///     let city: Option<String> = Variable::get("alert_city").await?;
///     let above: f64 = Variable::get_or("alert_above", 30.0).await?;
///     Ok(format!("{} above {above} °C", city.unwrap_or_default()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// Variable::set("alert_city", "Rome").tags(["weather"]).await?;
/// assert_eq!(forecast().await?, "Rome above 30 °C");
///
/// Variable::set("alert_above", 35.5).overwrite().await?;
/// assert_eq!(forecast().await?, "Rome above 35.5 °C");
/// assert!(Variable::unset("alert_city").await?);
/// # Ok(()) }).await }
/// ```
///
/// From code that is not async, each of them has a `block_on`; with `on`, each is for the engine that it is given:
///
/// ```no_run
/// # fn main() -> tidegate::Result<()> {
/// let city: Option<String> = tidegate::Variable::get("alert_city").block_on()?;
/// # Ok(()) }
/// ```
///
/// The names of runs may have variables in them, which are read when a run begins:
///
/// ```
/// # use tidegate::prelude::*;
/// #[flow(flow_run_name = "forecast-{variables.alert_city}-{day}")]
/// async fn forecast_of(day: u32) {}
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Variable;

impl Variable {
    /// The value of the variable of this name, if there is one.
    ///
    /// # Errors
    ///
    /// The value is no `T`, or no variable can have the name ([`VariableError`]). The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub fn get<T: DeserializeOwned + 'static>(name: &str) -> VariableCall<Option<T>> {
        let name = name.to_owned();
        VariableCall::new(move |engine| Box::pin(read(engine, name)))
    }

    /// The value of the variable of this name, or `default` if there is none.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub fn get_or<T: DeserializeOwned + Send + 'static>(name: &str, default: T) -> VariableCall<T> {
        let name = name.to_owned();
        VariableCall::new(move |engine| {
            Box::pin(async move { Ok(read(engine, name).await?.unwrap_or(default)) })
        })
    }

    /// Makes a variable, when this is awaited. That there is one of the name is an error, unless [`SetVariable::overwrite`] allows for it.
    pub fn set(name: &str, value: impl Serialize) -> SetVariable {
        SetVariable::new(name, serde_json::to_value(value))
    }

    /// Deletes the variable of this name, and says whether there was one.
    ///
    /// # Errors
    ///
    /// The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be deleted or not.
    pub fn unset(name: &str) -> VariableCall<bool> {
        let name = name.to_owned();
        VariableCall::new(move |engine| {
            Box::pin(async move { engine.delete_variable(name).await.map(|gone| gone.is_some()) })
        })
    }
}

/// The value of a variable as a `T`.
async fn read<T: DeserializeOwned>(engine: Engine, name: String) -> Result<Option<T>> {
    find::check_name(&name)?;
    let query = VariableQuery { names: vec![name.clone()], ..VariableQuery::default() };
    let found = engine.require_store()?.variables(query).await;
    let Some(variable) = found.map_err(|error| Error::store(None, error))?.pop() else {
        return Ok(None);
    };
    error::fitting(&name, variable.value).map(Some).map_err(Error::from)
}
