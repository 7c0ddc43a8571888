//! One budget for a whole run: tokens, model calls and time, shared by all its steps, also by those that
//! run at the same time.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
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
    /// Whether the time is over whatever a clock says, in a run that is run again.
    over: AtomicBool,
    /// The client's `max_tokens`: what all reasoning calls together may write.
    requested: Option<u64>,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    total: Usage,
    /// Tokens that reasoning calls wrote: the part that counts against the client's limit.
    reasoning: u64,
    calls: u64,
}

/// What a model call is for: what prepares the answer (translations, plans) does not count against the client's
/// `max_tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Answer,
    Preparation,
}

/// How many tokens a call may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// As many as the model recommends.
    Recommended,
    /// At most this many, at least one.
    AtMost(u32),
    /// None: this is used up.
    Exhausted(Cut),
}

/// A limit of the run that ends a model call, or keeps it from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Tokens,
    Calls,
    Time,
    /// The model was less sure of a sample than it must be; see [`super::certainty`].
    Doubt,
}

impl Budget {
    pub(super) fn new(limits: Limits, requested: Option<u32>) -> Self {
        Self {
            limits,
            // A time that no clock can show is no limit.
            deadline: limits.time.and_then(|time| Instant::now().checked_add(time)),
            over: AtomicBool::new(false),
            requested: requested.map(u64::from),
            spent: Mutex::default(),
        }
    }

    /// Begins a call for this purpose: what it may write. A call that may not be made is not counted.
    pub(super) fn begin(&self, purpose: Purpose) -> Allowance {
        if self.ends_within(Duration::ZERO) {
            return Allowance::Exhausted(Cut::Time);
        }
        let mut spent = self.spent();
        if self.limits.calls.is_some_and(|most| spent.calls >= most) {
            return Allowance::Exhausted(Cut::Calls);
        }
        let allowance = match self.left(&spent, purpose) {
            None => Allowance::Recommended,
            Some(0) => return Allowance::Exhausted(Cut::Tokens),
            Some(left) => Allowance::AtMost(u32::try_from(left).unwrap_or(u32::MAX)),
        };
        spent.calls += 1;
        allowance
    }

    /// Begins a call of something that is no model and writes no tokens.
    pub(super) fn begin_other(&self) -> Result<(), Cut> {
        if self.ends_within(Duration::ZERO) {
            return Err(Cut::Time);
        }
        let mut spent = self.spent();
        if self.limits.calls.is_some_and(|most| spent.calls >= most) {
            return Err(Cut::Calls);
        }
        spent.calls += 1;
        Ok(())
    }

    /// Whether no answer can be begun any more.
    pub(super) fn is_spent(&self) -> bool {
        let spent = self.spent();
        self.ends_within(Duration::ZERO)
            || self.limits.calls.is_some_and(|most| spent.calls >= most)
            || self.left(&spent, Purpose::Answer) == Some(0)
    }

    /// What may still be written for this purpose; `None` if there is no limit.
    fn left(&self, spent: &Spent, purpose: Purpose) -> Option<u64> {
        let overall =
            self.limits.tokens.map(|most| most.saturating_sub(spent.total.completion_tokens));
        let requested = self
            .requested
            .filter(|_| purpose == Purpose::Answer)
            .map(|most| most.saturating_sub(spent.reasoning));
        overall.into_iter().chain(requested).min()
    }

    /// Counts what a call has cost since it was counted last, and says whether that was too much: calls
    /// that run at the same time share what is left, and find out only while they write.
    pub(super) fn spend(&self, purpose: Purpose, usage: Usage) -> Result<(), Cut> {
        let mut spent = self.spent();
        // What was left before; a call that writes exactly as much is not over it.
        let left = self.left(&spent, purpose);
        spent.total += usage;
        if purpose == Purpose::Answer {
            spent.reasoning += usage.completion_tokens;
        }
        match left {
            Some(left) if usage.completion_tokens > left => Err(Cut::Tokens),
            _ => Ok(()),
        }
    }

    /// Counts what a call really cost in place of what was counted of it piece by piece: a piece may have been several
    /// tokens, or none, where a chain that was called said something of its own. That it was too much is no reason to
    /// throw away what has ended.
    pub(super) fn correct(&self, purpose: Purpose, counted: Usage, really: Usage) {
        let mut spent = self.spent();
        spent.total += really;
        spent.total = beyond(spent.total, counted);
        if purpose == Purpose::Answer {
            let reasoning = spent.reasoning + really.completion_tokens;
            spent.reasoning = reasoning.saturating_sub(counted.completion_tokens);
        }
    }

    /// What the run has cost so far.
    pub(super) fn total(&self) -> Usage {
        self.spent().total
    }

    /// When the run must be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether the run's time is over in this time.
    pub(super) fn ends_within(&self, time: Duration) -> bool {
        self.over.load(Ordering::Relaxed)
            || self.deadline.is_some_and(|deadline| Instant::now() + time >= deadline)
    }

    /// The time is over from now on: it was at this place when the run was recorded.
    pub(super) fn end_time(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// The limits of the run, for messages.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // The numbers are whole after every statement: a panic elsewhere does not spoil them.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `whole` counts beyond `part`.
fn beyond(whole: Usage, part: Usage) -> Usage {
    Usage {
        prompt_tokens: whole.prompt_tokens.saturating_sub(part.prompt_tokens),
        completion_tokens: whole.completion_tokens.saturating_sub(part.completion_tokens),
        reasoning_tokens: whole.reasoning_tokens.saturating_sub(part.reasoning_tokens),
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
        let limits = Limits { tokens: Some(100), ..Limits::default() };
        let budget = Budget::new(limits, Some(50));
        assert_eq!(budget.spend(Purpose::Preparation, wrote(30)), Ok(()));
        assert_eq!(budget.begin(Purpose::Answer), Allowance::AtMost(50));
        assert_eq!(budget.begin(Purpose::Preparation), Allowance::AtMost(70));
        assert_eq!(budget.spend(Purpose::Answer, wrote(40)), Ok(()));
        assert_eq!(budget.begin(Purpose::Answer), Allowance::AtMost(10));
        assert_eq!(budget.spend(Purpose::Answer, wrote(10)), Ok(()));
        assert_eq!(budget.begin(Purpose::Answer), Allowance::Exhausted(Cut::Tokens));
        assert_eq!(budget.spend(Purpose::Answer, wrote(1)), Err(Cut::Tokens));
        assert_eq!(budget.total(), wrote(81));
    }

    #[tokio::test]
    async fn what_was_counted_piece_by_piece_is_corrected_in_both_directions() {
        let budget = Budget::new(Limits::default(), Some(10));
        assert_eq!(budget.spend(Purpose::Answer, wrote(3)), Ok(()));
        budget.correct(Purpose::Answer, wrote(3), wrote(2));
        assert_eq!(budget.total(), wrote(2));
        assert_eq!(budget.begin(Purpose::Answer), Allowance::AtMost(8));
        budget.correct(Purpose::Answer, wrote(0), wrote(7));
        assert_eq!(budget.begin(Purpose::Answer), Allowance::AtMost(1));
    }

    #[tokio::test]
    async fn calls_are_counted_when_they_begin() {
        let budget = Budget::new(Limits { calls: Some(1), ..Limits::default() }, None);
        assert_eq!(budget.begin(Purpose::Answer), Allowance::Recommended);
        assert_eq!(budget.begin(Purpose::Preparation), Allowance::Exhausted(Cut::Calls));
        assert_eq!(budget.begin_other(), Err(Cut::Calls));
    }

    #[tokio::test]
    async fn time_runs_out() {
        let limits = Limits { time: Some(Duration::from_millis(500)), ..Limits::default() };
        let budget = Budget::new(limits, None);
        assert_eq!(budget.begin(Purpose::Answer), Allowance::Recommended);
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(budget.begin(Purpose::Answer), Allowance::Exhausted(Cut::Time));
    }
}
