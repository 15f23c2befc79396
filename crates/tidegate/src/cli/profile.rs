//! `profile`: sets of settings by name, of which one is active. It opens no database.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::{Cell, Column, Sheet, Table, Tone};
use super::session::Session;
use crate::nearest::nearest;
use crate::settings::{Profile as Of, Profiles};

/// See, choose and change profiles: sets of settings by name
#[derive(Debug, Subcommand)]
pub(super) enum Profile {
    Ls(Ls),
    Create(Create),
    Use(Use),
    Delete(Named),
    Rename(Rename),
    Inspect(Inspect),
}

/// List profiles by name; the active one has a star.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile ls")]
pub(super) struct Ls;

/// Make a profile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile create nightly
  $ tidegate profile create nightly --from local")]
pub(super) struct Create {
    /// Its name
    name: String,
    /// The profile that it is to be like at first
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
}

/// Make a profile the active one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile use nightly")]
pub(super) struct Use {
    /// Its name
    name: String,
}

/// Delete a profile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile delete nightly")]
pub(super) struct Named {
    /// Its name
    name: String,
}

/// Give a profile another name.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile rename nightly weekly")]
pub(super) struct Rename {
    /// Its name
    name: String,
    /// Its new name
    new_name: String,
}

/// Show what a profile says.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate profile inspect
  $ tidegate profile inspect nightly -o json")]
pub(super) struct Inspect {
    /// Its name; the active one, where none is said
    name: Option<String>,
}

#[derive(Serialize)]
struct ProfileRecord<'a> {
    name: &'a str,
    active: bool,
    built_in: bool,
    settings: BTreeMap<&'static str, &'a str>,
}

impl<'a> ProfileRecord<'a> {
    fn of(profile: &'a Of, active: &str) -> Self {
        Self {
            name: profile.name(),
            active: profile.name() == active,
            built_in: profile.is_built_in(),
            settings: profile.settings().map(|(setting, value)| (setting.name(), value)).collect(),
        }
    }
}

impl Profile {
    pub(super) fn run(self, session: &Session) -> Done {
        let mut profiles = Profiles::load()?;
        let output = session.output();
        match self {
            Self::Ls(Ls) => ls(session, &profiles),
            Self::Inspect(Inspect { name }) => inspect(session, &profiles, name),
            Self::Create(Create { name, from }) => {
                if let Some(from) = &from {
                    known(&profiles, from)?;
                }
                profiles.create(&name, from.as_deref())?;
                profiles.save()?;
                output.tell(&format!("Made the profile '{name}'."))
            }
            Self::Use(Use { name }) => {
                known(&profiles, &name)?;
                profiles.activate(&name)?;
                profiles.save()?;
                output.tell(&format!("The profile '{name}' is active now."))?;
                if std::env::var_os("TIDEGATE_PROFILE").is_some_and(|value| !value.is_empty()) {
                    return output.tell("TIDEGATE_PROFILE in the environment goes before it.");
                }
                Ok(())
            }
            Self::Delete(Named { name }) => {
                known(&profiles, &name)?;
                session.confirm(&format!("Delete the profile '{name}'?"))?;
                profiles.delete(&name)?;
                profiles.save()?;
                output.tell(&format!("Deleted the profile '{name}'."))
            }
            Self::Rename(Rename { name, new_name }) => {
                known(&profiles, &name)?;
                profiles.rename(&name, &new_name)?;
                profiles.save()?;
                output.tell(&format!("The profile '{name}' is called '{new_name}' now."))
            }
        }
    }
}

/// Fails for a profile that is not there.
fn known<'a>(profiles: &'a Profiles, name: &str) -> Done<&'a Of> {
    profiles.get(name).ok_or_else(|| {
        let near = nearest(name, profiles.iter().map(Of::name));
        Failure::unknown("profile", name, &near).try_next("{program} profile ls")
    })
}

fn ls(session: &Session, profiles: &Profiles) -> Done {
    let active = profiles.active_here()?.name();
    let records: Vec<ProfileRecord<'_>> =
        profiles.iter().map(|profile| ProfileRecord::of(profile, active)).collect();
    session.output().list(&records, "There are no profiles.", || {
        let columns = [Column::new("").whole(), Column::new("profile"), Column::new("settings")];
        records.iter().fold(Table::new(columns), |table, record| {
            let star = if record.active { Cell::toned("*", Tone::Heading) } else { "".into() };
            table.row([star, record.name.into(), record.settings.len().to_string().into()])
        })
    })
}

fn inspect(session: &Session, profiles: &Profiles, name: Option<String>) -> Done {
    let active = profiles.active_here()?.name();
    let profile = known(profiles, name.as_deref().unwrap_or(active))?;
    let record = ProfileRecord::of(profile, active);
    session.output().show(&record, || {
        let sheet = Sheet::new()
            .line("Profile", record.name)
            .line("Active", if record.active { "yes" } else { "no" });
        if record.settings.is_empty() {
            return sheet.line("Settings", "none");
        }
        record.settings.iter().fold(sheet.heading("Settings"), |sheet, (name, value)| {
            sheet.text(format!("{name} = {value}"))
        })
    })
}
