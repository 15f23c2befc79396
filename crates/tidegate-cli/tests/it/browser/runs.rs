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
    // A page that one goes back to may be one that was kept, which is not loaded again.
    mine.eval("history.back()");
    mine.wait("location.pathname + location.search === '/runs'");
    mine.wait_for_text(&all);
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
    page.follow(|page| page.click("#chosen button[value=delete]"));
    assert_eq!(page.text("h1"), "Delete 2 runs?");
    page.pardon("422");
    page.fill("#typed", "3");
    page.follow(|page| page.click("main form button.danger"));
    page.wait_for("#typed[aria-invalid=true]");
    page.fill("#typed", "2");
    page.follow(|page| page.click("main form button.danger"));
    assert_eq!(page.path(), "/runs");
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
    page.click("details:has(form[action$='/cancel']) summary");
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

#[test]
fn a_short_log_is_as_high_as_its_lines_and_a_long_one_is_not() {
    let page = gallery().site.page(browser!());
    let records = super::pages::records(gallery());
    let high = "document.querySelector('#log').clientHeight";
    let ready = "Number(document.querySelector('#log').dataset.lines) > 0";
    page.size(1440, 900);
    page.open(&format!("/runs/{}", records.failed));
    page.wait(ready);
    let last = "document.querySelector('#log .view').lastChild.getBoundingClientRect().bottom";
    let bottom = "document.querySelector('#log').getBoundingClientRect().bottom";
    page.wait(&format!("{high} < 450 && Math.abs({last} - {bottom}) < 4"));
    page.open(&format!("/runs/{}", records.imported));
    page.wait(ready);
    page.wait(&format!("{high} > 450 && {high} <= 540"));
}

#[test]
fn what_can_be_done_with_chosen_runs_is_in_view_where_they_are() {
    let page = gallery().site.page(browser!());
    page.size(1440, 900);
    page.open("/runs");
    let seen = "(() => { const box = document.querySelector('.chosen').getBoundingClientRect(); return box.bottom <= innerHeight && getComputedStyle(document.querySelector('.chosen')).visibility === 'visible'; })()";
    assert_eq!(page.eval(seen), false, "nothing is chosen");
    page.eval(
        "for (const each of [...document.querySelectorAll('[name=run]')].slice(0, 3)) each.click()",
    );
    assert_eq!(page.eval(seen), true);
}
