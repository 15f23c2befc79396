//! From the tables of routes to one router. Which routes there are is said where they are answered.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use tidegate_core::Store;

use crate::config::Config;
use crate::metrics::{METRICS_TYPE, metrics};
use crate::route::{Route, Scope};
use crate::state::AppState;
use crate::{api, patience, remote, security, ui};

/// What is known of a route without calling it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path, with the names of what varies in braces.
    pub path: &'static str,
    /// What it asks of its callers.
    pub scope: Scope,
}

/// Every route of the server. Whatever else is asked for needs [`Scope::Read`] to be told that it is not there.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    let routes = table().into_iter();
    let info = |Route { method, path, scope, .. }| RouteInfo { method, path, scope };
    routes.map(info).collect()
}

pub(crate) fn table() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/metrics", Scope::Read, metrics)
            .writes(METRICS_TYPE, "What the server counts, as Prometheus reads it."),
    ];
    routes.extend(api::routes());
    routes.extend(remote::routes());
    routes.extend(ui::routes());
    routes
}

/// Everything the server answers, to be nested in a web server that an application has already.
///
/// The API is under `/api`, the pages are at `/`. Requests are checked as by [`Server`](crate::Server): name the hosts under which the
/// application is known with [`Config::host`], and ask who calls if it can be reached from elsewhere. Its address and port mean nothing
/// here.
///
/// ```
/// # use std::sync::Arc;
/// # use tidegate_store::{Options, Sqlite};
/// use tidegate_server::{Config, router};
///
/// # fn of(store: Arc<dyn tidegate_core::Store>) {
/// let app: axum::Router = axum::Router::new().merge(router(store, Config::new().host("app.example")));
/// # }
/// ```
pub fn router(store: Arc<dyn Store>, config: Config) -> Router {
    with_state(AppState::new(store, config))
}

pub(crate) fn with_state(state: AppState) -> Router {
    let mut router = Router::new();
    let limit = state.config().limits.answer;
    for Route { path, scope, mut answer, .. } in table() {
        if scope <= Scope::Read {
            answer = answer.layer(from_fn_with_state(limit, patience::within));
        }
        router = router.route(path, answer.layer(from_fn_with_state(scope, security::require)));
    }
    router
        .fallback(security::no_route)
        .method_not_allowed_fallback(security::no_method)
        .layer(from_fn(api::check_version))
        .layer(DefaultBodyLimit::max(Config::BODY_LIMIT))
        .layer(from_fn_with_state(state.clone(), security::guard))
        .with_state(state)
}
