//! A sandbox that several users share.

use tokio::sync::OnceCell;

use super::{ExecutionError, Runner, Sandbox, SandboxOptions};

/// A sandbox that is tried when it is first needed, and then kept: most runs never need one. At most as many programs
/// run in it at a time as there are processors, and no more than 8: with more, programs that are fast enough alone would
/// run out of time.
#[derive(Debug)]
pub struct SharedSandbox {
    options: SandboxOptions,
    started: OnceCell<Sandbox>,
}

impl SharedSandbox {
    /// A sandbox with these options, not tried yet.
    pub fn new(options: SandboxOptions) -> Self {
        Self { options, started: OnceCell::new() }
    }

    /// The sandbox. One that could not be started is tried again the next time.
    ///
    /// # Errors
    ///
    /// As for [`Sandbox::start`].
    pub async fn get(&self) -> Result<&Sandbox, ExecutionError> {
        self.started
            .get_or_try_init(|| async {
                let sandbox = Sandbox::start(self.options.clone()).await?;
                Ok(sandbox.at_most(Runner::default().jobs))
            })
            .await
    }
}
