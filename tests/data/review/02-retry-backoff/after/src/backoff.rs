use std::time::Duration;

/// Exponential backoff for reconnecting to the message broker.
#[derive(Debug, Clone)]
pub struct Backoff {
    base_ms: u32,
    cap_ms: u32,
    give_up_after: Option<u32>,
}

impl Backoff {
    pub fn new(base_ms: u32, cap_ms: u32) -> Self {
        Self { base_ms, cap_ms, give_up_after: None }
    }

    /// Allow only the given number of retries.
    pub fn give_up_after(mut self, retries: u32) -> Self {
        self.give_up_after = Some(retries);
        self
    }

    /// Delay before the retry with the given zero-based number, or `None` once
    /// the allowed retries are used up.
    pub fn delay(&self, attempt: u32) -> Option<Duration> {
        if self.give_up_after.is_some_and(|retries| attempt >= retries) {
            return None;
        }
        let ms = (self.base_ms << attempt.min(31)).min(self.cap_ms);
        Some(Duration::from_millis(u64::from(ms)))
    }
}
