//! What is said of settings, who says it, and what is wrong with it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::load::{Places, load};
use super::*;

/// A folder with a file of settings, and a home with profiles.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    fn file(self, text: &str) -> Self {
        fs::write(self.folder.path().join("tidegate.toml"), text).unwrap();
        self
    }

    fn profiles(self, text: &str) -> Self {
        fs::write(self.home().join("profiles.toml"), text).unwrap();
        self
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn load_with(
        &self,
        environment: &[(&str, &str)],
        code: &[(&'static Setting, String)],
    ) -> Result<Settings> {
        let home = self.home().display().to_string();
        let get = |name: &str| match name {
            "TIDEGATE_HOME" => Some(home.clone()),
            _ => environment
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned()),
        };
        let names = environment.iter().map(|(name, _)| (*name).to_owned()).collect();
        load(&Places { get: &get, names, folder: Some(self.folder.path().to_owned()), code })
    }

    fn load(&self, environment: &[(&str, &str)]) -> Result<Settings> {
        self.load_with(environment, &[])
    }

    /// The error of loading, without the path of the folder.
    fn error(&self, environment: &[(&str, &str)]) -> String {
        let error = self.load(environment).unwrap_err();
        assert!(error.is_configuration());
        error.to_string().replace(&self.folder.path().display().to_string(), "<folder>")
    }
}

fn read(environment: &[(&str, &str)]) -> Result<Settings> {
    let get = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let names = environment.iter().map(|(name, _)| (*name).to_owned()).collect();
    load(&Places { get: &get, names, folder: None, code: &[] })
}

fn level(settings: &Settings) -> (&str, &str) {
    let level = settings.get("logging.level").unwrap();
    (level.shown(), level.source().kind())
}

#[test]
fn without_settings_the_database_is_in_the_home_folder() {
    let settings = EngineSettings::of(&read(&[("HOME", "/home/ada")]).unwrap()).unwrap();
    assert_eq!(settings.database_url, "sqlite:/home/ada/.tidegate/tidegate.db");
    assert_eq!(settings.durability, Durability::Full);
}

#[test]
fn tidegate_home_moves_the_database_and_a_url_replaces_it() {
    let of = |environment| EngineSettings::of(&read(environment).unwrap()).unwrap();
    let settings = of(&[("HOME", "/home/ada"), ("TIDEGATE_HOME", "/srv/t")]);
    assert_eq!(settings.database_url, "sqlite:/srv/t/tidegate.db");
    let settings = of(&[("TIDEGATE_DATABASE_URL", "sqlite::memory:")]);
    assert_eq!(settings.database_url, "sqlite::memory:");
}

#[test]
fn the_last_of_those_who_say_something_counts() {
    let place = Place::new();
    let code = [(Setting::find("logging.level").unwrap(), "CRITICAL".to_owned())];
    assert_eq!(level(&place.load(&[]).unwrap()), ("INFO", "default"));

    let place = place.file("[logging]\nlevel = \"DEBUG\"");
    assert_eq!(level(&place.load(&[]).unwrap()), ("DEBUG", "file"));

    let place = place.profiles("[profiles.local]\nTIDEGATE_LOGGING_LEVEL = \"WARNING\"");
    assert_eq!(level(&place.load(&[]).unwrap()), ("WARNING", "profile"));

    let environment = &[("TIDEGATE_LOGGING_LEVEL", "ERROR")];
    assert_eq!(level(&place.load(environment).unwrap()), ("ERROR", "environment"));
    // One that is empty says nothing.
    let empty = &[("TIDEGATE_LOGGING_LEVEL", "")];
    assert_eq!(level(&place.load(empty).unwrap()), ("WARNING", "profile"));

    assert_eq!(level(&place.load_with(environment, &code).unwrap()), ("CRITICAL", "code"));
}

#[test]
fn a_value_knows_the_line_that_says_it() {
    let place = Place::new()
        .file("# ours\n\ndurability = \"process\"\ntasks.default_retries = 2\n[results]\npersist_by_default = false")
        .profiles("active = \"mine\"\n\n[profiles.mine]\nlease_seconds = 2.5\nlogging.format = 'json'\n");
    let settings = place.load(&[]).unwrap();
    let said: Vec<String> = settings
        .iter()
        .filter(|value| *value.source() != Source::Default && value.setting().key() != "home")
        .map(|value| format!("{} = {} ({})", value.setting().key(), value.shown(), value.source()))
        .collect();
    let said = said.join("\n").replace(&place.home().display().to_string(), "<home>");
    expect_test::expect![[r#"
        durability = process (tidegate.toml:3)
        logging.format = json (profile 'mine' (<home>/profiles.toml:5))
        results.persist_by_default = false (tidegate.toml:6)
        tasks.default_retries = 2 (tidegate.toml:4)
        lease_seconds = 2.5 (profile 'mine' (<home>/profiles.toml:4))"#]]
    .assert_eq(&said);
    let values = EngineSettings::of(&settings).unwrap();
    assert_eq!((values.task_retries, values.persist_results), (2, false));
    assert_eq!(values.lease_term, Duration::from_millis(2500));
    assert_eq!(settings.profile(), "mine");
}

#[test]
fn a_value_without_meaning_is_an_error_that_names_the_setting_and_where_it_stands() {
    let error = read(&[("HOME", "/h"), ("TIDEGATE_DURABILITY", "maximal")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "TIDEGATE_DURABILITY is set to `maximal`, which has no meaning: set it to full, process or none"
    );
    let place = Place::new().file("[logging]\nformat = \"json\"\nlevel = \"LOUD\"");
    assert_eq!(
        place.error(&[]),
        "tidegate.toml:3: logging.level is set to `LOUD`, which has no meaning: set it to TRACE, DEBUG, INFO, WARNING, ERROR, \
         CRITICAL or OFF"
    );
    // Nobody goes by it, so it does no harm.
    assert!(place.load(&[("TIDEGATE_LOGGING_LEVEL", "INFO")]).is_ok());
    let place = Place::new().file("durability = [\"full\"]");
    assert_eq!(
        place.error(&[]),
        "tidegate.toml:1: durability is a array, which has no meaning: set it to full, process or none"
    );
    let place = Place::new().profiles("[profiles.local]\nlease_seconds = 0");
    assert_eq!(
        place.error(&[]),
        "<folder>/home/profiles.toml:2: lease_seconds is set to `0`, which has no meaning: set it to a number of seconds, at least 1"
    );
}

#[test]
fn what_is_no_toml_is_an_error_that_names_the_line_and_shows_nothing_of_it() {
    let place = Place::new().file("durability = \"full\"\nkey = \"hunter2\n");
    let error = place.error(&[]);
    assert!(error.starts_with("tidegate.toml:2: this is not TOML ("), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    let place = Place::new().profiles("[profiles\n");
    let error = place.error(&[]);
    assert!(error.starts_with("<folder>/home/profiles.toml:1: this is not TOML ("), "{error}");
}

#[test]
fn a_name_that_nobody_knows_is_a_warning_with_the_nearest_name() {
    let place = Place::new()
        .file("durabilty = \"full\"\n[logging]\nlevl = \"DEBUG\"\nformat = \"json\"\n[color]\na.b = 1")
        .profiles("[profiles.local]\nTIDEGATE_LOGING_LEVEL = \"DEBUG\"\n[profiles.other]\nno = 1");
    let settings = place.load(&[("TIDEGATE_LEASE", "1"), ("TIDEGATE_SEED", "1")]).unwrap();
    let warnings = settings.warnings().join("\n");
    expect_test::expect![[r#"
        tidegate.toml:1: durabilty is not a setting and was ignored; did you mean durability?
        tidegate.toml:3: logging.levl is not a setting and was ignored; did you mean logging.level?
        tidegate.toml:6: color.a.b is not a setting and was ignored
        <home>/profiles.toml:2: TIDEGATE_LOGING_LEVEL is not a setting and was ignored; did you mean TIDEGATE_LOGGING_LEVEL?
        TIDEGATE_LEASE is not a setting and was ignored; did you mean TIDEGATE_LEASE_SECONDS?"#]]
    .assert_eq(&warnings.replace(&place.home().display().to_string(), "<home>"));
    assert_eq!(nearest("TIDEGATE_DATABASE"), Some("TIDEGATE_DATABASE_URL"));
    assert_eq!(nearest("TIDEGATE_PROFIL"), Some("TIDEGATE_PROFILE"));
}

#[test]
fn a_profile_is_chosen_by_the_environment_or_by_the_file() {
    let place = Place::new();
    let settings = place.load(&[]).unwrap();
    assert_eq!(settings.profile(), "local");
    let settings = place.load(&[("TIDEGATE_PROFILE", "ephemeral")]).unwrap();
    assert_eq!(EngineSettings::of(&settings).unwrap().database_url, "sqlite::memory:");
    assert_eq!(settings.get("database.url").unwrap().source().to_string(), "profile 'ephemeral'");
    let place = place.profiles("active = 'b'\n[profiles.b]\n[profiles.a]\nlogging.level='DEBUG'");
    assert_eq!(place.load(&[]).unwrap().profile(), "b");
    let settings = place.load(&[("TIDEGATE_PROFILE", "a")]).unwrap();
    assert_eq!(level(&settings), ("DEBUG", "profile"));
    assert_eq!(
        place.error(&[("TIDEGATE_PROFILE", "c")]),
        "TIDEGATE_PROFILE is set to `c`, and there is no such profile in <folder>/home/profiles.toml: there are a, b, ephemeral, local"
    );
    let place = place.profiles("active = 'c'");
    assert_eq!(
        place.error(&[]),
        "<folder>/home/profiles.toml:1: `active` is set to `c`, and there is no such profile in <folder>/home/profiles.toml: there are \
         ephemeral, local"
    );
}

#[test]
fn what_is_no_profile_is_an_error_that_names_the_line() {
    for (text, expected) in [
        ("\nprofiles = 1", ":2: `profiles` has no meaning here"),
        ("profile.a = {}", ":1: `profile` has no meaning here"),
        ("active = 1", ":1: `active` is the name of a profile"),
        ("[profiles]\na = 1", ":2: a profile is a table"),
    ] {
        let error = Place::new().profiles(text).error(&[]);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_folder_does_not_decide_which_command_runs_or_where_keys_are() {
    for line in ["encryption.key = 'aaa'", "TIDEGATE_ENCRYPTION_KEY_COMMAND = 'rm -r /'"] {
        let error = Place::new().file(line).error(&[]);
        assert!(
            error.contains("is not said in a file that comes with a folder: set it in the environment or in a profile"),
            "{error}"
        );
    }
    let place = Place::new().profiles("[profiles.local]\nencryption.key = 'hunter2'");
    let settings = place.load(&[]).unwrap();
    let key = settings.get("encryption.key").unwrap();
    assert_eq!((key.shown(), key.value()), ("******", Some("hunter2")));
    assert!(!format!("{settings:?}").contains("hunter2"));
    let profiles = profiles(&place);
    assert!(!format!("{profiles:?} {:?}", profiles.get("local")).contains("hunter2"));
}

#[test]
fn a_test_goes_by_the_environment_alone() {
    let settings = read(&[("HOME", "/nowhere"), ("TIDEGATE_PROFILE", "nobody")]).unwrap();
    assert_eq!(settings.profile(), "local");
}

fn profiles(place: &Place) -> Profiles {
    Profiles::in_home(&place.home()).unwrap()
}

/// Changes profiles, writes them, and compares the file.
fn check(
    place: &Place,
    change: impl FnOnce(&mut Profiles) -> Result<()>,
    expected: expect_test::Expect,
) {
    let mut changed = profiles(place);
    change(&mut changed).unwrap();
    changed.save().unwrap();
    assert_eq!(profiles(place), changed);
    expected.assert_eq(&fs::read_to_string(place.home().join("profiles.toml")).unwrap());
}

#[test]
fn profiles_are_changed_without_touching_the_rest_of_the_file() {
    let level = Setting::find("logging.level").unwrap();
    let place = Place::new().profiles(
        "# Ours.\n\n[profiles.local] # here\n# loud\nTIDEGATE_LOGGING_LEVEL = 'DEBUG' # for now\n\n[profiles.b.logging]\nformat = \"json\"\n",
    );
    check(
        &place,
        |profiles| profiles.create("a", Some("local")),
        expect_test::expect![[r##"
        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = 'DEBUG' # for now

        [profiles.b.logging]
        format = "json"

        [profiles.a]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "##]],
    );
    check(
        &place,
        |profiles| profiles.activate("a"),
        expect_test::expect![[r#"
        active = "a"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = 'DEBUG' # for now

        [profiles.b.logging]
        format = "json"

        [profiles.a]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.set("local", level, "OFF"),
        expect_test::expect![[r#"
        active = "a"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.b.logging]
        format = "json"

        [profiles.a]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.unset("a", level).map(drop),
        expect_test::expect![[r#"
        active = "a"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.b.logging]
        format = "json"

        [profiles.a]
    "#]],
    );
    check(
        &place,
        |profiles| profiles.set("a", Setting::find("database.url").unwrap(), "a\\\"b\n"),
        expect_test::expect![[r#"
            active = "a"

            # Ours.

            [profiles.local] # here
            # loud
            TIDEGATE_LOGGING_LEVEL = "OFF" # for now

            [profiles.b.logging]
            format = "json"

            [profiles.a]
            TIDEGATE_DATABASE_URL = "a\\\"b\u000A"
        "#]],
    );
    check(
        &place,
        |profiles| profiles.rename("a", "c"),
        expect_test::expect![[r#"
        active = "c"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.b.logging]
        format = "json"

        [profiles.c]
        TIDEGATE_DATABASE_URL = "a\\\"b\u000A"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.rename("b", "d"),
        expect_test::expect![[r#"
        active = "c"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.d.logging]
        format = "json"

        [profiles.c]
        TIDEGATE_DATABASE_URL = "a\\\"b\u000A"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.delete("d"),
        expect_test::expect![[r#"
        active = "c"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.c]
        TIDEGATE_DATABASE_URL = "a\\\"b\u000A"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.set("ephemeral", level, "DEBUG"),
        expect_test::expect![[r#"
        active = "c"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.c]
        TIDEGATE_DATABASE_URL = "a\\\"b\u000A"

        [profiles.ephemeral]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.activate("local"),
        expect_test::expect![[r#"
        active = "local"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.c]
        TIDEGATE_DATABASE_URL = "a\\\"b\u000A"

        [profiles.ephemeral]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.delete("c"),
        expect_test::expect![[r#"
        active = "local"

        # Ours.

        [profiles.local] # here
        # loud
        TIDEGATE_LOGGING_LEVEL = "OFF" # for now

        [profiles.ephemeral]
        TIDEGATE_LOGGING_LEVEL = "DEBUG"
    "#]],
    );
}

#[test]
fn profiles_begin_with_no_file_at_all() {
    let place = Place::new();
    let found = profiles(&place);
    let names: Vec<_> =
        found.iter().map(|profile| (profile.name(), profile.is_built_in())).collect();
    assert_eq!(names, [("ephemeral", true), ("local", true)]);
    check(
        &place,
        |profiles| profiles.activate("ephemeral"),
        expect_test::expect![[r#"
        active = "ephemeral"
    "#]],
    );
    check(
        &place,
        |profiles| profiles.create("x", None),
        expect_test::expect![[r#"
        active = "ephemeral"

        [profiles.x]
    "#]],
    );
    #[cfg(unix)]
    {
        let file = fs::metadata(place.home().join("profiles.toml")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777, 0o600);
    }
}

#[test]
fn what_cannot_be_done_to_profiles_says_why() {
    let place = Place::new()
        .profiles("active = 'a'\n[profiles.a]\n[profiles]\nb.logging = {level = 'INFO'}\n");
    let level = Setting::find("logging.level").unwrap();
    let error = |change: &dyn Fn(&mut Profiles) -> Result<()>| {
        let mut profiles = profiles(&place);
        let before = profiles.clone();
        let error = change(&mut profiles).unwrap_err().to_string();
        assert_eq!(profiles, before);
        error.replace(&place.folder.path().display().to_string(), "<folder>")
    };
    let errors = [
        error(&|profiles| profiles.create("a", None)),
        error(&|profiles| profiles.create("a b", None)),
        error(&|profiles| profiles.create("c", Some("d"))),
        error(&|profiles| profiles.activate("c")),
        error(&|profiles| profiles.delete("a")),
        error(&|profiles| profiles.delete("local")),
        error(&|profiles| profiles.rename("local", "c")),
        error(&|profiles| profiles.rename("a", "local")),
        error(&|profiles| profiles.set("a", level, "LOUD")),
        error(&|profiles| profiles.set("a", Setting::find("home").unwrap(), "/")),
        error(&|profiles| profiles.unset("b", level).map(drop)),
    ];
    expect_test::expect![[r#"
        there is a profile 'a' already
        a profile cannot be called `a b`: write letters, digits, `-` and `_`
        `d` was asked for, and there is no such profile in <folder>/home/profiles.toml: there are a, b, ephemeral, local
        `c` was asked for, and there is no such profile in <folder>/home/profiles.toml: there are a, b, ephemeral, local
        the profile 'a' is active: make another the active one, and delete it then
        the profile 'local' is built in, and cannot be deleted
        the profile 'local' is built in, and keeps its name: create one that is like it
        there is a profile 'local' already
        TIDEGATE_LOGGING_LEVEL is set to `LOUD`, which has no meaning: set it to TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF
        TIDEGATE_HOME cannot be set in a profile, since profiles are kept there: set it in the environment
        <folder>/home/profiles.toml is written in a way that only people can change: change it by hand"#]].assert_eq(&errors.join("\n"));
}

#[test]
fn every_setting_has_a_key_and_a_default_that_fits() {
    for setting in Setting::all() {
        let (name, key) = (setting.name(), setting.key());
        assert_eq!(name, format!("TIDEGATE_{}", key.replace('.', "_").to_ascii_uppercase()));
        assert_eq!(Setting::find(key).map(Setting::name), Some(name));
        assert!(!setting.about().is_empty() && !setting.accepts().is_empty());
    }
    // What the table says of defaults is what an engine goes by.
    let place = Place::new();
    let defaults = EngineSettings::of(&place.load(&[]).unwrap()).unwrap();
    let said: Vec<(&'static Setting, String)> = Setting::all()
        .iter()
        .filter(|setting| setting.has_a_value())
        .map(|setting| (setting, setting.default_text().to_owned()))
        .collect();
    assert!(said.iter().all(|(setting, value)| setting.fits(value)));
    let settings = EngineSettings::of(&place.load_with(&[], &said).unwrap()).unwrap();
    assert_eq!(format!("{defaults:?}"), format!("{settings:?}"));
}

#[test]
fn the_settings_of_the_readme_are_those_of_the_table() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md"));
    let readme = readme.unwrap();
    for setting in Setting::all() {
        let row = format!("| `{}` | `{}` | ", setting.name(), setting.key());
        assert!(readme.contains(&row), "{row}");
    }
}
