//! Starts the stages for one run, reads what the program writes, and waits for their word.

use std::{fs, path::Path, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    End, Job, Run, Status, inside,
    policy::{Ending, Policy, Setup, Why, names},
    stage::ARGUMENT,
};
use crate::execution::{error::ExecutionError, protection::Protection};

/// When the stages have not ended the run so long after its time is over, they have failed.
const GRACE: Duration = Duration::from_secs(30);

/// What came of a start.
pub(super) enum Launched {
    /// The program ran.
    Ran(Run, Protection),
    /// It did not, for these layers are not enough.
    Refused(Protection),
    /// It did not, for namespaces fail here.
    WithoutNamespaces(String),
}

/// Runs a program as the policy says.
pub(super) async fn launch(policy: &Policy, job: Job) -> Result<Launched, ExecutionError> {
    let mut policy = policy.clone();
    (policy.files, policy.main) = (job.files, job.main);
    let limits = policy.limits;
    let stages = policy.stages.clone();
    let folder = blocking(move || prepare(&policy, &job.stdin)).await?;
    let mut child = Command::new(&stages)
        .args([ARGUMENT, "enclose"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(ExecutionError::io("the sandbox did not start"))?;
    let (Some(mut control), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(ExecutionError::Sandbox("it has no pipes".to_owned()));
    };
    let full = Notify::new();
    let ended = async {
        tokio::join!(
            read(stdout, limits.output, &full),
            read(stderr, limits.output, &full),
            child.wait()
        )
    };
    let deadline = Instant::now() + limits.wall + GRACE;
    let ended = async {
        tokio::pin!(ended);
        loop {
            tokio::select! {
                ended = &mut ended => return Some(ended),
                // The pipe may be closed already: then it has ended by itself.
                () = full.notified() => { let _ = control.write_all(b"!").await; }
                () = sleep_until(deadline) => return None,
            }
        }
    };
    let Some((stdout, stderr, status)) = ended.await else {
        return Err(ExecutionError::Sandbox("it did not end in time".to_owned()));
    };
    status.map_err(ExecutionError::io("the sandbox cannot be waited for"))?;
    blocking(move || {
        let word = word(folder.path());
        // Here and not when the future is dropped: it may take a while.
        drop(folder);
        word
    })
    .await?
    .into_launched(stdout, stderr)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExecutionError> + Send + 'static,
) -> Result<T, ExecutionError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ExecutionError::Sandbox(error.to_string()))?
}

/// The folder of a run, with all that the stages need.
fn prepare(policy: &Policy, stdin: &str) -> Result<TempDir, ExecutionError> {
    let io = || ExecutionError::io("a temporary folder");
    let folder = tempfile::Builder::new().prefix("ponder-exec-").tempdir().map_err(io())?;
    let policy =
        serde_json::to_vec(policy).map_err(|error| ExecutionError::Sandbox(error.to_string()))?;
    fs::write(inside(folder.path(), names::POLICY), policy).map_err(io())?;
    fs::write(inside(folder.path(), names::STDIN), stdin).map_err(io())?;
    fs::create_dir(inside(folder.path(), names::ROOT)).map_err(io())?;
    fs::create_dir(inside(folder.path(), names::SCRATCH)).map_err(io())?;
    Ok(folder)
}

/// Reads to the end, keeps the beginning, and says when there is too much.
async fn read(mut pipe: impl AsyncRead + Unpin, most: u64, full: &Notify) -> Output {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut output = Output { kept: Vec::new(), cut: false };
    let mut buffer = vec![0; 64 << 10];
    // An error is an end as well: there is nothing more to read.
    while let Ok(length) = pipe.read(&mut buffer).await {
        if length == 0 {
            break;
        }
        let room = most - output.kept.len();
        output.kept.extend(buffer.iter().take(length.min(room)));
        if length > room {
            output.cut = true;
            full.notify_one();
        }
    }
    output
}

/// What a program wrote.
struct Output {
    kept: Vec<u8>,
    /// There was more than is kept.
    cut: bool,
}

/// What the stages left.
struct Word {
    setup: Setup,
    ending: Option<Ending>,
}

fn word(folder: &Path) -> Result<Word, ExecutionError> {
    let setup = fs::read(inside(folder, names::SETUP))
        .map_err(|_| ExecutionError::Sandbox("it ended before it began".to_owned()))?;
    let setup = serde_json::from_slice(&setup)
        .map_err(|_| ExecutionError::Sandbox("it ended while it began".to_owned()))?;
    let ending = fs::read(inside(folder, names::ENDING)).ok();
    Ok(Word { setup, ending: ending.and_then(|text| serde_json::from_slice(&text).ok()) })
}

impl Word {
    fn into_launched(self, stdout: Output, stderr: Output) -> Result<Launched, ExecutionError> {
        let protection = match self.setup {
            Setup::Running(protection) => protection,
            Setup::Refused(protection) => return Ok(Launched::Refused(protection)),
            Setup::NoNamespaces(reason) => return Ok(Launched::WithoutNamespaces(reason)),
            Setup::Failed(reason) => return Err(ExecutionError::Sandbox(reason)),
        };
        let Some(ending) = self.ending else {
            return Err(ExecutionError::Sandbox("it left no word of its end".to_owned()));
        };
        let run = Run {
            end: match ending.why {
                // It may have ended before it could be told to.
                _ if stdout.cut || stderr.cut => End::Output,
                Why::Itself => End::Exited,
                Why::WallTime => End::WallTime,
                Why::Told => End::Output,
                Why::Disk => End::Disk,
            },
            status: match (ending.code, ending.signal) {
                (Some(code), _) => Status::Code(code),
                (None, signal) => Status::Signal(signal.unwrap_or_default()),
            },
            stdout: stdout.kept,
            stderr: stderr.kept,
            wall: Duration::from_millis(ending.wall_ms),
            cpu: Duration::from_millis(ending.cpu_ms),
            peak_memory: ending.peak_kib << 10,
        };
        Ok(Launched::Ran(run, protection))
    }
}
