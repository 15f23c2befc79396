//! What is said of a flow run that this command ran, when it has ended: in the answer, and by the exit code.

use tidegate_core::{Run, RunId, State};

use crate::cli::failure::{Done, Failure};
use crate::cli::record::RunDetails;
use crate::cli::session::Session;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::registry;

/// Says how the run ended, if it ran at all.
pub(in crate::cli) async fn finish(
    session: &Session,
    engine: &Engine,
    id: RunId,
    ended: Result<()>,
) -> Done {
    if let Err(error) = &ended
        && (error.is_interrupted() || error.is_configuration() || error.is_store())
    {
        return Err(error.clone().into());
    }
    engine.flush().await?;
    let Some(run) = engine.run_record(id).await? else {
        return ended.map_err(Into::into);
    };
    let output = session.output();
    if output.is_json() {
        output.json(&RunDetails::of(&run))?;
    } else {
        output.tell(&sentence(&run))?;
    }
    run.state().map_or(Ok(()), |state| Failure::of_state(state.state_type()))
}

/// How a run stands, in a sentence.
pub(in crate::cli) fn sentence(run: &Run) -> String {
    let state = run.state().map(State::to_string).unwrap_or_default();
    format!("Flow run '{}' ({}) - {state}", run.name, run.id)
}

/// Fails for a run whose flow this program does not have.
pub(in crate::cli) fn of_this_program(run: &Run, verb: &str) -> Done {
    if registry::find(&run.definition.key).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "flow run '{}' cannot run again here: it is a run of {}, whose code this program does not have",
        run.name, run.definition.key
    ))
    .try_next(format!(
        "PROGRAM flow-run {verb} {}    where PROGRAM has that flow and calls tidegate::cli::main()",
        run.name
    )))
}

/// That somebody ended the command before the run had ended.
pub(in crate::cli) fn flattened<T>(ended: Result<Result<T>>) -> Result<T> {
    ended.unwrap_or_else(Err::<T, Error>)
}
