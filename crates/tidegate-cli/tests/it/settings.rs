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
    own.check("variable set alert_city Rome --tag weather --tag it", &expect![[""]]);
    own.check("variable set alert_limits {\"below\":-5,\"above\":30}", &expect![[""]]);
    own.check("variable get alert_city", &expect![[""]]);
    own.check("variable get alert_limits", &expect![[""]]);
    own.check("variable set alert_city Oslo", &expect![[""]]);
    own.check("variable set alert_city -5 --overwrite", &expect![[""]]);
    own.check("variable set City Rome", &expect![[""]]);
    own.check("variable get alert_ctiy", &expect![[""]]);
    own.check("variable unset alert_city", &expect![[""]]);
    own.check("variable delete alert_city -y", &expect![[""]]);
    own.check("variables ls --tag weather", &expect![[""]]);
    let (listed, _) = own.call("variable ls").output();
    let listed = listed.lines().map(|line| line.replace("now", "").trim_end().to_owned());
    expect![[""]].assert_eq(&listed.collect::<Vec<_>>().join("\n"));
    let (shown, _) = own.call("variable inspect alert_limits -o json").output();
    let mut shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    for varies in ["id", "created", "updated"] {
        assert!(shown.as_object_mut().unwrap().remove(varies).unwrap().is_string());
    }
    expect![[""]].assert_eq(&shown.to_string());
}

#[test]
fn settings_are_shown_with_who_says_them() {
    let own = Own::new();
    std::fs::write(own.0.path().join("tidegate.toml"), "durability = 'process'\n").unwrap();
    own.check("config set logging.level=DEBUG TIDEGATE_ENCRYPTION_KEY=hunter2", &expect![[""]]);
    own.check("config view --show-sources", &expect![[""]]);
    own.call("config view -o json").env("TIDEGATE_LEASE_SECONDS", "20").check(&expect![[""]]);
    own.check("config set logging.level=LOUD", &expect![[""]]);
    own.check("config set logging.levl=INFO", &expect![[""]]);
    own.check("config set logging.level", &expect![[""]]);
    own.check("config unset logging.level", &expect![[""]]);
    own.check("config unset logging.level", &expect![[""]]);
    own.check("config validate", &expect![[""]]);
    own.call("config validate").env("TIDEGATE_LOGING_LEVEL", "INFO").check(&expect![[""]]);
    own.check_file(&expect![[""]]);
    let (all, _) = own.call("config view --show-defaults").output();
    assert!(all.contains("TIDEGATE_LOGGING_FORMAT"), "{all}");
}

#[test]
fn profiles_are_made_chosen_and_deleted() {
    let own = Own::new();
    own.check("profile ls", &expect![[""]]);
    own.check("profile create nightly", &expect![[""]]);
    own.check("config set database.url=sqlite:nightly.db -p nightly", &expect![[""]]);
    own.check("profile create weekly --from nightly", &expect![[""]]);
    own.check("profile use weekly", &expect![[""]]);
    own.check("profile inspect", &expect![[""]]);
    own.check("profile inspect local -o json", &expect![[""]]);
    own.check("profile rename weekly monthly", &expect![[""]]);
    own.check("profiles ls", &expect![[""]]);
    own.check("profile delete monthly -y", &expect![[""]]);
    own.check("profile use nightli", &expect![[""]]);
    own.call("profile use local").env("TIDEGATE_PROFILE", "nightly").check(&expect![[""]]);
    own.check("profile delete monthly -y", &expect![[""]]);
    own.check_file(&expect![[""]]);
    own.call("profile inspect").env("TIDEGATE_PROFILE", "ephemeral").check(&expect![[""]]);
}
