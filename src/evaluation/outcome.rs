//! What came of each problem of a run: its answers, and the votes among them.

use std::collections::BTreeMap;

use super::{
    folder::Samples,
    manifest::{AskedProblem, Manifest},
    sample::{Answered, Outcome, Sample},
    statistics::Votes,
};
use crate::equivalence::{Answer, Key};

/// What came of one problem.
#[derive(Debug, Clone)]
pub(super) struct ProblemOutcome<'run> {
    pub(super) asked: &'run AskedProblem,
    /// Its answers, each with the seconds that it took.
    pub(super) answers: Vec<(&'run Answered, f64)>,
    /// The answers that failed.
    pub(super) failed: Vec<(&'run Sample, &'run str)>,
}

/// The outcomes of a run's problems, in their order.
pub(super) fn outcomes<'run>(
    manifest: &'run Manifest,
    samples: &'run Samples,
) -> Vec<ProblemOutcome<'run>> {
    let mut by_problem: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in samples.values() {
        by_problem.entry(&sample.problem).or_default().push(sample);
    }
    let outcome = |asked: &'run AskedProblem| {
        let mut outcome = ProblemOutcome { asked, answers: Vec::new(), failed: Vec::new() };
        for sample in by_problem.get(asked.id.as_str()).into_iter().flatten() {
            match &sample.outcome {
                Outcome::Answered(answered) => outcome.answers.push((answered, sample.seconds)),
                Outcome::Failed { error } => outcome.failed.push((sample, error)),
            }
        }
        outcome
    };
    manifest.problems.iter().map(outcome).collect()
}

/// The answer that most give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Winner {
    /// As one of them states it.
    pub(super) answer: String,
    /// How many give it.
    pub(super) votes: usize,
}

impl ProblemOutcome<'_> {
    /// How many answers are right.
    pub(super) fn right(&self) -> usize {
        self.count(Answered::is_right)
    }

    /// How many answers are so.
    pub(super) fn count(&self, is: impl Fn(&Answered) -> bool) -> usize {
        self.answers.iter().filter(|(answer, _)| is(answer)).count()
    }

    /// The share of right answers; `None` without an answer.
    pub(super) fn pass_rate(&self) -> Option<f64> {
        self.share(Answered::is_right)
    }

    /// The share of answers that are so; `None` without an answer.
    pub(super) fn share(&self, is: impl Fn(&Answered) -> bool) -> Option<f64> {
        let answers = self.answers.len();
        (answers > 0).then(|| self.count(is) as f64 / answers as f64)
    }

    /// The votes, with answers that mean the same counted together.
    pub(super) fn votes(&self, keys: &[Option<Key>]) -> Votes {
        Votes::count(
            self.answers
                .iter()
                .zip(keys)
                .map(|((answer, _), key)| (key.as_ref(), answer.is_right())),
        )
    }

    /// The votes, with answers that are spelled the same counted together.
    pub(super) fn votes_by_text(&self) -> Votes {
        let spelled = |(answer, _): &(&Answered, f64)| (answer.answer.clone(), answer.is_right());
        Votes::count(self.answers.iter().map(spelled))
    }

    /// What each answer means.
    pub(super) fn keys(&self) -> Vec<Option<Key>> {
        let key = |(answer, _): &(&Answered, f64)| Answer::parse(answer.answer.as_deref()?).key();
        self.answers.iter().map(key).collect()
    }

    /// The answer with the most votes; of several with as many, the one that came first.
    pub(super) fn winner(&self, keys: &[Option<Key>]) -> Option<Winner> {
        let mut counted: BTreeMap<&Key, (usize, usize)> = BTreeMap::new();
        for (place, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                counted.entry(key).or_insert((0, place)).0 += 1;
            }
        }
        let most =
            counted.values().max_by_key(|(votes, place)| (*votes, std::cmp::Reverse(*place)));
        let (votes, place) = *most?;
        let (answer, _) = self.answers.get(place)?;
        Some(Winner { answer: answer.answer.clone().unwrap_or_default(), votes })
    }

    /// The mean of a number over the answers; `None` without one.
    pub(super) fn mean(&self, number: impl Fn(&Answered, f64) -> f64) -> Option<f64> {
        let count = self.answers.len();
        let sum: f64 = self.answers.iter().map(|(answer, seconds)| number(answer, *seconds)).sum();
        (count > 0).then(|| sum / count as f64)
    }
}
