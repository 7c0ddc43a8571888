//! What is served, described: the `OpenAPI` document and the page at `/`.
//!
//! The document is collected from the handlers while the routes are, so the two cannot differ; the
//! committed `openapi.yaml` is its output.

use std::sync::Arc;

use axum::{
    Extension, Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::chains::output::{ChainStreamError, ChainText};
use crate::error::ErrorBody;

/// What the document says about the whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "ponder",
        description = "A reasoning node behind an OpenAI-compatible endpoint. A chain is a model: \
                       its name begins with `chain/`. Every path below `/v1` is also served without \
                       that prefix. Every response carries `x-request-id`.",
    ),
    servers((url = "http://127.0.0.1:8080", description = "Where `ponder serve` listens by default.")),
    // The second and third are in events, as text.
    components(schemas(ErrorBody, ChainText, ChainStreamError)),
    // Without configured keys nobody is asked for one.
    security((), ("key" = [])),
    modifiers(&KeyScheme),
    tags(
        (name = "chat", description = "Answers."),
        (name = "responses", description = "Answers that are kept, gone on from, and made in the background."),
        (name = "completions", description = "Prompts, continued."),
        (name = "chains", description = "Models composed into models, asked as LangServe's clients do."),
        (name = "runs", description = "Answers on their way: how far they are, and their end."),
        (name = "embeddings", description = "What texts mean, as numbers."),
        (name = "tokens", description = "A model's own tokens."),
        (name = "models", description = "What can be asked."),
        (name = "operation", description = "How the node is."),
        (name = "about", description = "What this is."),
    ),
)]
pub(crate) struct Document;

/// How a key is sent, where keys are configured.
struct KeyScheme;

impl Modify for KeyScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A key of this server. Where none are configured, none is needed. `/livez`, \
                 `/readyz` and `/health` never need one.",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The finished document, rendered once.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    yaml: Arc<str>,
    json: Arc<str>,
}

impl Rendered {
    /// Renders a document. It is made of plain data, so rendering does not fail; if it did, the page
    /// would be empty and the test that compares it would say so.
    pub(crate) fn new(document: &utoipa::openapi::OpenApi) -> Self {
        Self {
            yaml: document.to_yaml().unwrap_or_default().into(),
            json: document.to_pretty_json().unwrap_or_default().into(),
        }
    }

    /// The document as YAML.
    pub(crate) fn yaml(&self) -> &str {
        &self.yaml
    }
}

/// Puts the document into the words of `OpenAPI`: its path parameters know no wildcard.
pub(crate) fn without_wildcards(document: &mut utoipa::openapi::OpenApi) {
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths =
        paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
}

/// What this is and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Welcome {
    /// `ponder`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is.
    pub description: String,
    /// Paths worth knowing.
    pub see: Vec<String>,
}

/// What this is and where to go on
#[utoipa::path(get, path = "/", tag = "about",
    responses((status = 200, description = "What this is.", body = Welcome)))]
pub(crate) async fn welcome() -> Json<Welcome> {
    Json(Welcome {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
        see: [
            "/v1/models",
            "/v1/chat/completions",
            "/v1/responses",
            "/v1/chains",
            "/openapi.yaml",
            "/health",
            "/metrics",
        ]
        .map(str::to_owned)
        .to_vec(),
    })
}

/// This document
#[utoipa::path(get, path = "/openapi.yaml", tag = "about",
    responses((status = 200, description = "The document.", body = Object, content_type = "application/yaml")))]
pub(crate) async fn as_yaml(Extension(document): Extension<Rendered>) -> Response {
    ([(header::CONTENT_TYPE, "application/yaml")], document.yaml.to_string()).into_response()
}

/// This document as JSON
#[utoipa::path(get, path = "/openapi.json", tag = "about",
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json")))]
pub(crate) async fn as_json(Extension(document): Extension<Rendered>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.json.to_string()).into_response()
}
