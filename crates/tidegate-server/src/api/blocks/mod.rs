//! Blocks in Prefect's shapes: types, schemas, documents and what blocks can do. What becomes of a block is decided in `block/`.

mod documents;
mod filter;
mod schemas;
mod shape;
mod types;

use crate::route::{Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/block_types/", Scope::Run, types::create),
        Route::post("/api/block_types/filter", Scope::Read, types::filter),
        Route::post("/api/block_types/install_system_block_types", Scope::Run, types::install),
        Route::get("/api/block_types/{id}", Scope::Read, types::read),
        Route::patch("/api/block_types/{id}", Scope::Run, types::update),
        Route::delete("/api/block_types/{id}", Scope::Run, types::delete),
        Route::get("/api/block_types/slug/{slug}", Scope::Read, types::by_slug),
        Route::get("/api/block_types/slug/{slug}/block_documents", Scope::Read, documents::of_type),
        Route::get(
            "/api/block_types/slug/{slug}/block_documents/name/{name}",
            Scope::Read,
            documents::by_name,
        ),
        Route::post("/api/block_schemas/", Scope::Run, schemas::create),
        Route::post("/api/block_schemas/filter", Scope::Read, schemas::filter),
        Route::get("/api/block_schemas/checksum/{checksum}", Scope::Read, schemas::by_checksum),
        Route::get("/api/block_schemas/{id}", Scope::Read, schemas::read),
        Route::delete("/api/block_schemas/{id}", Scope::Run, schemas::delete),
        Route::get("/api/block_capabilities/", Scope::Read, schemas::capabilities),
        Route::post("/api/block_documents/", Scope::Run, documents::create),
        Route::post("/api/block_documents/filter", Scope::Read, documents::filter),
        Route::post("/api/block_documents/count", Scope::Read, documents::count),
        Route::get("/api/block_documents/{id}", Scope::Read, documents::read),
        Route::patch("/api/block_documents/{id}", Scope::Run, documents::update),
        Route::delete("/api/block_documents/{id}", Scope::Run, documents::delete),
    ]
}
