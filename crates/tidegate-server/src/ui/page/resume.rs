//! What a paused flow run waits for, and the answer that somebody gives. Whether it may be answered, `change` decides.

use axum::extract::{Form as Typed, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use tidegate_core::Run;

use super::run::{self, find};
use crate::change::{self, Question};
use crate::error::ApiError;
use crate::state::AppState;
use crate::ui::form::{Form, Posted, Wrong};
use crate::ui::part;
use crate::ui::trouble::Trouble;
use crate::ui::view::asked::{self, Asked};

/// The section of what a run waits for; `posted` is what was answered and does not do.
pub(super) async fn section(
    state: &AppState,
    run: &Run,
    posted: Option<&Form<'_>>,
) -> Result<Markup, Trouble> {
    let Some(question) = change::question(state, run).await? else { return Ok(asked::show(None)) };
    let fresh = question.schema.as_ref().map(|schema| Form::of(schema, None));
    let Question { description, timeout, is_suspended, .. } = &question;
    Ok(asked::show(Some(&Asked {
        run,
        description: description.as_deref(),
        timeout: *timeout,
        is_suspended: *is_suspended,
        form: posted.or(fresh.as_ref()),
        now: state.now(),
    })))
}

/// `POST /runs/{id}/resume`
pub(in crate::ui) async fn resume(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Typed(pairs): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let question = change::question(&state, &run).await?;
    let Some(Question { schema, .. }) = question else {
        let name = &run.name;
        return Err(Trouble::Refused(format!(
            "{name} waits for no answer: it has gone on meanwhile, or was never paused."
        )));
    };
    let Some(schema) = schema else {
        super::act::accepted(change::resume(&state, &run, None).await?)?;
        return Ok(Redirect::to(&part::run_url(run.id)).into_response());
    };
    let form = match Form::posted(&schema, &pairs) {
        Posted::Again(form) => form,
        Posted::Done(value, mut form) => match change::resume(&state, &run, Some(value)).await {
            Ok(moved) => {
                super::act::accepted(moved)?;
                return Ok(Redirect::to(&part::run_url(run.id)).into_response());
            }
            Err(ApiError::Invalid { problems, .. }) => {
                for problem in problems {
                    // Its place begins with the body of the request, and what of it the input is.
                    let steps =
                        problem.loc.iter().skip(2).map(|step| {
                            step.as_str().map_or_else(|| step.to_string(), str::to_owned)
                        });
                    let path =
                        steps.fold(String::new(), |path, step| crate::ui::form::step(&path, &step));
                    form.say(Wrong::new(path, problem.msg));
                }
                form
            }
            Err(other) => return Err(other.into()),
        },
    };
    let status = if form.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, run::page(&state, &run, &[], Some(&form), false).await?).into_response())
}
