//! What a server is told before it starts. Where the values come from is the business of its caller.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{Clock, Owner, Vault};

use crate::limit::{Limits, RateLimit};
use crate::security::{ApiKey, Secret, StoredKeys};

/// Where a server listens, and whom it answers.
///
/// By default it listens on loopback and asks nobody who they are. It listens elsewhere only when it asks: see
/// [`basic_auth`](Self::basic_auth) and [`key`](Self::key).
///
/// ```
/// use tidegate_server::Config;
///
/// assert!(Config::new().check().is_ok());
/// let open = Config::new().address(([0, 0, 0, 0], 4200).into());
/// assert!(open.check().is_err());
/// assert!(open.basic_auth("admin:correct horse").check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) address: SocketAddr,
    pub(crate) basic_auth: Option<Secret>,
    pub(crate) keys: Vec<ApiKey>,
    /// Those that are kept in the store of the one server that has this.
    pub(crate) stored: Arc<StoredKeys>,
    pub(crate) hosts: Vec<String>,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) vault: Option<Arc<dyn Vault>>,
    pub(crate) owner: Option<Arc<dyn Owner>>,
}

/// Settings that no server can be run with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidConfig {
    /// It would answer anyone who can reach this machine.
    #[error(
        "the server would answer anyone who can reach {0}: give it a password (`TIDEGATE_SERVER_AUTH=user:password`) or a key \
         (`tidegate server key create`), or let it listen on 127.0.0.1"
    )]
    Unguarded(SocketAddr),
    /// The user and the password are not told apart.
    #[error("basic authentication is `user:password`; there is no `:` in what was given")]
    BasicAuth,
}

impl Config {
    /// The port that Prefect's server has too.
    pub const PORT: u16 = 4200;

    /// How many records one answer lists at most.
    pub const PAGE_LIMIT: u64 = 200;

    /// How many streams there are at once, of all callers.
    pub const STREAMS: usize = 512;

    /// How many bytes the body of a request has at most.
    pub const BODY_LIMIT: usize = 1 << 20;

    /// On `127.0.0.1:4200`, without authentication.
    #[must_use]
    pub fn new() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Self::PORT),
            basic_auth: None,
            keys: Vec::new(),
            stored: Arc::default(),
            hosts: Vec::new(),
            clock: Clock::system(),
            limits: Limits::new(),
            vault: None,
            owner: None,
        }
    }

    /// Listens there. Port 0 is any that is free.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Asks for a user and a password (`user:password`), as Prefect's clients send them with `PREFECT_API_AUTH_STRING`, and browsers once
    /// a person has told them. Whoever knows them may do everything.
    #[must_use]
    pub fn basic_auth(mut self, user_and_password: impl AsRef<str>) -> Self {
        self.basic_auth = Some(Secret::of(user_and_password.as_ref()));
        self
    }

    /// Lets in who sends this key (`Authorization: Bearer ..`), as far as its scope goes.
    #[must_use]
    pub fn key(mut self, key: ApiKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Answers requests that were sent to this name, beside `localhost` and addresses of loopback: the name that a proxy in front of it
    /// or the users of another machine know it by.
    #[must_use]
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into().to_ascii_lowercase());
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Seals secrets of blocks with the keys of this vault, and opens them: `Engine::vault` gives that of an engine on the same store, so
    /// that what is saved here can be loaded by programs, and the reverse. Without one, no block with a secret is saved, and of those that
    /// there are no secret is shown.
    #[must_use]
    pub fn vault(mut self, vault: Arc<dyn Vault>) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Asks whoever runs flows in this process directly for what is wanted of them, instead of through the store.
    #[must_use]
    pub fn owner(mut self, owner: Arc<dyn Owner>) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Lets each caller ask so often, or as often as they like. By default 1000 times a second and 2000 times at once, and callers on this
    /// machine as often as they like. Those who were asked who they are and have not said it well are held to much less in any case.
    #[must_use]
    pub fn rate_limit(mut self, limit: Option<RateLimit>) -> Self {
        self.limits.rate = limit;
        self
    }

    /// Lets each caller have so many streams at once: sockets, and pages that follow what happens. By default 64.
    #[must_use]
    pub fn streams_per_caller(mut self, streams: usize) -> Self {
        self.limits.streams = streams;
        self
    }

    /// Lets each address of another machine have so many connections at once. By default 256.
    #[must_use]
    pub fn connections_per_address(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// Lets the answer to a request that changes nothing take so long. By default 30 seconds. One that takes longer is given up, by a
    /// database in a file too, and told so with the status 504: questions that look at every run of a large store hold up others meanwhile.
    #[must_use]
    pub fn answer_within(mut self, limit: Duration) -> Self {
        self.limits.answer = limit;
        self
    }

    /// Whether callers must say who they are. Of keys in the store it is known once a server has looked.
    #[must_use]
    pub fn asks_who_calls(&self) -> bool {
        self.basic_auth.is_some() || !self.keys.is_empty() || self.stored.were_any()
    }

    /// Fails if no server can be run with it.
    ///
    /// # Errors
    ///
    /// The address can be reached from elsewhere and nobody is asked who they are; or the basic authentication is no user and password.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        let is_guarded = self.basic_auth.is_some()
            || !self.keys.is_empty()
            || self.stored.is_any_good(self.clock.now());
        if !self.address.ip().is_loopback() && !is_guarded {
            return Err(InvalidConfig::Unguarded(self.address));
        }
        match &self.basic_auth {
            Some(secret) if !secret.has_user() => Err(InvalidConfig::BasicAuth),
            Some(_) | None => Ok(()),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}
