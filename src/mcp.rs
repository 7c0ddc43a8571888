//! The chains as tools of other agents: the Model Context Protocol, over the pipes of a process and over HTTP.
//!
//! ```text
//! stdio ──┐                                 ┌─▶ tool: what each chain takes and gives
//!         ├─▶ message ─▶ Service ─▶ call ───┤
//! http ───┘   JSON-RPC   methods            └─▶ api::answer ─▶ limits, runs ─▶ chain
//!   agent ◀── progress, …, result ◀──── a stream of deltas ◀────────┘
//! ```
//!
//! Two eras of the protocol are spoken side by side. Until 2025-11-25 a connection begins with
//! `initialize`, and over HTTP is a session; from 2026-07-28 on every request says all there is to know
//! (`revision`). A call is answered in the era that it comes from.
//!
//! The messages are our own few types: every version of the protocol's Rust SDK has crates that the engine
//! uses built with other features (`chrono` with `serde`, `schemars` with `chrono04`), and with them the
//! engine itself.

mod arguments;
mod call;
pub mod client;
pub(crate) mod http;
mod message;
mod outcome;
mod progress;
mod revision;
mod service;
pub mod stdio;
mod tool;

pub(crate) use http::PATH;
pub use service::Service;
