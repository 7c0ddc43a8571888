//! The samples of a vote, as they end, and the answer they come to.

use crate::generate::{Confidence, GenerateError};

use super::{
    ballot::Ballot,
    value::{Contender, Solution},
};

/// Samples that are counted in the order in which they were begun.
#[derive(Debug, Default)]
pub(super) struct Poll {
    pub(super) ballot: Ballot,
    solutions: Vec<Option<Solution>>,
    /// The first failure.
    failure: Option<GenerateError>,
}

impl Poll {
    /// Takes the next sample, and has `count` count it. One that failed has no vote.
    pub(super) fn take(
        &mut self,
        ended: Result<Solution, GenerateError>,
        count: impl FnOnce(&mut Ballot, u32, &Solution),
    ) {
        let number = u32::try_from(self.solutions.len()).unwrap_or(u32::MAX);
        match ended {
            Ok(solution) => {
                count(&mut self.ballot, number, &solution);
                self.solutions.push(Some(solution));
            }
            Err(error) => {
                self.ballot.count(number, None, 0.0);
                self.solutions.push(None);
                self.failure.get_or_insert(error);
            }
        }
    }

    /// The answer of the sample that speaks for the winner of `ballot`, which is of the same samples; without a result in
    /// any of them the first answer, for one that was cut says more than nothing.
    ///
    /// # Errors
    ///
    /// The first failure, if there is no answer.
    pub(super) fn end(
        mut self,
        ballot: &Ballot,
        confidence: Option<Confidence>,
    ) -> Result<Solution, GenerateError> {
        let winner = ballot.winner();
        let chosen = winner.and_then(|winner| self.solutions.get_mut(winner as usize)?.take());
        match (chosen.or_else(|| self.solutions.into_iter().flatten().next()), self.failure) {
            (Some(solution), _) => {
                let most = if confidence.is_some() { Contender::MOST } else { 0 };
                Ok(Solution { confidence, candidates: ballot.leading(most), ..solution })
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(GenerateError::engine("a vote without samples has no answer")),
        }
    }
}
