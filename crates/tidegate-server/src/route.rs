//! A route as data: method, path, who may call it, what answers, and what is said of it in the document of the API. The tables of
//! routes are in the modules that answer them; no route of the API is without an account.

use std::fmt;
use std::str::FromStr;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::JsonSchema;
use tidegate_core::KeyScope;

use crate::document::{Account, Asked, Parts, Told, schema_of};
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

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Read => Self::Read,
            KeyScope::Run => Self::Run,
            KeyScope::Admin => Self::Admin,
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
    /// What is said of it in the document of the API; of a page nothing.
    pub(crate) account: Option<Account>,
}

/// A route of the API of which it is not said yet what it does: one of the verbs below says it, and makes it a [`Route`].
pub(crate) struct Undescribed {
    method: Method,
    path: &'static str,
    scope: Scope,
    answer: MethodRouter<AppState>,
    asked: Asked,
}

macro_rules! methods {
    ($($function:ident => $method:ident;)*) => {
        $(
            pub(crate) fn $function<H, T>(
                path: &'static str,
                scope: Scope,
                handler: H,
            ) -> Undescribed
            where
                H: Handler<T, AppState>,
                T: Parts + 'static,
            {
                let answer = on(MethodFilter::$method, handler);
                Undescribed { method: Method::$method, path, scope, answer, asked: T::asked() }
            }
        )*
    };
}

impl Route {
    methods! {
        get => GET;
        post => POST;
        patch => PATCH;
        put => PUT;
        delete => DELETE;
    }

    /// Takes bodies of so many bytes, where others take [`Config::BODY_LIMIT`](crate::Config::BODY_LIMIT).
    pub(crate) fn body_limit(mut self, bytes: usize) -> Self {
        self.answer = self.answer.layer(DefaultBodyLimit::max(bytes));
        self
    }
}

impl Undescribed {
    fn with(self, summary: &'static str, told: Told) -> Route {
        let Self { method, path, scope, answer, asked } = self;
        Route { method, path, scope, answer, account: Some(Account { summary, asked, told }) }
    }

    /// It answers 200 with such a value as JSON.
    pub(crate) fn gives<T: JsonSchema>(self, summary: &'static str) -> Route {
        self.with(summary, Told::Gives(schema_of::<T>))
    }

    /// It answers 201 with such a value, or 200 if nothing was new.
    pub(crate) fn makes<T: JsonSchema>(self, summary: &'static str) -> Route {
        self.with(summary, Told::Makes(schema_of::<T>))
    }

    /// It does something, and its answer has no body.
    pub(crate) fn does(self, status: StatusCode, summary: &'static str) -> Route {
        self.with(summary, Told::Does(status))
    }

    /// It answers 200 with text of this type.
    pub(crate) fn writes(self, content_type: &'static str, summary: &'static str) -> Route {
        self.with(summary, Told::Writes(content_type))
    }

    /// It becomes a socket.
    pub(crate) fn opens(self, summary: &'static str) -> Route {
        self.with(summary, Told::Opens)
    }

    /// It has nothing to give here, and says so.
    pub(crate) fn refuses(self, summary: &'static str) -> Route {
        self.with(summary, Told::Refuses)
    }
}

/// Makes routes of pages and of what they are made of, and of the store for programs of the same release. Those are no part of the API
/// that is described.
pub(crate) struct Page;

macro_rules! pages {
    ($($function:ident => $method:ident;)*) => {
        $(
            pub(crate) fn $function<H, T>(path: &'static str, scope: Scope, handler: H) -> Route
            where
                H: Handler<T, AppState>,
                T: 'static,
            {
                let answer = on(MethodFilter::$method, handler);
                Route { method: Method::$method, path, scope, answer, account: None }
            }
        )*
    };
}

impl Page {
    pages! {
        get => GET;
        post => POST;
    }
}
