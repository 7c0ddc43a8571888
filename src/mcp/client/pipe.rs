//! A server that is a process of ours: one message a line. It ends with whoever asks it, with all the processes
//! that it has started.

use std::{collections::BTreeMap, process::Stdio};

use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::{ClientError, incoming::Incoming};
use crate::mcp::stdio::lines::{Line, Lines};

/// The process and its pipes.
pub(super) struct Pipe {
    child: Child,
    input: ChildStdin,
    output: Lines<ChildStdout>,
    most_bytes: usize,
}

impl Pipe {
    /// Starts the process. What it writes about itself goes where ours does.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub(super) fn start(
        program: &str,
        arguments: &[String],
        environment: &BTreeMap<String, String>,
        most_bytes: usize,
    ) -> Result<Self, ClientError> {
        let failed = |message: String| ClientError::Start { program: program.to_owned(), message };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        // A group of its own, to be ended as a whole, and not by a Ctrl-C that is meant for us.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no pipes".to_owned()));
        };
        Ok(Self { child, input, output: Lines::new(output), most_bytes })
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) async fn tell(&mut self, message: &Value) -> Result<(), ClientError> {
        let gone = |error: std::io::Error| ClientError::Gone(error.to_string());
        let line = format!("{message}\n");
        self.input.write_all(line.as_bytes()).await.map_err(gone)?;
        self.input.flush().await.map_err(gone)
    }

    pub(super) async fn ask(&mut self, id: u64, call: &Value) -> Result<Value, ClientError> {
        self.tell(call).await?;
        loop {
            let line = self.output.next().await;
            let line = match line.map_err(|error| ClientError::Gone(error.to_string()))? {
                Line::Whole(line) if line.len() <= self.most_bytes => line,
                Line::Whole(_) | Line::TooLong => {
                    return Err(ClientError::TooMuch(self.most_bytes));
                }
                Line::End => return Err(ClientError::Gone("its program has ended".to_owned())),
            };
            match Incoming::read(&line, id)? {
                Incoming::Answer(answer) => return answer,
                Incoming::Reply(reply) => self.tell(&reply).await?,
                Incoming::Other => {}
            }
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // The process itself is ended by `kill_on_drop`; those that it has started, here.
        #[cfg(target_os = "linux")]
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            use nix::{sys::signal, unistd::Pid};

            let _ = signal::killpg(Pid::from_raw(id), signal::Signal::SIGKILL);
        }
    }
}
