//! The addresses that Prefect's clients print for people to look at. They lead to the pages of the same things here.

use axum::extract::Path;
use axum::response::Redirect;

use crate::ui::words::encoded;

/// `GET /runs/flow-run/{id}` and `GET /runs/task-run/{id}`
pub(in crate::ui) async fn run(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/runs/{}", encoded(&id)))
}

/// `GET /blocks/catalog`
pub(in crate::ui) async fn catalogue() -> Redirect {
    Redirect::to("/blocks/catalogue")
}

/// `GET /blocks/block/{id}`
pub(in crate::ui) async fn block(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/blocks/{}", encoded(&id)))
}
