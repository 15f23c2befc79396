//! The pages that people look at, made on the server. They run no script that is not a file of this server, and work without it.
//!
//! ```text
//!   address ──filter──> question ──page──> Store ──records──> view ──markup──> frame ──> browser
//!                                                                                         │ ^
//!                                              live: the page has changed, ask again  ────┘ │
//!                                              └─────────────────── SSE ────────────────────┘
//! ```

mod ansi;
mod assets;
mod filter;
mod form;
mod frame;
pub(crate) mod graph;
mod live;
mod mark;
mod markdown;
mod page;
mod part;
mod span;
#[cfg(test)]
mod tests;
mod trouble;
mod view;
mod words;

use crate::route::{self, Page as Route, Scope};

/// The answer to a browser that asks for a page which the server does not have.
pub(crate) fn no_page() -> axum::response::Response {
    use axum::response::IntoResponse;

    trouble::Trouble::NotFound("such page".to_owned()).into_response()
}

/// The answer to a browser whose page takes too long to make.
pub(crate) fn took_too_long() -> axum::response::Response {
    use axum::response::IntoResponse;

    trouble::Trouble::TookTooLong.into_response()
}

/// The routes of the pages and of what they are made of.
pub(crate) fn routes() -> Vec<route::Route> {
    vec![
        Route::get("/assets/{name}", Scope::Open, assets::give),
        Route::get("/", Scope::Read, page::dashboard::show),
        Route::post("/seen", Scope::Read, page::attention::seen),
        Route::get("/live", Scope::Read, live::runs),
        Route::get("/search", Scope::Read, page::search::find),
        Route::get("/runs", Scope::Read, page::runs::show),
        Route::get("/runs/{id}", Scope::Read, page::run::show),
        Route::post("/runs/chosen", Scope::Run, page::act::chosen),
        Route::post("/runs/{id}/cancel", Scope::Run, page::act::cancel),
        Route::post("/runs/{id}/retry", Scope::Run, page::act::retry),
        Route::post("/runs/{id}/suspend", Scope::Run, page::act::suspend),
        Route::post("/runs/{id}/resume", Scope::Run, page::resume::resume),
        Route::post("/runs/{id}/delete", Scope::Run, page::act::delete),
        Route::get("/runs/{id}/live", Scope::Read, live::run),
        Route::get("/runs/flow-run/{id}", Scope::Read, page::elsewhere::run),
        Route::get("/runs/task-run/{id}", Scope::Read, page::elsewhere::run),
        Route::get("/runs/{id}/graph.svg", Scope::Read, page::graph::save),
        Route::get("/runs/{id}/graph.json", Scope::Read, page::graph::tell),
        Route::get("/runs/{id}/log.json", Scope::Read, page::logs::tell),
        Route::get("/runs/{id}/log.txt", Scope::Read, page::logs::save),
        Route::get("/flows", Scope::Read, page::flows::show),
        Route::get("/limits", Scope::Read, page::limits::show),
        Route::get("/limits/new", Scope::Read, page::limits::begin),
        Route::post("/limits/new", Scope::Run, page::limits::create),
        Route::get("/limits/edit", Scope::Read, page::limits::edit),
        Route::post("/limits/edit", Scope::Run, page::limits::change),
        Route::get("/limits/delete", Scope::Read, page::limits::ask),
        Route::post("/limits/delete", Scope::Run, page::limits::delete),
        Route::get("/variables", Scope::Read, page::variables::show),
        Route::post("/variables", Scope::Run, page::variables::set),
        Route::post("/variables/delete", Scope::Run, page::variables::delete),
        Route::get("/blocks", Scope::Read, page::blocks::list),
        Route::get("/blocks/catalogue", Scope::Read, page::blocks::catalogue),
        Route::get("/blocks/catalog", Scope::Read, page::elsewhere::catalogue),
        Route::get("/blocks/block/{id}", Scope::Read, page::elsewhere::block),
        Route::get("/blocks/new/{slug}", Scope::Read, page::blocks::begin),
        Route::post("/blocks/new/{slug}", Scope::Run, page::blocks::create),
        Route::get("/blocks/{id}", Scope::Read, page::blocks::show),
        Route::get("/blocks/{id}/edit", Scope::Read, page::blocks::edit),
        Route::post("/blocks/{id}/edit", Scope::Run, page::blocks::change),
        Route::get("/blocks/{id}/delete", Scope::Read, page::blocks::ask),
        Route::post("/blocks/{id}/delete", Scope::Run, page::blocks::delete),
        Route::get("/artifacts", Scope::Read, page::artifacts::list),
        Route::get("/artifacts/{id}", Scope::Read, page::artifacts::show),
        Route::get("/events", Scope::Read, page::events::show),
        Route::get("/settings", Scope::Read, page::settings::show),
    ]
}
