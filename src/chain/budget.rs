//! One budget for a whole run: tokens and time, shared by all its steps.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::generate::Usage;

use super::plan::Limits;

/// What is left of what a run may cost.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    deadline: Option<Instant>,
    /// The client's `max_tokens`: what all reasoning calls together may write.
    requested: Option<u64>,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    total: Usage,
    /// Tokens that reasoning calls wrote: the part that counts against the client's limit.
    reasoning: u64,
}

/// What a model call is for: translations do not count against the client's `max_tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Answer,
    Translation,
}

/// How many tokens a call may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// As many as the model recommends.
    Recommended,
    /// At most this many, at least one.
    AtMost(u32),
    /// None: the tokens or the time are used up.
    Exhausted,
}

impl Budget {
    pub(super) fn new(limits: Limits, requested: Option<u32>) -> Self {
        Self {
            limits,
            // A time that no clock can show is no limit.
            deadline: limits.time.and_then(|time| Instant::now().checked_add(time)),
            requested: requested.map(u64::from),
            spent: Mutex::default(),
        }
    }

    /// What a call for this purpose may still write.
    pub(super) fn allowance(&self, purpose: Purpose) -> Allowance {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Allowance::Exhausted;
        }
        let spent = self.spent();
        let overall =
            self.limits.tokens.map(|most| most.saturating_sub(spent.total.completion_tokens));
        let requested = self
            .requested
            .filter(|_| purpose == Purpose::Answer)
            .map(|most| most.saturating_sub(spent.reasoning));
        match overall.into_iter().chain(requested).min() {
            None => Allowance::Recommended,
            Some(0) => Allowance::Exhausted,
            Some(left) => Allowance::AtMost(u32::try_from(left).unwrap_or(u32::MAX)),
        }
    }

    /// Counts what a call cost.
    pub(super) fn charge(&self, purpose: Purpose, usage: Usage) {
        let mut spent = self.spent();
        spent.total += usage;
        if purpose == Purpose::Answer {
            spent.reasoning += usage.completion_tokens;
        }
    }

    /// What the run has cost so far.
    pub(super) fn total(&self) -> Usage {
        self.spent().total
    }

    /// What the run has cost since it had cost `before`.
    pub(super) fn since(&self, before: Usage) -> Usage {
        let total = self.total();
        Usage {
            prompt_tokens: total.prompt_tokens.saturating_sub(before.prompt_tokens),
            completion_tokens: total.completion_tokens.saturating_sub(before.completion_tokens),
            reasoning_tokens: total.reasoning_tokens.saturating_sub(before.reasoning_tokens),
        }
    }

    /// When the run must be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time limit of the run, for a message.
    pub(super) fn time(&self) -> Option<Duration> {
        self.limits.time
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // The numbers are whole after every statement: a panic elsewhere does not spoil them.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(completion_tokens: u64) -> Usage {
        Usage { completion_tokens, ..Usage::default() }
    }

    #[tokio::test]
    async fn the_tighter_limit_binds_and_translations_are_not_the_clients() {
        let limits = Limits { tokens: Some(100), time: None };
        let budget = Budget::new(limits, Some(50));
        budget.charge(Purpose::Translation, wrote(30));
        assert_eq!(budget.allowance(Purpose::Answer), Allowance::AtMost(50));
        assert_eq!(budget.allowance(Purpose::Translation), Allowance::AtMost(70));
        budget.charge(Purpose::Answer, wrote(40));
        assert_eq!(budget.allowance(Purpose::Answer), Allowance::AtMost(10));
        budget.charge(Purpose::Answer, wrote(10));
        assert_eq!(budget.allowance(Purpose::Answer), Allowance::Exhausted);
        assert_eq!(budget.total(), wrote(80));
    }

    #[tokio::test]
    async fn time_runs_out() {
        let limits = Limits { tokens: None, time: Some(Duration::from_millis(20)) };
        let budget = Budget::new(limits, None);
        assert_eq!(budget.allowance(Purpose::Answer), Allowance::Recommended);
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(budget.allowance(Purpose::Answer), Allowance::Exhausted);
    }
}
