//! CLR@k beside maj@k for as many tokens: claims and verdicts cost tokens, for which a vote could have more answers.

use serde::Serialize;

use super::super::{
    outcome::ProblemOutcome,
    sample::{Answered, CheckedClaims},
    statistics::{Interval, Weighed, over_problems, steps, weighed_at},
};

/// CLR@k, and maj@k for as many tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliability {
    /// How many answers, each with its claims and verdicts.
    pub k: usize,
    /// The chance that the answer whose solutions are the most reliable together is right.
    pub share: Interval,
    /// Tokens that so many answers take with their claims and verdicts, in the mean.
    pub tokens: f64,
    /// How many answers take at most as many tokens without them; absent where that is more than there are.
    pub majority_k: Option<usize>,
    /// The chance that the answer that most of those give is right.
    pub majority: Option<Interval>,
}

/// What came of the verdicts on claims.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VerdictCounts {
    /// So many verdicts were asked for.
    pub asked: usize,
    /// So many are neither true nor false, or failed; they count as not true.
    pub undecided: usize,
    /// The share of those; absent without a verdict.
    pub share: Option<f64>,
    /// So many answers have no claims, though they were asked for: nothing speaks for them.
    pub answers_without_claims: usize,
}

impl VerdictCounts {
    pub(super) fn of<'run>(answers: impl Iterator<Item = &'run Answered>) -> Option<Self> {
        let checked: Vec<&CheckedClaims> =
            answers.filter_map(|answer| answer.checked.as_ref()).collect();
        let verdicts = || checked.iter().flat_map(|checked| &checked.claims);
        let asked = verdicts().count();
        let undecided = verdicts().filter(|verdict| verdict.holds.is_none()).count();
        (!checked.is_empty()).then(|| Self {
            asked,
            undecided,
            share: (asked > 0).then(|| undecided as f64 / asked as f64),
            answers_without_claims: checked.iter().filter(|one| one.claims.is_empty()).count(),
        })
    }
}

/// The curve, up to as many answers as every answered problem has; nothing where no claims were checked.
pub(super) fn curve(outcomes: &[ProblemOutcome<'_>]) -> Vec<Reliability> {
    let answered: Vec<&ProblemOutcome<'_>> =
        outcomes.iter().filter(|outcome| !outcome.answers.is_empty()).collect();
    let answers = || answered.iter().flat_map(|outcome| &outcome.answers).map(|(answer, _)| answer);
    if !answers().any(|answer| answer.checked.is_some()) {
        return Vec::new();
    }
    let least = answered.iter().map(|outcome| outcome.answers.len()).min().unwrap_or(0);
    let count = answers().count().max(1) as f64;
    let checking = |answer: &Answered| {
        answer.checked.as_ref().map_or(0, |checked: &CheckedClaims| checked.completion_tokens)
    };
    let plain = answers().map(|answer| answer.completion_tokens).sum::<u64>() as f64 / count;
    let with = plain + answers().map(|answer| checking(answer)).sum::<u64>() as f64 / count;
    let majorities: Vec<Vec<f64>> =
        answered.iter().map(|outcome| outcome.votes(&outcome.keys()).majority(least)).collect();
    let majority = |k: usize| {
        let shares: Vec<f64> =
            majorities.iter().filter_map(|shares| shares.get(k - 1).copied()).collect();
        over_problems(&shares, answered.len() * (least / k))
    };
    let point = |k: usize| {
        let shares: Vec<f64> = answered.iter().filter_map(|outcome| weighed(outcome, k)).collect();
        let tokens = with * k as f64;
        // From a number of answers that is small this is small as well.
        let most = if plain > 0.0 { (tokens / plain + 1e-9).floor() as usize } else { k };
        let majority_k = Some(most).filter(|most| (1..=least).contains(most));
        Some(Reliability {
            k,
            share: over_problems(&shares, answered.len() * (least / k))?,
            tokens,
            majority_k,
            majority: majority_k.and_then(majority),
        })
    };
    steps(least).into_iter().filter_map(point).collect()
}

fn weighed(outcome: &ProblemOutcome<'_>, k: usize) -> Option<f64> {
    let keys = outcome.keys();
    let answers: Vec<Weighed<_>> = outcome
        .answers
        .iter()
        .zip(&keys)
        .map(|((answer, _), key)| Weighed {
            key: key.as_ref(),
            right: answer.is_right(),
            weight: answer.checked.as_ref().map_or(0.0, |checked| checked.reliability),
        })
        .collect();
    weighed_at(k, &answers)
}
