//! Variables, settings and profiles: each on a folder of its own.

use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::Call;

/// A folder without a database.
struct Own(TempDir);

impl Own {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn call(&self, line: &str) -> Call {
        let mut call = Call::within(self.0.path().to_owned(), line);
        call.command.current_dir(&self.0);
        call
    }

    #[track_caller]
    fn check(&self, line: &str, expected: &Expect) {
        self.call(line).check(expected);
    }

    #[track_caller]
    fn check_file(&self, expected: &Expect) {
        let text = std::fs::read_to_string(self.0.path().join("profiles.toml")).unwrap();
        expected.assert_eq(&text);
    }
}

#[test]
fn a_variable_is_set_read_and_deleted() {
    let own = Own::new();
    own.check(
        "variable set alert_city Rome --tag weather --tag it",
        &expect![[r#"
        Set the variable 'alert_city'.
    "#]],
    );
    own.check(
        "variable set alert_limits {\"below\":-5,\"above\":30}",
        &expect![[r#"
        Set the variable 'alert_limits'.
    "#]],
    );
    own.check(
        "variable get alert_city",
        &expect![[r#"
        "Rome"
    "#]],
    );
    own.check(
        "variable get alert_limits",
        &expect![[r#"
        {
          "above": 30,
          "below": -5
        }
    "#]],
    );
    own.check(
        "variable set alert_city Oslo",
        &expect![[r#"
        -- standard error --
        error: there is a variable 'alert_city' already

          try: tidegate variable set alert_city '..' --overwrite
        -- exit code 1 --
    "#]],
    );
    own.check(
        "variable set alert_city -5 --overwrite",
        &expect![[r#"
        Set the variable 'alert_city'.
    "#]],
    );
    own.check("variable set City Rome", &expect![[r#"
        -- standard error --
        error: a variable cannot be called `City`: its name may have lower-case letters, digits, `-` and `_` only, and not `C`
        -- exit code 2 --
    "#]]);
    own.check(
        "variable get alert_ctiy",
        &expect![[r#"
        -- standard error --
        error: there is no variable 'alert_ctiy'; did you mean 'alert_city'?

          try: tidegate variable ls
        -- exit code 1 --
    "#]],
    );
    own.check(
        "variable unset alert_city",
        &expect![[r#"
        -- standard error --
        error: nothing was done, because nobody could be asked: Delete the variable 'alert_city'?

          try: the same with --no-prompt (-y), which answers yes
        -- exit code 1 --
    "#]],
    );
    own.check(
        "variable delete alert_city -y",
        &expect![[r#"
        Deleted the variable 'alert_city'.
    "#]],
    );
    own.check(
        "variables ls --tag weather",
        &expect![[r#"
        There are no variables.
    "#]],
    );
    let (listed, _) = own.call("variable ls").output();
    let listed = listed.lines().map(|line| line.replace("now", "").trim_end().to_owned());
    expect![[r#"
        NAME          VALUE                    TAGS  UPDATED
        alert_limits  {"above":30,"below":-5}"#]]
    .assert_eq(&listed.collect::<Vec<_>>().join("\n"));
    let (shown, _) = own.call("variable inspect alert_limits -o json").output();
    let mut shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    for varies in ["id", "created", "updated"] {
        assert!(shown.as_object_mut().unwrap().remove(varies).unwrap().is_string());
    }
    expect![[r#"{"name":"alert_limits","tags":[],"value":{"above":30,"below":-5}}"#]]
        .assert_eq(&shown.to_string());
}

#[test]
fn settings_are_shown_with_who_says_them() {
    let own = Own::new();
    std::fs::write(own.0.path().join("tidegate.toml"), "durability = 'process'\n").unwrap();
    own.check(
        "config set logging.level=DEBUG TIDEGATE_ENCRYPTION_KEY=hunter2",
        &expect![[r#"
        Profile 'local' says TIDEGATE_LOGGING_LEVEL now.
        Profile 'local' says TIDEGATE_ENCRYPTION_KEY now.
    "#]],
    );
    // The path of the folder, which is long or short, makes a column wide.
    let (shown, _) = own.call("config view --show-sources").output();
    let shown: Vec<String> = shown
        .lines()
        .map(|line| {
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>()
        })
        .map(|cells| cells.join(" | "))
        .collect();
    expect![[r#"
        Profile 'local'
        SETTING | VALUE | SOURCE
        TIDEGATE_HOME | ~ | environment
        TIDEGATE_DURABILITY | process | tidegate.toml:1
        TIDEGATE_LOGGING_LEVEL | DEBUG | profile 'local' (~/profiles.toml:3)
        TIDEGATE_ENCRYPTION_KEY | ****** | profile 'local' (~/profiles.toml:2)"#]]
    .assert_eq(&shown.join("\n"));
    own.call("config view -o json").env("TIDEGATE_LEASE_SECONDS", "20").check(&expect![[r#"
        [
          {
            "name": "TIDEGATE_HOME",
            "key": "home",
            "value": "~",
            "source": "environment"
          },
          {
            "name": "TIDEGATE_DURABILITY",
            "key": "durability",
            "value": "process",
            "source": "file",
            "path": "tidegate.toml",
            "line": 1
          },
          {
            "name": "TIDEGATE_LOGGING_LEVEL",
            "key": "logging.level",
            "value": "DEBUG",
            "source": "profile",
            "path": "~/profiles.toml",
            "line": 3
          },
          {
            "name": "TIDEGATE_LEASE_SECONDS",
            "key": "lease_seconds",
            "value": "20",
            "source": "environment"
          },
          {
            "name": "TIDEGATE_ENCRYPTION_KEY",
            "key": "encryption.key",
            "value": "******",
            "source": "profile",
            "path": "~/profiles.toml",
            "line": 2
          }
        ]
    "#]]);
    own.check("config set logging.level=LOUD", &expect![[r#"
        -- standard error --
        error: TIDEGATE_LOGGING_LEVEL is set to `LOUD`, which has no meaning: set it to TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF
        -- exit code 1 --
    "#]]);
    own.check(
        "config set logging.levl=INFO",
        &expect![[r#"
        -- standard error --
        error: there is no setting 'logging.levl'; did you mean 'logging.level'?

          try: tidegate config view --show-defaults
        -- exit code 1 --
    "#]],
    );
    own.check(
        "config set logging.level",
        &expect![[r#"
        -- standard error --
        error: `logging.level` has no value: write SETTING=VALUE
        -- exit code 2 --
    "#]],
    );
    own.check(
        "config unset logging.level",
        &expect![[r#"
        Profile 'local' says nothing of TIDEGATE_LOGGING_LEVEL now.
    "#]],
    );
    own.check(
        "config unset logging.level",
        &expect![[r#"
        -- standard error --
        error: profile 'local' says nothing of TIDEGATE_LOGGING_LEVEL

          try: tidegate profile inspect local
        -- exit code 1 --
    "#]],
    );
    own.check(
        "config validate",
        &expect![[r#"
        Every setting has a meaning.
    "#]],
    );
    own.call("config validate").env("TIDEGATE_LOGING_LEVEL", "INFO").check(&expect![[r#"
        -- standard error --
        error: TIDEGATE_LOGING_LEVEL is not a setting and was ignored; did you mean TIDEGATE_LOGGING_LEVEL?
        -- exit code 1 --
    "#]]);
    own.check_file(&expect![[r#"
        [profiles.local]
        TIDEGATE_ENCRYPTION_KEY = "hunter2"
    "#]]);
    let (all, _) = own.call("config view --show-defaults").output();
    assert!(all.contains("TIDEGATE_LOGGING_FORMAT"), "{all}");
}

#[test]
fn profiles_are_made_chosen_and_deleted() {
    let own = Own::new();
    own.check(
        "profile ls",
        &expect![[r#"
           PROFILE    SETTINGS
           ephemeral  1
        *  local      0
    "#]],
    );
    own.check(
        "profile create nightly",
        &expect![[r#"
        Made the profile 'nightly'.
    "#]],
    );
    own.check(
        "config set database.url=sqlite:nightly.db -p nightly",
        &expect![[r#"
        Profile 'nightly' says TIDEGATE_DATABASE_URL now.
    "#]],
    );
    own.check(
        "profile create weekly --from nightly",
        &expect![[r#"
        Made the profile 'weekly'.
    "#]],
    );
    own.check(
        "profile use weekly",
        &expect![[r#"
        The profile 'weekly' is active now.
    "#]],
    );
    own.check(
        "profile inspect",
        &expect![[r#"
        Profile  weekly
        Active   yes

        Settings
          TIDEGATE_DATABASE_URL = sqlite:nightly.db
    "#]],
    );
    own.check(
        "profile inspect local -o json",
        &expect![[r#"
        {
          "name": "local",
          "active": false,
          "built_in": true,
          "settings": {}
        }
    "#]],
    );
    own.check(
        "profile rename weekly monthly",
        &expect![[r#"
        The profile 'weekly' is called 'monthly' now.
    "#]],
    );
    own.check(
        "profiles ls",
        &expect![[r#"
           PROFILE    SETTINGS
           ephemeral  1
           local      0
        *  monthly    1
           nightly    1
    "#]],
    );
    own.check(
        "profile delete monthly -y",
        &expect![[r#"
        -- standard error --
        error: the profile 'monthly' is active: make another the active one, and delete it then
        -- exit code 1 --
    "#]],
    );
    own.check(
        "profile use nightli",
        &expect![[r#"
        -- standard error --
        error: there is no profile 'nightli'; did you mean 'nightly'?

          try: tidegate profile ls
        -- exit code 1 --
    "#]],
    );
    own.call("profile use local").env("TIDEGATE_PROFILE", "nightly").check(&expect![[r#"
        The profile 'local' is active now.
        TIDEGATE_PROFILE in the environment goes before it.
    "#]]);
    own.check(
        "profile delete monthly -y",
        &expect![[r#"
        Deleted the profile 'monthly'.
    "#]],
    );
    own.check_file(&expect![[r#"
        active = "local"

        [profiles.nightly]
        TIDEGATE_DATABASE_URL = "sqlite:nightly.db"
    "#]]);
    own.call("profile inspect").env("TIDEGATE_PROFILE", "ephemeral").check(&expect![[r#"
        Profile  ephemeral
        Active   yes

        Settings
          TIDEGATE_DATABASE_URL = sqlite::memory:
    "#]]);
}
