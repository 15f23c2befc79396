//! What goes wrong says what to type next, on standard error, with the exit codes that `tidegate --help` tells.

use std::io::Read;
use std::process::Stdio;

use expect_test::expect;

use crate::{Call, check};

#[test]
fn a_name_that_no_run_has_is_answered_with_those_that_are_like_it() {
    check("flow-run inspect brave-oter", &expect![[r#""#]]);
    check("flow-run logs something-else", &expect![[r#""#]]);
    check("flow-run inspect 01950100-0000-7000-8000-0000000000ff", &expect![[r#""#]]);
}

#[test]
fn a_name_that_several_runs_have_is_answered_with_their_ids() {
    check("flow-run inspect twin", &expect![[r#""#]]);
    check("flow-run inspect 0195", &expect![[r#""#]]);
}

#[test]
fn a_task_run_is_no_flow_run() {
    check("flow-run inspect 01950200-0000-7000-8000-000000000002", &expect![[r#""#]]);
}

#[test]
fn what_has_no_meaning_is_answered_with_what_has() {
    check("flow-run ls --state-type done", &expect![[r#""#]]);
    check("flow-run ls --start-time-after yesterday", &expect![[r#""#]]);
    check("flow-rum ls", &expect![[r#""#]]);
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    Call::within(folder.path().to_owned(), "flow-run ls").check(&expect![[r#""#]]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    check("flow-run ls --database postgres://example", &expect![[r#""#]]);
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    for line in ["flow-run ls -o json", "completions bash", "flow-run ls --help"] {
        let mut call = Call::new(line);
        let mut child =
            call.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(child.wait().unwrap().success() && told.is_empty(), "{line}: {told}");
    }
}
