//! What a running answer has cost so far, also where nothing of it is sent.

use std::{fmt, sync::Arc};

use super::Usage;

/// Reads what a running answer has cost so far. It can be read when the answer was dropped, too.
#[derive(Clone)]
pub struct Meter(Arc<dyn Fn() -> Usage + Send + Sync>);

impl Meter {
    /// A meter that reads this.
    pub fn reading(read: impl Fn() -> Usage + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The cost until now: tokens of finished calls as they were counted by who made them, of running ones a token
    /// for each piece.
    pub fn read(&self) -> Usage {
        (self.0)()
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Meter").field(&self.read()).finish()
    }
}
