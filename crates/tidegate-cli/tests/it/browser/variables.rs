//! Variables are made, changed and deleted by hand.

use super::browser;
use super::site::Site;

#[test]
fn a_variable_is_made_changed_and_deleted() {
    let site = Site::new();
    let page = site.page(browser!());
    page.open("/variables");
    page.fill("input[name=name]", "batch-size");
    page.fill("textarea[name=value]", "500");
    page.fill("input[name=tags]", "import, nightly");
    page.follow(|page| page.click("#form button[type=submit]"));
    assert!(page.text("tbody").contains("batch-size"), "{}", page.text("main"));

    page.follow(|page| page.click("tbody a[href*='edit=']"));
    page.fill("textarea[name=value]", "{\"rows\": 250}");
    page.follow(|page| page.click("#form button[type=submit]"));
    assert!(page.text("tbody").contains("250"), "{}", page.text("main"));

    page.answer_next(false);
    page.click("tbody form[action$='/delete'] button");
    page.wait_for_text("batch-size");
    page.answer_next(true);
    page.follow(|page| page.click("tbody form[action$='/delete'] button"));
    assert_eq!(page.count("tbody tr"), 0);
    assert_eq!(page.questions().len(), 2);
}

#[test]
fn a_variable_of_no_good_name_is_told_beside_the_form() {
    let site = Site::new();
    let page = site.page(browser!());
    page.open("/variables");
    // What browsers check by themselves would hide what the server says.
    page.eval("document.querySelector('#form form').noValidate = true");
    page.fill("input[name=name]", "Batch Size");
    page.fill("textarea[name=value]", "500");
    page.pardon("422");
    page.pardon("400");
    page.follow(|page| page.click("#form button[type=submit]"));
    assert_eq!(page.count("#form [role=alert]"), 1);
    assert_eq!(page.eval_text("document.querySelector('input[name=name]').value"), "Batch Size");
}
