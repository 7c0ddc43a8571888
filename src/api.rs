//! The HTTP edge: `OpenAI`'s dialect outside, [`crate::generate`] inside.
//!
//! Handlers are thin: take the body, validate it, ask the catalog's model, answer. Whatever can fail
//! before the first byte does, with a status; afterwards an error is the last event of the stream.
//! Nothing here knows whether a model is hosted, remote or a chain.

pub mod attach;
pub mod chains;
pub mod chat;
pub mod completions;
pub mod document;
pub mod embeddings;
pub mod health;
pub mod inference;
mod json;
pub mod models;
mod prompts;
mod query;
pub mod reasoning;
mod recording;
pub mod responses;
pub mod runs;
mod sse;
pub mod tokenize;
