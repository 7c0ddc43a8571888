//! The third stage: gives up everything that the program shall not have, then becomes the program.
//!
//! The order matters. Folders are mounted while there are rights to do it; then the user is changed or the
//! capabilities are dropped; then come the limits and Landlock; and seccomp is last, for it forbids most of what the
//! others need.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use nix::sys::{prctl, signal::Signal};

use super::{
    enclose::{policy, told},
    inside,
    policy::{Policy, Setup, Situation, names},
};
use crate::execution::protection::{LayerKind, Protection};

mod calls;
mod identity;
mod landlock;
mod mounts;
mod rlimits;
mod seccomp;

pub(super) fn run(folder: &Path, situation: &str) -> ExitCode {
    let _ = prctl::set_dumpable(false);
    // Opened now: it is out of sight soon.
    let word = File::create(inside(folder, names::SETUP));
    let (Ok(mut word), Ok(situation)) = (word, serde_json::from_str::<Situation>(situation)) else {
        return told(folder, &Setup::Failed("the third stage cannot report".to_owned()));
    };
    // What is left of this process is the program; on return it never started.
    let setup =
        become_program(folder, &situation, &mut word).unwrap_or_else(|trouble| match trouble {
            Trouble::Namespaces(reason) => Setup::NoNamespaces(reason),
            Trouble::Failed(reason) => Setup::Failed(reason),
        });
    let _ = say(&mut word, &setup);
    ExitCode::FAILURE
}

/// Why threads are bounded by memory only.
const NOT_COUNTED: &str = "the kernel does not count threads and processes of root";

enum Trouble {
    Namespaces(String),
    Failed(String),
}

/// Replaces what was said before.
fn say(word: &mut File, setup: &Setup) -> std::io::Result<()> {
    use std::io::Seek;

    word.set_len(0)?;
    word.rewind()?;
    word.write_all(&serde_json::to_vec(setup)?)
}

fn become_program(folder: &Path, situation: &Situation, word: &mut File) -> Result<Setup, Trouble> {
    let failed = |what: &'static str| {
        move |error: std::io::Error| Trouble::Failed(format!("{what}: {error}"))
    };
    let policy = policy(folder).map_err(Trouble::Failed)?;
    let stdin = File::open(inside(folder, names::STDIN)).map_err(failed("standard input"))?;
    let tasks = rlimits::tasks(situation);
    let mut protection = Protection::default();
    let user = situation.root.then_some(policy.user);
    let scratch = match &situation.namespaces {
        Ok(()) => {
            let root = inside(folder, names::ROOT);
            let scratch = mounts::own_root(&root, &policy, user).map_err(Trouble::Namespaces)?;
            for (layer, detail) in [
                (LayerKind::PidNamespace, "its own processes only"),
                (
                    LayerKind::MountNamespace,
                    "its own root folder, read only, with a scratch folder in memory",
                ),
                (LayerKind::NetworkNamespace, "no interface but a loopback that is down"),
                (LayerKind::IpcNamespace, "its own"),
            ] {
                protection.add(layer, Ok(detail.to_owned()));
            }
            scratch
        }
        Err(reason) => {
            for layer in [
                LayerKind::PidNamespace,
                LayerKind::MountNamespace,
                LayerKind::NetworkNamespace,
                LayerKind::IpcNamespace,
            ] {
                protection.add(layer, Err(reason.clone()));
            }
            inside(folder, names::SCRATCH)
        }
    };
    std::env::set_current_dir(&scratch).map_err(failed("the scratch folder"))?;
    let identity = identity::give_up(user, situation, &policy, folder, &scratch);
    let counted = !situation.root_started || (situation.root && identity.is_ok());
    protection.add(LayerKind::User, identity);
    for (name, text) in &policy.files {
        fs::write(name, text).map_err(failed("a file of the program"))?;
    }
    // A change of the user takes this away, so it comes after it.
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    let tasks = if counted { Ok(tasks) } else { Err(NOT_COUNTED) };
    // Nothing that is executed gains rights, whichever of the layers there are.
    prctl::set_no_new_privs().map_err(|error| Trouble::Failed(error.to_string()))?;
    restrict(&policy, situation, &scratch, tasks, &mut protection)?;
    if !protection.missing().is_empty() && !policy.accept_partial {
        return Ok(Setup::Refused(protection));
    }
    say(word, &Setup::Running(protection)).map_err(failed("the report"))?;
    let error = program(&policy, scratch, stdin).exec();
    Err(Trouble::Failed(format!("{} did not start: {error}", policy.python.display())))
}

fn restrict(
    policy: &Policy,
    situation: &Situation,
    scratch: &Path,
    tasks: Result<u64, &'static str>,
    protection: &mut Protection,
) -> Result<(), Trouble> {
    let limits =
        rlimits::set(&policy.limits, tasks.unwrap_or_default()).map_err(Trouble::Failed)?;
    let bounded = match tasks {
        Ok(_) => Ok(limits),
        Err(reason) if policy.limits.processes > 0 => {
            return Err(Trouble::Failed(format!(
                "no processes can be allowed, for {reason}: start ponder as another user, or use an interpreter that \
                 every user may read"
            )));
        }
        Err(reason) => Err(format!("{limits}; but {reason}")),
    };
    protection.add(LayerKind::ResourceLimits, bounded);
    protection.add(LayerKind::Landlock, landlock::restrict(&policy.readable, scratch));
    let children = match (policy.limits.processes, &situation.namespaces) {
        (0, _) => seccomp::Children::None,
        // Signals reach nobody outside of the namespace.
        (_, Ok(())) => seccomp::Children::Signalled,
        (_, Err(_)) => seccomp::Children::Started,
    };
    protection.add(LayerKind::Seccomp, seccomp::restrict(children));
    Ok(())
}

/// The interpreter with an environment that says nothing of ours.
fn program(policy: &Policy, scratch: PathBuf, stdin: File) -> Command {
    let mut command = Command::new(&policy.python);
    command
        // Isolated: neither the environment nor the user's own packages matter; nothing compiled is written.
        .args(["-I", "-B", "-X", "utf8", &policy.main])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", &scratch)
        .env("TMPDIR", &scratch)
        // Libraries for numbers start a thread for each processor otherwise, and map memory for each.
        .env("OPENBLAS_NUM_THREADS", "1")
        .env("OMP_NUM_THREADS", "1")
        .stdin(Stdio::from(stdin));
    command
}
