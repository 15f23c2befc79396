//! Every page, on light and dark systems, wide and narrow: what a person and a screen reader need of it is there, and nothing goes wrong.

use std::collections::BTreeSet;

use tidegate_core::{ArtifactQuery, BlockDocumentId, BlockDocumentQuery, RunId, RunQuery, Store};

use super::site::{Gallery, gallery};
use super::{browser, check};

/// Ways to ask for what is no page of its own: pages fetch it.
const PARTS: &[&str] = &[
    "/assets/{name}",
    "/live",
    "/openapi.json",
    "/runs/{id}/live",
    "/runs/{id}/graph.svg",
    "/runs/{id}/graph.json",
    "/runs/{id}/log.json",
    "/runs/{id}/log.txt",
];

/// A page that is visited: by which route, at which address, and what its picture is called.
struct Visit {
    route: &'static str,
    path: String,
    picture: String,
}

/// All pages, each in every shape that it has.
fn visits(gallery: &Gallery) -> Vec<Visit> {
    let record = records(gallery);
    let mut visits = Vec::new();
    let mut visit = |route, path: String, picture: &str| {
        visits.push(Visit { route, path, picture: picture.to_owned() });
    };
    for (route, picture) in [
        ("/", "dashboard"),
        ("/runs", "runs"),
        ("/flows", "flows"),
        ("/limits", "limits"),
        ("/variables", "variables"),
        ("/artifacts", "artifacts"),
        ("/events", "events"),
        ("/settings", "settings"),
    ] {
        visit(route, route.to_owned(), picture);
    }
    visit("/", "/?span=7d".into(), "dashboard-week");
    visit("/search", "/search?q=heron".into(), "search");
    visit("/search", "/search?q=nobody-is-called-so".into(), "search-nothing");
    visit("/runs", "/runs?state=FAILED&state=CRASHED".into(), "runs-failed");
    visit("/runs", "/runs?name=nobody-is-called-so".into(), "runs-none");
    visit("/variables", "/variables?edit=batch-size".into(), "variables-edit");
    for (run, picture) in [
        (record.imported, "run"),
        (record.failed, "run-failed"),
        (record.paused, "run-paused"),
        (record.running, "run-running"),
        (record.task, "task"),
        (gallery.story.failed, "run-recorded"),
    ] {
        visit("/runs/{id}", format!("/runs/{run}"), picture);
    }
    for tab in ["tasks", "parameters", "artifacts", "history"] {
        let path = format!("/runs/{}?tab={tab}", record.imported);
        visit("/runs/{id}", path, &format!("run-{tab}"));
    }
    visit("/blocks", "/blocks".into(), "blocks");
    visit("/blocks/catalogue", "/blocks/catalogue".into(), "blocks-catalogue");
    visit("/blocks/new/{slug}", "/blocks/new/alert-channel".into(), "block-new");
    for (what, picture) in [("", "block"), ("/edit", "block-edit"), ("/delete", "block-delete")] {
        let route = match what {
            "/edit" => "/blocks/{id}/edit",
            "/delete" => "/blocks/{id}/delete",
            _ => "/blocks/{id}",
        };
        visit(route, format!("/blocks/{}{what}", record.block), picture);
    }
    visit("/limits/new", "/limits/new".into(), "limit-new");
    visit("/limits/edit", "/limits/edit?name=warehouse".into(), "limit-edit");
    visit("/limits/delete", "/limits/delete?name=warehouse".into(), "limit-delete");
    // Where Prefect's clients send people.
    visit("/blocks/catalog", "/blocks/catalog".into(), "blocks-catalogue");
    visit("/blocks/block/{id}", format!("/blocks/block/{}", record.block), "block");
    visit("/runs/flow-run/{id}", format!("/runs/flow-run/{}", record.failed), "run-failed");
    visit("/runs/task-run/{id}", format!("/runs/task-run/{}", record.task), "task");
    for (id, kind) in record.artifacts {
        visit("/artifacts/{id}", format!("/artifacts/{id}"), &format!("artifact-{kind}"));
    }
    visits
}

/// What pages are about.
pub(super) struct Records {
    pub(super) imported: RunId,
    pub(super) failed: RunId,
    paused: RunId,
    running: RunId,
    task: RunId,
    pub(super) block: BlockDocumentId,
    artifacts: Vec<(String, String)>,
}

pub(super) fn records(gallery: &Gallery) -> Records {
    gallery.site.ask(|store| async move {
        let runs = store.runs(RunQuery::default()).await.unwrap();
        let named = |name: &str| runs.iter().find(|run| run.name == name).unwrap().id;
        let artifacts = store.artifacts(ArtifactQuery::default()).await.unwrap();
        let blocks = store.block_documents(BlockDocumentQuery::default()).await.unwrap();
        Records {
            imported: named("noisy-raccoon"),
            failed: named("honest-badger"),
            paused: named("patient-heron"),
            running: named("busy-beaver"),
            task: named("fetch-7"),
            block: blocks.iter().find(|block| block.name == "on-call").unwrap().id,
            artifacts: artifacts
                .iter()
                .map(|each| (each.id.to_string(), each.key.clone().unwrap_or_default()))
                .collect(),
        }
    })
}

#[test]
fn every_page_of_the_server_is_visited() {
    let routes: BTreeSet<_> = tidegate_server::routes()
        .into_iter()
        .filter(|route| route.method == "GET" && !route.path.starts_with("/api"))
        .map(|route| route.path)
        .filter(|path| *path != "/metrics" && !PARTS.contains(path))
        .collect();
    let visited: BTreeSet<_> = match super::chromium::chromium() {
        Some(_) => visits(gallery()).into_iter().map(|visit| visit.route).collect(),
        None => return,
    };
    assert_eq!(routes, visited, "left: the pages of the server, right: those that tests visit");
}

/// Visits all of them so, and gives what is wrong.
fn visit_all(theme: &str, width: u32) {
    let chromium = browser!();
    let gallery = gallery();
    let page = gallery.site.page(chromium);
    page.size(width, 900);
    page.theme(theme);
    let mut faults = String::new();
    for Visit { path, picture, .. } in visits(gallery) {
        page.open(&path);
        let found = check::faults(&page);
        page.picture(&format!("{picture}-{theme}-{width}"), true);
        for fault in found.into_iter().chain(page.take_faults()) {
            faults.push_str(&format!("{path}: {fault}\n"));
        }
    }
    assert!(faults.is_empty(), "{theme}, {width} wide:\n{faults}");
}

#[test]
fn pages_are_good_on_a_wide_light_screen() {
    visit_all("light", 1440);
}

#[test]
fn pages_are_good_on_a_wide_dark_screen() {
    visit_all("dark", 1440);
}

#[test]
fn pages_are_good_on_a_narrow_light_screen() {
    visit_all("light", 360);
}

#[test]
fn pages_are_good_on_a_narrow_dark_screen() {
    visit_all("dark", 360);
}

#[test]
fn the_keyboard_shows_where_it_is_on_every_page() {
    let page = gallery().site.page(browser!());
    let mut faults = Vec::new();
    for Visit { path, .. } in visits(gallery()) {
        page.open(&path);
        let unseen = check::unseen_focus(&page, 40);
        faults.extend(unseen.into_iter().map(|fault| format!("{path}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pages_say_the_same_without_scripts() {
    let chromium = browser!();
    let (with, without) = (gallery().site.page(chromium), gallery().site.page(chromium));
    without.scripts(false);
    for Visit { path, .. } in visits(gallery()) {
        with.open(&path);
        without.open(&path);
        let headings = "[...document.querySelectorAll('h1, h2, h3, th, dt')].map((each) => each.textContent).join('|')";
        assert_eq!(with.eval_text(headings), without.eval_text(headings), "{path}");
    }
}

#[test]
fn what_is_not_there_is_said_on_a_page() {
    let page = gallery().site.page(browser!());
    for path in ["/runs/00000000-0000-0000-0000-000000000000", "/artifacts/nothing", "/nowhere"] {
        page.pardon("404");
        page.open(path);
        assert!(page.text("body").contains("not"), "{path}: {}", page.text("body"));
    }
}
