//! Pages over a store: which there are, what they answer, and what they may load.

mod blocks;
mod limits;
mod lists;
mod pauses;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use tidegate_core::{
    ArtifactId, ArtifactRecord, ArtifactType, Clock, Definition, Run, RunKind, State, StateType,
    Store, Write,
};
use tidegate_store::{Options, Sqlite};
use tower::ServiceExt;

use crate::{Config, router};

/// A server over a store with a flow run that failed, a task run in it, and an artifact.
async fn served() -> (Router, Run, Run, ArtifactId) {
    over(Arc::new(Sqlite::open(Options::memory()).unwrap())).await
}

async fn over(store: Arc<dyn Store>) -> (Router, Run, Run, ArtifactId) {
    let now = Clock::system().now();
    let definition = |kind, name: &str| Arc::new(Definition::new(kind, name));
    let mut flow = Run::new(definition(RunKind::Flow, "etl"), "noisy-raccoon", now);
    flow.tags = vec!["nightly".to_owned()];
    flow.states =
        vec![State::pending(now), State::running(now), State::failed(now).message("no <b>")];
    (flow.start_time, flow.end_time) = (Some(now), Some(now));
    let mut task = Run::new(definition(RunKind::Task, "fetch"), "fetch-1", now);
    task.flow_run_id = Some(flow.id);
    task.states = flow.states.clone();
    (task.start_time, task.end_time) = (Some(now), Some(now));
    let artifact = ArtifactRecord {
        id: ArtifactId::new(),
        key: Some("report".to_owned()),
        artifact_type: ArtifactType::Markdown,
        data: "# Report".into(),
        description: None,
        flow_run_id: Some(flow.id),
        task_run_id: None,
        created: now,
        updated: now,
    };
    for run in [&flow, &task] {
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    }
    let id = artifact.id;
    store.put_acknowledged(Write::Artifact(Box::new(artifact))).await.unwrap();
    (router(store, Config::new()), flow, task, id)
}

fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:4200")
        .header(header::ORIGIN, "http://localhost:4200")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into())
        .unwrap()
}

async fn ask(app: &Router, request: Request<Body>) -> (StatusCode, String, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let location = response.headers().get(header::LOCATION);
    let location = location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, location, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn every_page_is_there() {
    let (app, flow, task, artifact) = served().await;
    let mut paths: Vec<String> = [
        "/",
        "/?span=1h",
        "/runs",
        "/runs?state=FAILED&flow=etl&tag=nightly&name=noisy-raccoon&span=24h",
        "/flows",
        "/limits",
        "/variables",
        "/blocks",
        "/blocks/catalogue",
        "/artifacts",
        "/events",
        "/settings",
    ]
    .map(str::to_owned)
    .to_vec();
    for tab in ["logs", "tasks", "parameters", "artifacts", "history"] {
        paths.push(format!("/runs/{}?tab={tab}", flow.id));
        paths.push(format!("/runs/{}?tab={tab}", task.id));
    }
    paths.push(format!("/runs/{}/graph.svg", flow.id));
    paths.push(format!("/runs/{}/graph.svg?all=yes", flow.id));
    paths.push(format!("/runs/{}/graph.json", flow.id));
    paths.push(format!("/artifacts/{artifact}"));
    for path in paths {
        let (status, _, body) = ask(&app, request("GET", &path, "")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert!(path.ends_with(".json") || !body.contains("no <b>"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let (app, ..) = served().await;
    let id = tidegate_core::RunId::new();
    let paths = [
        format!("/runs/{id}"),
        "/runs/x".into(),
        format!("/artifacts/{id}"),
        "/assets/x.js".into(),
    ];
    for path in paths {
        let (status, ..) = ask(&app, request("GET", &path, "")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_page_loads_only_files_that_are_there() {
    let (app, ..) = served().await;
    let (_, _, page) = ask(&app, request("GET", "/", "")).await;
    let mut files = 0;
    for piece in page.split("\"/assets/").skip(1) {
        let path = format!("/assets/{}", piece.split('"').next().unwrap());
        let (status, ..) = ask(&app, request("GET", &path, "")).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        files += 1;
    }
    assert!(files >= 3, "{files}");
    assert!(!page.contains("http"), "a page names no other server");
}

#[tokio::test]
async fn the_search_finds_runs_by_id_flow_name_and_tag() {
    let (app, flow, ..) = served().await;
    for (text, place) in [
        (flow.id.to_string(), format!("/runs/{}", flow.id)),
        ("etl".into(), "/runs?flow=etl".into()),
        ("noisy-raccoon".into(), "/runs?name=noisy-raccoon".into()),
        ("nightly".into(), "/runs?tag=nightly".into()),
    ] {
        let (status, location, _) =
            ask(&app, request("GET", &format!("/search?q={text}"), "")).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, place), "{text}");
    }
}

#[tokio::test]
async fn variables_are_made_changed_and_deleted_by_forms() {
    let (app, ..) = served().await;
    let post = |path, body| ask(&app, request("POST", path, body));
    let (status, ..) = post("/variables", "name=city&value=%5B%22Rome%22%5D&tags=a%2C+b").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, _, page) = ask(&app, request("GET", "/variables", "")).await;
    assert!(page.contains("[&quot;Rome&quot;]"), "{page}");

    // A second one of the name is not made, and what was typed is not lost.
    let (status, _, page) = post("/variables", "name=city&value=other").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("already") && page.contains("other"), "{page}");
    let (status, _, page) = post("/variables", "name=My+City&value=x").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("lower-case letters"), "{page}");

    let (status, ..) = post("/variables", "name=city&value=Oslo&change=yes").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, _, page) = ask(&app, request("GET", "/variables?edit=city", "")).await;
    assert!(page.contains("Change city") && page.contains("&quot;Oslo&quot;"), "{page}");
    let (status, _, page) = post("/variables/delete", "name=city").await;
    assert_eq!(status, StatusCode::OK);
    // What it was stands in the form that makes it again.
    assert!(page.contains("Undo") && page.contains("value=\"&quot;Oslo&quot;\""), "{page}");
    let (status, ..) = post("/variables/delete", "name=city").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// The name of the next event of a stream; none at its end.
async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let frame = stream.next().await?.unwrap();
    let text = String::from_utf8(frame.to_vec()).unwrap();
    assert!(text.lines().any(|line| line.starts_with("data: ")), "browsers drop it: {text}");
    Some(text.lines().find_map(|line| line.strip_prefix("event: ")).unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_stream_says_when_its_page_has_changed() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let (app, flow, ..) = over(Arc::clone(&store)).await;
    let response = app.clone().oneshot(request("GET", "/live", "")).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    assert_eq!(next(&mut stream).await.as_deref(), Some("change"));
    let mut run = Run::new(Arc::clone(&flow.definition), "later", Clock::system().now());
    run.states = vec![State::pending(run.created)];
    store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap();
    assert_eq!(next(&mut stream).await.as_deref(), Some("change"));
}

#[tokio::test]
async fn the_stream_of_a_run_that_has_ended_ends() {
    let (app, flow, ..) = served().await;
    let path = format!("/runs/{}/live", flow.id);
    let mut stream =
        app.oneshot(request("GET", &path, "")).await.unwrap().into_body().into_data_stream();
    assert_eq!(next(&mut stream).await.as_deref(), Some("end"));
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn a_run_is_cancelled_by_a_form_of_this_server_only() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let (app, flow, ..) = over(Arc::clone(&store)).await;
    let now = Clock::system().now();
    let mut run = Run::new(Arc::clone(&flow.definition), "goes-on", now);
    run.states = vec![State::pending(now), State::running(now)];
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    let path = format!("/runs/{}/cancel", run.id);

    let mut foreign = request("POST", &path, "");
    foreign.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    assert_eq!(ask(&app, foreign).await.0, StatusCode::FORBIDDEN);
    let state_of = async |run: &Run| {
        let now = store.run(run.id).await.unwrap();
        now.map(|run| run.state().unwrap().state_type())
    };
    assert_eq!(state_of(&run).await, Some(StateType::Running));

    let (status, location, _) = ask(&app, request("POST", &path, "")).await;
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/runs/{}", run.id)));
    assert_ne!(state_of(&run).await, Some(StateType::Running));

    let ended = format!("/runs/{}/cancel", flow.id);
    let (status, _, page) = ask(&app, request("POST", &ended, "")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("has ended already"), "{page}");
}

#[tokio::test]
async fn what_is_chosen_in_the_list_is_deleted_and_what_cannot_be_is_named() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let (app, flow, task, _) = over(Arc::clone(&store)).await;
    let now = Clock::system().now();
    let mut run = Run::new(Arc::clone(&flow.definition), "goes-on", now);
    run.states = vec![State::pending(now), State::running(now)];
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    let form = format!("run={}&run={}&act=delete", run.id, flow.id);
    let (status, _, page) = ask(&app, request("POST", "/runs/chosen", form.clone())).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("1 run would be deleted with 1 call"), "{page}");
    assert!(
        page.contains("1 run of the chosen have not ended") || page.contains("have not ended"),
        "{page}"
    );
    assert!(store.run(flow.id).await.unwrap().is_some(), "nothing is done before it is typed");
    let wrong = format!("{form}&typed=3");
    let (status, ..) = ask(&app, request("POST", "/runs/chosen", wrong)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = format!("{form}&typed=2");
    let (status, _, page) = ask(&app, request("POST", "/runs/chosen", typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("goes-on") && page.contains("cancel it first"), "{page}");
    assert!(store.run(run.id).await.unwrap().is_some());
    assert!(store.run(flow.id).await.unwrap().is_none());
    assert!(store.run(task.id).await.unwrap().is_none());

    let path = format!("/runs/{}/delete", run.id);
    let (status, _, page) = ask(&app, request("POST", &path, "")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("type its name"), "{page}");
    let (status, ..) = ask(&app, request("POST", &path, "typed=goes-on")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("/runs/{}/cancel", run.id);
    assert_eq!(ask(&app, request("POST", &path, "")).await.0, StatusCode::SEE_OTHER);
}
