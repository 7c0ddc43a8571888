//! How fast a model writes, followed token by token.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The time that a token takes, averaged over about the last [`REMEMBERED`]; a clone is the same.
#[derive(Debug, Clone)]
pub(super) struct Speed(Arc<AtomicU64>);

/// Long enough that a hiccup of the machine does not count, short enough that its other work does.
const REMEMBERED: f64 = 256.0;

/// The longest time that one token counts for, in times of the average.
const LONGEST_PAUSE: f64 = 4.0;

impl Speed {
    /// Begins with what was measured: this long for so many tokens.
    pub(super) fn measured(tokens: usize, elapsed: Duration) -> Self {
        let each = elapsed.as_secs_f64().max(1e-9) / tokens.max(1) as f64;
        Self(Arc::new(AtomicU64::new(each.to_bits())))
    }

    /// Tokens written in a second.
    pub(super) fn per_second(&self) -> f64 {
        1.0 / f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    fn note(&self, elapsed: Duration) {
        let newest = elapsed.as_secs_f64().max(1e-9);
        let follow = |bits| {
            let before = f64::from_bits(bits);
            // A long prompt read in between, or a machine that slept, says nothing of the speed.
            let newest = newest.min(LONGEST_PAUSE * before);
            Some((before + (newest - before) / REMEMBERED).to_bits())
        };
        // It always gives a number, so it never refuses.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, follow);
    }
}

/// Times the tokens of one answer.
#[derive(Debug)]
pub(super) struct Stopwatch {
    speed: Option<Speed>,
    last: Mutex<Option<Instant>>,
}

impl Stopwatch {
    /// Tells a speed; nobody while it is being measured.
    pub(super) fn new(speed: Option<Speed>) -> Self {
        Self { speed, last: Mutex::default() }
    }

    /// A token was chosen. Before the first one lies the prompt, which is read, not written.
    pub(super) fn token(&self) {
        let Some(speed) = &self.speed else { return };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = last.replace(Instant::now()) {
            speed.note(before.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_tokens_take() {
        let speed = Speed::measured(8, Duration::from_secs(4));
        assert!((speed.per_second() - 2.0).abs() < 1e-9);
        for _ in 0..2000 {
            speed.note(Duration::from_millis(100));
        }
        assert!((speed.per_second() - 10.0).abs() < 0.1, "{}", speed.per_second());
        // One long pause is not the speed.
        speed.note(Duration::from_secs(120));
        assert!(speed.per_second() > 9.8, "{}", speed.per_second());
    }

    #[test]
    fn the_first_token_of_an_answer_says_nothing() {
        let speed = Speed::measured(1, Duration::from_secs(1));
        let watch = Stopwatch::new(Some(speed.clone()));
        watch.token();
        assert!((speed.per_second() - 1.0).abs() < f64::EPSILON);
        watch.token();
        assert!(speed.per_second() > 1.0);
    }
}
