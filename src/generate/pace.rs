//! How fast something answers.

use std::time::Duration;

/// What was measured of a model on this machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Tokens of a prompt read in a second; above 0.
    pub reading: f64,
    /// Tokens of an answer written in a second, thinking included; above 0.
    pub writing: f64,
    /// The most tokens of an answer whose request names no number.
    pub longest: u32,
    /// How many answers are worked on at the same time; at least 1.
    pub at_once: u32,
}

/// Below this no time takes the limit: less is no answer to anything.
const LEAST_TOKENS: u32 = 256;

impl Pace {
    /// How many tokens can be written within a time in which a prompt is read first; at least 256, for
    /// an answer that comes late is worth more than none.
    pub fn tokens_within(&self, time: Duration, prompt_tokens: usize) -> u32 {
        let writing = time.as_secs_f64() - prompt_tokens as f64 / self.reading;
        // From a float this saturates at both ends.
        ((writing * self.writing) as u32).max(LEAST_TOKENS)
    }

    /// How long the longest answer takes to write, if the request asks for at most this many tokens.
    pub fn longest_time(&self, max_tokens: Option<u32>) -> Duration {
        let tokens = max_tokens.map_or(self.longest, |asked| asked.min(self.longest));
        Duration::try_from_secs_f64(f64::from(tokens) / self.writing).unwrap_or(Duration::MAX)
    }

    /// The share of a time that each of several answers has, of which at most `at_once` are begun together
    /// and fewer may be worked on.
    pub fn share(&self, time: Duration, answers: usize, at_once: u32) -> Duration {
        let together = self.at_once.min(at_once).max(1);
        let rounds = answers.div_ceil(together as usize).max(1);
        time / u32::try_from(rounds).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Pace = Pace { reading: 50.0, writing: 10.0, longest: 40_960, at_once: 1 };

    #[test]
    fn a_time_becomes_tokens() {
        assert_eq!(SLOW.tokens_within(Duration::from_secs(540), 500), 5300);
        assert_eq!(SLOW.tokens_within(Duration::from_secs(5), 5000), LEAST_TOKENS);
        assert_eq!(SLOW.tokens_within(Duration::MAX, 0), u32::MAX);
    }

    #[test]
    fn tokens_become_a_time() {
        assert_eq!(SLOW.longest_time(None), Duration::from_secs(4096));
        assert_eq!(SLOW.longest_time(Some(100)), Duration::from_secs(10));
        assert_eq!(SLOW.longest_time(Some(u32::MAX)), Duration::from_secs(4096));
        assert_eq!(Pace { writing: 0.0, ..SLOW }.longest_time(None), Duration::MAX);
    }

    #[test]
    fn answers_that_take_turns_share_the_time() {
        let minute = Duration::from_secs(60);
        assert_eq!(SLOW.share(minute, 3, 3), Duration::from_secs(20));
        let batched = Pace { at_once: 4, ..SLOW };
        assert_eq!(batched.share(minute, 3, 3), minute);
        assert_eq!(batched.share(minute, 5, 5), Duration::from_secs(30));
        assert_eq!(batched.share(minute, 3, 1), Duration::from_secs(20), "one after the other");
    }
}
