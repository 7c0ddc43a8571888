//! The hosted engine, proven on models that are built here: the way VibeThinker would go, without
//! its weights.
#![cfg(feature = "local")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod embedded;
mod embedding;
mod forcing;
mod format;
mod hosting;
mod hub;
mod logprobs;
mod quantized;
mod qwen_tokenizer;
mod raw;
mod tiny_model;
mod tools;
