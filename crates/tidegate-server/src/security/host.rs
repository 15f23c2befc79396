//! For whom a request was meant. A page of another site can make a browser send requests to a server on loopback under a name that the
//! site has pointed there; such a request names that host, and is refused.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::HOST;

use crate::config::Config;
use crate::error::ApiError;

/// Fails unless the request was sent to a name that this server is known by.
pub(super) fn check(config: &Config, request: &Request) -> Result<(), ApiError> {
    let header = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = header.or(authority).map(name_of).unwrap_or_default();
    if is_known(config, host) {
        return Ok(());
    }
    Err(ApiError::Forbidden(
        "this server is not known by the host name of the request: add it to its hosts if it should be".into(),
    ))
}

/// Whether the server is known by this name.
pub(super) fn is_known(config: &Config, host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || config.hosts.contains(&host) {
        return true;
    }
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    address.is_some_and(|address| {
        // Who asks by an address was not led here by a name.
        address.is_loopback()
            || address == config.address.ip()
            || config.address.ip().is_unspecified()
    })
}

/// A host without its port.
pub(super) fn name_of(authority: &str) -> &str {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_at_all_addresses_is_known_by_each_and_by_no_name() {
        let config = Config::new().address(([0, 0, 0, 0], 4200).into());
        assert!(is_known(&config, name_of("10.0.0.7:4200")));
        assert!(is_known(&config, name_of("[2001:db8::7]:4200")));
        assert!(!is_known(&config, name_of("evil.example:4200")));
    }

    #[test]
    fn a_server_is_known_by_loopback_its_address_and_the_names_it_was_given() {
        let config = Config::new().host("Tide.example").address(([10, 0, 0, 7], 1).into());
        let known = [
            "localhost:4200",
            "127.0.0.1",
            "[::1]:4200",
            "127.9.9.9:1",
            "tide.example",
            "10.0.0.7:1",
        ];
        for authority in known {
            assert!(is_known(&config, name_of(authority)), "{authority}");
        }
        let unknown = [
            "",
            "evil.example",
            "localhost.evil.example",
            "10.0.0.8",
            "tide.example.evil",
            "[::2]",
        ];
        for authority in unknown {
            assert!(!is_known(&config, name_of(authority)), "{authority}");
        }
    }
}
