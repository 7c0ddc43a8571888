//! What orchestrators and dashboards ask: alive, ready, how busy.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::{App, Phase},
    error::{ApiError, ErrorBody},
};

/// How the node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; anything else is an error status.
    pub status: HealthStatus,
    /// Answers that run now.
    pub running: usize,
    /// Requests that wait now.
    pub waiting: usize,
    /// The version of ponder.
    pub version: String,
}

/// The state of a node that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// All is well.
    Ok,
}

fn health(app: &App) -> Json<Health> {
    Json(Health {
        status: HealthStatus::Ok,
        running: app.admission().running(),
        waiting: app.admission().waiting(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn ready(app: &App) -> Result<Json<Health>, ApiError> {
    let retry_after = Duration::from_secs(5);
    match app.phase() {
        Phase::Serving => Ok(health(app)),
        Phase::Loading => Err(ApiError::unavailable("The models are being loaded.", retry_after)),
        Phase::Draining | Phase::Stopping => {
            Err(ApiError::unavailable("This server is shutting down.", retry_after))
        }
    }
}

/// Alive: the process answers
#[utoipa::path(get, path = "/livez", tag = "operation",
    responses((status = 200, description = "It is alive.", body = Health)))]
pub(crate) async fn alive(State(app): State<App>) -> Json<Health> {
    health(&app)
}

/// Ready: requests are answered
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "Requests are answered.", body = Health),
    (status = 503, description = "Loading or shutting down.", body = ErrorBody),
))]
pub(crate) async fn readiness(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    ready(&app)
}

/// The same as `/readyz`, under the name that load balancers and clients expect
#[utoipa::path(get, path = "/health", tag = "operation", responses(
    (status = 200, description = "Requests are answered.", body = Health),
    (status = 503, description = "Loading or shutting down.", body = ErrorBody),
))]
pub(crate) async fn healthy(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    ready(&app)
}

/// The same as `/health`, for callers that know only paths below `/v1`
#[utoipa::path(get, path = "/v1/health", tag = "operation", responses(
    (status = 200, description = "Requests are answered.", body = Health),
    (status = 503, description = "Loading or shutting down.", body = ErrorBody),
))]
pub(crate) async fn healthy_below_v1(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    ready(&app)
}

/// Counters, gauges and histograms in Prometheus' text format
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "The metrics.", body = String)))]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, app.metrics().render()).into_response()
}
