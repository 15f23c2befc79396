//! Concurrency limits made, changed and deleted by people.

use std::sync::Arc;

use axum::http::StatusCode;
use tidegate_core::{ConcurrencyLimit, Store};
use tidegate_store::{Options, Sqlite};

use super::{ask, request};
use crate::{Config, router};

#[tokio::test]
async fn limits_are_made_changed_and_deleted_by_forms() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let app = router(Arc::clone(&store), Config::new());
    let post = |path: &'static str, body: &'static str| ask(&app, request("POST", path, body));
    let only = async || store.limits(Vec::new()).await.unwrap().pop().map(|used| used.limit);

    let (status, _, page) = post("/limits/new", "%2Fslots=-1&kind%3A%2Fof=0").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("This must be from 0 to 4294967295.") && page.contains("This is needed."),
        "{page}"
    );
    let made = "%2Fslots=3&kind%3A%2Fof=0&%2Fof%2F%3A0%2Ftag=http&%2Factive=true";
    let (status, location, page) = post("/limits/new", made).await;
    assert_eq!((status, &*location), (StatusCode::SEE_OTHER, "/limits"), "{page}");
    assert_eq!(only().await, Some(ConcurrencyLimit::for_tag("http", 3)));
    let (status, _, page) = post("/limits/new", made).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("already"), "{page}");

    let (_, _, page) = ask(&app, request("GET", "/limits/edit?name=tag:http", "")).await;
    assert!(page.contains("value=\"3\""), "{page}");
    let (status, ..) = post("/limits/edit?name=tag:http", "%2Fslots=5&%2Fdecay=0.5").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let changed = ConcurrencyLimit::for_tag("http", 5).slot_decay_per_second(0.5).inactive();
    assert_eq!(only().await, Some(changed));

    let (status, _, page) = post("/limits/delete?name=tag:http", "typed=http").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("That is something else.") && page.contains("Nobody holds a slot"),
        "{page}"
    );
    let (status, ..) = post("/limits/delete?name=tag:http", "typed=tag%3Ahttp").await;
    assert_eq!((status, only().await), (StatusCode::SEE_OTHER, None));
    let (status, ..) = ask(&app, request("GET", "/limits/edit?name=tag:http", "")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
