//! The HTTP edge: `OpenAI`'s dialect outside, [`crate::generate`] inside.
//!
//! Handlers are thin: take the body, validate it, ask the catalog's model, answer. Whatever can fail
//! before the first byte does, with a status; afterwards an error is the last event of the stream.
//! Nothing here knows whether a model is hosted, remote or a chain.

pub(crate) mod answer;
pub mod attach;
pub mod chains;
pub mod chat;
pub mod completions;
pub mod document;
pub mod embeddings;
pub mod health;
pub mod inference;
pub(crate) mod json;
pub mod models;
mod prompts;
mod query;
pub mod reasoning;
mod recording;
pub mod responses;
pub mod runs;
pub(crate) mod sse;
pub mod tokenize;
