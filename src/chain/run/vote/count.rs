//! Counts the samples of a vote as they end, and says when there are enough.

use std::{borrow::Cow, ops::Range};

use crate::{
    chain::{
        ballot::{Ballot, Stop},
        plan::Vote,
        poll::Poll,
        value::Solution,
    },
    generate::GenerateError,
};

use super::{
    Sample,
    check::{Checked, Checker},
    sieve::Sieve,
};

/// A vote as it is counted.
pub(super) struct Count<'vote> {
    vote: &'vote Vote,
    /// How many samples there are at most.
    samples: u32,
    checker: Option<&'vote Checker<'vote>>,
    poll: Poll,
    /// Tells samples apart by how sure their model was of them.
    sieve: Option<Sieve>,
}

/// How a vote stands.
pub(super) struct Standing {
    /// The leading answer and its votes.
    pub(super) leading: String,
    /// The others, and what else there is to say.
    pub(super) others: Vec<String>,
    /// Whether no more samples are needed.
    pub(super) decided: bool,
}

impl<'vote> Count<'vote> {
    pub(super) fn new(
        vote: &'vote Vote,
        samples: u32,
        checker: Option<&'vote Checker<'vote>>,
    ) -> Self {
        // One sample is no vote.
        let sieve = vote.certainty.filter(|_| samples > 1).map(Sieve::new);
        Self { vote, samples, checker, poll: Poll::default(), sieve }
    }

    /// The numbers of the samples that are taken together: those that set how sure a model must be, and the others.
    pub(super) fn phases(&self) -> Vec<Range<u32>> {
        let first = self.sieve.as_ref().map_or(0, Sieve::warm_up).min(self.samples);
        [0..first, first..self.samples].into_iter().filter(|phase| !phase.is_empty()).collect()
    }

    /// How a sample is listened to, if it is: the tokens of a window, and how sure its model must be.
    pub(super) fn heard(&self) -> Option<(u32, Option<f64>)> {
        let window = self.vote.certainty?.window;
        self.sieve.as_ref().map(|sieve| (window, sieve.least()))
    }

    /// Notes that all samples of a phase were counted.
    pub(super) fn phase_ended(&mut self) {
        if let Some(sieve) = self.sieve.as_mut().filter(|sieve| sieve.warm_up() > 0) {
            sieve.set_least();
        }
    }

    /// The votes as they stand.
    pub(super) fn ballot(&self) -> Cow<'_, Ballot> {
        let ballot = &self.poll.ballot;
        self.sieve.as_ref().map_or(Cow::Borrowed(ballot), |sieve| sieve.sift(ballot))
    }

    /// Counts sample `index`.
    pub(super) fn take(&mut self, index: u32, ended: Result<Sample, GenerateError>) -> Standing {
        let mut passes = false;
        let (solution, weight, checked, trace) = match ended {
            Ok(Sample { solution, weight, checked, trace }) => {
                (Ok(solution), weight, checked, trace)
            }
            Err(error) => (Err(error), 0.0, None, None),
        };
        if let Some(sieve) = &mut self.sieve {
            let has_result = solution.as_ref().is_ok_and(|solution| solution.result.is_some());
            sieve.note(trace.as_ref(), has_result);
        }
        self.poll.take(solution, |ballot, number, solution| {
            let result = solution.result.as_ref();
            passes = result.is_some() && matches!(checked, Some(Checked::Passes(_)));
            match (&checked, result) {
                (Some(Checked::Fails), _) => ballot.count(number, None, 0.0),
                (Some(Checked::Passes(Some(does))), Some(result)) => {
                    ballot.count_behaviour(number, result, does, weight);
                }
                _ => ballot.count(number, result, weight),
            }
        });
        let left = self.samples.saturating_sub(index + 1);
        let ballot = self.ballot();
        let (leading, mut others) = ballot.standing();
        let stop = self.vote.stop;
        let proved = passes && self.checker.is_some_and(Checker::tests_are_enough);
        // While the first samples set how sure a model must be, nobody knows who has a vote.
        let warming = self.sieve.as_ref().is_some_and(|sieve| index + 1 < sieve.warm_up());
        let decided = left > 0
            && !warming
            && (ballot.is_decided(stop, left) || (proved && stop != Stop::Never));
        others.extend(self.sieve.iter().flat_map(Sieve::remarks));
        if decided {
            others.push(format!("decided; {left} more samples are not needed"));
        }
        Standing { leading, others, decided }
    }

    /// What the vote comes to.
    ///
    /// # Errors
    ///
    /// The first failure, if no sample has an answer.
    pub(super) fn end(self) -> Result<Solution, GenerateError> {
        let ballot = self.ballot().into_owned();
        let confidence = match self.checker {
            Some(checker) => Some(ballot.confidence_of_programs(checker.has_tests())),
            None => Some(ballot.confidence()).filter(|_| self.samples > 1),
        };
        self.poll.end(&ballot, confidence)
    }
}
