//! What is said about a test.

use serde::Serialize;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// What should come came.
    Pass,
    /// Something else came.
    Fail,
    /// It took too long, by the clock or by the time of processors.
    Timeout,
    /// It ended with an exception, an exit code, a signal, or beyond a limit.
    Crash,
    /// The sandbox refused something, and the program failed over it.
    Denied,
}

impl Verdict {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Fail, Self::Timeout, Self::Crash, Self::Denied];

    /// The verdict's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
            Self::Denied => "denied",
        }
    }
}
