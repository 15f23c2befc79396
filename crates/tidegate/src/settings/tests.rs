//! What the environment says, and what is wrong with it.

use super::*;

fn read(environment: &[(&str, &str)]) -> Result<Settings> {
    let get = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    Settings::read(get, environment.iter().map(|(name, _)| (*name).to_owned()))
}

#[test]
fn without_settings_the_database_is_in_the_home_folder() {
    let settings = read(&[("HOME", "/home/ada")]).unwrap();
    assert_eq!(settings.database_url, "sqlite:/home/ada/.tidegate/tidegate.db");
    assert_eq!(settings.durability, Durability::Full);
}

#[test]
fn tidegate_home_moves_the_database_and_a_url_replaces_it() {
    let settings = read(&[("HOME", "/home/ada"), ("TIDEGATE_HOME", "/srv/t")]).unwrap();
    assert_eq!(settings.database_url, "sqlite:/srv/t/tidegate.db");
    let settings = read(&[("TIDEGATE_DATABASE_URL", "sqlite::memory:")]).unwrap();
    assert_eq!(settings.database_url, "sqlite::memory:");
}

#[test]
fn a_setting_without_meaning_is_an_error_that_names_it() {
    let error = read(&[("HOME", "/h"), ("TIDEGATE_DURABILITY", "maximal")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "TIDEGATE_DURABILITY is set to `maximal`, which has no meaning: set it to full, process or none"
    );
}

#[test]
fn unknown_names_are_found_with_their_nearest_known_name() {
    let settings = read(&[("HOME", "/h"), ("TIDEGATE_LOGING_LEVEL", "DEBUG")]).unwrap();
    assert_eq!(settings.unknown, ["TIDEGATE_LOGING_LEVEL"]);
    assert_eq!(nearest_name("TIDEGATE_LOGING_LEVEL"), "TIDEGATE_LOGGING_LEVEL");
    assert_eq!(nearest_name("TIDEGATE_DATABASE"), "TIDEGATE_DATABASE_URL");
}

#[test]
fn delays_are_seconds_or_texts() {
    let settings =
        read(&[("HOME", "/h"), ("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "1m30s")]).unwrap();
    assert_eq!(settings.task_retry_delay, Duration::from_secs(90));
}
