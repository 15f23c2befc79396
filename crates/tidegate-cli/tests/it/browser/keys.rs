//! What the keyboard does, and the switch between light and dark.

use super::browser;
use super::site::gallery;

#[test]
fn a_slash_finds_and_escape_lets_go() {
    let page = gallery().site.page(browser!());
    page.open("/");
    page.key("/");
    page.wait("document.activeElement.id === 'find'");
    page.key("Escape");
    page.wait("document.activeElement === document.body");
    page.key("/");
    page.call("Input.insertText", &serde_json::json!({ "text": "noisy-raccoon" }));
    page.follow(|page| page.key("Enter"));
    page.wait_for_text("noisy-raccoon");
}

#[test]
fn two_keys_go_to_each_place_of_the_menu() {
    let page = gallery().site.page(browser!());
    page.open("/settings");
    for (key, place) in [("r", "/runs"), ("f", "/flows"), ("d", "/")] {
        page.follow(|page| {
            page.key("g");
            page.key(key);
        });
        assert_eq!(page.path(), place);
    }
}

#[test]
fn rows_are_walked_and_opened_by_keys() {
    let page = gallery().site.page(browser!());
    page.open("/runs");
    let at = |page: &super::page::Page| page.text("tr.at a.name");
    page.key("j");
    let first = at(&page);
    page.key("j");
    let second = at(&page);
    assert_ne!(first, second);
    page.key("k");
    assert_eq!(at(&page), first);
    page.follow(|page| page.key("Enter"));
    assert_eq!(page.text("h1"), first);
}

#[test]
fn a_theme_that_is_chosen_is_remembered() {
    let page = gallery().site.page(browser!());
    page.open("/");
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = page.eval_text(ground);
    page.click("#theme");
    page.wait(&format!("{ground} !== '{light}'"));
    let dark = page.eval_text(ground);
    page.open("/runs");
    assert_eq!(page.eval_text(ground), dark);
    page.click("#theme");
    page.open("/flows");
    assert_eq!(page.eval_text(ground), light);
}
