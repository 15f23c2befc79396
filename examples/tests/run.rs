//! Runs every example as a program, in a folder of its own, and looks at what it prints. Nothing here waits for a time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to run examples in; its database is kept from one run to the next.
struct Folder(TempDir);

/// What an example printed.
struct Printed {
    out: String,
    log: String,
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, example: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Printed {
        let output = self.output(example, arguments, settings);
        let out = String::from_utf8(output.stdout).unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{example}: {}\n{out}\n{log}", output.status);
        Printed { out, log }
    }

    fn output(&self, example: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        self.command(example, arguments).envs(settings.iter().copied()).output().unwrap()
    }

    fn command(&self, example: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program(example));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            if text.starts_with("TIDEGATE_") || text.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(&self.0)
            .env("TIDEGATE_HOME", self.0.path().join("home"));
        command
    }
}

/// Where cargo puts an example: beside the folder of this test program.
fn program(example: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let profile = this.parent().and_then(|deps| deps.parent()).unwrap();
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not built; `cargo build -p tidegate-examples --examples` builds it",
        program.display()
    );
    program
}

impl Printed {
    /// The lines of the log that hold these texts are there, in this order.
    #[track_caller]
    fn logs_in_order(&self, texts: &[&str]) {
        let mut lines = self.log.lines();
        for text in texts {
            assert!(
                lines.any(|line| line.contains(text)),
                "no `{text}` in its place:\n{}",
                self.log
            );
        }
    }

    #[track_caller]
    fn prints(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.out.contains(text), "no `{text}`:\n{}", self.out);
        }
    }

    fn count(&self, text: &str) -> usize {
        self.log.lines().filter(|line| line.contains(text)).count()
    }
}

#[test]
fn weather_pipeline_prints_a_run_and_the_next_run_finds_it() {
    let folder = Folder::new();
    let first = folder.run("weather_pipeline", &["--offline"], &[]);
    first.prints(&["Earlier runs: none"]);
    first.logs_in_order(&[
        "INFO    | tidegate - Created flow run '",
        "Task run 'fetch_weather-",
        "Forecasted temp C: 20.1 degrees",
        "Task run 'save_weather-",
        "Finished in state Completed()",
    ]);
    assert_eq!(first.count("Finished in state Completed()"), 3);
    assert_eq!(first.count("WARNING"), 0);
    let saved = std::fs::read_to_string(folder.0.path().join("weather.csv")).unwrap();
    assert_eq!(saved, "temperature\n20.1\n");

    let name = first.log.split('\'').nth(1).unwrap();
    let second = folder.run("weather_pipeline", &["--offline", "--out", "second.csv"], &[]);
    let found = format!("Earlier runs: 1. The last one, '{name}', ended as Completed().");
    second.prints(&[&found]);
    assert!(folder.0.path().join("second.csv").exists());
}

#[test]
fn weather_pipeline_says_so_where_the_network_cannot_be_reached() {
    // Nobody listens at this port, so the way to the network ends here.
    let no_way_out = [("ALL_PROXY", "http://127.0.0.1:9"), ("HTTPS_PROXY", "http://127.0.0.1:9")];
    let printed = Folder::new().run("weather_pipeline", &["--lon", "-13.4"], &no_way_out);
    assert_eq!(printed.count("WARNING"), 1, "{}", printed.log);
    printed.logs_in_order(&["cannot be reached", "Created flow run '", "20.1 degrees"]);
    assert_eq!(printed.count("Finished in state Completed()"), 3);
}

#[test]
fn weather_pipeline_tries_again_after_failures() {
    let printed = Folder::new().run("weather_pipeline", &["--fail-first", "2"], &[]);
    printed.logs_in_order(&[
        "Retry 1/3 will start",
        "Retry 2/3 will start",
        "Finished in state Completed()",
    ]);
    assert_eq!(printed.count("503 Service Unavailable"), 2);
    printed.prints(&[
        "  AwaitingRetry (2 s)\n  Retrying\n  AwaitingRetry (4 s)\n  Retrying\n  Completed\n",
    ]);
    assert_eq!(printed.count("Finished in state Completed()"), 3);
}

#[test]
fn weather_pipeline_says_what_is_wrong_with_its_arguments() {
    let output = Folder::new().output("weather_pipeline", &["--lat", "north"], &[]);
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("north"), "{text}");
}

#[test]
fn retries_shows_every_attempt() {
    let printed = Folder::new().run("retries", &["--seed", "7"], &[]);
    printed.prints(&[
        "apples: on its way",
        "bread: on its way",
        "cheese: on its way",
        "404 Not Found",
        "AwaitingRetry > Retrying > Completed",
        "wishful thinking: 1 attempts: Pending > Running > Failed",
    ]);
}

#[test]
fn logging_reads_its_lines_back() {
    let printed = Folder::new().run("logging", &[], &[]);
    printed.logs_in_order(&[
        " - 4 words",
        "WARNING",
        "The report has 4 words",
        "This line is not stored",
    ]);
    printed.prints(&["INFO    4 words", r#"WARNING rather short {"limit":5,"words":4}"#]);
    assert!(!printed.out.contains("This line is not stored"), "{}", printed.out);
    assert_eq!(printed.count("at TIDEGATE_LOGGING_LEVEL=DEBUG only"), 0);
}

#[test]
fn logging_follows_the_environment() {
    let folder = Folder::new();
    let debug = folder.run("logging", &[], &[("TIDEGATE_LOGGING_LEVEL", "DEBUG")]);
    assert_eq!(debug.count("at TIDEGATE_LOGGING_LEVEL=DEBUG only"), 1);

    let json = folder.run("logging", &[], &[("TIDEGATE_LOGGING_FORMAT", "json")]);
    assert!(json.count("4 words") >= 1);
    for line in json.log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}

#[test]
fn runtime_context_knows_where_it_is() {
    let printed = Folder::new().run("runtime_context", &[], &[]);
    printed.prints(&[
        "outside: no task run, in no flow run",
        "in the flow of 2026: no task run, in journey-2026",
        r#"parameters: {"year":2026}"#,
        r#"tags: ["travel"], run count: 1"#,
        "awaited: look-around-awaited, in journey-2026",
        "submitted: look-around-submitted, in journey-2026",
        "on a thread: look_around_on_a_thread-",
        "spawned by hand: no task run, in no flow run",
        "spawned with in_current_run: no task run, in journey-2026",
        "a thread with in_current_run_sync: no task run, in journey-2026",
        "with a stand-in: pack-0, in noisy-raccoon",
    ]);
}

#[test]
fn subflows_have_runs_of_their_own() {
    let printed = Folder::new().run("subflows", &[], &[]);
    printed.logs_in_order(&["for flow 'world-report'", "Beginning subflow run 'report-Lisbon'"]);
    printed.prints(&[
        "Left out: Atlantis",
        "People: 1254000",
        r#"report-Oslo      Completed  ["city", "nightly"]"#,
        r#"report-Atlantis  Failed     ["city", "nightly"]"#,
        "of all times: 1",
    ]);
}

#[test]
fn blocking_tasks_are_honest_about_threads() {
    let printed = Folder::new().run("blocking_tasks", &[], &[]);
    printed.logs_in_order(&[
        "side by side",
        "In place: 5",
        "a thread cannot be stopped",
        "TimedOut",
    ]);
    printed.prints(&["A task on its own: 42"]);
}

/// Killed at its third page: the next process takes two from the record, and does the others.
#[test]
fn resume_goes_on_where_it_was_killed() {
    let folder = Folder::new();
    let mut killed = folder
        .command("resume", &["--pages", "4", "--seconds", "0.2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(killed.stdout.take().unwrap()).lines();
    let done = lines.map(Result::unwrap).find(|line| line.starts_with("Translated page 2"));
    assert!(done.is_some());
    killed.kill().unwrap();
    killed.wait().unwrap();

    let second = folder.run("resume", &[], &[]);
    second.prints(&[
        "Going on with the flow run '",
        "Translated page 4.",
        "The book has 1010 words.",
    ]);
    assert!(!second.out.contains("Translated page 1."), "{}", second.out);
    second.logs_in_order(&[
        "Resuming flow run '",
        "Task run 'page-1' - Found in the record, and not run again: Completed()",
        "Task run 'page-4' - Finished in state Completed()",
    ]);
    let third = folder.run("resume", &["--pages", "1", "--seconds", "0"], &[]);
    third.prints(&["Nothing was left unfinished", "The book has 251 words."]);
}

#[test]
fn cancel_ends_a_task_a_flow_and_a_run_by_its_id() {
    let ended = Folder::new().run("cancel", &[], &[]);
    ended.prints(&[
        "Watching Rome.",
        "Task run 'watch-Rome' was cancelled: It was asked to cancel.",
        "Asked to stop counting.",
        "The first station: Flow run '",
        "The second station: Flow run '",
        "' was cancelled: It was asked to cancel.",
    ]);
}

#[test]
fn pause_for_approval_goes_on_with_what_it_is_given_here_or_in_another_process() {
    let folder = Folder::new();
    let here = folder.run("pause_for_approval", &[], &[]);
    here.prints(&[
        "Built 2.0.",
        "Asked: Shall 2.0 with its 3141592 bytes be released?",
        "its input does not fit: the field `approved` must be",
        "2.0 is approved: Go ahead.",
        "Published 2.0.",
    ]);
    here.logs_in_order(&[
        "Pausing flow, execution will continue when this flow run is resumed.",
        "Resuming flow run execution!",
        "Finished in state Completed()",
    ]);

    let left = folder.run("pause_for_approval", &["--leave"], &[]);
    let id = left.out.trim_end().rsplit(' ').next().unwrap();
    let next = folder.run("pause_for_approval", &["--approve", id, "--comment", "At last."], &[]);
    next.prints(&["2.0 is approved: At last.", "Published 2.0."]);
    assert!(!next.out.contains("Built"), "{}", next.out);
}

#[test]
fn concurrency_limits_are_kept_by_two_processes_together() {
    let folder = Folder::new();
    let run = || folder.run("concurrency_limits", &[], &[]);
    let both = std::thread::scope(|scope| {
        [scope.spawn(run), scope.spawn(run)].map(|run| run.join().unwrap())
    });
    for printed in both {
        printed.prints(&[
            "9 pages, at most ",
            "Saving page 3 over two connections.",
            "6 questions within ",
            "The concurrency limit 'tag:by-night' is 0, so that no task run under it may begin",
            "tag:by-night: 0 of 0 slots are taken",
        ]);
        assert!(!printed.out.contains("as one of 4"), "{}", printed.out);
        assert_eq!(printed.count("Finished in state Completed()"), 9 + 3 + 6 + 1);
    }
}

/// The second process has nothing to compute but what has expired.
#[test]
fn caching_takes_what_an_earlier_process_has_computed() {
    let folder = Folder::new();
    let first = folder.run("caching", &["--seconds", "0.01"], &[]);
    first.prints(&[
        "Computed the forecast for Rome.",
        "Rome: 14 degrees",
        "Computed the forecast for Oslo.",
        "Asked for the rate of EUR.",
        "Drew tile 7.",
        "forecast: 1 of 3 calls were Cached",
        "draw_map: 63 of 64 calls were Cached",
    ]);
    let second = folder.run("caching", &["--seconds", "0.01"], &[]);
    assert!(!second.out.contains("Computed") && !second.out.contains("Drew"), "{}", second.out);
    second.prints(&["forecast: 3 of 3 calls were Cached", "draw_map: 64 of 64 calls were Cached"]);
    second.logs_in_order(&["Task run 'forecast-Rome' - Finished in state Cached(type=COMPLETED)"]);
}

#[test]
fn transactions_are_kept_or_undone_as_a_whole() {
    let printed = Folder::new().run("transactions", &[], &[]);
    printed.prints(&[
        "Shipped 'A Room of One's Own'.\nAda has 300 cents left.",
        "Put 'Orlando' back: 9 books.",
        "Ada and the shop have [300, 700] cents.",
        "Pending > Running > Completed > RolledBack",
    ]);
    assert!(!printed.out.contains("Shipped 'Orlando'"), "{}", printed.out);
}

#[test]
fn map_cities_maps_over_a_list_that_a_run_gives_and_goes_on_without_one_city() {
    let printed = Folder::new().run("map_cities", &[], &[]);
    let out = &printed.out;
    assert_eq!(out.matches("No forecast for a place that was not found.").count(), 1, "{out}");
    printed.prints(&[
        "A forecast: 26 C",
        "A forecast: 16 C",
        "A forecast: 10 C",
        "Sent: 3 known (16 C, 10 C, 26 C), 1 unknown",
        "Tidied up.",
        "Ended within five seconds: 1 of 1.",
        " is NotReady.",
    ]);
    printed.logs_in_order(&["Task run 'locate-Atlantis' - Finished in state Failed('Task run encountered an exception: no map shows Atlantis')"]);
}

#[test]
fn progress_is_said_by_the_handles_too() {
    let printed = Folder::new().run("progress", &["40"], &[("TIDEGATE_PROGRESS", "bar")]);
    printed.prints(&[
        "At first: 0 of 40 have ended",
        "Page 20 has a picture.",
        "At last: 40 of 40 have ended, 1 of them failed.",
    ]);
    printed.logs_in_order(&["Task run 'page-7' - Finished in state Failed("]);
    // There is no terminal to draw on.
    assert!(!printed.log.contains('\u{1b}'), "{}", printed.log);
}

#[test]
fn artifacts_of_one_key_are_versions_of_one_thing() {
    let folder = Folder::new();
    folder.run("artifacts", &[], &[]).prints(&["Reports of earlier runs: 0."]);
    folder.run("artifacts", &[], &[]).prints(&[
        "Reports of earlier runs: 1.",
        "progress 'measuring': 100",
        "markdown 'report': \"# Weather\\nOn average it is **14.3 °C**.\"",
        "'source': \"[The source](https://open-meteo.com)\"",
        "Versions of the table: 2.",
        "`Daily Report` cannot be the key of an artifact",
    ]);
}

#[test]
fn variables_outlive_the_program_that_sets_them() {
    let folder = Folder::new();
    folder.run("variables", &[], &[]).prints(&[
        "Rome: 31.5 °C is too hot.",
        "With other limits: Rome: 31.5 °C is fine.",
        "The run was called 'alert-Rome'.",
        "Kept for the next time: alert_city = \"Rome\"",
        "the variable 'alert_city' does not hold a `f64`: there is a text where f64 is expected",
    ]);
    folder.run("variables", &["Oslo"], &[]).prints(&["Oslo: -4 °C is too cold.", "'alert-Oslo'"]);
    folder.run("variables", &[], &[]).prints(&["Oslo: -4 °C is too cold."]);
}

#[test]
fn blocks_keep_an_alert_channel_whose_secrets_nobody_sees() {
    let folder = Folder::new();
    let key = [("TIDEGATE_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    for settings in [&[][..], &key[..]] {
        let printed = folder.run("blocks", &[], settings);
        printed
            .prints(&["The pager says: Weather: up to ", "secrets = {\"token\":\"**********\"}"]);
        printed.logs_in_order(&["At 52.5 13.4 it will be up to ", "Task run 'alert-"]);
        assert!(!printed.out.contains("s3same") && !printed.log.contains("s3same"));
    }
    let database = std::fs::read(folder.0.path().join("home/tidegate.db")).unwrap();
    assert!(!database.windows(11).any(|window| window == b"s3same-0pen"));
}

#[test]
fn graph_draws_a_flow_before_it_runs_and_after() {
    let folder = Folder::new();
    let printed = folder.run("graph", &["report.svg"], &[]);
    // The first task that runs stands between the two.
    let (plan, run) = printed.out.split_once("Asked for the cities of Italy.").unwrap();
    assert_eq!(plan.matches("[\"forecast\"]:::call").count(), 2, "{plan}");
    assert_eq!(run.matches("✓ forecast-").count(), 4, "{run}");
    assert_eq!(run.matches("2 attempts").count(), 1, "{run}");
    assert!(run.contains("subgraph") && run.contains("✓ publish / "), "{run}");
    let image = std::fs::read_to_string(folder.0.path().join("report.svg")).unwrap();
    assert!(image.starts_with("<svg ") && image.contains(">0</text>"), "{image}");
}

#[test]
fn own_cli_has_the_commands_of_tidegate_and_runs_flows_by_name() {
    let folder = Folder::new();
    folder.run("own_cli", &["flow", "ls"], &[]).prints(&["forecast", "import"]);
    folder.run("own_cli", &["flow", "inspect", "forecast"], &[]).prints(&[
        "Says how warm it will be.",
        "city: String",
        "days: u32 = 3",
        "own_cli flow run forecast --param city=..",
    ]);

    let schema = folder.run("own_cli", &["flow", "inspect", "forecast", "-o", "json"], &[]).out;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let schema = &schema["parameter_openapi_schema"];
    assert_eq!(schema["required"], serde_json::json!(["city"]));
    assert_eq!(schema["properties"]["city"], serde_json::json!({"type": "string"}));
    assert_eq!(schema["properties"]["days"]["default"], 3);

    let asked =
        ["flow", "run", "forecast", "--param", "city=Rome", "--param", "days=2", "--name", "today"];
    let run = folder.run("own_cli", &asked, &[]);
    run.prints(&["Flow run 'today'", "Completed()"]);
    run.logs_in_order(&["In Rome it will be up to 22 degrees."]);

    let wrong = ["flow", "run", "forecast", "--param", "citty=Rome", "--param", "days=two"];
    let wrong = folder.output("own_cli", &wrong, &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8(wrong.stderr).unwrap();
    for problem in [
        "`city` is missing",
        "`citty` is not a parameter of the flow; did you mean `city`?",
        "`days`: ",
    ] {
        assert!(told.contains(problem), "{told}");
    }
    assert_eq!(
        folder.run("own_cli", &["flow-run", "ls", "-o", "json"], &[]).out.matches("\"id\"").count(),
        1
    );
}

#[test]
fn own_cli_makes_blocks_of_its_own_types() {
    let folder = Folder::new();
    folder.run("own_cli", &["block", "register"], &[]).prints(&["Recorded station."]);
    let create = ["block", "create", "station/roof", "--field", "name=Roof"];
    folder.run("own_cli", &create, &[]).prints(&["Saved the block 'station/roof'"]);
    folder.run("own_cli", &["block", "inspect", "station/roof"], &[]).prints(&["name = Roof"]);

    let again = folder.output("own_cli", &create, &[]);
    assert_eq!(again.status.code(), Some(1));
    let refused = |arguments: &[&str], told: &str| {
        let line = [&["block", "create", "station/wall", "--overwrite"], arguments].concat();
        let output = folder.output("own_cli", &line, &[]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(told), "{error}");
    };
    refused(&["--field", "nam=Wall"], "the field `name` is missing");
    refused(&["--field", "name=Wall", "--field", "key=k"], "the field `key` is secret");

    // What is secret comes from a file, and is sealed with a key.
    std::fs::write(folder.0.path().join("wall.json"), r#"{"name": "Wall", "key": "sesame-12"}"#)
        .unwrap();
    let key = [("TIDEGATE_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    let sealed = ["block", "create", "station/wall", "--data", "wall.json"];
    folder.run("own_cli", &sealed, &key).prints(&["Saved the block 'station/wall'"]);
    let shown = folder.run("own_cli", &["block", "inspect", "station/wall"], &[]);
    shown.prints(&["name = Wall", "key = **********"]);
    assert!(!shown.out.contains("sesame"), "{}", shown.out);
}

#[test]
fn own_cli_retries_a_run_that_failed() {
    let folder = Folder::new();
    let params =
        ["flow", "run", "import", "--params", "{\"file\": \"data.csv\"}", "--name", "daily"];
    let failed = folder.output("own_cli", &params, &[]);
    assert_eq!(failed.status.code(), Some(3));
    assert!(String::from_utf8(failed.stdout).unwrap().contains("Failed('"));

    std::fs::write(folder.0.path().join("data.csv"), "a,b").unwrap();
    let retried = folder.run("own_cli", &["flow-run", "retry", "daily"], &[]);
    retried.prints(&["Flow run 'daily'", "Completed()"]);
    // What had completed has not run again.
    folder.run("own_cli", &["task-run", "ls", "--flow-run", "daily"], &[]).prints(&["high-"]);
    let again = folder.output("own_cli", &["flow-run", "retry", "daily"], &[]);
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn own_server_serves_the_runs_that_it_makes() {
    let folder = Folder::new();
    folder.run("own_server", &[], &[]).prints(&[
        "Pages at http://127.0.0.1:",
        "export PREFECT_API_URL=http://127.0.0.1:",
        "22 °C in Rome",
        "forecast for Rome: on the page",
        "forecast for Oslo: on the page",
    ]);
}

#[test]
fn nested_server_answers_its_own_routes_and_those_of_tidegate() {
    let folder = Folder::new();
    folder.run("nested_server", &[], &[]).prints(&["Imported 42", "import: on the page"]);
}
