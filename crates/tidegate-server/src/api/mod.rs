//! Prefect's HTTP API: its routes, its names and its answers over our records. Nothing here decides what may become of a run.

mod absent;
mod admin;
mod artifacts;
mod blocks;
mod dashboard;
mod events;
mod extract;
mod filter;
mod flow_runs;
mod flows;
mod graph;
mod history;
pub(crate) mod ids;
mod limits;
mod logs;
mod openapi;
mod select;
mod shape;
mod slots;
mod socket;
mod states;
mod tag_limits;
mod task_runs;
mod variables;
pub(crate) mod version;

use crate::route::Route;

pub(crate) use extract::{Body, Id, Path, Query, Upgrade};
pub(crate) use version::check as check_version;

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    let tables = [
        admin::routes(),
        flows::routes(),
        flow_runs::routes(),
        task_runs::routes(),
        states::routes(),
        logs::routes(),
        events::routes(),
        graph::routes(),
        history::routes(),
        artifacts::routes(),
        variables::routes(),
        blocks::routes(),
        limits::routes(),
        tag_limits::routes(),
        slots::routes(),
        absent::routes(),
        dashboard::routes(),
        openapi::routes(),
    ];
    tables.into_iter().flatten().collect()
}
