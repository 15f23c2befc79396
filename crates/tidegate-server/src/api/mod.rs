//! Prefect's HTTP API: its routes, its names and its answers over our records. Nothing here decides what may become of a run.

mod admin;
mod extract;
mod filter;
mod flow_runs;
mod ids;
mod select;
mod shape;
mod version;

use crate::route::Route;

pub(crate) use version::check as check_version;

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    let tables = [admin::routes(), flow_runs::routes()];
    tables.into_iter().flatten().collect()
}
