//! Judges how a program ended, before anybody looks at what it wrote.
//!
//! `denied` is told from `crash` by what only the sandbox does: the signal with which seccomp ends a program, or an
//! exception that nobody caught with an error number that the sandbox answers with. A program that catches the
//! exception and goes on is judged by what it writes. One that raises a `PermissionError` of its own looks the same as
//! one that was refused.

use std::path::Path;

use crate::execution::{
    limits::{Limits, bytes},
    sandbox::{End, Run, Status},
    verdict::Verdict,
};

/// `SIGSYS`, with which seccomp ends a program.
const BAD_SYSTEM_CALL: i32 = 31;
/// `SIGXCPU`, when the time of processors is used up.
const PROCESSOR_TIME: i32 = 24;
/// `SIGXFSZ`, when a file grows too large.
const FILE_SIZE: i32 = 25;
/// `SIGKILL`.
const KILLED: i32 = 9;

/// Error numbers of Linux with which the sandbox refuses: not permitted, no access, read-only, not implemented, and a
/// link across folders.
const REFUSALS: [(u32, &str); 5] = [
    (1, "operation not permitted"),
    (13, "permission denied"),
    (30, "read-only file system"),
    (38, "system call not offered"),
    (18, "link out of the folder"),
];

type Judged = (Verdict, Option<String>);

/// The verdict, if the end of the program decides it already.
pub(super) fn end(run: &Run, limits: &Limits) -> Option<Judged> {
    let wall = limits.wall.as_secs_f64();
    match run.end {
        End::Exited => {}
        End::WallTime => {
            return judged(Verdict::Timeout, format!("it did not end within {wall} s"));
        }
        End::Output => {
            let most = bytes(limits.output);
            return judged(Verdict::Crash, format!("it wrote more than {most} of output"));
        }
        End::Disk => return judged(Verdict::Crash, too_much_disk(limits)),
    }
    match run.status {
        Status::Code(0) => None,
        Status::Code(code) => {
            let stderr = String::from_utf8_lossy(&run.stderr);
            Some(exception(&stderr, code, limits))
        }
        Status::Signal(signal) => Some(signalled(signal, run, limits)),
    }
}

fn judged(verdict: Verdict, reason: String) -> Option<Judged> {
    Some((verdict, Some(reason)))
}

fn signalled(signal: i32, run: &Run, limits: &Limits) -> Judged {
    let cpu = limits.cpu.as_secs_f64().ceil();
    let (verdict, reason) = match signal {
        BAD_SYSTEM_CALL => {
            (Verdict::Denied, "the sandbox ended it: it made a forbidden system call".to_owned())
        }
        PROCESSOR_TIME => (Verdict::Timeout, format!("it used {cpu} s of processor time")),
        KILLED if run.cpu.as_secs_f64() >= cpu => {
            (Verdict::Timeout, format!("it used {cpu} s of processor time"))
        }
        KILLED => (Verdict::Crash, "it was killed; the machine may be out of memory".to_owned()),
        FILE_SIZE => (Verdict::Crash, too_much_disk(limits)),
        other => (Verdict::Crash, format!("it ended with signal {other} ({})", signal_name(other))),
    };
    (verdict, Some(reason))
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => "illegal instruction",
        6 => "abort",
        7 => "bus error",
        8 => "arithmetic fault",
        11 => "segmentation fault; a recursion may be too deep",
        15 => "termination",
        _ => "see `man 7 signal`",
    }
}

fn too_much_disk(limits: &Limits) -> String {
    format!("it wrote more than {} or {} files to the disk", bytes(limits.disk), limits.files)
}

/// Judges the last line of a traceback, `PermissionError: [Errno 1] Operation not permitted: '/x'`.
fn exception(stderr: &str, code: i32, limits: &Limits) -> Judged {
    let traced = stderr.contains("Traceback (most recent call last):");
    let line = stderr.lines().rev().find(|line| is_exception(line)).filter(|_| traced);
    // A mistake in the program's text has no traceback when it is the main program.
    let line = line.or_else(|| stderr.trim().lines().last().filter(|line| is_exception(line)));
    let Some(line) = line else {
        return (Verdict::Crash, Some(format!("it ended with exit code {code}")));
    };
    let number = error_number(line);
    if let Some((_, what)) = REFUSALS.iter().find(|(known, _)| Some(*known) == number) {
        return (Verdict::Denied, Some(format!("the sandbox refused it: {what}: {line}")));
    }
    // What is outside does not exist inside.
    if number == Some(2)
        && quoted_path(line).is_some_and(|path| path.is_absolute() && path.exists())
    {
        let reason = format!("the sandbox hides it: {line}");
        return (Verdict::Denied, Some(reason));
    }
    let reason = match number {
        Some(27 | 28) => format!("{}: {line}", too_much_disk(limits)),
        _ if line.starts_with("MemoryError") => {
            format!("it needs more than {} of memory", bytes(limits.memory))
        }
        _ => format!("it raised {line}"),
    };
    (Verdict::Crash, Some(reason))
}

/// Whether a line reads `SomeError: …`, `module.Error` or the like.
fn is_exception(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    name.starts_with(|first: char| first.is_alphabetic())
        && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '.'))
        && (line.contains(':')
            || name.ends_with("Error")
            || name.ends_with("Exception")
            || name.ends_with("Interrupt"))
}

fn error_number(line: &str) -> Option<u32> {
    let rest = line.split_once("[Errno ")?.1;
    rest.split_once(']')?.0.parse().ok()
}

fn quoted_path(line: &str) -> Option<&Path> {
    let rest = line.split_once('\'')?.1;
    Some(Path::new(rest.split_once('\'')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stderr: &str) -> (Verdict, String) {
        let (verdict, reason) = exception(stderr, 1, &Limits::default());
        (verdict, reason.unwrap_or_default())
    }

    fn traceback(last: &str) -> String {
        format!(
            "Traceback (most recent call last):\n  File \"solution.py\", line 1, in <module>\n{last}\n"
        )
    }

    #[test]
    fn refusals_are_told_from_mistakes() {
        let denied = |last: &str| told(&traceback(last)).0 == Verdict::Denied;
        assert!(denied("PermissionError: [Errno 1] Operation not permitted"));
        assert!(denied("PermissionError: [Errno 13] Permission denied: '/etc/passwd'"));
        assert!(denied("OSError: [Errno 38] Function not implemented"));
        assert!(denied("FileNotFoundError: [Errno 2] No such file or directory: '/etc/passwd'"));
        assert!(!denied("FileNotFoundError: [Errno 2] No such file or directory: 'input.txt'"));
        assert!(!denied("FileNotFoundError: [Errno 2] No such file or directory: '/no/such'"));
        assert!(!denied("ZeroDivisionError: division by zero"));
        assert!(!denied("PermissionError: I made this up"));
    }

    #[test]
    fn crashes_are_told_in_words() {
        assert_eq!(
            told(&traceback("IndexError: list index out of range")).1,
            "it raised IndexError: list index out of range"
        );
        assert_eq!(told(&traceback("MemoryError")).1, "it needs more than 2 GiB of memory");
        assert_eq!(told("  File \"solution.py\", line 1\n    x = (\n        ^\nSyntaxError: '(' was never closed\n").1, "it raised SyntaxError: '(' was never closed");
        assert_eq!(told("I give up").1, "it ended with exit code 1");
        assert_eq!(told("").1, "it ended with exit code 1");
        let full = told(&traceback("OSError: [Errno 28] No space left on device")).1;
        assert!(full.starts_with("it wrote more than 64 MiB"), "{full}");
    }
}
