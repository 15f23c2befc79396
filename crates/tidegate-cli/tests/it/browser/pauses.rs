//! A flow run that waits for a person is answered with a form, and goes on.

use super::browser;
use super::program::Program;
use super::site::Site;

#[test]
fn a_run_that_waits_is_answered_with_a_form_and_goes_on() {
    let chromium = browser!();
    let site = Site::new();
    let mut program = Program::start(site.folder(), "release");
    let run = program.wait_for("run ");
    let page = site.page(chromium);
    page.open(&format!("/runs/{run}"));
    page.wait_for("#resume-form");
    page.wait_for_text("go out to customers?");
    page.click("#resume-form [name='/approved']");
    page.fill("#resume-form [name='/name']", "Ada");
    page.fill("#resume-form [name='/machines']", "900");
    page.pardon("422");
    page.follow(|page| page.click("#resume-form button.main"));

    // What is wrong stands beside the field, and nothing that was typed is lost.
    page.wait_for("[name='/machines'][aria-invalid=true]");
    let beside = "document.getElementById(document.querySelector(\"[name='/machines']\").getAttribute('aria-describedby').split(' ')[0]).textContent";
    assert!(page.eval_text(beside).contains("50"), "{}", page.eval_text(beside));
    assert_eq!(page.eval_text("document.querySelector(\"[name='/name']\").value"), "Ada");

    page.fill("#resume-form [name='/machines']", "5");
    page.fill("#resume-form [name='/comment']", "Go ahead");
    page.follow(|page| page.click("#resume-form button.main"));
    page.wait("document.querySelector('#head .state').innerText.includes('Completed')");
    assert_eq!(page.count("#resume-form"), 0);
    let said = program.end();
    assert!(said.iter().any(|line| line == "approved by Ada for 5: Go ahead"), "{said:?}");
}
