//! A reasoning node: a small thinking model, hosted, composed by chains, served like OpenAI.
//!
//! # Layout
//!
//! Dependencies point one way: `api → catalog → {chain, engine} → generate`.
//!
//! ```text
//! POST /v1/chat/completions
//!   router ─▶ api ─▶ limits (permit) ─▶ catalog ─┬─▶ chain ──┐ (each step calls Generate again)
//!                                                ├─▶ engine::local    (mistral.rs)
//!                                                ├─▶ engine::remote   (any OpenAI-compatible endpoint)
//!                                                └─▶ engine::scripted (tests, demonstrations)
//!   client ◀─ api::sse / JSON ◀──── Generation (a stream of Delta) ◀──┘
//! ```

pub mod access;
pub mod api;
pub mod app;
pub mod catalog;
pub mod chain;
pub mod cli;
pub mod config;
pub mod engine;
pub mod equivalence;
pub mod error;
pub mod evaluation;
pub mod execution;
pub mod generate;
pub mod limits;
pub mod mcp;
pub mod metrics;
pub mod node;
pub mod numbers;
pub mod retrieval;
pub mod review;
pub mod router;
pub mod runs;
pub mod server;
pub mod telemetry;
pub mod tools;
pub mod tutor;
