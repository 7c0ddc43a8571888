//! seccomp: which system calls the program may make.
//!
//! Three filters, and the strictest answer counts. The first lets the calls of a list through and answers everything
//! else, also what future kernels bring, with "not implemented". The second ends the program at once for calls that
//! only an attack makes. The third answers "not permitted" to what a mistaken program may try, so that it gets an
//! exception which says so.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::calls;

/// What the program may do with processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Children {
    /// It has threads only.
    None,
    /// It may start some, but signal none of them, for then it could signal anybody.
    Started,
    /// It may start some and signal them.
    Signalled,
}

// Numbers of Linux that the library does not name.
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;
const FIOSETOWN: u64 = 0x8901;
const SIOCSPGRP: u64 = 0x8902;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Restricts this process and what it becomes, and says how.
pub(super) fn restrict(children: Children) -> Result<String, String> {
    let this_system = TargetArch::try_from(std::env::consts::ARCH)
        .map_err(|_| format!("not known for {}", std::env::consts::ARCH))?;
    let refusal = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let filters = [
        (allowed(), refusal(libc::ENOSYS), SeccompAction::Allow),
        (hostile()?, SeccompAction::Allow, SeccompAction::KillProcess),
        (refused(children)?, SeccompAction::Allow, refusal(libc::EPERM)),
    ];
    let mut programs: Vec<BpfProgram> = Vec::new();
    for (rules, otherwise, matched) in filters {
        let filter = SeccompFilter::new(rules, otherwise, matched, this_system)
            .map_err(|error| error.to_string())?;
        programs
            .push(filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())?);
    }
    for program in &programs {
        apply_filter(program).map_err(|error| error.to_string())?;
    }
    let processes = match children {
        Children::None => "no sockets, no processes, no signals to others",
        Children::Started => "no sockets, no signals to others",
        Children::Signalled => "no sockets",
    };
    Ok(format!("{} system calls; {processes}", calls::allowed().len()))
}

fn allowed() -> Rules {
    calls::allowed().into_iter().map(|call| (call, Vec::new())).collect()
}

fn hostile() -> Result<Rules, String> {
    let mut rules: Rules = calls::hostile().into_iter().map(|call| (call, Vec::new())).collect();
    let new_namespaces = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    let flags = new_namespaces.into_iter().map(|flag| {
        let flag = u64::from(flag.unsigned_abs());
        when(&[(0, SeccompCmpOp::MaskedEq(flag), flag)])
    });
    rules.insert(libc::SYS_clone, flags.collect::<Result<_, _>>()?);
    Ok(rules)
}

fn refused(children: Children) -> Result<Rules, String> {
    use SeccompCmpOp::{Eq, MaskedEq, Ne};

    let ourselves = u64::from(std::process::id());
    let mut rules: Rules = calls::refused().into_iter().map(|call| (call, Vec::new())).collect();
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    if children == Children::None {
        rules.insert(libc::SYS_clone, vec![when(&[(0, MaskedEq(thread), 0)])?]);
        for call in calls::forks() {
            rules.insert(call, Vec::new());
        }
    }
    // Signals to itself are how `abort` works.
    let signals =
        [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo];
    if children != Children::Signalled {
        for call in signals {
            rules.insert(call, vec![when(&[(0, Ne, ourselves)])?]);
        }
        rules.insert(libc::SYS_prlimit64, vec![when(&[(0, Ne, 0), (0, Ne, ourselves)])?]);
    }
    // A datagram with an address would reach sockets of the file system.
    rules.insert(libc::SYS_sendto, vec![long(4, Ne, 0)?]);
    // Names of threads, and of memory for the allocator; nothing else.
    let names = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];
    let other = names.map(|option| (0, Ne, u64::from(option.unsigned_abs())));
    rules.insert(libc::SYS_prctl, vec![when(&other)?]);
    // A descriptor that is ready may signal its owner, and anybody can be made its owner.
    let owners = [libc::F_SETOWN, F_SETOWN_EX, F_SETSIG];
    let owners =
        owners.into_iter().map(|command| when(&[(1, Eq, u64::from(command.unsigned_abs()))]));
    rules.insert(libc::SYS_fcntl, owners.collect::<Result<_, _>>()?);
    // The same by another call, and typing into the terminal of somebody else.
    let requests = [FIOSETOWN, SIOCSPGRP, libc::TIOCSTI, libc::TIOCLINUX];
    let requests = requests.into_iter().map(|request| when(&[(1, Eq, request)]));
    rules.insert(libc::SYS_ioctl, requests.collect::<Result<_, _>>()?);
    Ok(rules)
}

/// Matches when all these arguments, of 32 bits, compare so.
fn when(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, String> {
    let conditions: Result<Vec<_>, _> = conditions
        .iter()
        .map(|(argument, compared, value)| {
            SeccompCondition::new(*argument, SeccompCmpArgLen::Dword, compared.clone(), *value)
        })
        .collect();
    conditions.and_then(SeccompRule::new).map_err(|error| error.to_string())
}

/// The same with one argument of 64 bits, such as an address.
fn long(argument: u8, compared: SeccompCmpOp, value: u64) -> Result<SeccompRule, String> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, compared, value)
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(|error| error.to_string())
}
