//! Runs are found, shared, cancelled and deleted.

use tidegate_core::{RunQuery, StateType, Store};

use super::browser;
use super::program::Program;
use super::site::{Site, gallery};
use super::story;

#[test]
fn a_view_of_runs_is_in_its_address() {
    let chromium = browser!();
    let (mine, theirs) = (gallery().site.page(chromium), gallery().site.page(chromium));
    mine.open("/runs");
    let all = mine.text("nav.pager");
    mine.follow(|page| {
        page.click(".states a[href*='FAILED'], .states label:has(input[value=FAILED])")
    });
    mine.wait("location.search.includes('FAILED')");
    assert_ne!(mine.text("nav.pager"), all);
    let names =
        "[...document.querySelectorAll('tbody a.name')].map((each) => each.textContent).join()";
    theirs.open(&mine.path());
    assert_eq!(mine.eval_text(names), theirs.eval_text(names));
    mine.follow(|page| {
        page.eval("history.back()");
    });
    assert_eq!(mine.path(), "/runs");
}

#[test]
fn runs_that_are_chosen_are_deleted_once_it_is_confirmed() {
    let chromium = browser!();
    let folder = tempfile::tempdir().unwrap();
    let story = story::write(folder.path());
    let site = Site::on(folder);
    let page = site.page(chromium);
    page.open("/runs?state=FAILED");
    for row in [1, 2] {
        page.click(&format!("tbody tr:nth-of-type({row}) input[name=run]"));
    }
    page.answer_next(true);
    page.follow(|page| page.click("#chosen button[value=delete]"));
    assert!(page.questions()[0].contains("2 runs"), "{:?}", page.questions());
    let left =
        site.ask(|store| async move { store.count_runs(RunQuery::default()).await.unwrap() });
    assert_eq!(left as usize, story.runs - 2);
}

#[test]
fn a_run_that_goes_on_is_cancelled() {
    let chromium = browser!();
    let site = Site::new();
    let mut program = Program::start(site.folder(), "watch");
    let run = program.wait_for("run ");
    let page = site.page(chromium);
    page.open(&format!("/runs/{run}"));
    page.wait("document.querySelector('#head .state').innerText.includes('Running')");
    page.answer_next(true);
    page.click("form[action$='/cancel'] button");
    page.wait("document.querySelector('#head .state').innerText.includes('Cancelled')");
    assert!(program.end().iter().any(|line| line.contains("cancelled")));
    let ended = site.ask(|store| async move {
        let types = vec![StateType::Cancelled];
        store.count_runs(RunQuery { state_types: types, ..RunQuery::default() }).await.unwrap()
    });
    assert!(ended >= 1);
}

#[test]
fn the_graph_and_the_log_of_a_run_grow_as_it_goes_on() {
    let chromium = browser!();
    let site = Site::new();
    let mut program = Program::start(site.folder(), "ingest");
    let run = program.wait_for("run ");
    let page = site.page(chromium);
    page.open(&format!("/runs/{run}"));
    page.eval("window.__same = true");
    for batch in 1..=4 {
        program.tell("batch");
        page.wait(&format!("Number(document.querySelector('#graph').dataset.nodes) >= {batch}"));
        page.wait(&format!(
            "document.querySelector('#log').innerText.includes('batch {batch} is in')"
        ));
    }
    program.tell("end");
    page.wait("document.querySelector('#head .state').innerText.includes('Completed')");
    assert_eq!(page.eval("window.__same"), true, "the page was never left");
    program.end();
}
