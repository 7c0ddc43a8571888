//! A root folder of the program's own: the interpreter and its libraries, read only, four devices, and a scratch folder
//! in memory, bounded in bytes and files.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    sys::statvfs::{FsFlags, statvfs},
    unistd::{pivot_root, sethostname},
};

use super::super::policy::Policy;

/// Where the program finds its scratch folder: nowhere that an interpreter may be installed.
const SCRATCH: &str = "/scratch";
/// Devices that programs may take for granted.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];
const NOTHING: Option<&str> = None;

/// Puts the root folder together below `root`, goes there, and leaves everything else behind. Returns the scratch
/// folder, which belongs to `user` if there is one.
pub(super) fn own_root(root: &Path, policy: &Policy, user: Option<u32>) -> Result<PathBuf, String> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(told("a mount namespace"))?;
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(NOTHING, "/", NOTHING, private, NOTHING).map_err(told("private mounts"))?;
    let plain = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), root, Some("tmpfs"), plain, Some("mode=755,size=4m"))
        .map_err(told("a root folder"))?;
    for path in &policy.readable {
        bind(root, path, Devices::Without)?;
    }
    for device in DEVICES {
        bind(root, Path::new(device), Devices::With)?;
    }
    let scratch = below(root, Path::new(SCRATCH));
    fs::create_dir_all(&scratch).map_err(told("a scratch folder"))?;
    let user = user.unwrap_or(0);
    let limits = &policy.limits;
    // The folder itself and the files that we put there count as well.
    let files = limits.files + 16;
    let options = format!(
        "mode=700,uid={user},gid={user},size={},nr_inodes={files}",
        limits.disk.max(1 << 20)
    );
    let flags = plain | MsFlags::MS_NOEXEC;
    mount(Some("tmpfs"), &scratch, Some("tmpfs"), flags, Some(options.as_str()))
        .map_err(told("a scratch folder"))?;
    let read_only = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | plain;
    mount(NOTHING, root, NOTHING, read_only, NOTHING).map_err(told("a root folder, read only"))?;
    std::env::set_current_dir(root).map_err(told("the root folder"))?;
    // The new root goes over the old one, which is then taken away from below it.
    pivot_root(".", ".").map_err(told("another root folder"))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(told("the old root folder"))?;
    std::env::set_current_dir("/").map_err(told("the root folder"))?;
    // The name of the machine is nobody's business. It is a namespace of its own, so this changes nothing outside.
    let _ = sethostname("sandbox");
    Ok(PathBuf::from(SCRATCH))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Devices {
    With,
    Without,
}

/// Shows a file or a folder at the same place below `root`, read only. Links are followed: what is seen is what the
/// path means outside.
fn bind(root: &Path, path: &Path, devices: Devices) -> Result<(), String> {
    let told = |error: nix::errno::Errno| format!("{}: {error}", path.display());
    let source = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
    let target = below(root, path);
    let made = if source.is_dir() {
        fs::create_dir_all(&target)
    } else {
        let parent = target.parent().unwrap_or(root);
        fs::create_dir_all(parent).and_then(|()| File::create(&target).map(drop))
    };
    made.map_err(|error| format!("{}: {error}", path.display()))?;
    // With the mounts below it: a namespace of an ordinary user may not look beneath them.
    let all = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(&source), &target, NOTHING, all, NOTHING).map_err(told)?;
    let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_NOSUID | kept(&target)?;
    if devices == Devices::Without {
        flags |= MsFlags::MS_RDONLY | MsFlags::MS_NODEV;
    }
    mount(NOTHING, &target, NOTHING, flags, NOTHING).map_err(told)
}

/// The flags of a mount that an ordinary user may not take away.
fn kept(target: &Path) -> Result<MsFlags, String> {
    let flags = statvfs(target).map_err(told("the flags of a mount"))?.flags();
    let pairs = [
        (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    let known = pairs.into_iter().filter(|(flag, _)| flags.contains(*flag));
    Ok(known.fold(MsFlags::empty(), |all, (_, flag)| all | flag))
}

/// A path of the whole system, below a folder.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

fn told<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> String {
    move |error| format!("{what}: {error}")
}
