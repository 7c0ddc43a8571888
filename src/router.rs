//! Every route and every layer, in order, each with its reason.

use std::sync::LazyLock;

use axum::{
    Extension, Router,
    extract::OriginalUri,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        chains, chat, completions,
        document::{self, Document, Rendered},
        embeddings, health, inference, models, responses, runs, tokenize,
    },
    app::App,
    error::ApiError,
    mcp,
};

pub mod cors;
mod headers;
pub mod host;
mod keys;
mod observe;
mod request_id;
mod trace;

/// Everything that is served, ready to be served alone, mounted in another axum app, or tested
/// without a socket.
pub fn router(app: App) -> Router {
    let routes = Router::from(documented())
        // Some clients put `/v1` into their base address and some do not.
        .merge(api().split_for_parts().0);
    let routes = if app.settings().tools {
        routes.merge(mcp::http::routes(mcp::Service::new(app.clone())))
    } else {
        routes
    };
    layered(routes, app)
}

/// The chains as tools of agents at `/mcp`, and what watches over the process; nothing else.
pub fn tools_router(app: App) -> Router {
    let health = OpenApiRouter::default()
        .routes(routes!(health::healthy))
        .routes(routes!(health::alive))
        .routes(routes!(health::readiness));
    layered(Router::from(health).merge(mcp::http::routes(mcp::Service::new(app.clone()))), app)
}

/// The routes within every layer.
fn layered(routes: Router<App>, app: App) -> Router {
    // A layer wraps those above it: a request meets them from the bottom up.
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(Extension(DOCUMENT.clone()))
        // A panic costs one request; inside everything that must also see its response.
        .layer(CatchPanicLayer::custom(panicked))
        // Inside the key check: how busy the server is is nobody else's business.
        .layer(from_fn_with_state(app.clone(), headers::describe))
        // Before anything is read or looked up: without a key there is nothing to see.
        .layer(from_fn_with_state(app.clone(), keys::check))
        // Before anything is read: a web page must not reach this server by a name of its own.
        .layer(from_fn_with_state(app.clone(), host::check))
        // Outside the host check, so that browsers may read even its refusal; answers preflights.
        .layer(cors::layer(&app.settings().origins))
        // Outside the checks, so that a refusal is in the trace as well; the caller is told its place in it.
        .layer(from_fn_with_state(app.clone(), trace::trace))
        // Counts and logs every response, also refusals and preflights.
        .layer(from_fn_with_state(app.clone(), observe::observe))
        // Outermost: every response carries an id, and everything inside can log it.
        .layer(from_fn(request_id::assign))
        .with_state(app)
}

/// The `OpenAPI` document of everything that is served, as YAML.
pub fn openapi_yaml() -> String {
    DOCUMENT.yaml().to_owned()
}

/// Rendered once: it is the same for every router.
static DOCUMENT: LazyLock<Rendered> = LazyLock::new(|| {
    let mut document = documented().into_openapi();
    document::without_wildcards(&mut document);
    Rendered::new(&document)
});

/// What is served below `/v1`.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(chat::chat_completions))
        .routes(routes!(responses::create))
        .routes(routes!(responses::retrieve, responses::delete))
        .routes(routes!(responses::cancel))
        .routes(routes!(responses::listing::input_items))
        .routes(routes!(completions::completions))
        .routes(routes!(embeddings::embeddings))
        .routes(routes!(inference::infer))
        .routes(routes!(chains::list_chains))
        .routes(routes!(chains::describe_chain))
        .routes(routes!(chains::invoke::invoke))
        .routes(routes!(chains::batch::batch))
        .routes(routes!(chains::stream::stream))
        .routes(routes!(runs::retrieve, runs::cancel))
        .routes(routes!(runs::recorded::record))
        .routes(routes!(tokenize::tokenize))
        .routes(routes!(tokenize::detokenize))
        .routes(routes!(models::list_models))
        .routes(routes!(models::describe_model))
}

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest("/v1", api())
        .routes(routes!(health::healthy))
        .routes(routes!(health::healthy_below_v1))
        .routes(routes!(health::alive))
        .routes(routes!(health::readiness))
        .routes(routes!(health::metrics))
        .routes(routes!(document::welcome))
        .routes(routes!(document::as_yaml))
        .routes(routes!(document::as_json))
}

async fn unknown_route(OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::route_not_found(uri.path())
}

async fn unknown_method(method: Method, OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::method_not_allowed(method.as_str(), uri.path())
}

/// The panic itself is printed by the panic hook; a client learns only that it was not its fault.
fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    ApiError::internal("The server failed in an unexpected way. Its log says more.").into_response()
}
