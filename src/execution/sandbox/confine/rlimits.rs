//! Bounds that the kernel keeps for each process, and for the number of them.

use std::fs;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;

use super::super::policy::Situation;
use crate::execution::limits::{Limits, bytes};

/// Room for deep recursion. It is also what each thread of the program maps, so it must not be a large part of the
/// memory.
const STACK: u64 = 64 << 20;
/// Open files, for the interpreter and what it imports.
const OPEN_FILES: u64 = 128;

/// How many tasks of our user the kernel counts already: none where the user is new or the user namespace counts for
/// itself, which it does since Linux 5.14.
pub(super) fn tasks(situation: &Situation) -> u64 {
    let new_user = situation.root;
    let own_count = situation.namespaces.is_ok() && kernel() >= (5, 14);
    if new_user || own_count { 0 } else { running(geteuid().as_raw()) }
}

fn kernel() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-', '\n']).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The threads of a user's processes.
fn running(user: u32) -> u64 {
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    let threads = processes.flatten().filter_map(|process| {
        let status = fs::read_to_string(process.path().join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        if field("Uid:")? == u64::from(user) { field("Threads:") } else { None }
    });
    threads.sum()
}

/// Sets the limits and says which.
pub(super) fn set(limits: &Limits, tasks: u64) -> Result<String, String> {
    let seconds = limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0);
    let most_tasks = tasks + u64::from(limits.threads) + u64::from(limits.processes);
    let hard = |resource, value: u64| {
        let most = getrlimit(resource).map_or(value, |(_, most)| most.min(value));
        setrlimit(resource, most, most).map_err(|error| format!("{resource:?}: {error}"))
    };
    hard(Resource::RLIMIT_CORE, 0)?;
    hard(Resource::RLIMIT_STACK, STACK)?;
    hard(Resource::RLIMIT_FSIZE, limits.disk)?;
    hard(Resource::RLIMIT_NOFILE, OPEN_FILES)?;
    hard(Resource::RLIMIT_MEMLOCK, 0)?;
    hard(Resource::RLIMIT_MSGQUEUE, 0)?;
    hard(Resource::RLIMIT_NPROC, most_tasks)?;
    hard(Resource::RLIMIT_AS, limits.memory)?;
    // First a signal that says why, a second later the end.
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds + 1).map_err(|error| error.to_string())?;
    Ok(format!(
        "{seconds} s of processors, {} of memory, {} of disk, {} files, {} threads, {} further processes",
        bytes(limits.memory),
        bytes(limits.disk),
        limits.files,
        limits.threads,
        limits.processes
    ))
}
