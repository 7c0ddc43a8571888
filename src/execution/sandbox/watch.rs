//! The second stage: starts the third, and sees to it that nothing outlives the run.
//!
//! In a PID namespace it is the first process, so that the kernel ends all others with it. Without one it is the
//! subreaper of what it starts, and kills the process group, which seccomp forbids to leave. Its standard input is a
//! pipe from ponder: a byte says that the run is to end now, and the end of the pipe that ponder is gone or has no use
//! for the run any more.

use std::{
    fs,
    os::{fd::AsFd, unix::process::CommandExt},
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        prctl,
        resource::{UsageWho, getrusage},
        signal::{Signal, kill, killpg},
        wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid},
    },
    unistd::{Pid, read},
};

use super::{
    enclose::{policy, told},
    inside,
    policy::{Ending, Policy, Setup, Situation, Why, names},
    stage::{ARGUMENT, OURSELVES},
};

/// How long it sleeps between two looks at the program, in milliseconds: the precision of the clock.
const TICK: u16 = 5;
/// Every so many ticks it looks how full the scratch folder is.
const DISK_TICKS: u32 = 10;

pub(super) fn run(folder: &Path, situation: &str) -> ExitCode {
    let _ = prctl::set_dumpable(false);
    let prepared = serde_json::from_str::<Situation>(situation)
        .map_err(|error| error.to_string())
        .and_then(|parsed| Ok((parsed, policy(folder)?)));
    let ended = prepared.and_then(|(parsed, policy)| {
        let alone = parsed.namespaces.is_ok();
        if alone {
            // The first stage may be killed; then so are we, and everything with us.
            let _ = prctl::set_pdeathsig(Signal::SIGKILL);
        } else {
            // What loses its parent becomes our child, so that we learn of its end.
            prctl::set_child_subreaper(true).map_err(|error| error.to_string())?;
        }
        let child = start(folder, situation)?;
        let scratch = (!alone).then(|| inside(folder, names::SCRATCH));
        let ending = watched(child, &policy, scratch.as_deref());
        Ok((ending, child))
    });
    match ended {
        Err(reason) => told(folder, &Setup::Failed(reason)),
        Ok((Some(ending), _)) => {
            let text = serde_json::to_vec(&ending).unwrap_or_default();
            match fs::write(inside(folder, names::ENDING), text) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        // Nobody waits for us any more, and nobody else removes what is left.
        Ok((None, _)) => {
            let _ = fs::remove_dir_all(folder);
            ExitCode::FAILURE
        }
    }
}

fn start(folder: &Path, situation: &str) -> Result<Pid, String> {
    let child = Command::new(OURSELVES)
        .args([ARGUMENT, "confine"])
        .arg(folder)
        .arg(situation)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("the third stage did not start: {error}"))?;
    i32::try_from(child.id()).map(Pid::from_raw).map_err(|error| error.to_string())
}

/// Waits for the end of the run and brings it about; nothing if nobody wants to hear of it.
fn watched(child: Pid, policy: &Policy, scratch: Option<&Path>) -> Option<Ending> {
    let started = Instant::now();
    let mut ticks: u32 = 0;
    let why = loop {
        match word_from_ponder() {
            Word::None => {}
            Word::End => break Some(Why::Told),
            Word::Gone => break None,
        }
        if has_ended(child) {
            break Some(Why::Itself);
        }
        if started.elapsed() >= policy.limits.wall {
            break Some(Why::WallTime);
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(DISK_TICKS)
            && scratch.is_some_and(|scratch| is_full(scratch, policy))
        {
            break Some(Why::Disk);
        }
    };
    let status = end_all(child);
    let wall = started.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok();
    let milliseconds = |time: nix::sys::time::TimeVal| {
        let microseconds = time.tv_sec().saturating_mul(1_000_000) + time.tv_usec();
        u64::try_from(microseconds / 1_000).unwrap_or_default()
    };
    why.map(|why| Ending {
        why,
        code: match status {
            Some(WaitStatus::Exited(_, code)) => Some(code),
            _ => None,
        },
        signal: match status {
            Some(WaitStatus::Signaled(_, signal, _)) => Some(signal as i32),
            _ => None,
        },
        wall_ms: u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
        cpu_ms: usage
            .map_or(0, |usage| milliseconds(usage.user_time()) + milliseconds(usage.system_time())),
        peak_kib: usage.and_then(|usage| u64::try_from(usage.max_rss()).ok()).unwrap_or_default(),
    })
}

enum Word {
    None,
    End,
    Gone,
}

/// Listens for a tick.
fn word_from_ponder() -> Word {
    let input = std::io::stdin();
    let mut ready = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    match poll(&mut ready, PollTimeout::from(TICK)) {
        Ok(0) | Err(Errno::EINTR) => Word::None,
        Ok(_) => match read(input.as_fd(), &mut [0]) {
            Ok(1) => Word::End,
            Err(Errno::EINTR | Errno::EAGAIN) => Word::None,
            Ok(_) | Err(_) => Word::Gone,
        },
        Err(_) => Word::Gone,
    }
}

/// Whether the program has ended. It is left unreaped, so that its number cannot be given to anybody else before its
/// group is killed; other ended processes are orphans, and reaped.
fn has_ended(child: Pid) -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    loop {
        match waitid(Id::All, look) {
            Ok(WaitStatus::StillAlive) => return false,
            Ok(status) if status.pid() == Some(child) => return true,
            Ok(status) => {
                if let Some(orphan) = status.pid() {
                    let _ = waitpid(orphan, Some(WaitPidFlag::WNOHANG));
                }
            }
            Err(Errno::EINTR) => {}
            // There is no child any more.
            Err(_) => return true,
        }
    }
}

/// Kills everything and waits until it is gone; the status of the program.
fn end_all(child: Pid) -> Option<WaitStatus> {
    let mut status = None;
    loop {
        if std::process::id() == 1 {
            // All but ourselves.
            let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
        } else if status.is_none() {
            let _ = killpg(child, Signal::SIGKILL);
            let _ = kill(child, Signal::SIGKILL);
        }
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => std::thread::sleep(Duration::from_millis(1)),
            Ok(ended) if ended.pid() == Some(child) => status = Some(ended),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return status,
        }
    }
}

/// Whether there is more in the scratch folder than there may be.
fn is_full(scratch: &Path, policy: &Policy) -> bool {
    let (mut bytes, mut files) = (0_u64, 0_u64);
    let mut folders = vec![scratch.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            files += 1;
            bytes += metadata.len();
            if metadata.is_dir() {
                folders.push(entry.path());
            }
            if files > policy.limits.files || bytes > policy.limits.disk {
                return true;
            }
        }
    }
    false
}
