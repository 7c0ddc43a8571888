//! Which layers stand between a program and the machine.

use serde::{Deserialize, Serialize};

/// A layer of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// It is nobody: a user of its own, or one of a user namespace, without any capability.
    User,
    /// It sees and reaches only its own processes, and they end with the first of them.
    PidNamespace,
    /// Its root folder holds the interpreter, read only, and a scratch folder in memory.
    MountNamespace,
    /// It has no network but a loopback of its own, which is down.
    NetworkNamespace,
    /// Shared memory and message queues of its own.
    IpcNamespace,
    /// Landlock: it reads the interpreter, writes the scratch folder, and reaches no socket or process outside.
    Landlock,
    /// Only system calls of a list are let through; hostile ones end the program.
    Seccomp,
    /// Bounds on memory, time, threads, files and their size.
    ResourceLimits,
}

impl LayerKind {
    /// The layer's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::PidNamespace => "pid_namespace",
            Self::MountNamespace => "mount_namespace",
            Self::NetworkNamespace => "network_namespace",
            Self::IpcNamespace => "ipc_namespace",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::ResourceLimits => "resource_limits",
        }
    }
}

/// Whether a layer is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Which layer.
    pub layer: LayerKind,
    /// Whether it does all that it is for.
    pub active: bool,
    /// How it is applied, or why it is not.
    pub detail: String,
}

/// What a run was protected by: what was applied, not what was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Every layer, active or not.
    pub layers: Vec<Layer>,
}

impl Protection {
    pub(super) fn add(&mut self, layer: LayerKind, applied: Result<String, String>) {
        let active = applied.is_ok();
        let detail = applied.unwrap_or_else(|reason| reason);
        self.layers.push(Layer { layer, active, detail });
    }

    /// Whether a layer is active.
    pub fn has(&self, layer: LayerKind) -> bool {
        self.layers.iter().any(|known| known.layer == layer && known.active)
    }

    /// What no active layer assures; nothing where a program is shut in.
    ///
    /// Each of the three has two independent ways. Landlock alone does not govern who may change the mode or the
    /// times of a file; seccomp forbids that, so together they do. Seccomp alone assures the end of the processes,
    /// since it forbids to leave the process group, which is killed as one.
    pub fn missing(&self) -> Vec<&'static str> {
        let seccomp = self.has(LayerKind::Seccomp);
        let files =
            self.has(LayerKind::MountNamespace) || (self.has(LayerKind::Landlock) && seccomp);
        let network = self.has(LayerKind::NetworkNamespace) || seccomp;
        let processes = self.has(LayerKind::PidNamespace) || seccomp;
        let assured = [
            (files, "that no file outside is touched"),
            (network, "that there is no network"),
            (processes, "that every process ends"),
        ];
        assured.into_iter().filter(|(assured, _)| !assured).map(|(_, what)| what).collect()
    }

    /// The layers that are not active, and why, in one line.
    pub fn reasons(&self) -> String {
        let inactive = self.layers.iter().filter(|layer| !layer.active);
        let told: Vec<String> =
            inactive.map(|layer| format!("{}: {}", layer.layer.as_str(), layer.detail)).collect();
        told.join("; ")
    }

    /// The names of the active layers.
    pub fn active(&self) -> Vec<&'static str> {
        self.layers.iter().filter(|layer| layer.active).map(|layer| layer.layer.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(layers: &[LayerKind]) -> Protection {
        let mut protection = Protection::default();
        for layer in layers {
            protection.add(*layer, Ok(String::new()));
        }
        protection
    }

    #[test]
    fn two_ways_assure_each_of_the_three() {
        use LayerKind::{
            Landlock, MountNamespace, NetworkNamespace, PidNamespace, ResourceLimits, Seccomp,
        };

        assert!(with(&[MountNamespace, NetworkNamespace, PidNamespace]).missing().is_empty());
        assert!(with(&[Landlock, Seccomp]).missing().is_empty());
        assert_eq!(with(&[ResourceLimits]).missing().len(), 3);
        assert_eq!(with(&[Seccomp]).missing(), ["that no file outside is touched"]);
        let without_seccomp = with(&[Landlock, PidNamespace, NetworkNamespace]);
        assert_eq!(without_seccomp.missing(), ["that no file outside is touched"]);
    }

    #[test]
    fn a_layer_that_failed_says_why() {
        let mut protection = with(&[LayerKind::Seccomp]);
        protection.add(LayerKind::Landlock, Err("not in this kernel".to_owned()));
        assert_eq!(protection.reasons(), "landlock: not in this kernel");
        assert_eq!(protection.active(), ["seccomp"]);
    }
}
