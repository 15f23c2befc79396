//! A route as data: method, path, who may call it, and what answers. The tables of routes are in the modules that answer them.

use std::fmt;
use std::str::FromStr;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, on};

use axum::routing::MethodFilter;

use crate::state::AppState;

/// What a caller may do, each with all that comes before it; and what a route asks of its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Nothing is asked: the route says nothing of what is in the store.
    Open,
    /// Look at everything that is not a secret.
    Read,
    /// Make and change runs, and what they need.
    Run,
    /// Change the settings of the server.
    Admin,
}

impl Scope {
    /// Every scope, the least first.
    pub const ALL: [Self; 4] = [Self::Open, Self::Read, Self::Run, Self::Admin];

    /// The name in small letters: `read`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Run => "run",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the scope of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; write read, run or admin")]
pub struct ParseScopeError(String);

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let keys = [Self::Read, Self::Run, Self::Admin];
        let found = keys.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| ParseScopeError(text.to_owned()))
    }
}

/// One route of the server.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) scope: Scope,
    pub(crate) answer: MethodRouter<AppState>,
}

macro_rules! methods {
    ($($function:ident => $method:ident;)*) => {
        $(
            pub(crate) fn $function<H, T>(path: &'static str, scope: Scope, handler: H) -> Self
            where
                H: Handler<T, AppState>,
                T: 'static,
            {
                let answer = on(MethodFilter::$method, handler);
                Self { method: Method::$method, path, scope, answer }
            }
        )*
    };
}

impl Route {
    methods! {
        get => GET;
        post => POST;
        patch => PATCH;
        delete => DELETE;
    }

    /// Takes bodies of so many bytes, where others take [`Config::BODY_LIMIT`](crate::Config::BODY_LIMIT).
    pub(crate) fn body_limit(mut self, bytes: usize) -> Self {
        self.answer = self.answer.layer(DefaultBodyLimit::max(bytes));
        self
    }
}
