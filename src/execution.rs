//! Running programs that nobody has read, and saying whether they do what was asked.
//!
//! A model's program is run on tests: its standard input and output, calls of its functions, or doctests. Each test
//! is a fresh process in a sandbox that needs neither Docker nor root: no network, no files but a scratch folder,
//! bounded time, memory, output and disk, and an end that takes everything it started with it.
//!
//! ```text
//! ponder ── enclose ── watch ── confine ══ python3          each ── starts the next, ══ becomes it
//!   │         │          │         │
//!   │         │          │         └ own root, no rights, limits, Landlock, seccomp; then exec
//!   │         │          └ first process of the PID namespace: clock, kill, reap, report
//!   │         └ new namespaces
//!   └ reads the output up to its limit; closing its pipe to `watch` ends everything
//! ```
//!
//! The three stages are this program itself, started again with a hidden first argument (see [`enter_stage`]): a
//! program that has threads cannot give up rights between `fork` and `exec` without unsafe code.

pub mod case;
pub mod cases;
pub mod code_block;
pub mod compare;
mod error;
mod limits;
pub mod literal;
mod protection;
mod python;
mod report;
mod runner;
pub mod sandbox;
mod shared;
pub mod statement;
mod verdict;

pub use error::ExecutionError;
pub use limits::Limits;
pub use protection::{Layer, LayerKind, Protection};
pub use python::Python;
pub use report::{Outcome, Report};
pub use runner::{Runner, run_cases};
pub use sandbox::{Namespaces, PartialProtection, Sandbox, SandboxOptions, enter_stage};
pub use shared::SharedSandbox;
pub use verdict::Verdict;
