//! The HTTP edge, tested through its router with the scripted engine.
//!
//! Tests are named after the row of the compatibility list they cover: `s…` streaming, `r…`
//! requests, `t…` thinking, `e…` whole replies, errors and everything around. Only what needs a
//! connection uses one, in `socket`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test they help"
)]

mod browser;
mod chains;
mod completions;
mod embeddings;
mod errors;
mod extension;
mod fuzz;
mod hint;
mod inference;
mod keys;
mod limits;
mod logprobs;
mod models;
mod pace;
mod remote;
mod requests;
mod responses;
mod retries;
mod runs;
mod socket;
mod stream;
mod support;
mod thinking;
mod tools;
mod whole;
