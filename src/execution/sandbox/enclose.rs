//! The first stage: takes new namespaces, and starts the second one as their first process.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use nix::{
    sched::{CloneFlags, unshare},
    sys::prctl,
    unistd::{close, getegid, geteuid, setsid},
};

use super::{
    inside,
    policy::{Policy, Setup, Situation, names},
    stage::{ARGUMENT, OURSELVES},
};

/// All that the program shall have of its own, but the view of files, which only the program's own process changes.
const NAMESPACES: CloneFlags = CloneFlags::CLONE_NEWPID
    .union(CloneFlags::CLONE_NEWNET)
    .union(CloneFlags::CLONE_NEWIPC)
    .union(CloneFlags::CLONE_NEWUTS)
    .union(CloneFlags::CLONE_NEWCGROUP);

pub(super) fn run(folder: &Path) -> ExitCode {
    close_inherited();
    // Ctrl-C in the terminal is for ponder; it tells us by closing its pipe.
    let _ = setsid();
    let started = policy(folder).map_err(Trouble::Other).and_then(|policy| {
        let situation = situation(&policy)?;
        // What runs as the same user shall not look into our memory. Not before: it takes the files of the user
        // namespace from us.
        let _ = prctl::set_dumpable(false);
        let situation =
            serde_json::to_string(&situation).map_err(|error| Trouble::Other(error.to_string()))?;
        Command::new(OURSELVES)
            .args([ARGUMENT, "watch"])
            .arg(folder)
            .arg(situation)
            .status()
            .map_err(|error| Trouble::Other(format!("the second stage did not start: {error}")))
    });
    match started {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(Trouble::Namespaces(reason)) => told(folder, &Setup::NoNamespaces(reason)),
        Err(Trouble::Other(reason)) => told(folder, &Setup::Failed(reason)),
    }
}

enum Trouble {
    Namespaces(String),
    Other(String),
}

/// What a run is to be like.
pub(super) fn policy(folder: &Path) -> Result<Policy, String> {
    let text = fs::read(inside(folder, names::POLICY)).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

/// Leaves word of how it went.
pub(super) fn told(folder: &Path, setup: &Setup) -> ExitCode {
    let text = serde_json::to_vec(setup).unwrap_or_default();
    let _ = fs::write(inside(folder, names::SETUP), text);
    ExitCode::FAILURE
}

/// Closes what we were given beside standard input, output and error: a file that somebody forgot to close would be
/// open in the program as well.
fn close_inherited() {
    let open: Vec<i32> = match fs::read_dir("/proc/self/fd") {
        Ok(entries) => {
            entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
        }
        Err(_) => (3..1024).collect(),
    };
    for number in open.into_iter().filter(|number| *number > 2) {
        // The folder that was read is closed already; that is no error here.
        let _ = close(number);
    }
}

fn situation(policy: &Policy) -> Result<Situation, Trouble> {
    let root = geteuid().is_root();
    if let Some(reason) = &policy.without_namespaces {
        return Ok(Situation { namespaces: Err(reason.clone()), root, root_started: root });
    }
    // Root needs no user namespace, and without one it can become somebody else in the end.
    if root && unshare(NAMESPACES).is_ok() {
        return Ok(Situation { namespaces: Ok(()), root, root_started: root });
    }
    let (user, group) = (geteuid(), getegid());
    unshare(NAMESPACES | CloneFlags::CLONE_NEWUSER).map_err(|error| {
        Trouble::Namespaces(format!("this system gives no user namespaces: {error}"))
    })?;
    for (file, text) in [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("0 {user} 1")),
        ("gid_map", format!("0 {group} 1")),
    ] {
        // Ubuntu's AppArmor gives user namespaces in which nothing may be done, and says so here.
        fs::write(format!("/proc/self/{file}"), text).map_err(|error| {
            Trouble::Namespaces(format!("user namespaces are restricted ({file}: {error})"))
        })?;
    }
    Ok(Situation { namespaces: Ok(()), root: false, root_started: root })
}
