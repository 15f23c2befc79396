//! `config`: which settings hold and who says each, and what the active profile says. It opens no database.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::{Column, Table};
use super::session::Session;
use crate::nearest::nearest;
use crate::settings::{Profiles, Setting, SettingValue, Settings, Source};

/// See which settings hold, and change what the active profile says
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    View(View),
    Set(Set),
    Unset(Unset),
    Validate(Validate),
}

/// Show the settings that somebody has set.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate config view --show-sources
  $ tidegate config view --show-defaults -o json")]
pub(super) struct View {
    /// Say where each value comes from
    #[arg(long)]
    show_sources: bool,
    /// Show settings that nobody has set too
    #[arg(long)]
    show_defaults: bool,
}

/// Have a profile say what a setting is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate config set logging.level=DEBUG
  $ tidegate config set TIDEGATE_DATABASE_URL=sqlite:/srv/runs.db --profile nightly")]
pub(super) struct Set {
    /// Settings by their names or keys, each with its value
    #[arg(required = true, value_name = "SETTING=VALUE")]
    settings: Vec<String>,
    /// The profile; the active one, where none is said
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,
}

/// Have a profile say nothing of a setting.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate config unset logging.level")]
pub(super) struct Unset {
    /// Settings by their names or keys
    #[arg(required = true, value_name = "SETTING")]
    settings: Vec<String>,
    /// The profile; the active one, where none is said
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,
}

/// Check that every setting has a meaning and a name that is known.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate config validate")]
pub(super) struct Validate;

#[derive(Serialize)]
struct ValueRecord {
    name: &'static str,
    key: &'static str,
    value: String,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

impl Config {
    pub(super) fn run(self, session: &Session) -> Done {
        match self {
            Self::View(view) => view.run(session),
            Self::Set(set) => set.run(session),
            Self::Unset(unset) => unset.run(session),
            Self::Validate(Validate) => validate(session),
        }
    }
}

impl ValueRecord {
    fn of(value: &SettingValue) -> Self {
        let setting = value.setting();
        let place = value.source().place();
        Self {
            name: setting.name(),
            key: setting.key(),
            value: value.shown().to_owned(),
            source: value.source().kind(),
            path: place.map(|(path, _)| path.clone()),
            line: place.map(|(_, line)| line),
        }
    }
}

impl View {
    fn run(self, session: &Session) -> Done {
        let settings = Settings::load()?;
        let wanted =
            |value: &&SettingValue| self.show_defaults || *value.source() != Source::Default;
        let values: Vec<&SettingValue> = settings.iter().filter(wanted).collect();
        let records: Vec<ValueRecord> = values.iter().map(|value| ValueRecord::of(value)).collect();
        let output = session.output();
        if output.is_json() {
            return output.json(&records);
        }
        output.write(&format!("Profile '{}'\n", settings.profile()))?;
        output.list(&records, "Nobody has set anything.", || {
            if self.show_sources {
                let columns =
                    [Column::new("setting").whole(), Column::new("value"), Column::new("source")];
                return values.iter().fold(Table::new(columns), |table, value| {
                    let (name, source) = (value.setting().name(), value.source().to_string());
                    table.row([name.into(), value.shown().into(), source.into()])
                });
            }
            let columns = [Column::new("setting").whole(), Column::new("value")];
            values.iter().fold(Table::new(columns), |table, value| {
                table.row([value.setting().name().into(), value.shown().into()])
            })
        })
    }
}

/// The setting that is called this.
fn setting(typed: &str) -> Done<&'static Setting> {
    Setting::find(typed).ok_or_else(|| {
        let names = Setting::all().iter().flat_map(|setting| [setting.name(), setting.key()]);
        Failure::unknown("setting", typed, &nearest(typed, names))
            .try_next("{program} config view --show-defaults")
    })
}

/// The profiles, and the name of the one that is meant.
fn profile(typed: Option<String>) -> Done<(Profiles, String)> {
    let profiles = Profiles::load()?;
    let name = match typed {
        Some(name) => name,
        None => profiles.active_here()?.name().to_owned(),
    };
    Ok((profiles, name))
}

impl Set {
    fn run(self, session: &Session) -> Done {
        let (mut profiles, name) = profile(self.profile)?;
        for typed in &self.settings {
            let (setting_name, value) = typed.split_once('=').ok_or_else(|| {
                Failure::meaningless(format!("`{typed}` has no value: write SETTING=VALUE"))
            })?;
            profiles.set(&name, setting(setting_name.trim())?, value)?;
        }
        profiles.save()?;
        let output = session.output();
        for typed in &self.settings {
            let setting = setting(typed.split('=').next().unwrap_or_default().trim())?;
            output.tell(&format!("Profile '{name}' says {} now.", setting.name()))?;
            if std::env::var_os(setting.name()).is_some_and(|value| !value.is_empty()) {
                output.tell(&format!("{} in the environment goes before it.", setting.name()))?;
            }
        }
        Ok(())
    }
}

impl Unset {
    fn run(self, session: &Session) -> Done {
        let (mut profiles, name) = profile(self.profile)?;
        for typed in &self.settings {
            let setting = setting(typed)?;
            if !profiles.unset(&name, setting)? {
                return Err(Failure::new(format!(
                    "profile '{name}' says nothing of {}",
                    setting.name()
                ))
                .try_next(format!("{{program}} profile inspect {name}")));
            }
        }
        profiles.save()?;
        let names: Vec<&str> = self
            .settings
            .iter()
            .filter_map(|typed| Setting::find(typed))
            .map(Setting::name)
            .collect();
        session
            .output()
            .tell(&format!("Profile '{name}' says nothing of {} now.", names.join(", ")))
    }
}

fn validate(session: &Session) -> Done {
    let settings = Settings::load()?;
    match settings.warnings() {
        [] => session.output().tell("Every setting has a meaning."),
        warnings => Err(Failure::new(warnings.join("\n"))),
    }
}
