//! Concurrency limits: the list, and what people make, change and delete.

use std::sync::LazyLock;

use axum::extract::{Form as Typed, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use serde_json::{Value, json};
use tidegate_core::{
    ConcurrencyLimit, LimitChange, LimitUse, Order, RunKind, RunQuery, StateType, StoreError,
};

use super::{Page, Pairs, run, value};
use crate::state::AppState;
use crate::ui::form::{Form, Posted, Wrong};
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::confirm::{self, Confirm};
use crate::ui::view::limits::{self, Limit, NAMED};
use crate::ui::words::{encoded, several};

/// What is asked for of a limit that is there.
static SETTINGS: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "type": "object",
        "required": ["slots"],
        "properties": {
            "slots": {
                "position": 1, "title": "Slots", "type": "integer", "format": "uint32",
                "description": "How much may go on at once. At 0 nothing new begins; what goes on is left alone."
            },
            "decay": {
                "position": 2, "title": "Slots that time gives back each second", "type": ["number", "null"], "minimum": 0,
                "description": "For a limit of rates: 2 lets two begin each second. Leave it empty for slots that are held until they are let go of."
            },
            "active": {
                "position": 3, "title": "Active", "type": "boolean", "default": true,
                "description": "One that is not lets everybody pass, and counts nobody."
            }
        }
    })
});

/// The same and its name, for one that is not there yet.
static NEW: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = SETTINGS.clone();
    let name = |title: &str, field: &str, about: &str| {
        json!({
            "type": "object", "title": title, "required": [field], "additionalProperties": false,
            "properties": { field: { "type": "string", "title": "Name", "description": about } }
        })
    };
    schema["properties"]["of"] = json!({
        "position": 0, "title": "It holds for",
        "oneOf": [
            name("Task runs that carry a tag", "tag", "The tag, as http."),
            name("Code that asks for slots of it by name", "name", "The name that code asks for, as warehouse."),
        ]
    });
    schema["required"] = json!(["of", "slots"]);
    schema
});

/// `GET /limits`
pub(in crate::ui) async fn show(State(state): State<AppState>) -> Page {
    let store = state.store();
    let now = state.now();
    let mut limits = Vec::new();
    for used in store.limits(Vec::new()).await? {
        let holders = match used.held.is_empty() {
            true => Vec::new(),
            false => store.slot_holders(used.limit.name.clone()).await?,
        };
        let full = used.occupied(now) >= u64::from(used.limit.limit);
        let waiting = match ConcurrencyLimit::tag_of_name(&used.limit.name) {
            Some(tag) if full && used.limit.active => {
                let query = RunQuery {
                    kind: Some(RunKind::Task),
                    state_types: vec![StateType::Pending],
                    tags: vec![tag.to_owned()],
                    order: Order::OldestFirst,
                    limit: Some(NAMED as u64 + 1),
                    ..RunQuery::default()
                };
                store.runs(query).await?
            }
            Some(_) | None => Vec::new(),
        };
        limits.push(Limit { used, holders, waiting });
    }
    let holders = limits.iter().flat_map(|limit| limit.holders.iter().take(NAMED));
    let ids = holders.filter_map(|holder| holder.run_id).collect();
    let names = run::names(&state, ids).await?;
    let frame = Frame::new(&state, "Concurrency limits", Place::Limits).live("/live");
    Ok(frame.around(&limits::show(&limits, &names, now)))
}

/// `GET /limits/new`
pub(in crate::ui) async fn begin(State(state): State<AppState>) -> Page {
    Ok(shown(&state, None, &Form::of(&NEW, None)))
}

/// `POST /limits/new`
pub(in crate::ui) async fn create(
    State(state): State<AppState>,
    Typed(pairs): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (value, mut form) = match Form::posted(&NEW, &pairs) {
        Posted::Done(value, form) => (value, form),
        Posted::Again(form) => return Ok(again(&state, None, &form)),
    };
    let text = |field: &str| value["of"][field].as_str().map(str::trim);
    let name = text("tag").map(ConcurrencyLimit::name_for_tag).or(text("name").map(str::to_owned));
    let limit = limit_of(name.unwrap_or_default(), &value);
    match limit.check() {
        Err(invalid) => form.say(Wrong::new("", format!("{invalid}."))),
        Ok(()) => {
            let name = limit.name.clone();
            if state.store().change_limit(LimitChange::Create(limit), state.now()).await? {
                return Ok(Redirect::to("/limits").into_response());
            }
            form.say(Wrong::new(
                "",
                format!("There is a limit called {name} already: change that one."),
            ));
        }
    }
    Ok(again(&state, None, &form))
}

/// `GET /limits/edit?name=`
pub(in crate::ui) async fn edit(State(state): State<AppState>, pairs: Pairs) -> Page {
    let limit = find(&state, &pairs).await?.limit;
    let decay = limit.decays().then_some(limit.slot_decay_per_second);
    let settings = json!({ "slots": limit.limit, "decay": decay, "active": limit.active });
    Ok(shown(&state, Some(&limit.name), &Form::of(&SETTINGS, Some(&settings))))
}

/// `POST /limits/edit?name=`
pub(in crate::ui) async fn change(
    State(state): State<AppState>,
    pairs: Pairs,
    Typed(filled): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let known = find(&state, &pairs).await?.limit;
    let (value, mut form) = match Form::posted(&SETTINGS, &filled) {
        Posted::Done(value, form) => (value, form),
        Posted::Again(form) => return Ok(again(&state, Some(&known.name), &form)),
    };
    let limit = limit_of(known.name.clone(), &value);
    if let Err(invalid) = limit.check() {
        form.say(Wrong::new("", format!("{invalid}.")));
        return Ok(again(&state, Some(&known.name), &form));
    }
    state.store().change_limit(LimitChange::Update(limit), state.now()).await?;
    Ok(Redirect::to("/limits").into_response())
}

/// `GET /limits/delete?name=`: what it would do.
pub(in crate::ui) async fn ask(State(state): State<AppState>, pairs: Pairs) -> Page {
    deletion(&state, &find(&state, &pairs).await?, false).await
}

/// `POST /limits/delete?name=`, with its name typed.
pub(in crate::ui) async fn delete(
    State(state): State<AppState>,
    pairs: Pairs,
    Typed(filled): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let used = find(&state, &pairs).await?;
    if value(&filled, "typed") != Some(&*used.limit.name) {
        let page = deletion(&state, &used, true).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    state.store().change_limit(LimitChange::Delete(used.limit.name), state.now()).await?;
    Ok(Redirect::to("/limits").into_response())
}

async fn deletion(state: &AppState, used: &LimitUse, wrong: bool) -> Page {
    let name = &used.limit.name;
    let holders = match used.held.is_empty() {
        true => 0,
        false => state.store().slot_holders(name.clone()).await?.len() as u64,
    };
    let what = html! {
        p {
            "What it limits begins without waiting from then on. "
            @if holders == 0 { "Nobody holds a slot of it now." }
            @else { (several(holders, "holder")) " of its slots go on, and are not counted any more." }
        }
    };
    let confirm = Confirm {
        title: &format!("Delete the limit {name}?"),
        what,
        action: &format!("/limits/delete?name={}", encoded(name)),
        values: &[],
        verb: "Delete this limit",
        typed: Some((name, "its name", wrong)),
        back: "/limits",
    };
    let frame = Frame::new(state, format!("Delete {name}"), Place::Limits);
    Ok(frame.around(&confirm::show(&confirm)))
}

fn shown(state: &AppState, name: Option<&str>, form: &Form<'_>) -> Html<String> {
    let title = name.map_or_else(|| "New limit".to_owned(), |name| format!("Edit {name}"));
    Frame::new(state, title, Place::Limits).around(&limits::edit(name, form))
}

fn again(state: &AppState, name: Option<&str>, form: &Form<'_>) -> Response {
    let status = if form.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, shown(state, name, form)).into_response()
}

async fn find(state: &AppState, pairs: &[(String, String)]) -> Result<LimitUse, Trouble> {
    let name = value(pairs, "name").unwrap_or_default();
    let known = |each: &LimitUse| each.limit.name == name;
    let found: Result<Vec<LimitUse>, StoreError> =
        state.store().limits(vec![name.to_owned()]).await;
    found?.into_iter().find(known).ok_or_else(|| Trouble::NotFound(format!("limit '{name}'")))
}

fn limit_of(name: String, value: &Value) -> ConcurrencyLimit {
    let slots = value["slots"].as_u64().and_then(|slots| u32::try_from(slots).ok());
    ConcurrencyLimit {
        name,
        limit: slots.unwrap_or_default(),
        active: value["active"].as_bool().unwrap_or(true),
        slot_decay_per_second: value["decay"].as_f64().unwrap_or_default(),
    }
}
