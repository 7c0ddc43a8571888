//! How far a run is: its steps, and what it has cost so far.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::chat::choices::Piece,
    error::ApiError,
    generate::{Delta, GenerateError, StepEvent, StepState, Usage},
};

/// More steps than anybody reads; a run with more keeps the first ones.
const MOST_STEPS: usize = 256;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for its turn or works.
    #[default]
    Running,
    /// It has answered.
    Finished,
    /// It ended with an error.
    Failed,
    /// Somebody cancelled it, or its client left.
    Cancelled,
}

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    pub(super) state: RunState,
    /// When it ended, in seconds since 1970.
    pub(super) ended: Option<u64>,
    /// Why it failed.
    pub(super) error: Option<ApiError>,
    pub(super) steps: Vec<Step>,
    /// The tokens of its finished answers.
    answered: Option<Usage>,
}

/// A step of a chain.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Which of the run's answers it belongs to.
    answer: u32,
    pub(super) id: String,
    pub(super) action: &'static str,
    pub(super) state: StepStateName,
    pub(super) elapsed_ms: Option<u64>,
    pub(super) usage: Option<Usage>,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStateName {
    /// It works, or did when the run ended.
    Running,
    /// It was not needed.
    Skipped,
    /// It ended well.
    Finished,
    /// It failed; the chain may go on without it.
    Failed,
}

impl Progress {
    /// Takes note of a piece.
    pub(super) fn note(&mut self, piece: &Piece) {
        match &piece.delta {
            Delta::Step(event) => self.step(piece.index, event),
            Delta::Finished(finish) => *self.answered.get_or_insert_default() += finish.usage,
            Delta::Reasoning(_)
            | Delta::Content(_)
            | Delta::Logprobs(_)
            | Delta::ToolCall { .. }
            | Delta::ToolArguments { .. } => {}
        }
    }

    fn step(&mut self, answer: u32, event: &StepEvent) {
        let (state, elapsed, usage) = match &event.state {
            StepState::Started => (StepStateName::Running, None, None),
            StepState::Skipped { .. } => (StepStateName::Skipped, None, None),
            StepState::Decided { .. } | StepState::Wrote { .. } => return,
            StepState::Finished { elapsed, usage, .. } => {
                (StepStateName::Finished, Some(*elapsed), Some(*usage))
            }
            StepState::Failed { .. } => (StepStateName::Failed, None, None),
        };
        let begun = self.steps.iter_mut().rev().find(|step| {
            step.answer == answer && step.id == event.step && step.state == StepStateName::Running
        });
        let begins = matches!(event.state, StepState::Started | StepState::Skipped { .. });
        if let (Some(step), false) = (begun, begins) {
            step.state = state;
            step.elapsed_ms =
                elapsed.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
            step.usage = usage;
        } else if begins && self.steps.len() < MOST_STEPS {
            let (id, action) = (event.step.clone(), event.action);
            self.steps.push(Step { answer, id, action, state, elapsed_ms: None, usage: None });
        }
    }

    /// Ends it, if it has not ended.
    pub(super) fn end(&mut self, state: RunState, error: Option<GenerateError>) -> bool {
        let first = self.state == RunState::Running;
        if first {
            self.state = state;
            self.error = error.map(ApiError::from);
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            self.ended = now.ok().map(|elapsed| elapsed.as_secs());
        }
        first
    }

    /// The tokens of its model calls, as far as they are counted: those of its finished answers or,
    /// before, of its finished steps.
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.answered.is_some() {
            return self.answered;
        }
        let mut total = None;
        for step in self.steps.iter().filter(|step| !self.is_counted_above(step)) {
            if let Some(usage) = step.usage {
                *total.get_or_insert_default() += usage;
            }
        }
        total
    }

    /// Whether the step is part of another, whose tokens are counted with its own.
    fn is_counted_above(&self, step: &Step) -> bool {
        self.steps.iter().any(|other| {
            other.answer == step.answer
                && other.usage.is_some()
                && step.id.strip_prefix(&other.id).is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::generate::Finish;

    fn tokens(completion_tokens: u64) -> Usage {
        Usage { completion_tokens, ..Usage::default() }
    }

    fn note(progress: &mut Progress, step: &str, state: StepState) {
        let event = StepEvent { step: step.to_owned(), action: "reason", state };
        progress.note(&Piece { index: 0, delta: Delta::Step(event) });
    }

    fn ended(completion_tokens: u64) -> StepState {
        StepState::Finished {
            output: String::new(),
            elapsed: Duration::from_millis(7),
            usage: tokens(completion_tokens),
        }
    }

    #[test]
    fn the_tokens_of_a_part_are_counted_once() {
        let mut progress = Progress::default();
        note(&mut progress, "answer", StepState::Started);
        assert_eq!(progress.usage(), None);
        note(&mut progress, "answer/1/answer", StepState::Started);
        note(&mut progress, "answer/1/answer", ended(5));
        assert_eq!(progress.usage(), Some(tokens(5)));
        note(&mut progress, "answer", ended(9));
        note(&mut progress, "answer2", StepState::Started);
        note(&mut progress, "answer2", ended(1));
        assert_eq!(progress.usage(), Some(tokens(10)));
        let finish = Finish { usage: tokens(11), ..Finish::default() };
        progress.note(&Piece { index: 0, delta: Delta::Finished(finish) });
        assert_eq!(progress.usage(), Some(tokens(11)), "an answer knows best");
        assert!(progress.end(RunState::Finished, None) && !progress.end(RunState::Failed, None));
        assert_eq!((progress.state, progress.steps.len()), (RunState::Finished, 3));
    }
}
