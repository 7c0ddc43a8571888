//! Listens to a sample of a vote while it is written.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::generate::TokenLogprob;

use super::of_token;

/// What was heard of one sample: the confidence of its tokens, and whether it was stopped.
///
/// A sample may call models one after the other; the last answer is the one that is heard.
#[derive(Debug)]
pub(in crate::chain) struct Trace {
    window: usize,
    /// A sample whose window falls below this is stopped.
    least: Option<f64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many calls have begun.
    call: u32,
    confidences: Vec<f32>,
    stopped: Option<Stopped>,
}

/// Why and where a sample was stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::chain) struct Stopped {
    /// The mean confidence of its last window.
    pub(in crate::chain) confidence: f64,
    /// What it should not fall below.
    pub(in crate::chain) least: f64,
    /// How many tokens of the call were heard.
    pub(in crate::chain) tokens: usize,
}

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { confidence, least, tokens } = self;
        write!(
            formatter,
            "after {tokens} tokens its confidence was {confidence:.3}, below {least:.3}"
        )
    }
}

/// One call of a sample that is listened to.
#[derive(Debug, Clone, Copy)]
pub(in crate::chain) struct Hearing<'trace> {
    trace: &'trace Trace,
    /// The number of the call.
    call: u32,
}

impl Trace {
    /// Listens to a sample with windows of so many tokens, none of which may be less sure than this on average.
    pub(in crate::chain) fn new(window: u32, least: Option<f64>) -> Self {
        Self { window: window.max(1) as usize, least, state: Mutex::default() }
    }

    /// Begins to listen to a call; what was heard of an earlier one is forgotten.
    pub(in crate::chain) fn begin(&self) -> Hearing<'_> {
        let mut state = self.state();
        state.call += 1;
        state.confidences.clear();
        Hearing { trace: self, call: state.call }
    }

    /// Where it was stopped, if it was; nothing more is asked for it then.
    pub(in crate::chain) fn stopped(&self) -> Option<Stopped> {
        self.state().stopped
    }

    /// The confidence of the tokens of the last call.
    pub(in crate::chain) fn confidences(&self) -> Vec<f32> {
        self.state().confidences.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is whole after every statement: a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hearing<'_> {
    /// Hears the next tokens; what follows a stop is heard no more.
    pub(in crate::chain) fn hear(self, tokens: &[TokenLogprob]) {
        let Trace { window, least, .. } = *self.trace;
        let mut state = self.trace.state();
        // Two calls of a sample at the same time: the one that began last is its answer.
        if state.call != self.call {
            return;
        }
        for confidence in tokens.iter().filter_map(of_token) {
            if state.stopped.is_some() {
                return;
            }
            state.confidences.push(confidence);
            let tokens = state.confidences.len();
            let Some(least) = least else { continue };
            let Some(last) = tokens.checked_sub(window) else { continue };
            let last = state.confidences.get(last..).unwrap_or_default();
            let sum: f64 = last.iter().map(|confidence| f64::from(*confidence)).sum();
            let confidence = sum / window as f64;
            if confidence < least {
                state.stopped = Some(Stopped { confidence, least, tokens });
            }
        }
    }

    /// Where the sample was stopped, if it was.
    pub(in crate::chain) fn stopped(self) -> Option<Stopped> {
        self.trace.stopped()
    }

    /// The confidence of the tokens that were heard of this call.
    pub(in crate::chain) fn confidences(self) -> Vec<f32> {
        let state = self.trace.state();
        if state.call == self.call { state.confidences.clone() } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use crate::generate::RankedToken;

    use super::*;

    fn tokens(confidences: &[f32]) -> Vec<TokenLogprob> {
        let ranked = |logprob: f32| RankedToken { text: String::new(), logprob };
        let token = |confidence: &f32| TokenLogprob {
            chosen: ranked(0.0),
            top: vec![ranked(0.0), ranked(-2.0 * confidence)],
        };
        confidences.iter().map(token).collect()
    }

    #[test]
    fn a_sample_is_stopped_where_a_whole_window_is_unsure() {
        let trace = Trace::new(2, Some(3.0));
        let hearing = trace.begin();
        hearing.hear(&tokens(&[1.0]));
        assert_eq!(trace.stopped(), None, "one token is no window");
        hearing.hear(&tokens(&[5.0, 2.0]));
        assert_eq!(trace.stopped(), None, "on average it is sure enough");
        hearing.hear(&tokens(&[2.0, 9.0, 9.0]));
        let stopped = Stopped { confidence: 2.0, least: 3.0, tokens: 4 };
        assert_eq!(trace.stopped(), Some(stopped));
        assert_eq!(trace.confidences(), [1.0, 5.0, 2.0, 2.0], "nothing is heard behind it");
    }

    #[test]
    fn the_last_call_is_the_sample() {
        let trace = Trace::new(4, None);
        let draft = trace.begin();
        draft.hear(&tokens(&[1.0]));
        let answer = trace.begin();
        answer.hear(&tokens(&[7.0, 8.0]));
        draft.hear(&tokens(&[1.0]));
        assert_eq!(trace.confidences(), [7.0, 8.0]);
        assert_eq!(draft.confidences(), Vec::<f32>::new());
    }
}
