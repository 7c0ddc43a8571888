//! The hidden first argument with which this program becomes a stage of the sandbox.

use std::{ffi::OsString, process::ExitCode};

/// The hidden first argument.
pub(super) const ARGUMENT: &str = "sandbox-init";

/// This program, also after its file was replaced.
#[cfg(target_os = "linux")]
pub(super) const OURSELVES: &str = "/proc/self/exe";

/// Plays a stage of the sandbox, if that is what this process was started for, and returns its exit code.
///
/// A program that uses [`Sandbox`](super::Sandbox) calls this first thing in `main`, before there are threads, and
/// ends with the code if there is one.
pub fn enter_stage(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    if arguments.nth(1)? != ARGUMENT {
        return None;
    }
    let arguments: Vec<OsString> = arguments.collect();
    Some(play(&arguments))
}

#[cfg(target_os = "linux")]
fn play(arguments: &[OsString]) -> ExitCode {
    use std::path::Path;

    let text = |at: usize| arguments.get(at).and_then(|argument| argument.to_str());
    let folder = arguments.get(1).map(Path::new);
    match (text(0), folder, text(2)) {
        (Some("enclose"), Some(folder), None) => super::enclose::run(folder),
        (Some("watch"), Some(folder), Some(situation)) => super::watch::run(folder, situation),
        (Some("confine"), Some(folder), Some(situation)) => super::confine::run(folder, situation),
        // Somebody typed it.
        _ => ExitCode::from(64),
    }
}

#[cfg(not(target_os = "linux"))]
fn play(_: &[OsString]) -> ExitCode {
    ExitCode::from(69)
}
