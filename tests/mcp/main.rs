//! The chains as tools of other agents: over pipes, over HTTP, and as the program that users start. The
//! clients here are a few lines of their own, so that they can also say what no client should; other
//! people's are in `tests/clients/mcp`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test they help"
)]

mod http;
mod pipes;
mod program;
mod support;
mod tools;
