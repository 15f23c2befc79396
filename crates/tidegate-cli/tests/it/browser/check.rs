//! What holds for every page, whatever is on it.

use super::page::Page;

const CHECK: &str = include_str!("check.js");

/// The faults of the page that is open; none if it is good.
pub(super) fn faults(page: &Page) -> Vec<String> {
    // A page that is live asks for itself once it is there: only then is it at rest.
    page.wait("!document.querySelector('#live') || document.querySelector('#live').textContent !== 'As of now'");
    page.eval(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
    );
    let found = page.eval(CHECK);
    let mut faults: Vec<_> =
        found.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect();
    let shift = page.eval_number("window.__shift");
    if shift >= 0.1 {
        faults.push(format!("things move by {shift:.3}: {}", page.eval("window.__moved")));
    }
    let bytes = page.eval_number(
        "performance.getEntriesByType('resource').filter((each) => /\\.(css|js)$/.test(new URL(each.name).pathname)).reduce((sum, each) => sum + each.decodedBodySize, 0)",
    );
    if !(1.0..300.0 * 1024.0).contains(&bytes) {
        faults.push(format!("its scripts and styles have {bytes} bytes"));
    }
    faults
}

/// Goes through what the keyboard reaches, one by one, and gives what does not show that it is reached. `most` is how many are tried.
pub(super) fn unseen_focus(page: &Page, most: usize) -> Vec<String> {
    page.eval("document.activeElement?.blur()");
    let mut unseen = Vec::new();
    for _ in 0..most {
        page.key("Tab");
        let fault = page.eval(
            "(() => {
                const at = document.activeElement;
                if (!at || at === document.body) return 'end';
                const style = getComputedStyle(at), inside = at.querySelector?.('.bar') ? getComputedStyle(at.querySelector('.bar')) : null;
                const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                const drawn = inside && parseFloat(inside.strokeWidth) >= 2;
                return ring || drawn || style.boxShadow !== 'none' ? null : at.outerHTML.slice(0, 120);
            })()",
        );
        match fault.as_str() {
            Some("end") => break,
            Some(fault) => unseen.push(format!("nothing shows that the keyboard is at {fault}")),
            None => {}
        }
    }
    unseen
}
