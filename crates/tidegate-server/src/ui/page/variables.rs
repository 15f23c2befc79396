//! Variables, and what people change of them.

use axum::extract::{Form, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{VariableAnswer, VariableChange, VariableKey, VariableQuery, VariableRecord};

use super::{Page, Pairs, offset, value};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::variables::{self, PAGE, Variables, Wrong};

/// What the form says.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Filled {
    name: String,
    value: String,
    #[serde(default)]
    tags: String,
    /// Whether the variable is there already and is meant to change.
    change: Option<String>,
}

/// Which variable a form is about.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Named {
    name: String,
}

/// `GET /variables`
pub(in crate::ui) async fn show(State(state): State<AppState>, pairs: Pairs) -> Page {
    page(&state, offset(&pairs), value(&pairs, "edit"), None, None).await
}

/// `POST /variables`
pub(in crate::ui) async fn set(
    State(state): State<AppState>,
    Form(filled): Form<Filled>,
) -> Result<Response, Trouble> {
    // What is no JSON is a text as it is.
    let value: Value = serde_json::from_str(filled.value.trim())
        .unwrap_or_else(|_| Value::String(filled.value.clone()));
    let mut record = VariableRecord::new(filled.name.trim(), value, state.now());
    let tags = filled.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    record.tags = tags.map(str::to_owned).collect();
    let why = match record.check() {
        Err(invalid) => invalid.to_string(),
        Ok(()) => {
            let change = match filled.change {
                Some(_) => VariableChange::Set(record),
                None => VariableChange::Create(record),
            };
            match state.store().change_variable(change).await? {
                VariableAnswer::Done(_) => return Ok(Redirect::to("/variables").into_response()),
                VariableAnswer::Exists(other) => {
                    format!(
                        "There is a variable called {} already: change that one, or choose another name.",
                        other.name
                    )
                }
                VariableAnswer::NotFound => "It was deleted meanwhile.".to_owned(),
            }
        }
    };
    let Filled { name, value, tags, change } = filled;
    let edited = change.map(|_| name.clone());
    let wrong = Wrong { why, name, value, tags };
    let page = page(&state, 0, edited.as_deref(), Some(&wrong), None).await?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /variables/delete`: the page offers to make it again.
pub(in crate::ui) async fn delete(
    State(state): State<AppState>,
    Form(Named { name }): Form<Named>,
) -> Page {
    let query = VariableQuery { names: vec![name.clone()], ..VariableQuery::default() };
    let deleted = state.store().variables(query).await?.pop();
    let change = VariableChange::Delete(VariableKey::Name(name.clone()));
    match state.store().change_variable(change).await? {
        VariableAnswer::Done(_) => page(&state, 0, None, None, deleted.as_ref()).await,
        VariableAnswer::Exists(_) | VariableAnswer::NotFound => {
            Err(Trouble::NotFound(format!("variable '{name}'")))
        }
    }
}

async fn page(
    state: &AppState,
    offset: u64,
    edited: Option<&str>,
    wrong: Option<&Wrong>,
    deleted: Option<&VariableRecord>,
) -> Result<Html<String>, Trouble> {
    let query = VariableQuery { limit: Some(PAGE), offset, ..VariableQuery::default() };
    let list = state.store().variables(query).await?;
    let edited = match edited {
        Some(name) => {
            let query = VariableQuery { names: vec![name.to_owned()], ..VariableQuery::default() };
            state.store().variables(query).await?.pop()
        }
        None => None,
    };
    let page = Variables {
        variables: &list,
        edited: edited.as_ref(),
        wrong,
        deleted,
        offset,
        now: state.now(),
    };
    Ok(Frame::new(state, "Variables", Place::Variables).around(&variables::show(&page)))
}
