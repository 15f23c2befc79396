//! Blocks in Prefect's shapes: types, schemas, documents and what blocks can do. What becomes of a block is decided in `block/`.

mod documents;
mod filter;
mod schemas;
mod shape;
mod types;

use axum::http::StatusCode;

use shape::{BlockDocument, BlockSchema, BlockType};

use crate::route::{Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/block_types/", Scope::Run, types::create)
            .makes::<BlockType<'_>>("Makes a type of blocks."),
        Route::post("/api/block_types/filter", Scope::Read, types::filter)
            .gives::<Vec<BlockType<'_>>>("The types of blocks that match."),
        Route::post("/api/block_types/install_system_block_types", Scope::Run, types::install)
            .gives::<()>("Does nothing: types come with whoever uses them first."),
        Route::get("/api/block_types/{id}", Scope::Read, types::read)
            .gives::<BlockType<'_>>("A type of blocks."),
        Route::patch("/api/block_types/{id}", Scope::Run, types::update)
            .does(StatusCode::NO_CONTENT, "Changes what is said of a type of blocks."),
        Route::delete("/api/block_types/{id}", Scope::Run, types::delete)
            .does(StatusCode::NO_CONTENT, "Deletes a type with its schemas and blocks."),
        Route::get("/api/block_types/slug/{slug}", Scope::Read, types::by_slug)
            .gives::<BlockType<'_>>("The type of a slug."),
        Route::get("/api/block_types/slug/{slug}/block_documents", Scope::Read, documents::of_type)
            .gives::<Vec<BlockDocument<'_>>>("The blocks of a type."),
        Route::get(
            "/api/block_types/slug/{slug}/block_documents/name/{name}",
            Scope::Read,
            documents::by_name,
        )
        .gives::<BlockDocument<'_>>("The block of a name."),
        Route::post("/api/block_schemas/", Scope::Run, schemas::create)
            .makes::<BlockSchema<'_>>("Makes a schema of a type, or gives the one that is there."),
        Route::post("/api/block_schemas/filter", Scope::Read, schemas::filter)
            .gives::<Vec<BlockSchema<'_>>>("The schemas that match."),
        Route::get("/api/block_schemas/checksum/{checksum}", Scope::Read, schemas::by_checksum)
            .gives::<BlockSchema<'_>>("The newest schema of a checksum."),
        Route::get("/api/block_schemas/{id}", Scope::Read, schemas::read)
            .gives::<BlockSchema<'_>>("A schema."),
        Route::delete("/api/block_schemas/{id}", Scope::Run, schemas::delete)
            .does(StatusCode::NO_CONTENT, "Deletes a schema that no block is of."),
        Route::get("/api/block_capabilities/", Scope::Read, schemas::capabilities)
            .gives::<Vec<String>>("What blocks can do."),
        Route::post("/api/block_documents/", Scope::Run, documents::create)
            .makes::<BlockDocument<'_>>("Saves a block."),
        Route::post("/api/block_documents/filter", Scope::Read, documents::filter).gives::<Vec<
            BlockDocument<'_>,
        >>(
            "The blocks that match.",
        ),
        Route::post("/api/block_documents/count", Scope::Read, documents::count)
            .gives::<u64>("How many blocks match."),
        Route::get("/api/block_documents/{id}", Scope::Read, documents::read)
            .gives::<BlockDocument<'_>>("A block."),
        Route::patch("/api/block_documents/{id}", Scope::Run, documents::update)
            .does(StatusCode::NO_CONTENT, "Changes a block."),
        Route::delete("/api/block_documents/{id}", Scope::Run, documents::delete)
            .does(StatusCode::NO_CONTENT, "Deletes a block that no other refers to."),
    ]
}
