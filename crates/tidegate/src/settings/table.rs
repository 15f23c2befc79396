//! The table of settings: what each is called, what it accepts and what it says. Nothing here reads one.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::time::Duration;

use tidegate_core::Durability;

use crate::duration;
use crate::log::{Format, LevelFilter, ProgressDisplay};

/// A setting: one row of the table that [`Setting::all`] gives.
#[derive(Debug)]
pub struct Setting {
    name: &'static str,
    key: &'static str,
    kind: Kind,
    default: Unsaid,
    about: &'static str,
    secret: bool,
    personal: bool,
}

/// What a setting accepts.
#[derive(Debug)]
struct Kind {
    accepts: &'static str,
    fits: fn(&str) -> bool,
}

/// What holds where nothing is said.
#[derive(Debug)]
enum Unsaid {
    /// This value.
    Value(&'static str),
    /// What no value says, in words.
    Words(&'static str),
}

use Unsaid::{Value, Words};

const TEXT: Kind = Kind { accepts: "a text", fits: |_| true };
const PATH: Kind = Kind { accepts: "a path", fits: |_| true };
const FLAG: Kind = Kind { accepts: "true or false", fits: |text| parse_flag(text).is_some() };
const NUMBER: Kind = Kind { accepts: "a whole number", fits: parses::<u32> };
const COUNT: Kind = Kind { accepts: "a whole number", fits: parses::<u64> };
const BYTES: Kind = Kind { accepts: "a whole number of bytes", fits: parses::<usize> };
const DURABILITY: Kind = Kind { accepts: "full, process or none", fits: parses::<Durability> };
const FORMAT: Kind = Kind { accepts: "console or json", fits: parses::<Format> };
const LEVEL: Kind = Kind {
    accepts: "TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF",
    fits: parses::<LevelFilter>,
};
const PROGRESS: Kind = Kind { accepts: "auto, bar, lines or off", fits: parses::<ProgressDisplay> };
const SECONDS: Kind = Kind {
    accepts: "a number of seconds, or a text such as 1m30s",
    fits: |text| duration::parse(text.trim()).is_ok(),
};
const HOST: Kind = Kind {
    accepts: "an address of this machine such as 127.0.0.1 or 0.0.0.0, or localhost",
    fits: |text| parse_host(text).is_some(),
};
const PORT: Kind = Kind { accepts: "a number from 0 to 65535", fits: parses::<u16> };
const LOGIN: Kind = Kind {
    accepts: "user:password",
    fits: |text| {
        text.trim().split_once(':').is_some_and(|(user, word)| !user.is_empty() && !word.is_empty())
    },
};
const LEASE: Kind = Kind {
    accepts: "a number of seconds, at least 1",
    fits: |text| duration::parse(text.trim()).is_ok_and(|term| term >= Duration::from_secs(1)),
};

/// Every setting. The key is the name in a file: `logging.level` stands for `level` in the table `[logging]`.
#[rustfmt::skip]
static SETTINGS: &[Setting] = &[
    setting("TIDEGATE_HOME", "home", PATH, Words("~/.tidegate"), "the folder for the default database and for profiles"),
    setting("TIDEGATE_DATABASE_URL", "database.url", TEXT, Words("sqlite:TIDEGATE_HOME/tidegate.db"), "the database of the default engine"),
    personal(setting("TIDEGATE_API_URL", "api.url", TEXT, Words("none"), "the server that records are kept on, instead of a database")),
    personal(secret(setting("TIDEGATE_API_KEY", "api.key", TEXT, Words("none"), "the key that the server asks for"))),
    personal(secret(setting("TIDEGATE_API_AUTH_STRING", "api.auth_string", TEXT, Words("none"), "the user:password that the server asks for"))),
    personal(setting("TIDEGATE_API_SSL_CERT_FILE", "api.ssl_cert_file", PATH, Words("those of the web"), "the certificates, in a file in PEM, by which a server behind https:// is trusted")),
    setting("TIDEGATE_DURABILITY", "durability", DURABILITY, Value("full"), "what an acknowledged record survives"),
    setting("TIDEGATE_LOGGING_LEVEL", "logging.level", LEVEL, Value("INFO"), "the lowest level printed and stored"),
    setting("TIDEGATE_LOGGING_FORMAT", "logging.format", FORMAT, Value("console"), "how lines are printed"),
    setting("TIDEGATE_LOGGING_LOG_PRINTS", "logging.log_prints", FLAG, Value("false"), "whether what bodies print becomes log lines"),
    setting("TIDEGATE_PROGRESS", "progress", PROGRESS, Words("auto"), "how people see how far long flow runs have got"),
    setting("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT", "results.persist_by_default", FLAG, Value("true"), "whether results are kept where nothing is said"),
    setting("TIDEGATE_RESULTS_LOCAL_STORAGE_PATH", "results.local_storage_path", PATH, Words("one beside the database"), "the folder for results that are not in the record"),
    setting("TIDEGATE_RESULTS_INLINE_LIMIT", "results.inline_limit", BYTES, Value("1048576"), "how many bytes the result in a record may have"),
    setting("TIDEGATE_TASKS_DEFAULT_RETRIES", "tasks.default_retries", NUMBER, Value("0"), "retries of tasks that do not say"),
    setting("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "tasks.default_retry_delay_seconds", SECONDS, Value("0"), "retry delay of tasks that do not say"),
    setting("TIDEGATE_TASKS_REFRESH_CACHE", "tasks.refresh_cache", FLAG, Value("false"), "whether tasks that do not say run though their result is cached, and replace it"),
    setting("TIDEGATE_TASKS_DEFAULT_NO_CACHE", "tasks.default_no_cache", FLAG, Value("false"), "whether tasks with an expiration and without a policy are not cached"),
    setting("TIDEGATE_TASKS_DISABLE_CACHING", "tasks.disable_caching", FLAG, Value("false"), "whether nothing is cached, whatever tasks say"),
    setting("TIDEGATE_FLOWS_DEFAULT_RETRIES", "flows.default_retries", NUMBER, Value("0"), "retries of flows that do not say"),
    setting("TIDEGATE_FLOWS_DEFAULT_RETRY_DELAY_SECONDS", "flows.default_retry_delay_seconds", SECONDS, Value("0"), "retry delay of flows that do not say"),
    setting("TIDEGATE_RETENTION_AGE", "retention.age", SECONDS, Words("for ever"), "how long ended runs are kept, such as 30d"),
    setting("TIDEGATE_RETENTION_COUNT", "retention.count", COUNT, Words("all"), "how many of the newest top-level runs are kept"),
    setting("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "shutdown_grace_seconds", SECONDS, Value("5"), "how long tasks may go on after a signal in `Engine::run_until_signal`"),
    setting("TIDEGATE_LEASE_SECONDS", "lease_seconds", LEASE, Value("10"), "how long a process may not be heard of before it is taken for dead"),
    personal(secret(setting("TIDEGATE_ENCRYPTION_KEY", "encryption.key", TEXT, Words("none"), "the key for secrets, in base64 or hexadecimal digits"))),
    personal(setting("TIDEGATE_ENCRYPTION_KEY_FILE", "encryption.key_file", PATH, Words("one of the user's settings"), "the file that the key for secrets is in")),
    personal(setting("TIDEGATE_ENCRYPTION_KEY_COMMAND", "encryption.key_command", TEXT, Words("none"), "the command that prints the key for secrets")),
    setting("TIDEGATE_SERVER_HOST", "server.host", HOST, Value("127.0.0.1"), "the address that the server listens at"),
    setting("TIDEGATE_SERVER_PORT", "server.port", PORT, Value("4200"), "the port that the server listens at; 0 for any that is free"),
    setting("TIDEGATE_SERVER_ALLOWED_HOSTS", "server.allowed_hosts", TEXT, Words("loopback and its own address"), "the names, separated by commas, that others know the server by"),
    personal(secret(setting("TIDEGATE_SERVER_AUTH", "server.auth", LOGIN, Words("none"), "the user and the password that the server asks for"))),
];

/// The same setting, whose value is shown to nobody.
const fn secret(setting: Setting) -> Setting {
    Setting { secret: true, ..setting }
}

/// The same setting, which a file that comes with a folder does not decide: it runs a command, says who is told a key, or is not to be
/// in a repository.
const fn personal(setting: Setting) -> Setting {
    Setting { personal: true, ..setting }
}

/// What every name in the environment begins with.
const PREFIX: &str = "TIDEGATE_";

/// Chooses the profile, and so is in none.
pub(super) const PROFILE: &str = "TIDEGATE_PROFILE";

/// Names that other parts of Tidegate read: tests, examples and benches.
const OTHER_NAMES: &[&str] = &[
    "TIDEGATE_BENCH_BUILD",
    "TIDEGATE_DEEP",
    "TIDEGATE_SEED",
    "TIDEGATE_TEST_PREFECT_PYTHON",
    "TIDEGATE_WFINSTANCES",
];

const fn setting(
    name: &'static str,
    key: &'static str,
    kind: Kind,
    default: Unsaid,
    about: &'static str,
) -> Setting {
    Setting { name, key, kind, default, about, secret: false, personal: false }
}

impl Setting {
    /// Every setting there is.
    #[must_use]
    pub fn all() -> &'static [Self] {
        SETTINGS
    }

    /// The setting that is called this in the environment or in a file: `TIDEGATE_LOGGING_LEVEL` or `logging.level`.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name || setting.key == name)
    }

    /// What the environment calls it: `TIDEGATE_LOGGING_LEVEL`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a file calls it: `logging.level`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// What it says, for people.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// What it accepts, for people.
    #[must_use]
    pub fn accepts(&self) -> &'static str {
        self.kind.accepts
    }

    /// What holds where nothing is said, for people.
    #[must_use]
    pub fn default_text(&self) -> &'static str {
        match self.default {
            Value(text) | Words(text) => text,
        }
    }

    /// Whether its default is a value, and not in words.
    #[cfg(test)]
    pub(super) fn has_a_value(&self) -> bool {
        matches!(self.default, Value(_))
    }

    /// Whether its value is shown to nobody.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether only the environment, a profile and the program say it, and no `tidegate.toml`.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.personal
    }

    /// Whether a value has a meaning.
    #[must_use]
    pub fn fits(&self, value: &str) -> bool {
        (self.kind.fits)(value)
    }
}

/// There is one of each name.
impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

fn parses<T: FromStr>(text: &str) -> bool {
    text.trim().parse::<T>().is_ok()
}

pub(super) fn parse_flag(text: &str) -> Option<bool> {
    match &*text.trim().to_ascii_lowercase() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// An address of this machine.
pub(crate) fn parse_host(text: &str) -> Option<IpAddr> {
    match text.trim() {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        text => text.trim_matches(['[', ']']).parse().ok(),
    }
}

/// Whether a name in the environment looks like a setting and is none.
pub(super) fn is_unknown(name: &str) -> bool {
    name.starts_with(PREFIX)
        && name != PROFILE
        && !OTHER_NAMES.contains(&name)
        && !SETTINGS.iter().any(|setting| setting.name == name)
}

/// Of the names, or of the keys, of all settings, the one that was probably meant; none where nothing is like it.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    // What all names have in common makes none of them more likely.
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return likely(name, SETTINGS.iter().map(|setting| setting.key));
    };
    let names = || SETTINGS.iter().map(|setting| setting.name).chain([PROFILE]);
    let likely = likely(rest, names().filter_map(|known| known.strip_prefix(PREFIX)))?;
    names().find(|known| known.strip_prefix(PREFIX) == Some(likely))
}

fn likely(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    crate::nearest::nearest(name, names).first().copied()
}

/// What is said to a name that is none.
pub(crate) fn hint(name: &str) -> String {
    nearest(name).map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}
