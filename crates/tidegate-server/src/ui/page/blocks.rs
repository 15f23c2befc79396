//! Blocks: the list, the catalogue, and what people make, change and delete. What is secret is sealed by `block`; no page shows it.

use axum::extract::{Form as Typed, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType,
    BlockTypeQuery, StoreError, block_references, is_block_name,
};

use super::{Page, Pairs, offset, value};
use crate::block::{self, BlockUpdate, NewBlock};
use crate::error::ApiError;
use crate::state::AppState;
use crate::ui::form::{Form, Posted, Saved, Wrong};
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::block::{self as one, Block, Edited};
use crate::ui::view::blocks::{self, Asked, Blocks, Entry, PAGE};

/// How many blocks of a type there are to choose from at most.
const CHOICES: u64 = 500;

/// `GET /blocks`
pub(in crate::ui) async fn list(State(state): State<AppState>, pairs: Pairs) -> Page {
    let text = |key: &str| value(&pairs, key).unwrap_or_default().to_owned();
    let asked = Asked {
        name: text("q"),
        slug: text("type"),
        capability: text("capability"),
        offset: offset(&pairs),
    };
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let query = BlockDocumentQuery {
        name_like: some(&asked.name),
        block_type_slug: some(&asked.slug),
        capabilities: some(&asked.capability).into_iter().collect(),
        limit: Some(PAGE),
        offset: asked.offset,
        ..BlockDocumentQuery::default()
    };
    let found = state.store().block_documents(query).await?;
    let types = state.store().block_types(BlockTypeQuery::default()).await?;
    let schemas = state.store().block_schemas(BlockSchemaQuery::default()).await?;
    let mut capabilities: Vec<_> =
        schemas.into_iter().flat_map(|schema| schema.capabilities).collect();
    capabilities.sort_unstable();
    capabilities.dedup();
    let page = Blocks {
        asked: &asked,
        blocks: &found,
        types: &types,
        capabilities: &capabilities,
        now: state.now(),
    };
    Ok(Frame::new(&state, "Blocks", Place::Blocks).around(&blocks::list(&page)))
}

/// `GET /blocks/catalogue`
pub(in crate::ui) async fn catalogue(State(state): State<AppState>, pairs: Pairs) -> Page {
    let text = value(&pairs, "q").unwrap_or_default();
    let types = state.store().block_types(BlockTypeQuery::default()).await?;
    let schemas = state.store().block_schemas(BlockSchemaQuery::default()).await?;
    let sought = text.to_lowercase();
    let fits = |each: &BlockType| {
        let about = each.description.as_deref().unwrap_or_default();
        [&*each.name, &*each.slug, about].iter().any(|text| text.to_lowercase().contains(&sought))
    };
    let entries = types.into_iter().filter(fits).map(|block_type| {
        // The newest comes first.
        let schema = schemas.iter().find(|schema| schema.block_type_id == block_type.id).cloned();
        Entry { block_type, schema }
    });
    let entries: Vec<_> = entries.collect();
    let frame = Frame::new(&state, "Types of blocks", Place::Blocks);
    Ok(frame.around(&blocks::catalogue(&entries, text)))
}

/// `GET /blocks/{id}`
pub(in crate::ui) async fn show(State(state): State<AppState>, Path(id): Path<String>) -> Page {
    let document = find(&state, &id).await?;
    let block_type = type_of(&state, &document).await?;
    let schema = schema_of(&state, &document).await?;
    let query = BlockDocumentQuery {
        ids: block_references(&document.data),
        anonymous: true,
        ..BlockDocumentQuery::default()
    };
    let inside = if query.ids.is_empty() { Vec::new() } else { saved(&state, query).await? };
    let page = Block {
        document: &document,
        data: &block::masked(&document),
        block_type: &block_type,
        schema: schema.as_ref(),
        inside: &inside,
        outside: &outside(&state, document.id).await?,
        now: state.now(),
    };
    Ok(Frame::new(&state, &document.name, Place::Blocks).around(&one::show(&page)))
}

/// `GET /blocks/new/{slug}`
pub(in crate::ui) async fn begin(State(state): State<AppState>, Path(slug): Path<String>) -> Page {
    let (block_type, schema) = of_slug(&state, &slug).await?;
    let form = Form::of(&schema.fields, None);
    shown(&state, &block_type, None, ("", None), &form).await
}

/// `POST /blocks/new/{slug}`
pub(in crate::ui) async fn create(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Typed(pairs): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (block_type, schema) = of_slug(&state, &slug).await?;
    let name = value(&pairs, "name").unwrap_or_default();
    let wrong_name = (!is_block_name(name))
        .then_some("A name has lower-case letters, digits and dashes, and nothing else.");
    let (value, mut form) = match Form::posted(&schema.fields, &pairs) {
        Posted::Done(value, form) => (value, form),
        Posted::Again(form) => {
            // A name is not missed while rows are added.
            let wrong_name = wrong_name.filter(|_| form.is_wrong());
            return again(&state, &block_type, None, (name, wrong_name), &form).await;
        }
    };
    if wrong_name.is_some() {
        return again(&state, &block_type, None, (name, wrong_name), &form).await;
    }
    let new = NewBlock {
        name: Some(name.to_owned()),
        schema: schema.id,
        data: fields(value),
        is_anonymous: false,
    };
    match block::create(&state, new).await {
        Ok(document) => Ok(Redirect::to(&format!("/blocks/{}", document.id)).into_response()),
        Err(ApiError::Conflict(_)) => {
            let why = "Its type has a block of this name already: change that one, or choose another name.";
            again(&state, &block_type, None, (name, Some(why)), &form).await
        }
        Err(error) => {
            form.say(Wrong::new("", said(error)?));
            again(&state, &block_type, None, (name, None), &form).await
        }
    }
}

/// `GET /blocks/{id}/edit`
pub(in crate::ui) async fn edit(State(state): State<AppState>, Path(id): Path<String>) -> Page {
    let document = find(&state, &id).await?;
    let block_type = type_of(&state, &document).await?;
    let schema = schema_to_edit(&state, &document).await?;
    let data = Value::Object(block::masked(&document));
    let form = Form::of(&schema.fields, Some(&data));
    shown(&state, &block_type, Some(&document), ("", None), &form).await
}

/// `POST /blocks/{id}/edit`
pub(in crate::ui) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Typed(pairs): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let document = find(&state, &id).await?;
    let block_type = type_of(&state, &document).await?;
    let schema = schema_to_edit(&state, &document).await?;
    let form = match Form::posted(&schema.fields, &pairs) {
        Posted::Done(value, form) => {
            let update = BlockUpdate { data: fields(value), merge: false, schema: Some(schema.id) };
            match block::update(&state, document.id, update).await {
                Ok(()) => {
                    return Ok(Redirect::to(&format!("/blocks/{}", document.id)).into_response());
                }
                Err(error) => {
                    let mut form = form;
                    form.say(Wrong::new("", said(error)?));
                    form
                }
            }
        }
        Posted::Again(form) => form,
    };
    again(&state, &block_type, Some(&document), ("", None), &form).await
}

/// `GET /blocks/{id}/delete`: what it would do.
pub(in crate::ui) async fn ask(State(state): State<AppState>, Path(id): Path<String>) -> Page {
    deletion(&state, &id, None).await
}

/// `POST /blocks/{id}/delete`, with its name typed.
pub(in crate::ui) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Typed(pairs): Typed<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let document = find(&state, &id).await?;
    let typed = value(&pairs, "typed").unwrap_or_default();
    if typed != document.name {
        let page = deletion(&state, &id, Some(typed)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if !outside(&state, document.id).await?.is_empty() {
        let page = deletion(&state, &id, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    block::delete(&state, document.id).await?;
    Ok(Redirect::to("/blocks").into_response())
}

async fn deletion(state: &AppState, id: &str, typed: Option<&str>) -> Page {
    let document = find(state, id).await?;
    let block_type = type_of(state, &document).await?;
    let outside = outside(state, document.id).await?;
    let body = one::deletion(&document, &block_type, &outside, typed);
    Ok(Frame::new(state, format!("Delete {}", document.name), Place::Blocks).around(&body))
}

/// The page with the form.
async fn shown(
    state: &AppState,
    block_type: &BlockType,
    document: Option<&BlockDocument>,
    (name, wrong_name): (&str, Option<&str>),
    form: &Form<'_>,
) -> Result<Html<String>, Trouble> {
    let mut choices = Vec::new();
    for slug in form.slugs() {
        let query = BlockDocumentQuery {
            block_type_slug: Some(slug),
            limit: Some(CHOICES),
            ..BlockDocumentQuery::default()
        };
        choices.extend(saved(state, query).await?);
    }
    // A block is no part of itself.
    choices.retain(|each| document.is_none_or(|document| document.id != each.id));
    let edited = Edited { block_type, document, name, wrong_name, form, saved: &choices };
    let title = match document {
        Some(document) => format!("Edit {}", document.name),
        None => format!("New {}", block_type.name),
    };
    Ok(Frame::new(state, title, Place::Blocks).around(&one::edit(&edited)))
}

/// The form once more: because something is wrong, or because it has a row more.
async fn again(
    state: &AppState,
    block_type: &BlockType,
    document: Option<&BlockDocument>,
    name: (&str, Option<&str>),
    form: &Form<'_>,
) -> Result<Response, Trouble> {
    let wrong = form.is_wrong() || name.1.is_some();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, shown(state, block_type, document, name, form).await?).into_response())
}

async fn find(state: &AppState, id: &str) -> Result<BlockDocument, Trouble> {
    let missing = || Trouble::NotFound(format!("block '{id}'"));
    let id: BlockDocumentId = id.parse().map_err(|_| missing())?;
    block::by_id(state, id).await.map_err(|error| {
        if matches!(error, ApiError::NotFound(_)) { missing() } else { error.into() }
    })
}

async fn type_of(state: &AppState, document: &BlockDocument) -> Result<BlockType, Trouble> {
    let query = BlockTypeQuery { ids: vec![document.block_type_id], ..BlockTypeQuery::default() };
    let found = state.store().block_types(query).await?.pop();
    found.ok_or_else(|| Trouble::NotFound(format!("type of the block '{}'", document.name)))
}

async fn schema_of(
    state: &AppState,
    document: &BlockDocument,
) -> Result<Option<BlockSchema>, StoreError> {
    let query =
        BlockSchemaQuery { id: Some(document.block_schema_id), ..BlockSchemaQuery::default() };
    Ok(state.store().block_schemas(query).await?.pop())
}

/// The schema that a block is changed by: its type's newest.
async fn schema_to_edit(
    state: &AppState,
    document: &BlockDocument,
) -> Result<BlockSchema, Trouble> {
    let query = BlockSchemaQuery {
        block_type_id: Some(document.block_type_id),
        limit: Some(1),
        ..BlockSchemaQuery::default()
    };
    let found = state.store().block_schemas(query).await?.pop();
    found.ok_or_else(|| Trouble::NotFound(format!("schema of the block '{}'", document.name)))
}

/// A type that blocks can be made of.
async fn of_slug(state: &AppState, slug: &str) -> Result<(BlockType, BlockSchema), Trouble> {
    let missing = || Trouble::NotFound(format!("type of blocks '{slug}'"));
    let query = BlockTypeQuery { slugs: vec![slug.to_owned()], ..BlockTypeQuery::default() };
    let block_type = state.store().block_types(query).await?.pop().ok_or_else(missing)?;
    let query = BlockSchemaQuery {
        block_type_id: Some(block_type.id),
        limit: Some(1),
        ..BlockSchemaQuery::default()
    };
    let schema = state.store().block_schemas(query).await?.pop().ok_or_else(missing)?;
    Ok((block_type, schema))
}

/// Blocks by name and type.
async fn saved(state: &AppState, query: BlockDocumentQuery) -> Result<Vec<Saved>, StoreError> {
    let found = state.store().block_documents(query).await?;
    let types = state.store().block_types(BlockTypeQuery::default()).await?;
    let slug = |document: &BlockDocument| {
        let known = types.iter().find(|each| each.id == document.block_type_id);
        known.map(|each| each.slug.clone()).unwrap_or_default()
    };
    let named = |document: BlockDocument| Saved {
        slug: slug(&document),
        name: document.name,
        id: document.id,
    };
    Ok(found.into_iter().map(named).collect())
}

/// The blocks that refer to one.
async fn outside(state: &AppState, id: BlockDocumentId) -> Result<Vec<Saved>, StoreError> {
    let query = BlockDocumentQuery {
        referring_to: Some(id),
        anonymous: true,
        ..BlockDocumentQuery::default()
    };
    saved(state, query).await
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

/// What is wrong with a block, in words; what is no matter of the form goes on.
fn said(error: ApiError) -> Result<String, Trouble> {
    if let ApiError::Invalid { problems, .. } = error {
        let said: Vec<_> = problems.into_iter().map(|problem| problem.msg).collect();
        return Ok(said.join("; "));
    }
    match Trouble::from(error) {
        Trouble::Refused(why) => Ok(why),
        trouble @ (Trouble::NotFound(_)
        | Trouble::Store(_)
        | Trouble::TookTooLong
        | Trouble::Unavailable) => Err(trouble),
    }
}
