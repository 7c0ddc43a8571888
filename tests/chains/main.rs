//! Chains from the outside: the files, the router and whole runs on scripted models.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod files;
mod routing;
mod runs;
mod support;

#[path = "../../examples/solve.rs"]
#[expect(dead_code, reason = "the example's `main` is not run here")]
mod solve;
