//! Which web pages may call this server from a browser.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use serde::Deserialize;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

use super::{headers, host::is_loopback_name};
use crate::mcp;

/// Which web pages may call this server from a browser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedOrigins {
    /// None.
    None,
    /// Pages served by this machine itself, on any port: right for a server that listens on
    /// loopback.
    #[default]
    Loopback,
    /// All. Anybody's page can then use the server with its visitor's network.
    Any,
    /// These, each written like `https://chat.example.org`.
    List(Vec<String>),
}

impl AllowedOrigins {
    /// Whether pages from there may call.
    pub(crate) fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Loopback => {
                origin.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback_name))
            }
            Self::List(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

/// Answers preflights and marks responses.
pub(super) fn layer(origins: &AllowedOrigins) -> CorsLayer {
    let origins = origins.clone();
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _request| origins.allows(origin)))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // OpenAI's client sends a dozen headers of its own, and `*` does not cover `authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list([
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-ponder-run-id"),
            HeaderName::from_static("x-should-retry"),
            HeaderName::from_static("openai-processing-ms"),
            HeaderName::from_static("idempotent-replayed"),
            mcp::http::SESSION,
            headers::LIMIT,
            headers::REMAINING,
            headers::RESET,
            header::RETRY_AFTER,
        ]))
        // Browsers ask again after this time; each preflight delays a request.
        .max_age(Duration::from_secs(3600))
}
