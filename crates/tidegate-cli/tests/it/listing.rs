//! Lists and sheets, at several widths and as JSON.

use expect_test::{Expect, expect};

use crate::{Call, check};

#[track_caller]
fn check_width(line: &str, columns: &str, expected: &Expect) {
    let (shown, _) = Call::new(line).env("COLUMNS", columns).output();
    let width: usize = columns.parse().unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= width), "{shown}");
    expected.assert_eq(&shown);
}

#[test]
fn flow_runs_are_listed_newest_first() {
    check_width("flow-run ls", "160", &expect![[r#""#]]);
    check_width("flow-run ls", "100", &expect![[r#""#]]);
    check_width("flow-run ls", "60", &expect![[r#""#]]);
}

#[test]
fn flow_runs_are_narrowed_down() {
    check("flow-run ls --state-type failed --state-type scheduled", &expect![[r#""#]]);
    check("flow-run ls --flow-name pipeline --tag nightly", &expect![[r#""#]]);
    check("flow-run ls --start-time-after 2025-03-04T00:05 --limit 1", &expect![[r#""#]]);
    check("flow-run ls --state Completed --start-time-before 2025-03-04T00:00:30Z", &expect![[r#""#]]);
    check("flow-run ls --state-type crashed", &expect![[r#""#]]);
}

#[test]
fn groups_have_plural_names() {
    let (one, _) = Call::new("flow-run ls").output();
    let (many, _) = Call::new("flow-runs ls").output();
    assert_eq!(one, many);
}

#[test]
fn a_list_as_json_is_an_array() {
    check("flow-run ls --limit 1 -o json", &expect![[r#""#]]);
    check("flow-run ls --state-type crashed -o json", &expect![[r#""#]]);
}

#[test]
fn a_flow_run_is_shown_with_all_its_states() {
    check("flow-run inspect brave-otter", &expect![[r#""#]]);
    check("flow-run inspect brave-otter --utc", &expect![[r#""#]]);
    check("flow-run inspect 019504 -o json", &expect![[r#""#]]);
}

#[test]
fn log_lines_tell_who_speaks() {
    check("flow-run logs brave-otter", &expect![[r#""#]]);
    check("flow-run logs brave-otter --tail -n 2", &expect![[r#""#]]);
    check("flow-run logs brave-otter --head -n 1 --utc", &expect![[r#""#]]);
    check("flow-run logs brave-otter --reverse --level info", &expect![[r#""#]]);
    check("flow-run logs brave-otters", &expect![[r#""#]]);
    check("flow-run logs brave-otter --tail -n 1 -o json", &expect![[r#""#]]);
}

#[test]
fn flows_are_listed_with_their_last_runs() {
    check("flow ls", &expect![[r#""#]]);
    check("flows ls --limit 1 -o json", &expect![[r#""#]]);
}

#[test]
fn colour_is_for_terminals_and_those_who_ask_for_it() {
    let has_colour = |call: Call| call.output().0.contains('\x1b');
    assert!(!has_colour(Call::new("flow-run ls")));
    assert!(has_colour(Call::new("flow-run ls --color always")));
    assert!(!has_colour(Call::new("flow-run ls --color never")));
    assert!(!has_colour(Call::new("flow-run ls").env("NO_COLOR", "1")));
}

#[test]
fn the_version_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (shown, _) = Call::within(folder.path().to_owned(), "version").output();
    assert!(shown.contains(env!("CARGO_PKG_VERSION")) && shown.contains("sqlite:~/tidegate.db"), "{shown}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
