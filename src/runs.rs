//! Records of runs: what a chain was asked, what each step decided and why, every prompt to the letter and every
//! model's answer, kept in a local file so that a run can be looked at, run again without its models, and gone on
//! with after a crash.
//!
//! ```text
//! chain ─▶ observe ─▶ Recorder ─▶ a thread of its own ─▶ SQLite file
//!                                                            │
//! ponder runs list / show ◀──────────────────────────────────┤
//! ponder runs replay / resume ◀── recorded answers by what was asked
//! ```

pub mod record;
pub mod replay;
pub mod store;

pub use record::{
    RecordedAnswer, RecordedCall, RecordedLookup, RecordedRequest, RunRecord, RunState,
};
pub use store::{RunStore, StoreError, Summary};
