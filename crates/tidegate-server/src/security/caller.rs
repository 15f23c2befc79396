//! Who calls, as far as a request says so. What they may do is what their password or key is for; nothing here looks at a route.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Config;
use crate::error::ApiError;
use crate::route::Scope;
use crate::security::ApiKey;

/// Who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Someone who has not said who they are, though they were asked to.
    #[default]
    Unknown,
    /// Someone who may do this much.
    Known(Scope),
}

impl Caller {
    /// Whoever sent a request with these headers.
    pub(crate) fn of(config: &Config, headers: &HeaderMap) -> Self {
        if !config.asks_who_calls() {
            return Self::Known(Scope::Admin);
        }
        let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match value.and_then(|value| value.split_once(' ')) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => {
                let decoded = STANDARD.decode(rest.trim()).ok();
                let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
                text.map_or(Self::Unknown, |text| Self::of_login(config, &text))
            }
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => {
                Self::of_token(config, rest.trim())
            }
            Some(_) | None => Self::Unknown,
        }
    }

    /// Whoever knows this `user:password` or key, as clients send it in the first message of a socket.
    pub(crate) fn of_token(config: &Config, token: &str) -> Self {
        if !config.asks_who_calls() {
            return Self::Known(Scope::Admin);
        }
        if config.basic_auth.as_ref().is_some_and(|secret| secret.is(token)) {
            return Self::Known(Scope::Admin);
        }
        let key = config.keys.iter().find(|key| key.is(token)).map(ApiKey::scope);
        let scope = key.or_else(|| config.stored.scope_of(token, config.clock.now()));
        scope.map_or(Self::Unknown, Self::Known)
    }

    /// Whoever has written this `user:password` into a form of a browser, which may be a key in the place of the password.
    fn of_login(config: &Config, login: &str) -> Self {
        match (Self::of_token(config, login), login.split_once(':')) {
            (Self::Unknown, Some((_, key))) => Self::of_token(config, key),
            (caller, _) => caller,
        }
    }

    /// Fails unless they may do what asks for `scope`.
    pub(crate) fn may(self, scope: Scope) -> Result<(), ApiError> {
        match self {
            _ if scope == Scope::Open => Ok(()),
            Self::Unknown => Err(ApiError::Unauthorized),
            Self::Known(granted) if granted >= scope => Ok(()),
            Self::Known(granted) => Err(ApiError::Forbidden(format!(
                "this needs a key of the scope {scope}, and yours is of the scope {granted}"
            ))),
        }
    }
}
