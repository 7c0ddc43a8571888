//! Programs run in the real sandbox of this machine: what they may do, what they may not, and what is said about them.
//!
//! Everything here starts real interpreters and needs Linux. Where the kernel lacks namespaces, the tests that need
//! them fail and say so; `PONDER_TEST_WITHOUT_NAMESPACES=1` accepts that, and the others still run.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod cancel;
mod command;
mod hostile;
mod support;
mod verdicts;
