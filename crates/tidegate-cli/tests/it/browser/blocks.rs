//! Blocks are made by hand and loaded by programs, and what is secret in them is not shown again.

use super::browser;
use super::program::Program;
use super::site::Site;

/// The secret that is typed.
const TOKEN: &str = "0pen-s3same";

#[test]
fn a_block_that_a_person_makes_is_loaded_by_a_program_and_shown_without_its_secret() {
    let chromium = browser!();
    let site = Site::new();
    let mut program = Program::start(site.folder(), "types");
    program.wait_for("known");
    program.end();

    let page = site.page(chromium);
    page.open("/blocks/catalogue");
    page.follow(|page| page.click("a[href='/blocks/new/alert-channel']"));
    page.fill("input[name='name']", "by-hand");
    page.fill("[name='/url']", "https://alerts.example.com/hooks/by-hand");
    page.fill("[name='/token']", TOKEN);
    page.choose("select[name='/urgency']", "week");
    // A mistake first: the browser would stop it, so what it checks by itself is switched off.
    page.eval("document.querySelector('form[data-form]').noValidate = true");
    page.fill("[name='/hourly']", "9000");
    page.pardon("422");
    page.follow(|page| page.click("form[data-form] button.main"));
    page.wait_for("[name='/hourly'][aria-invalid=true]");
    let beside = "document.getElementById(document.querySelector(\"[name='/hourly']\").getAttribute('aria-describedby').split(' ')[0]).textContent";
    assert!(page.eval_text(beside).contains("600"), "{}", page.eval_text(beside));
    assert_eq!(page.eval_text("document.querySelector(\"[name='/urgency']\").value"), "week");

    page.eval("document.querySelector('form[data-form]').noValidate = true");
    page.fill("[name='/hourly']", "12");
    if page.eval("document.querySelector(\"[name='/token']\").value === ''") == true {
        page.fill("[name='/token']", TOKEN);
    }
    page.follow(|page| page.click("form[data-form] button.main"));
    assert_eq!(page.text("h1"), "by-hand");
    page.wait_for_text("********");

    let said = Program::start(site.folder(), "load").end();
    for line in [
        "url https://alerts.example.com/hooks/by-hand",
        "token is right: true",
        "urgency Week, 12 an hour, prefix None",
    ] {
        assert!(said.iter().any(|said| said == line), "{line}: {said:?}");
    }

    // Changed without the secret, it keeps it.
    page.follow(|page| page.click("a[href$='/edit']"));
    page.fill("[name='/prefix']", "[by hand]");
    page.follow(|page| page.click("form[data-form] button.main"));
    let said = Program::start(site.folder(), "load").end();
    assert!(said.iter().any(|line| line == "token is right: true"), "{said:?}");
    assert!(said.iter().any(|line| line.ends_with("prefix Some(\"[by hand]\")")), "{said:?}");

    for place in ["", "/edit", "/delete"] {
        let block = page.path().trim_end_matches("/edit").trim_end_matches("/delete").to_owned();
        page.open(&format!("{block}{place}"));
        assert!(!page.eval_text("document.documentElement.outerHTML").contains(TOKEN), "{place}");
    }
    page.follow(|page| page.click("form button.danger, form button.main"));
    page.open("/blocks");
    assert!(!page.text("main").contains("by-hand"));
}
