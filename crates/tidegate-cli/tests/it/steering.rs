//! What changes something: each on a database of its own.

use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::{Call, fixture};

/// A database of its own.
struct Own(TempDir);

impl Own {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fixture::write(&folder.path().join("tidegate.db"));
        Self(folder)
    }

    fn call(&self, line: &str) -> Call {
        Call::within(self.0.path().to_owned(), line)
    }

    #[track_caller]
    fn check(&self, line: &str, expected: &Expect) {
        self.call(line).check(expected);
    }
}

#[test]
fn a_flow_run_is_cancelled_that_has_not_ended() {
    let own = Own::new();
    own.check(
        "flow-run cancel calm-heron",
        &expect![[r#"
        Flow run 'calm-heron' is cancelled.
    "#]],
    );
    let (cancelled, _) = own.call("flow-run ls --state-type cancelled").output();
    assert!(cancelled.contains("calm-heron  Cancelled"), "{cancelled}");
    own.check(
        "flow-run cancel calm-heron",
        &expect![[r#"
        -- standard error --
        error: flow run 'calm-heron' cannot be cancelled: it has ended as Cancelled

          try: tidegate flow-run inspect calm-heron
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_flow_run_is_deleted_with_what_is_inside_it() {
    let own = Own::new();
    own.check("flow-run delete brave-otter", &expect![[r#"
        -- standard error --
        error: nothing was done, because nobody could be asked: Delete 'brave-otter' with everything inside?

          try: the same with --no-prompt (-y), which answers yes
        -- exit code 1 --
    "#]]);
    own.check(
        "flow-run delete brave-otter -y",
        &expect![[r#"
        Deleted flow run 'brave-otter' and 2 runs inside it.
    "#]],
    );
    own.check(
        "task-run ls",
        &expect![[r#"
        No task runs match.
    "#]],
    );
    own.check(
        "flow-run delete calm-heron -y",
        &expect![[r#"
        -- standard error --
        error: flow run 'calm-heron' cannot be deleted: it has not ended

          try: tidegate flow-run cancel calm-heron
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_run_whose_code_is_elsewhere_is_not_run_here() {
    let own = Own::new();
    own.check("flow-run retry brave-otters", &expect![[r#"
        -- standard error --
        error: flow run 'brave-otters' cannot run again here: it is a run of weather::pipeline, whose code this program does not have

          try: PROGRAM flow-run retry brave-otters    where PROGRAM has that flow and calls tidegate::cli::main()
        -- exit code 1 --
    "#]]);
    own.check("flow-run retry brave-otter", &expect![[r#"
        -- standard error --
        error: flow run 'brave-otter' cannot be retried: it is Completed, and only a run that failed, crashed or was cancelled can

          try: tidegate flow-run inspect brave-otter
        -- exit code 1 --
    "#]]);
    own.check("flow-run resume brave-otters", &expect![[r#"
        -- standard error --
        error: flow run 'brave-otters' cannot be resumed: it is Failed, and only a run that is paused or suspended can

          try: tidegate flow-run retry brave-otters
        -- exit code 1 --
    "#]]);
    own.check("flow run pipeline", &expect![[r#"
        -- standard error --
        error: this program has no flows, so it cannot run 'pipeline'; flows are in programs of your own: let the `main` of one be `tidegate::cli::main()`

          try: cargo run -- flow run pipeline    in the folder of that program
        -- exit code 1 --
    "#]]);
}

#[test]
fn a_tag_is_limited() {
    let own = Own::new();
    own.check(
        "concurrency-limit ls",
        &expect![[r#"
        There are no limits on tags.
    "#]],
    );
    own.check(
        "concurrency-limit create http 10",
        &expect![[r#"
        At most 10 task run(s) with the tag 'http' go on at once.
    "#]],
    );
    own.check(
        "concurrency-limit ls",
        &expect![[r#"
        TAG   LIMIT  TAKEN  ACTIVE
        http     10      0  yes
    "#]],
    );
    own.check(
        "concurrency-limit inspect http -o json",
        &expect![[r#"
        {
          "name": "tag:http",
          "tag": "http",
          "limit": 10,
          "active": true,
          "active_slots": 0,
          "slot_decay_per_second": 0.0,
          "holders": []
        }
    "#]],
    );
    own.check(
        "concurrency-limit inspect htp",
        &expect![[r#"
        -- standard error --
        error: there is no concurrency limit 'htp'; did you mean 'http'?

          try: tidegate concurrency-limit ls
        -- exit code 1 --
    "#]],
    );
    own.check(
        "concurrency-limit reset http -y",
        &expect![[r#"
        Freed 0 slot(s) of the limit on 'http'.
    "#]],
    );
    own.check(
        "concurrency-limit delete http -y",
        &expect![[r#"
        Deleted the concurrency limit on the tag 'http'.
    "#]],
    );
}

#[test]
fn a_name_is_limited() {
    let own = Own::new();
    own.check(
        "gcl create api --limit 10 --slot-decay-per-second 0.5",
        &expect![[r#"
        The concurrency limit 'api' has 10 slot(s), of which time gives back 0.5 a second.
    "#]],
    );
    own.check(
        "gcl create api --limit 5",
        &expect![[r#"
        -- standard error --
        error: there is a concurrency limit called 'api' already

          try: tidegate global-concurrency-limit update api --limit 5
        -- exit code 1 --
    "#]],
    );
    own.check(
        "global-concurrency-limit update api --limit 5",
        &expect![[r#"
        The concurrency limit 'api' has 5 slot(s), of which time gives back 0.5 a second.
    "#]],
    );
    own.check("gcl disable api", &expect![[r#"
        The concurrency limit 'api' has 5 slot(s), of which time gives back 0.5 a second, and lets everybody pass until it is enabled.
    "#]]);
    own.check(
        "gcl ls",
        &expect![[r#"
        NAME  LIMIT  TAKEN  DECAY  ACTIVE
        api       5      0    0.5  no
    "#]],
    );
    own.check(
        "gcl enable api",
        &expect![[r#"
        The concurrency limit 'api' has 5 slot(s), of which time gives back 0.5 a second.
    "#]],
    );
    own.check(
        "gcl inspect api",
        &expect![[r#"
        Name    api
        Limit   5
        Taken   0
        Active  yes
        Decay   0.5 slots a second
    "#]],
    );
    own.check(
        "gcl delete api",
        &expect![[r#"
        -- standard error --
        error: nothing was done, because nobody could be asked: Delete the concurrency limit 'api'?

          try: the same with --no-prompt (-y), which answers yes
        -- exit code 1 --
    "#]],
    );
    own.check(
        "gcl delete api --no-prompt",
        &expect![[r#"
        Deleted the concurrency limit 'api'.
    "#]],
    );
}

#[test]
fn an_event_is_emitted_and_seen() {
    let own = Own::new();
    let line =
        "event emit rain.forecast --resource-id city.rome -r prefect.resource.name=Rome -p 12.5";
    let (told, output) = own.call(line).output();
    assert!(output.status.success() && told.starts_with("Emitted event 'rain.forecast'"), "{told}");
    let (seen, _) = own.call("event stream --since 1d --name rain.forecast --run-once").output();
    assert!(seen.ends_with("  rain.forecast  city.rome (Rome) 12.5\n"), "{seen}");
    let (seen, _) = own
        .call("event stream --since 2025-03-04 --prefix prefect.flow-run. --run-once -o json")
        .output();
    let event: serde_json::Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(event["event"], "prefect.flow-run.Pending");
    own.check(
        "event emit rain.forecast",
        &expect![[r#"
        -- standard error --
        error: an event happens to something, and nothing was named

          try: tidegate event emit rain.forecast --resource-id order.17
        -- exit code 2 --
    "#]],
    );
}

#[test]
fn an_artifact_is_shown_and_deleted() {
    let own = Own::new();
    own.check("artifact ls", &expect![[r#"
        ID                                    KEY           TYPE      DESCRIPTION             UPDATED
        00000000-0000-0000-0000-000000000002  daily-report  progress  How far the import is.  2025-03-04
    "#]]);
    own.check(
        "artifact inspect daily-report",
        &expect![[r#"
        Key          daily-report
        Id           00000000-0000-0000-0000-000000000002
        Type         progress
        Description  How far the import is.
        Flow run     01950100-0000-7000-8000-000000000001
        Created      2025-03-04 00:00:02
        Updated      2025-03-04 00:00:02

        Data
          80.0

        Key          daily-report
        Id           00000000-0000-0000-0000-000000000001
        Type         progress
        Description  How far the import is.
        Flow run     01950100-0000-7000-8000-000000000001
        Created      2025-03-04 00:00:01
        Updated      2025-03-04 00:00:01

        Data
          20.0
    "#]],
    );
    own.check(
        "artifact inspect daily-reprot",
        &expect![[r#"
        -- standard error --
        error: there is no artifact 'daily-reprot'; did you mean 'daily-report'?

          try: tidegate artifact ls
        -- exit code 1 --
    "#]],
    );
    own.check(
        "artifact delete daily-report -y",
        &expect![[r#"
        Deleted 2 versions.
    "#]],
    );
    own.check(
        "artifact ls --all",
        &expect![[r#"
        There are no artifacts.
    "#]],
    );
}

#[test]
fn the_database_is_looked_at_copied_and_tidied() {
    let own = Own::new();
    let copy = own.0.path().join("copy.db");
    let (status, _) = own.call("database status").output();
    assert!(status.contains("Flow runs  5\nTask runs  2\nUnder way  1\n"), "{status}");
    own.check(
        &format!("database backup {}", copy.display()),
        &expect![[r#"
        The copy is ~/copy.db.
    "#]],
    );
    own.check(
        &format!("database backup {}", copy.display()),
        &expect![[r#"
        -- standard error --
        error: there is a file ~/copy.db already

          try: tidegate database backup ~/copy.db --replace
        -- exit code 1 --
    "#]],
    );
    own.check(
        &format!("flow-run ls --limit 1 --database sqlite:{}", copy.display()),
        &expect![[r#"
            ID                                    FLOW                             NAME  STATE      WHEN
            01950700-0000-7000-8000-000000000007  monthly-report-of-every-station  twin  Completed  2025-03-04
        "#]],
    );
    let (told, output) = own.call("database vacuum").output();
    assert!(output.status.success() && told.contains("given back"), "{told}");

    let empty = tempfile::tempdir().unwrap();
    let call = |line| Call::within(empty.path().to_owned(), line);
    assert!(call("database migrate").output().1.status.success());
    call("flow-run ls").check(&expect![[r#"
        No flow runs match.
    "#]]);
}
