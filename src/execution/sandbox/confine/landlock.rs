//! Landlock: which files may be read and written, whatever the view of files is.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
};

/// The first version that governs all ways to change what is in a file.
const NEEDED: ABI = ABI::V3;
/// The newest version whose rights are asked for; older kernels give what they have.
const WANTED: ABI = ABI::V6;

/// Restricts this process and what it becomes, and says with which version.
pub(super) fn restrict(readable: &[PathBuf], scratch: &Path) -> Result<String, String> {
    let told = |error: landlock::RulesetError| error.to_string();
    let read = AccessFs::from_read(WANTED);
    // Neither programs nor devices nor sockets belong into the scratch folder.
    let write = AccessFs::from_all(WANTED)
        & !(AccessFs::Execute
            | AccessFs::MakeChar
            | AccessFs::MakeBlock
            | AccessFs::MakeSock
            | AccessFs::IoctlDev);
    let devices = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WANTED))
        .map_err(told)?
        .handle_access(AccessNet::from_all(WANTED))
        .map_err(told)?
        .scope(Scope::from_all(WANTED))
        .map_err(told)?
        .create()
        .map_err(told)?
        .add_rules(path_beneath_rules(readable, read))
        .map_err(told)?
        .add_rules(path_beneath_rules(devices, AccessFs::ReadFile | AccessFs::WriteFile))
        .map_err(told)?
        .add_rules(path_beneath_rules([scratch], write))
        .map_err(told)?
        .restrict_self()
        .map_err(told)?;
    match status.landlock {
        LandlockStatus::NotEnabled => Err("switched off in this kernel".to_owned()),
        LandlockStatus::NotImplemented => Err("not in this kernel".to_owned()),
        LandlockStatus::Available { effective_abi, .. } if effective_abi < NEEDED => Err(format!(
            "applied, but version {} of this kernel leaves ways to empty a file",
            effective_abi as i32
        )),
        LandlockStatus::Available { effective_abi, .. } => {
            let more = if effective_abi >= ABI::V6 {
                "files, TCP, abstract sockets and signals"
            } else if effective_abi >= ABI::V4 {
                "files and TCP"
            } else {
                "files"
            };
            Ok(format!("version {} of this kernel: {more}", effective_abi as i32))
        }
    }
}
