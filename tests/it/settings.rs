//! Settings: what the environment says, each in a process of its own.

use expect_test::{Expect, expect};
use tidegate::Engine;
use tidegate::prelude::*;

use crate::child::{Child, Left, block_on};
use crate::timeline::timeline;

#[flow]
async fn report() {}

#[task]
async fn fails() -> Result<()> {
    Err("no".into())
}

/// Runs a flow and prints its error, if it has one.
fn run_report() {
    if let Err(error) = block_on(report()) {
        println!("{error}");
        assert!(error.is_configuration() || error.is_store());
    }
}

/// Compares what a process printed.
fn check(left: &Left, expected: Expect) {
    assert!(left.success, "{}", left.stderr);
    expected.assert_eq(&left.stdout);
}

#[test]
fn a_level_that_is_none_is_an_error_that_names_the_setting_and_the_levels() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "LOUD").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        TIDEGATE_LOGGING_LEVEL is set to `LOUD`, which has no meaning: set it to TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF
    "#]],
    );
}

#[test]
fn a_format_that_is_none_is_an_error_that_names_the_formats() {
    let left = Child::new().env("TIDEGATE_LOGGING_FORMAT", "xml").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        TIDEGATE_LOGGING_FORMAT is set to `xml`, which has no meaning: set it to console or json
    "#]],
    );
}

#[test]
fn a_durability_that_is_none_is_an_error_that_names_the_levels() {
    let left = Child::new().env("TIDEGATE_DURABILITY", "mostly").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        TIDEGATE_DURABILITY is set to `mostly`, which has no meaning: set it to full, process or none
    "#]],
    );
}

#[test]
fn a_number_that_is_none_is_an_error_that_names_the_setting() {
    let left = Child::new().env("TIDEGATE_TASKS_DEFAULT_RETRIES", "-1").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        TIDEGATE_TASKS_DEFAULT_RETRIES is set to `-1`, which has no meaning: set it to a whole number
    "#]],
    );
}

#[test]
fn a_switch_that_is_none_is_an_error_that_names_the_setting() {
    let left = Child::new().env("TIDEGATE_LOGGING_LOG_PRINTS", "perhaps").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        TIDEGATE_LOGGING_LOG_PRINTS is set to `perhaps`, which has no meaning: set it to true or false
    "#]],
    );
}

#[test]
fn a_setting_that_is_empty_counts_as_unset() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "").run(|| {
        run_report();
    });
    check(&left, expect![[r#""#]]);
}

#[test]
fn a_name_that_nobody_knows_is_one_warning_with_the_nearest_name() {
    let left = Child::new().env("TIDEGATE_LOGING_LEVEL", "DEBUG").run(|| {
        block_on(async {
            report().await.unwrap();
            report().await.unwrap();
        });
    });
    let warnings: Vec<_> =
        left.stderr.lines().filter_map(|line| line.split_once("| WARN")).collect();
    assert_eq!(warnings.len(), 1, "{}", left.stderr);
    expect!["ING | tidegate::settings - TIDEGATE_LOGING_LEVEL is not a setting and was ignored; did you mean TIDEGATE_LOGGING_LEVEL?"].assert_eq(warnings[0].1);
}

#[test]
fn a_database_that_cannot_be_made_is_an_error_that_names_its_path() {
    // A file stands where a folder would have to be.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let left = Child::at(&file).run(|| {
        run_report();
    });
    let text = left.stdout.replace(&folder.path().display().to_string(), "<folder>");
    check(
        &Left { stdout: text, ..left },
        expect![[r#"
        the database <folder>/file/tidegate.db cannot be opened: its folder cannot be made (File exists (os error 17)); give another path, or change what is there
    "#]],
    );
}

#[test]
fn a_database_url_of_another_kind_is_an_error_that_says_what_can_be_used() {
    let left = Child::new().env("TIDEGATE_DATABASE_URL", "mysql://localhost/runs").run(|| {
        run_report();
    });
    check(
        &left,
        expect![[r#"
        `mysql://localhost/runs` is not the URL of an SQLite database: it does not begin with `sqlite:`; write `sqlite:runs.db`, `sqlite:///absolute/path.db` or `sqlite::memory:`
    "#]],
    );
}

#[test]
fn a_failed_opening_is_tried_again_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::write(&home, "in the way").unwrap();
    let left = Child::at(&home).run(|| {
        block_on(async {
            assert!(report().await.unwrap_err().is_store());
            std::fs::remove_file(std::env::var_os("TIDEGATE_HOME").unwrap()).unwrap();
            report().await.unwrap();
            println!("{}", Engine::current().unwrap().runs().count().await.unwrap());
        });
    });
    check(
        &left,
        expect![[r#"
        1
    "#]],
    );
}

#[test]
fn the_level_says_what_is_printed() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "error").run(|| {
        #[flow]
        async fn pipeline() {
            tracing::info!("traced");
            run_logger().warning("warned");
            run_logger().error("failed");
        }
        block_on(pipeline().named("p")).unwrap();
    });
    assert_eq!(left.stderr.lines().count(), 1, "{}", left.stderr);
    assert!(left.stderr.ends_with("| ERROR   | Flow run 'p' - failed\n"), "{}", left.stderr);
}

/// RETRY-22: what a task says goes before the setting.
#[test]
fn default_retries_are_for_tasks_that_do_not_say() {
    let left = Child::new()
        .env("TIDEGATE_TASKS_DEFAULT_RETRIES", "1")
        .env("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "0.001")
        .run(|| {
            block_on(async {
                let _ = fails().await;
                let _ = fails().retries(0).await;
                print_timelines().await;
            });
        });
    check(
        &left,
        expect![[r#"
        fails: Pending > Running > AwaitingRetry(0.001s) > Retrying > Failed
        fails: Pending > Running > Failed
    "#]],
    );
}

#[test]
fn default_retries_leave_calls_alone_that_can_be_made_once_only() {
    let left = Child::new().env("TIDEGATE_TASKS_DEFAULT_RETRIES", "1").run(|| {
        #[task]
        async fn add(numbers: &mut Vec<u32>) {
            numbers.push(1);
        }
        block_on(async {
            let mut numbers = vec![];
            add(&mut numbers).await.unwrap();
            print_timelines().await;
        });
    });
    check(
        &left,
        expect![[r#"
        add: Pending > Running > Completed
    "#]],
    );
}

#[test]
fn default_retries_of_flows_are_a_setting_of_their_own() {
    let left = Child::new().env("TIDEGATE_FLOWS_DEFAULT_RETRIES", "1").run(|| {
        #[flow]
        async fn pipeline() -> Result<()> {
            fails().await
        }
        block_on(async {
            let _ = pipeline().await;
            print_timelines().await;
        });
    });
    check(
        &left,
        expect![[r#"
        pipeline: Pending > Running > AwaitingRetry(0s) > Running > Failed
        fails: Pending > Running > Failed > Retrying > Failed
    "#]],
    );
}

#[test]
fn prints_are_logged_where_the_setting_says_so() {
    let left = Child::new().env("TIDEGATE_LOGGING_LOG_PRINTS", "true").run(|| {
        #[flow]
        async fn pipeline() {
            println!("logged");
        }
        block_on(pipeline()).unwrap();
    });
    check(&left, expect![[r#""#]]);
    assert!(left.stderr.contains(" - logged\n"), "{}", left.stderr);
}

/// Prints the history of each run, oldest first.
async fn print_timelines() {
    let runs = Engine::current().unwrap().runs().oldest_first().list().await.unwrap();
    for run in runs {
        println!("{}: {}", run.definition.name, timeline(&run));
    }
}

/// A folder with this file, which is the current one of the process from now on.
fn go_to_folder_with(file: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), text).unwrap();
    std::env::set_current_dir(&folder).unwrap();
    folder
}

#[test]
fn a_file_in_the_current_folder_says_what_the_environment_does_not() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "OFF").run(|| {
        let text = "[tasks]\ndefault_retries = 1\n[logging]\nlevel = \"DEBUG\"\nlevl = 1\n";
        let _folder = go_to_folder_with("tidegate.toml", text);
        block_on(async {
            let _ = fails().await;
            print_timelines().await;
        });
        for value in Engine::builder().setting("lease_seconds", 20).settings().unwrap().iter() {
            if value.source().kind() != "default" && value.setting().key() != "home" {
                println!("{} = {} ({})", value.setting().key(), value.shown(), value.source());
            }
        }
    });
    check(
        &left,
        expect![[r#"
            fails: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
            logging.level = OFF (environment)
            tasks.default_retries = 1 (tidegate.toml:2)
            lease_seconds = 20 (code)
        "#]],
    );
    assert_eq!(left.stderr, "");
}

#[test]
fn a_mistake_in_a_file_is_an_error_that_names_its_line() {
    let left = Child::new().run(|| {
        let _folder = go_to_folder_with("tidegate.toml", "\ndurability = \"mostly\"\n");
        run_report();
    });
    check(
        &left,
        expect![[r#"
            tidegate.toml:2: durability is set to `mostly`, which has no meaning: set it to full, process or none
        "#]],
    );
}

#[test]
fn the_profile_ephemeral_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let left = Child::at(home.path()).env("TIDEGATE_PROFILE", "ephemeral").run(|| {
        block_on(async {
            report().await.unwrap();
            print_timelines().await;
        });
    });
    check(
        &left,
        expect![[r#"
            report: Pending > Running > Completed
        "#]],
    );
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_test_goes_by_no_file_of_whoever_runs_it() {
    let left = Child::new().run(|| {
        let _folder = go_to_folder_with("tidegate.toml", "durability = \"mostly\"\n");
        assert!(Engine::builder().open().is_err());
        tidegate::testing::run(tidegate::testing::TestOptions::default(), async {
            report().await.unwrap();
            let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
            engine.close().await.unwrap();
            println!("done");
        });
    });
    check(
        &left,
        expect![[r#"
            done
        "#]],
    );
}

#[test]
fn a_setting_that_the_program_misspells_is_an_error_with_the_nearest_name() {
    let error = Engine::builder().setting("logging.levl", "INFO").open().unwrap_err();
    expect!["`logging.levl` is not a setting; did you mean logging.level?"]
        .assert_eq(&error.to_string());
}
