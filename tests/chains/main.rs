//! Chains from the outside: the files, the router and whole runs on scripted models.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod clr;
mod confidence;
mod conformance;
mod control;
mod decompose;
mod escalate;
mod files;
mod hint;
mod interrupted;
mod programs;
mod recorded;
mod retrieve;
mod routing;
mod runs;
mod support;
mod vote;
mod written;

#[path = "../../examples/solve.rs"]
#[expect(dead_code, reason = "the example's `main` is not run here")]
mod solve;
