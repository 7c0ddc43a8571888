//! Measures whatever answers on a file of problems: a hosted model, a remote one, or a chain.
//!
//! ```text
//! problems ─▶ protocol ─▶ runner ─▶ folder (results.jsonl) ─▶ statistics ─▶ report (json, md, html)
//!  what is     how it is   asks,      whole lines only,          pass@k,       what was measured,
//!  asked       asked       retries    so a run can go on         maj@k         with its intervals
//! ```
//!
//! A run lives in a [`folder`]: every answer is written there when it ends, so that an interrupted run goes
//! on where it stopped, and saved answers can be judged anew without the model ([`regrade`]). Two runs on
//! the same problems are compared problem by problem ([`compare`]).
//!
//! It knows `generate`, `equivalence`, `execution`, where a chain finds the answer in a text, how it weighs claims and
//! what `withhold` finds in a text; nothing below it knows it. Published sets of cases, judged by rules, are in
//! [`suite`].

mod claims;
pub mod compare;
pub mod confidence;
pub mod folder;
pub mod judge;
pub mod manifest;
mod outcome;
pub mod problems;
pub mod programs;
pub mod protocol;
pub mod regrade;
pub mod report;
pub mod runner;
pub mod sample;
pub mod statistics;
pub mod suite;
#[cfg(test)]
mod testing;
