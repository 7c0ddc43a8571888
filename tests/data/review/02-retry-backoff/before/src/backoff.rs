use std::time::Duration;

/// Exponential backoff for reconnecting to the message broker.
#[derive(Debug, Clone)]
pub struct Backoff {
    base_ms: u32,
    cap_ms: u32,
}

impl Backoff {
    pub fn new(base_ms: u32, cap_ms: u32) -> Self {
        Self { base_ms, cap_ms }
    }

    /// Delay before the retry with the given zero-based number.
    pub fn delay(&self, attempt: u32) -> Option<Duration> {
        let factor = 2u32.saturating_pow(attempt);
        let ms = self.base_ms.saturating_mul(factor).min(self.cap_ms);
        Some(Duration::from_millis(u64::from(ms)))
    }
}
