//! Who the program is: nobody.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
};

use caps::CapSet;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use super::super::policy::{Policy, Situation};

/// Becomes another user if we are root, and drops every capability in any case.
///
/// Root without capabilities still owns root's files, and the kernel counts neither its processes nor its threads; so
/// another user is better, and a user namespace is as good, for an ordinary user stands behind its root.
pub(super) fn give_up(
    user: Option<u32>,
    situation: &Situation,
    policy: &Policy,
    folder: &Path,
    scratch: &Path,
) -> Result<String, String> {
    let become_user = |user: u32| -> Result<(), String> {
        if situation.namespaces.is_err() {
            // With a root folder of its own the program need not find its way through folders of ours.
            if let Some(path) = policy.readable.iter().find(|path| !is_public(path)) {
                return Err(format!("only root may read {}", path.display()));
            }
            chown(scratch, Some(user), Some(user)).map_err(|error| error.to_string())?;
            let passable = std::fs::Permissions::from_mode(0o711);
            std::fs::set_permissions(folder, passable).map_err(|error| error.to_string())?;
        }
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(user));
        let told = |error: nix::errno::Errno| error.to_string();
        setgroups(&[]).map_err(told)?;
        setresgid(group, group, group).map_err(told)?;
        setresuid(user, user, user).map_err(told)
    };
    let bounded = drop_bounding();
    let became = user.map(become_user);
    let dropped = bounded.and_then(|()| drop_all());
    match (became, dropped) {
        (_, Err(reason)) => Err(format!("capabilities remain: {reason}")),
        (Some(Ok(())), Ok(())) => Ok("a user of its own without capabilities".to_owned()),
        (Some(Err(reason)), Ok(())) => {
            Err(format!("it runs as root, without capabilities: {reason}"))
        }
        (None, Ok(())) if situation.namespaces.is_ok() => {
            Ok("a user namespace, without capabilities".to_owned())
        }
        (None, Ok(())) => Ok("the user who started it, without capabilities".to_owned()),
    }
}

/// Nothing that is executed from here on can gain a capability. An ordinary user may not do this, and has none to gain:
/// `no_new_privs` is set by the layers that follow.
fn drop_bounding() -> Result<(), String> {
    for capability in caps::all() {
        let held = caps::has_cap(None, CapSet::Bounding, capability).unwrap_or(false);
        let may = caps::has_cap(None, CapSet::Effective, caps::Capability::CAP_SETPCAP);
        if held && may.unwrap_or(false) {
            caps::drop(None, CapSet::Bounding, capability).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn drop_all() -> Result<(), String> {
    for set in [CapSet::Ambient, CapSet::Effective, CapSet::Permitted, CapSet::Inheritable] {
        caps::clear(None, set).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Whether everybody may read it and get there.
fn is_public(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let mode = |path: &Path| path.metadata().map_or(0, |metadata| metadata.mode());
    mode(&path) & 0o004 != 0 && path.ancestors().skip(1).all(|folder| mode(folder) & 0o001 != 0)
}
