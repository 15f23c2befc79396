//! What goes wrong says what to type next, on standard error, with the exit codes that `tidegate --help` tells.

use std::io::Read;
use std::process::Stdio;

use expect_test::expect;

use crate::{Call, check};

#[test]
fn a_name_that_no_run_has_is_answered_with_those_that_are_like_it() {
    check(
        "flow-run inspect brave-oter",
        &expect![[r#"
        -- standard error --
        error: there is no flow run whose name is, or whose id begins, 'brave-oter'; did you mean 'brave-otter' or 'brave-otters'?

          try: tidegate flow-run ls
        -- exit code 1 --
    "#]],
    );
    check(
        "flow-run logs something-else",
        &expect![[r#"
        -- standard error --
        error: there is no flow run whose name is, or whose id begins, 'something-else'

          try: tidegate flow-run ls
        -- exit code 1 --
    "#]],
    );
    check(
        "flow-run inspect 01950100-0000-7000-8000-0000000000ff",
        &expect![[r#"
        -- standard error --
        error: there is no flow run whose name is, or whose id begins, '01950100-0000-7000-8000-0000000000ff'

          try: tidegate flow-run ls
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_name_that_several_runs_have_is_answered_with_their_ids() {
    check(
        "flow-run inspect twin",
        &expect![[r#"
        -- standard error --
        error: 'twin' is not one flow run but several; name one by its id

          try: tidegate flow-run inspect 01950700-0000-7000-8000-000000000007    ('twin', Completed)
               tidegate flow-run inspect 01950600-0000-7000-8000-000000000006    ('twin', Completed)
        -- exit code 1 --
    "#]],
    );
    check(
        "flow-run inspect 0195",
        &expect![[r#"
        -- standard error --
        error: '0195' is not one flow run but several; name one by its id

          try: tidegate flow-run inspect 01950700-0000-7000-8000-000000000007    ('twin', Completed)
               tidegate flow-run inspect 01950600-0000-7000-8000-000000000006    ('twin', Completed)
               tidegate flow-run inspect 01950500-0000-7000-8000-000000000005    ('calm-heron', Scheduled)
               tidegate flow-run inspect 01950400-0000-7000-8000-000000000004    ('brave-otters', Failed)
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_task_run_is_no_flow_run() {
    check(
        "flow-run inspect 01950200-0000-7000-8000-000000000002",
        &expect![[r#"
        -- standard error --
        error: 'fetch_weather-002' is a task run

          try: tidegate task-run inspect fetch_weather-002
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn what_has_no_meaning_is_answered_with_what_has() {
    check(
        "flow-run ls --state-type done",
        &expect![[r#"
        -- standard error --
        error: invalid value 'done' for '--state-type <TYPE>': there is no such type of states; there are SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, CRASHED, PAUSED, CANCELLING

        For more information, try '--help'.
        -- exit code 2 --
    "#]],
    );
    check(
        "flow-run ls --start-time-after yesterday",
        &expect![[r#"
        -- standard error --
        error: invalid value 'yesterday' for '--start-time-after <TIME>': it is no time: write 2026-11-25T16:00:00Z, 2026-11-25 16:00, 2026-11-25, or how long ago it was, such as 90m

        For more information, try '--help'.
        -- exit code 2 --
    "#]],
    );
    check(
        "flow-rum ls",
        &expect![[r#"
        -- standard error --
        error: unrecognized subcommand 'flow-rum'

          tip: some similar subcommands exist: 'flows', 'flow', 'flow-runs', 'flow-run'

        Usage: tidegate [OPTIONS] <COMMAND>

        For more information, try '--help'.
        -- exit code 2 --
    "#]],
    );
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    Call::within(folder.path().to_owned(), "flow-run ls").check(&expect![[r#"
        -- standard error --
        error: there is no database at ~/tidegate.db: a program makes it when it runs its first flow, and TIDEGATE_DATABASE_URL or --database says where another is

          try: tidegate database migrate    to make an empty one there
        -- exit code 1 --
    "#]]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    check(
        "flow-run ls --database postgres://example",
        &expect![[r#"
        -- standard error --
        error: `postgres://example` is not the URL of an SQLite database: it does not begin with `sqlite:`; write `sqlite:runs.db`, `sqlite:///absolute/path.db` or `sqlite::memory:`
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    for line in ["flow-run ls -o json", "completions bash", "flow-run ls --help"] {
        let mut call = Call::new(line);
        let mut child = call.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(child.wait().unwrap().success() && told.is_empty(), "{line}: {told}");
    }
}
