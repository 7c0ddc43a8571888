//! Which names of this server are accepted in the `Host` header.
//!
//! A web page can give its own name the address 127.0.0.1 (DNS rebinding); its browser then takes
//! this server for the page's own, and no origin check helps. The `Host` header betrays it. Behind a
//! proxy that passes the public name on, allow [`AllowedHosts::Any`] and let keys decide.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{app::App, error::ApiError};

/// Which names of this server are accepted in the `Host` header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AllowedHosts {
    /// Loopback names only: `localhost`, names below it, 127.0.0.0/8 and `[::1]`. Right for a server
    /// that listens on loopback and asks for no key.
    #[default]
    Loopback,
    /// These names, in lower case and without a port, besides the loopback ones: for a proxy on this
    /// machine that passes the public name on.
    Named(Vec<String>),
    /// Every name.
    Any,
}

/// Refuses a request that names another host. No name at all is fine: browsers always send one.
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let named: &[String] = match &app.settings().hosts {
        AllowedHosts::Any => return next.run(request).await,
        AllowedHosts::Loopback => &[],
        AllowedHosts::Named(names) => names,
    };
    let allowed = named_host(&request).is_none_or(|host| {
        host.parse::<Authority>().is_ok_and(|authority| {
            let host = authority.host();
            is_loopback_name(host) || named.iter().any(|name| name.eq_ignore_ascii_case(host))
        })
    });
    if allowed { next.run(request).await } else { ApiError::host_not_allowed().into_response() }
}

/// The host a request names: in its address with HTTP/2, in its header before.
fn named_host(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::HOST);
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        // An unreadable name is a wrong name.
        None => header.map(|value| value.to_str().unwrap_or_default()),
    }
}

/// Whether a name, without its port, can only mean this machine.
pub(super) fn is_loopback_name(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost"
        || name.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_loopback() {
        for host in ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in ["", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "10.0.0.1", "0"] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
