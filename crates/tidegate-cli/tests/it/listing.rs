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
    check_width(
        "flow-run ls",
        "160",
        &expect![[r#"
        ID                                    FLOW                             NAME          STATE      WHEN
        01950700-0000-7000-8000-000000000007  monthly-report-of-every-station  twin          Completed  2025-03-04
        01950600-0000-7000-8000-000000000006  monthly-report-of-every-station  twin          Completed  2025-03-04
        01950500-0000-7000-8000-000000000005  monthly-report-of-every-station  calm-heron    Scheduled  2025-03-04
        01950400-0000-7000-8000-000000000004  pipeline                         brave-otters  Failed     2025-03-04
        01950100-0000-7000-8000-000000000001  pipeline                         brave-otter   Completed  2025-03-04
    "#]],
    );
    check_width(
        "flow-run ls",
        "100",
        &expect![[r#"
        ID                                    FLOW                       NAME          STATE      WHEN
        01950700-0000-7000-8000-000000000007  monthly-report-of-every-s  twin          Completed  2025-03-04
                                              tation
        01950600-0000-7000-8000-000000000006  monthly-report-of-every-s  twin          Completed  2025-03-04
                                              tation
        01950500-0000-7000-8000-000000000005  monthly-report-of-every-s  calm-heron    Scheduled  2025-03-04
                                              tation
        01950400-0000-7000-8000-000000000004  pipeline                   brave-otters  Failed     2025-03-04
        01950100-0000-7000-8000-000000000001  pipeline                   brave-otter   Completed  2025-03-04
    "#]],
    );
    check_width(
        "flow-run ls",
        "60",
        &expect![[r#"
        FLOW                     NAME          STATE      WHEN
        monthly-report-of-every  twin          Completed  2025-03-04
        -station
        monthly-report-of-every  twin          Completed  2025-03-04
        -station
        monthly-report-of-every  calm-heron    Scheduled  2025-03-04
        -station
        pipeline                 brave-otters  Failed     2025-03-04
        pipeline                 brave-otter   Completed  2025-03-04
    "#]],
    );
}

#[test]
fn flow_runs_are_narrowed_down() {
    check(
        "flow-run ls --state-type failed --state-type scheduled",
        &expect![[r#"
        ID                                    FLOW                       NAME          STATE      WHEN
        01950500-0000-7000-8000-000000000005  monthly-report-of-every-s  calm-heron    Scheduled  2025-03-04
                                              tation
        01950400-0000-7000-8000-000000000004  pipeline                   brave-otters  Failed     2025-03-04
    "#]],
    );
    check(
        "flow-run ls --flow-name pipeline --tag nightly",
        &expect![[r#"
        ID                                    FLOW      NAME         STATE      WHEN
        01950100-0000-7000-8000-000000000001  pipeline  brave-otter  Completed  2025-03-04
    "#]],
    );
    check(
        "flow-run ls --start-time-after 2025-03-04T00:05 --limit 1",
        &expect![[r#"
        ID                                    FLOW                             NAME  STATE      WHEN
        01950700-0000-7000-8000-000000000007  monthly-report-of-every-station  twin  Completed  2025-03-04
    "#]],
    );
    check(
        "flow-run ls --state Completed --start-time-before 2025-03-04T00:00:30Z",
        &expect![[r#"
        ID                                    FLOW      NAME         STATE      WHEN
        01950100-0000-7000-8000-000000000001  pipeline  brave-otter  Completed  2025-03-04
    "#]],
    );
    check(
        "flow-run ls --state-type crashed",
        &expect![[r#"
        No flow runs match.
    "#]],
    );
}

#[test]
fn groups_have_plural_names() {
    let (one, _) = Call::new("flow-run ls").output();
    let (many, _) = Call::new("flow-runs ls").output();
    assert_eq!(one, many);
}

#[test]
fn a_list_as_json_is_an_array() {
    check(
        "flow-run ls --limit 1 -o json",
        &expect![[r#"
        [
          {
            "id": "01950700-0000-7000-8000-000000000007",
            "name": "twin",
            "flow_name": "monthly-report-of-every-station",
            "state_type": "COMPLETED",
            "state_name": "Completed",
            "state_message": null,
            "state_timestamp": "2025-03-04T00:07:01Z",
            "flow_run_id": null,
            "tags": [],
            "created": "2025-03-04T00:07:00Z",
            "expected_start_time": null,
            "start_time": "2025-03-04T00:07:00.100Z",
            "end_time": "2025-03-04T00:07:01Z",
            "total_run_time": 0.75,
            "run_count": 1
          }
        ]
    "#]],
    );
    check(
        "flow-run ls --state-type crashed -o json",
        &expect![[r#"
        []
    "#]],
    );
}

#[test]
fn a_flow_run_is_shown_with_all_its_states() {
    check(
        "flow-run inspect brave-otter",
        &expect![[r#"
            Name       brave-otter
            Id         01950100-0000-7000-8000-000000000001
            Flow       pipeline
            Version    1.2
            State      Completed()
            Tags       nightly
            Inside it  2 task runs
            Created    2025-03-04 00:00:00
            Started    2025-03-04 00:00:00
            Ended      2025-03-04 00:00:01
            Ran for    750ms
            Took       900ms

            Parameters
              lat = 38.9

            States
              2025-03-04 00:00:00.000  Pending()
              2025-03-04 00:00:00.100  Running()
              2025-03-04 00:00:01.000  Completed()
        "#]],
    );
    check(
        "flow-run inspect brave-otter --utc",
        &expect![[r#"
            Name       brave-otter
            Id         01950100-0000-7000-8000-000000000001
            Flow       pipeline
            Version    1.2
            State      Completed()
            Tags       nightly
            Inside it  2 task runs
            Created    2025-03-04 00:00:00Z
            Started    2025-03-04 00:00:00Z
            Ended      2025-03-04 00:00:01Z
            Ran for    750ms
            Took       900ms

            Parameters
              lat = 38.9

            States
              2025-03-04 00:00:00.000Z  Pending()
              2025-03-04 00:00:00.100Z  Running()
              2025-03-04 00:00:01.000Z  Completed()
        "#]],
    );
    check(
        "flow-run inspect 019504 -o json",
        &expect![[r#"
        {
          "id": "01950400-0000-7000-8000-000000000004",
          "name": "brave-otters",
          "flow_name": "pipeline",
          "state_type": "FAILED",
          "state_name": "Failed",
          "state_message": "the disk is full",
          "state_timestamp": "2025-03-04T00:01:01Z",
          "flow_run_id": null,
          "tags": [],
          "created": "2025-03-04T00:01:00Z",
          "expected_start_time": null,
          "start_time": "2025-03-04T00:01:00.100Z",
          "end_time": "2025-03-04T00:01:01Z",
          "total_run_time": 0.75,
          "run_count": 1,
          "task_run_id": null,
          "root_flow_run_id": "01950400-0000-7000-8000-000000000004",
          "flow_version": "1.2",
          "next_scheduled_start_time": null,
          "max_retries": 0,
          "parameters": {},
          "states": [
            {
              "type": "PENDING",
              "name": "Pending",
              "message": null,
              "timestamp": "2025-03-04T00:01:00Z"
            },
            {
              "type": "RUNNING",
              "name": "Running",
              "message": null,
              "timestamp": "2025-03-04T00:01:00.100Z"
            },
            {
              "type": "FAILED",
              "name": "Failed",
              "message": "the disk is full",
              "timestamp": "2025-03-04T00:01:01Z"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn log_lines_tell_who_speaks() {
    check(
        "flow-run logs brave-otter",
        &expect![[r#"
        2025-03-04 00:00:00.100 | DEBUG   | Flow run 'brave-otter' - Beginning.
        2025-03-04 00:00:00.300 | WARNING | Task run 'fetch_weather-002' - No answer: the connection timed out
        2025-03-04 00:00:00.700 | INFO    | Task run 'fetch_weather-002' - 20.1 degrees
        2025-03-04 00:00:01.000 | INFO    | Flow run 'brave-otter' - Finished in state Completed()
    "#]],
    );
    check(
        "flow-run logs brave-otter --tail -n 2",
        &expect![[r#"
        2025-03-04 00:00:00.700 | INFO    | Task run 'fetch_weather-002' - 20.1 degrees
        2025-03-04 00:00:01.000 | INFO    | Flow run 'brave-otter' - Finished in state Completed()
    "#]],
    );
    check(
        "flow-run logs brave-otter --head -n 1 --utc",
        &expect![[r#"
        2025-03-04 00:00:00.100Z | DEBUG   | Flow run 'brave-otter' - Beginning.
    "#]],
    );
    check(
        "flow-run logs brave-otter --reverse --level info",
        &expect![[r#"
        2025-03-04 00:00:01.000 | INFO    | Flow run 'brave-otter' - Finished in state Completed()
        2025-03-04 00:00:00.700 | INFO    | Task run 'fetch_weather-002' - 20.1 degrees
        2025-03-04 00:00:00.300 | WARNING | Task run 'fetch_weather-002' - No answer: the connection timed out
    "#]],
    );
    check(
        "flow-run logs brave-otters",
        &expect![[r#"
        2025-03-04 00:01:01.000 | ERROR   | Flow run 'brave-otters' - the disk is full�[2J
    "#]],
    );
    check(
        "flow-run logs brave-otter --tail -n 1 -o json",
        &expect![[r#"
        [
          {
            "timestamp": "2025-03-04T00:00:01Z",
            "level": 20,
            "level_name": "INFO",
            "name": "weather",
            "message": "Finished in state Completed()",
            "flow_run_id": "01950100-0000-7000-8000-000000000001",
            "task_run_id": null
          }
        ]
    "#]],
    );
}

#[test]
fn flows_are_listed_with_their_last_runs() {
    check(
        "flow ls",
        &expect![[r#"
        FLOW                             VERSION  LAST RUN      STATE      WHEN
        monthly-report-of-every-station           twin          Completed  2025-03-04
        pipeline                         1.2      brave-otters  Failed     2025-03-04
    "#]],
    );
    check(
        "flows ls --limit 1 -o json",
        &expect![[r#"
            [
              {
                "name": "monthly-report-of-every-station",
                "key": "weather::monthly-report-of-every-station",
                "version": null,
                "description": null,
                "tags": [],
                "runs_here": false,
                "last_run": {
                  "id": "01950700-0000-7000-8000-000000000007",
                  "name": "twin",
                  "flow_name": "monthly-report-of-every-station",
                  "state_type": "COMPLETED",
                  "state_name": "Completed",
                  "state_message": null,
                  "state_timestamp": "2025-03-04T00:07:01Z",
                  "flow_run_id": null,
                  "tags": [],
                  "created": "2025-03-04T00:07:00Z",
                  "expected_start_time": null,
                  "start_time": "2025-03-04T00:07:00.100Z",
                  "end_time": "2025-03-04T00:07:01Z",
                  "total_run_time": 0.75,
                  "run_count": 1
                }
              }
            ]
        "#]],
    );
}

#[test]
fn task_runs_are_listed_and_shown() {
    check(
        "task-runs ls",
        &expect![[r#"
        ID                                    TASK           NAME               STATE      WHEN
        01950300-0000-7000-8000-000000000003  save_weather   save_weather-003   Completed  2025-03-04
        01950200-0000-7000-8000-000000000002  fetch_weather  fetch_weather-002  Completed  2025-03-04
    "#]],
    );
    check(
        "task-run ls --flow-run brave-otter --task-name save_weather",
        &expect![[r#"
        ID                                    TASK          NAME              STATE      WHEN
        01950300-0000-7000-8000-000000000003  save_weather  save_weather-003  Completed  2025-03-04
    "#]],
    );
    check(
        "task-run inspect fetch_weather-002",
        &expect![[r#"
            Name       fetch_weather-002
            Id         01950200-0000-7000-8000-000000000002
            Task       fetch_weather
            State      Completed()
            Called in  flow run 01950100-0000-7000-8000-000000000001
            Created    2025-03-04 00:00:00
            Started    2025-03-04 00:00:00
            Ended      2025-03-04 00:00:00
            Ran for    1.5s
            Attempts   2
            Retries    up to 3

            States
              2025-03-04 00:00:00.100  Pending()
              2025-03-04 00:00:00.200  Running()
              2025-03-04 00:00:00.300  AwaitingRetry('timed out', type=SCHEDULED)
              2025-03-04 00:00:00.500  Retrying(type=RUNNING)
              2025-03-04 00:00:00.700  Completed()
        "#]],
    );
    check(
        "task-run logs fetch_weather-002",
        &expect![[r#"
        2025-03-04 00:00:00.300 | WARNING | Task run 'fetch_weather-002' - No answer: the connection timed out
        2025-03-04 00:00:00.700 | INFO    | Task run 'fetch_weather-002' - 20.1 degrees
    "#]],
    );
}

#[test]
fn colour_is_for_terminals_and_those_who_ask_for_it() {
    let has_colour = |call: Call| call.output().0.contains('\x1b');
    assert!(!has_colour(Call::new("flow-run ls")));
    let (shown, _) = Call::new("flow-run ls --limit 1 --color always").output();
    expect![[r#"
        ␛[1mID                                    ␛[0m␛[1mFLOW                             ␛[0m␛[1mNAME  ␛[0m␛[1mSTATE      ␛[0m␛[1mWHEN      ␛[0m
        01950700-0000-7000-8000-000000000007  monthly-report-of-every-station  twin  ␛[38;5;2mCompleted  ␛[39m2025-03-04
    "#]].assert_eq(&shown.replace('\x1b', "␛"));
    assert!(!has_colour(Call::new("flow-run ls --color never")));
    assert!(!has_colour(Call::new("flow-run ls").env("NO_COLOR", "1")));
}

#[test]
fn the_version_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (shown, _) = Call::within(folder.path().to_owned(), "version").output();
    assert!(
        shown.contains(env!("CARGO_PKG_VERSION")) && shown.contains("sqlite:~/tidegate.db"),
        "{shown}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
