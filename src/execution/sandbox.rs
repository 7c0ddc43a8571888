//! The sandbox from the outside: starts the stages, reads what the program writes, and learns how it ended.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::sync::Semaphore;

use super::{error::ExecutionError, limits::Limits, protection::Protection, python::Python};

#[cfg(target_os = "linux")]
mod confine;
#[cfg(target_os = "linux")]
mod enclose;
#[cfg(target_os = "linux")]
mod launch;
#[cfg(target_os = "linux")]
mod policy;
mod stage;
#[cfg(target_os = "linux")]
mod watch;

#[cfg(target_os = "linux")]
use policy::Policy;
pub use stage::enter_stage;

/// What to do where the kernel cannot shut a program in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PartialProtection {
    /// Nothing is run.
    #[default]
    Refuse,
    /// It is run with the layers that there are.
    Accept,
}

/// How long Python may take to start when the sandbox is tried: that the machine is busy does not make it unusable.
const START: Duration = Duration::from_secs(30);

/// Whether namespaces are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Namespaces {
    /// Where the kernel allows it.
    #[default]
    Try,
    /// Never; the other layers protect alone, as they do where the kernel does not allow it.
    Without,
}

/// How a sandbox is made.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// The program that plays the stages: one whose `main` begins with [`enter_stage`]. Without it: this program.
    pub stages: Option<PathBuf>,
    /// The interpreter. Without it: `python3`.
    pub python: Option<PathBuf>,
    /// What a program may use.
    pub limits: Limits,
    /// What to do where the kernel cannot shut a program in.
    pub partial: PartialProtection,
    /// Whether namespaces are used.
    pub namespaces: Namespaces,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Files in the scratch folder: names without folders, and what is in them.
    pub files: Vec<(String, String)>,
    /// The file that Python starts.
    pub main: String,
    /// What the program reads from standard input.
    pub stdin: String,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, see [`Run::status`].
    Exited,
    /// The time by the clock was over.
    WallTime,
    /// It wrote too much to standard output or standard error.
    Output,
    /// It wrote too much into the scratch folder. Only where that is no file system of its own; there it gets an error.
    Disk,
}

/// With what a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An exit code.
    Code(i32),
    /// A signal.
    Signal(i32),
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Why it ended.
    pub end: End,
    /// With what the program ended, or was ended.
    pub status: Status,
    /// The beginning of what it wrote to standard output, as far as the limit.
    pub stdout: Vec<u8>,
    /// The same of standard error.
    pub stderr: Vec<u8>,
    /// Time by the clock.
    pub wall: Duration,
    /// Time of processors of all its processes.
    pub cpu: Duration,
    /// The most memory that one of its processes had in use, in bytes.
    pub peak_memory: u64,
}

/// A sandbox that has been tried: Python starts in it, and what protects it is known.
#[derive(Debug, Clone)]
pub struct Sandbox {
    stages: PathBuf,
    python: Python,
    limits: Limits,
    partial: PartialProtection,
    /// Why there are no namespaces; nothing where there are.
    without_namespaces: Option<String>,
    protection: Protection,
    /// How many programs may run at a time, whoever asks.
    slots: Option<Arc<Semaphore>>,
}

impl Sandbox {
    /// Finds the interpreter and tries the sandbox with an empty program.
    ///
    /// # Errors
    ///
    /// There is no interpreter, it does not start inside, or the kernel cannot shut it in.
    #[cfg(target_os = "linux")]
    pub async fn start(options: SandboxOptions) -> Result<Self, ExecutionError> {
        let name = options.python.unwrap_or_else(|| "python3".into());
        let mut sandbox = Self {
            stages: options.stages.unwrap_or_else(|| stage::OURSELVES.into()),
            python: Python::find(&name).await?,
            limits: options.limits,
            partial: options.partial,
            without_namespaces: match options.namespaces {
                Namespaces::Try => None,
                Namespaces::Without => Some("not wanted".to_owned()),
            },
            protection: Protection::default(),
            slots: None,
        };
        sandbox.protection = sandbox.tried().await?;
        let missing = sandbox.protection.missing();
        if !missing.is_empty() && sandbox.partial == PartialProtection::Refuse {
            let (missing, reasons) = (missing.join(" and "), sandbox.protection.reasons());
            return Err(ExecutionError::Unprotected { missing, reasons });
        }
        Ok(sandbox)
    }

    /// Runs an empty program, without namespaces if they fail, and says what protected it.
    #[cfg(target_os = "linux")]
    async fn tried(&mut self) -> Result<Protection, ExecutionError> {
        let job = || Job {
            files: vec![("empty.py".to_owned(), "pass\n".to_owned())],
            main: "empty.py".to_owned(),
            stdin: String::new(),
        };
        let patient = |sandbox: &Self| {
            let mut policy = sandbox.policy();
            policy.limits.wall = policy.limits.wall.max(START);
            policy
        };
        let launched = match launch::launch(&patient(self), job()).await? {
            launch::Launched::WithoutNamespaces(reason) => {
                self.without_namespaces = Some(reason);
                launch::launch(&patient(self), job()).await?
            }
            launched => launched,
        };
        match launched {
            launch::Launched::Ran(run, protection) => match (run.end, run.status) {
                (End::Exited, Status::Code(0)) => Ok(protection),
                (end, status) => {
                    let said = String::from_utf8_lossy(&run.stderr).trim().to_owned();
                    Err(ExecutionError::PythonFails(format!("{end:?}, {status:?}: {said}")))
                }
            },
            launch::Launched::Refused(protection) => Ok(protection),
            launch::Launched::WithoutNamespaces(reason) => Err(ExecutionError::Sandbox(reason)),
        }
    }

    /// Programs run on Linux only.
    ///
    /// # Errors
    ///
    /// Always.
    #[cfg(not(target_os = "linux"))]
    pub async fn start(_: SandboxOptions) -> Result<Self, ExecutionError> {
        Err(ExecutionError::NotLinux)
    }

    /// Runs a program. Dropping the future ends it and everything it has started.
    ///
    /// # Errors
    ///
    /// The sandbox failed. What the program does is no error.
    #[cfg(target_os = "linux")]
    pub async fn run(&self, job: Job) -> Result<Run, ExecutionError> {
        let _slot = match &self.slots {
            Some(slots) => slots.acquire().await.ok(),
            None => None,
        };
        match launch::launch(&self.policy(), job).await? {
            launch::Launched::Ran(run, protection) if protection == self.protection => Ok(run),
            launch::Launched::Ran(_, protection) | launch::Launched::Refused(protection) => {
                let reasons = protection.reasons();
                Err(ExecutionError::Sandbox(format!("it protects less than before: {reasons}")))
            }
            launch::Launched::WithoutNamespaces(reason) => Err(ExecutionError::Sandbox(reason)),
        }
    }

    /// Programs run on Linux only.
    ///
    /// # Errors
    ///
    /// Always.
    #[cfg(not(target_os = "linux"))]
    pub async fn run(&self, _: Job) -> Result<Run, ExecutionError> {
        Err(ExecutionError::NotLinux)
    }

    /// The same sandbox, in which at most so many programs run at a time, whoever asks; the others wait.
    #[must_use]
    pub fn at_most(self, programs: usize) -> Self {
        Self { slots: Some(Arc::new(Semaphore::new(programs.max(1)))), ..self }
    }

    /// What programs are shut in by.
    pub fn protection(&self) -> &Protection {
        &self.protection
    }

    /// What a program may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The interpreter.
    pub fn python(&self) -> &Python {
        &self.python
    }

    /// What the stages of a run are told.
    #[cfg(target_os = "linux")]
    fn policy(&self) -> Policy {
        Policy {
            stages: self.stages.clone(),
            python: self.python.executable.clone(),
            readable: self.python.readable.clone(),
            limits: self.limits,
            accept_partial: self.partial == PartialProtection::Accept,
            without_namespaces: self.without_namespaces.clone(),
            user: next_user(),
            files: Vec::new(),
            main: String::new(),
        }
    }
}

/// A user for the next run, where we are root and may become anybody. Each run has another one, for the kernel counts
/// processes by user. The numbers are those that systemd gives to services without a user of their own.
#[cfg(target_os = "linux")]
fn next_user() -> u32 {
    const FIRST: u32 = 61_184;
    const USERS: u32 = 4_336;
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    FIRST + std::process::id().wrapping_mul(31).wrapping_add(run) % USERS
}

/// Where things of a run are, below its folder.
#[cfg(target_os = "linux")]
fn inside(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
