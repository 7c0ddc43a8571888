//! Ponder's routes inside another axum application.
//!
//! Run with `cargo run --release --no-default-features --example embed_server`, then
//! `curl http://127.0.0.1:8080/ponder/v1/models`.

use std::sync::Arc;

use axum::{Router, routing};
use ponder::{
    app::{ApiSettings, App},
    catalog::{Catalog, ModelInfo, Purpose},
    engine::scripted::ScriptedEngine,
    router::router,
    server::{ServerSettings, serve},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // Anything that implements `ponder::generate::Generate` can stand here.
    let mut catalog = Catalog::default();
    let info = ModelInfo {
        id: "scripted".to_owned(),
        description: "Repeats questions.".to_owned(),
        purpose: Purpose::Answers,
        owned_by: "example".to_owned(),
        created: 0,
        context_length: Some(4096),
        demonstration: true,
    };
    catalog.insert(info, Arc::new(ScriptedEngine::default()));
    let app = App::new(catalog, ApiSettings::default());

    let ours = Router::new()
        .route("/", routing::get(async || "Our own page. Ponder is at /ponder."))
        .nest("/ponder", router(app.clone()));

    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    let shutdown = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(listener, app, ours, ServerSettings::default(), shutdown).await;
    Ok(())
}
