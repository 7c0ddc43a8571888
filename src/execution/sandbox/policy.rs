//! What the stages of the sandbox tell each other, as JSON in the folder of the run.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::execution::{limits::Limits, protection::Protection};

/// What a run is to be like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Policy {
    /// The program that plays the stages.
    pub(super) stages: PathBuf,
    /// The interpreter.
    pub(super) python: PathBuf,
    /// What may be read and executed.
    pub(super) readable: Vec<PathBuf>,
    pub(super) limits: Limits,
    /// Run even where the kernel cannot shut a program in.
    pub(super) accept_partial: bool,
    /// Why there are no namespaces; nothing where they are to be tried.
    pub(super) without_namespaces: Option<String>,
    /// Whom to become, if we are root.
    pub(super) user: u32,
    /// Files of the scratch folder.
    pub(super) files: Vec<(String, String)>,
    /// The one that Python starts.
    pub(super) main: String,
}

/// What the first stage found, for those after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Situation {
    /// Whether namespaces were made, or why not.
    pub(super) namespaces: Result<(), String>,
    /// Whether we are root, of the machine or of the container, and not only of a user namespace.
    pub(super) root: bool,
    /// Whether root started us, also where we are in a user namespace now: the kernel does not count its processes.
    pub(super) root_started: bool,
}

/// How the last stage came to start the program, or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Setup {
    /// It is running, with these layers.
    Running(Protection),
    /// It was not run, for these layers are not enough.
    Refused(Protection),
    /// Namespaces fail here; it may be tried without.
    NoNamespaces(String),
    /// It was not run.
    Failed(String),
}

/// How the program ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ending {
    pub(super) why: Why,
    /// Its exit code.
    pub(super) code: Option<i32>,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    pub(super) wall_ms: u64,
    pub(super) cpu_ms: u64,
    /// The most memory of a process, in KiB.
    pub(super) peak_kib: u64,
}

/// Who ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    Itself,
    WallTime,
    /// We said so: it wrote too much.
    Told,
    Disk,
}

/// Names of files and folders of a run.
pub(super) mod names {
    /// What a run is to be like.
    pub(in super::super) const POLICY: &str = "policy.json";
    /// What the program reads.
    pub(in super::super) const STDIN: &str = "stdin";
    /// Where the root folder of the program is put together.
    pub(in super::super) const ROOT: &str = "root";
    /// The scratch folder, where there is no root folder.
    pub(in super::super) const SCRATCH: &str = "scratch";
    /// How the program came to start.
    pub(in super::super) const SETUP: &str = "setup.json";
    /// How it ended.
    pub(in super::super) const ENDING: &str = "ending.json";
}
