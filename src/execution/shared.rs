//! A sandbox that several users share.

use tokio::sync::OnceCell;

use super::{ExecutionError, Sandbox, SandboxOptions};

/// A sandbox that is tried when it is first needed, and then kept: most programs of a node never need one.
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
        self.started.get_or_try_init(|| Sandbox::start(self.options.clone())).await
    }
}
