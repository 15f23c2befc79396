//! Help, short and long.

use expect_test::expect;

use crate::{Call, check};

#[test]
fn help_is_short_and_long() {
    check(
        "-h",
        &expect![[r#"
            See and steer what flows have done

            Usage: tidegate [OPTIONS] <COMMAND>

            Commands:
              flow                      See which flows there are, and run those of this program [alias: flows]
              flow-run                  See flow runs and what became of them, follow them, cancel, resume and
                                        delete them [alias: flow-runs]
              task-run                  See task runs, what became of them and what they logged [alias:
                                        task-runs]
              artifact                  See and delete what runs have left for people to look at [alias:
                                        artifacts]
              block                     See, make and delete blocks: typed configuration that is kept by name
                                        [alias: blocks]
              concurrency-limit         Limit how many task runs with a tag go on at once [alias:
                                        concurrency-limits]
              global-concurrency-limit  Limit how much goes on at once in all programs, by names that their code
                                        asks for [aliases: global-concurrency-limits, gcl]
              event                     Follow events as they happen, and emit some [alias: events]
              variable                  See and set variables: small values by name, which flows read [alias:
                                        variables]
              config                    See which settings hold, and change what the active profile says
              profile                   See, choose and change profiles: sets of settings by name [alias:
                                        profiles]
              database                  See, copy and tidy the database
              server                    Serve the database: pages for browsers, and an API that Prefect's
                                        clients speak
              version                   Show the version, and which database is used
              completions               Write the script by which a shell completes commands
              man                       Write the manual pages into a folder

            Options:
              -h, --help     Print help (see more with '--help')
              -V, --version  Print version

            Global options:
              -o, --output <FORMAT>  Write the answer as text or as JSON
                  --utc              Show times in UTC instead of the local time zone
                  --color <WHEN>     Use colour: auto, always or never
                  --database <URL>   Use this database, such as sqlite:app.db, instead of that of the settings
              -y, --no-prompt        Answer yes to every question [alias: --yes]

            Examples:
              $ tidegate flow-run ls --state-type failed     runs that failed, newest first
              $ tidegate flow-run logs brave-otter --tail    the last lines of one
              $ tidegate flow-run inspect brave-otter -o json
        "#]],
    );
    check(
        "--help",
        &expect![[r#"
            See and steer what flows have done.

            Programs that use Tidegate record what their flows do in a database. This shows what is there,
            follows runs while they go on, and cancels, resumes and deletes them, in whatever process they run.

            Usage: tidegate [OPTIONS] <COMMAND>

            Commands:
              flow                      See which flows there are, and run those of this program [alias: flows]
              flow-run                  See flow runs and what became of them, follow them, cancel, resume and
                                        delete them [alias: flow-runs]
              task-run                  See task runs, what became of them and what they logged [alias:
                                        task-runs]
              artifact                  See and delete what runs have left for people to look at [alias:
                                        artifacts]
              block                     See, make and delete blocks: typed configuration that is kept by name
                                        [alias: blocks]
              concurrency-limit         Limit how many task runs with a tag go on at once [alias:
                                        concurrency-limits]
              global-concurrency-limit  Limit how much goes on at once in all programs, by names that their code
                                        asks for [aliases: global-concurrency-limits, gcl]
              event                     Follow events as they happen, and emit some [alias: events]
              variable                  See and set variables: small values by name, which flows read [alias:
                                        variables]
              config                    See which settings hold, and change what the active profile says
              profile                   See, choose and change profiles: sets of settings by name [alias:
                                        profiles]
              database                  See, copy and tidy the database
              server                    Serve the database: pages for browsers, and an API that Prefect's
                                        clients speak
              version                   Show the version, and which database is used
              completions               Write the script by which a shell completes commands
              man                       Write the manual pages into a folder

            Options:
              -h, --help
                      Print help (see a summary with '-h')

              -V, --version
                      Print version

            Global options:
              -o, --output <FORMAT>
                      Write the answer as text or as JSON

                  --utc
                      Show times in UTC instead of the local time zone

                  --color <WHEN>
                      Use colour: auto, always or never

                  --database <URL>
                      Use this database, such as sqlite:app.db, instead of that of the settings

              -y, --no-prompt
                      Answer yes to every question

                      [alias: --yes]

            Examples:
              $ tidegate flow-run ls --state-type failed     runs that failed, newest first
              $ tidegate flow-run logs brave-otter --tail    the last lines of one
              $ tidegate flow-run inspect brave-otter -o json

            Runs are named by their name, by their id, or by the beginning of an id that no other run has.

            Exit codes:
              0  it is done; a run that was waited for completed
              1  it could not be done
              2  what was typed has no meaning
              3  a run that was waited for failed
              4  it crashed
              5  it was cancelled
              6  it was suspended, and waits to be resumed
              130  the process was asked to stop while a flow ran in it

            Environment:
              TIDEGATE_DATABASE_URL  the database; sqlite:TIDEGATE_HOME/tidegate.db
              TIDEGATE_HOME          the folder of the default database and of profiles; ~/.tidegate
              TIDEGATE_PROFILE       the profile; the one that `profile use` has made active
              NO_COLOR               no colour
              COLUMNS                how wide tables may be, in the place of the terminal's width
        "#]],
    );
    check(
        "flow-run -h",
        &expect![[r#"
            See flow runs and what became of them, follow them, cancel, resume and delete them

            Usage: tidegate flow-run [OPTIONS] <COMMAND>

            Commands:
              ls       List flow runs, newest first
              inspect  Show what is recorded of a flow run: its parameters, its states, and what is inside it
              logs     Show what a flow run and its task runs have logged, oldest first
              watch    Follow a flow run until it has ended: its states, and what it and its task runs log
              graph    Draw what a flow run has called, what came after what, and what became of it
              cancel   Cancel a flow run with everything inside it, in whatever process it runs
              retry    Run a flow run again that failed, crashed or was cancelled. What completed in it does not
                       run again
              resume   Go on with a flow run that is paused or suspended, with the input that it waits for
              delete   Delete flow runs that have ended, with what is inside them, their logs and their
                       artifacts

            Options:
              -h, --help  Print help

            Global options:
              -o, --output <FORMAT>  Write the answer as text or as JSON
                  --utc              Show times in UTC instead of the local time zone
                  --color <WHEN>     Use colour: auto, always or never
                  --database <URL>   Use this database, such as sqlite:app.db, instead of that of the settings
              -y, --no-prompt        Answer yes to every question [alias: --yes]
        "#]],
    );
    check(
        "flow-run ls -h",
        &expect![[r#"
        List flow runs, newest first

        Usage: tidegate flow-run ls [OPTIONS]

        Options:
              --flow-name <NAME>          Runs of the flow of this name; said twice, of either
              --limit <COUNT>             At most so many [default: 15]
              --state <STATE>             Runs in the state of this name, such as AwaitingRetry; said twice,
                                          in either
              --state-type <TYPE>         Runs in a state of this type, such as FAILED; said twice, of
                                          either
              --tag <TAG>                 Runs with this tag; said twice, with both
              --start-time-after <TIME>   Runs that started then or later
              --start-time-before <TIME>  Runs that started before then
          -h, --help                      Print help (see more with '--help')

        Global options:
          -o, --output <FORMAT>  Write the answer as text or as JSON
              --utc              Show times in UTC instead of the local time zone
              --color <WHEN>     Use colour: auto, always or never
              --database <URL>   Use this database, such as sqlite:app.db, instead of that of the settings
          -y, --no-prompt        Answer yes to every question [alias: --yes]

        Examples:
          $ tidegate flow-run ls --state-type failed --state-type crashed
          $ tidegate flow-run ls --flow-name pipeline --start-time-after 2h
          $ tidegate flow-run ls --limit 100 -o json
    "#]],
    );
    check(
        "flow-run ls --help",
        &expect![[r#"
            List flow runs, newest first

            Usage: tidegate flow-run ls [OPTIONS]

            Options:
                  --flow-name <NAME>
                      Runs of the flow of this name; said twice, of either

                  --limit <COUNT>
                      At most so many

                      [default: 15]

                  --state <STATE>
                      Runs in the state of this name, such as AwaitingRetry; said twice, in either

                  --state-type <TYPE>
                      Runs in a state of this type, such as FAILED; said twice, of either

                  --tag <TAG>
                      Runs with this tag; said twice, with both

                  --start-time-after <TIME>
                      Runs that started then or later

                      A time such as 2026-11-25T16:00:00Z, 2026-11-25 16:00 or 2026-11-25 in the local zone; or
                      how long ago it was, such as 90m.

                  --start-time-before <TIME>
                      Runs that started before then

              -h, --help
                      Print help (see a summary with '-h')

            Global options:
              -o, --output <FORMAT>
                      Write the answer as text or as JSON

                  --utc
                      Show times in UTC instead of the local time zone

                  --color <WHEN>
                      Use colour: auto, always or never

                  --database <URL>
                      Use this database, such as sqlite:app.db, instead of that of the settings

              -y, --no-prompt
                      Answer yes to every question

                      [alias: --yes]

            Examples:
              $ tidegate flow-run ls --state-type failed --state-type crashed
              $ tidegate flow-run ls --flow-name pipeline --start-time-after 2h
              $ tidegate flow-run ls --limit 100 -o json
        "#]],
    );
}

#[test]
fn help_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (_, output) = Call::within(folder.path().to_owned(), "flow-run ls --help").output();
    assert!(output.status.success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn shells_complete_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let (script, output) = Call::new(&format!("completions {shell}")).output();
        assert!(output.status.success());
        assert!(script.contains("flow-run") && script.contains("state-type"), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let (_, output) = Call::new(&format!("man {}", pages.display())).output();
    assert!(output.status.success());
    let page = std::fs::read_to_string(pages.join("tidegate-flow-run-ls.1")).unwrap();
    assert!(page.contains("newest first"), "{page}");
}
