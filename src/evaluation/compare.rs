//! Compares two runs problem by problem.
//!
//! Both were asked the same problems, so what is compared is the difference at each: its mean with a
//! bootstrap interval over problems (Efron and Tibshirani 1993, percentiles of 10,000 resamples), and a
//! sign-flip permutation test (Fisher 1935): if neither run is better, each difference could as well have the
//! other sign. With one answer a problem that is the exact test of `McNemar`.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    folder::Samples,
    manifest::{AskedProblem, Manifest},
    outcome::outcomes,
    statistics::{Interval, Random},
};

const RESAMPLES: usize = 10_000;
/// Up to so many differences every way to give them signs is looked at.
const EXACT: usize = 20;
/// Otherwise so many at random.
const FLIPS: usize = 100_000;
/// The same numbers every time.
const SEED: u64 = 0x706f_6e64_6572;

/// How two runs differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many problems both were asked, with an answer in each.
    pub problems: usize,
    /// How many problems only one of them has.
    pub left_out: usize,
    /// pass@1 of the first on the common problems.
    pub first: f64,
    /// pass@1 of the second.
    pub second: f64,
    /// The second less the first, with the interval that holds the true difference with a confidence of 95 %.
    pub difference: Interval,
    /// How likely a difference of this size would be if neither were better.
    pub p_value: f64,
    /// The problems that one of them mostly solves and the other does not, the largest difference first.
    pub flipped: Vec<Flip>,
}

/// A problem that one run mostly solves and the other does not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The problem's id.
    pub id: String,
    /// The share of right answers in the first run.
    pub first: f64,
    /// The share in the second.
    pub second: f64,
}

/// Why two runs cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They have no problem in common.
    #[error("the two runs have no problem in common that both have answered")]
    NothingInCommon,
    /// A problem has two right answers, or different tests.
    #[error(
        "the problem {0:?} has another right answer, or other tests, in the second run; `ponder eval regrade` with the \
         same --problems for both mends that"
    )]
    OtherAnswer(String),
}

/// Compares two runs; problems are the same if they have the same id and ask the same.
///
/// # Errors
///
/// If they have no problem in common, or a problem has another right answer, or other tests, in each.
pub fn compare(
    first: (&Manifest, &Samples),
    second: (&Manifest, &Samples),
) -> Result<Comparison, CompareError> {
    let (first, second) = (shares(first), shares(second));
    let second_by_id: HashMap<&str, _> =
        second.iter().map(|(asked, share)| (asked.id.as_str(), (asked, share))).collect();
    let mut pairs = Vec::new();
    for (asked, share) in &first {
        let Some((other, other_share)) = second_by_id.get(asked.id.as_str()) else { continue };
        if other.digest != asked.digest {
            continue;
        }
        if !other.is_judged_as(asked) {
            return Err(CompareError::OtherAnswer(asked.id.clone()));
        }
        pairs.push(Flip { id: asked.id.clone(), first: *share, second: **other_share });
    }
    if pairs.is_empty() {
        return Err(CompareError::NothingInCommon);
    }
    let left_out = first.len() + second.len() - 2 * pairs.len();
    Ok(Comparison { left_out, ..of_pairs(pairs) })
}

/// The answered problems of a run with their shares of right answers.
fn shares<'run>(
    (manifest, samples): (&'run Manifest, &'run Samples),
) -> Vec<(&'run AskedProblem, f64)> {
    let outcomes = outcomes(manifest, samples).into_iter();
    outcomes.filter_map(|outcome| Some((outcome.asked, outcome.pass_rate()?))).collect()
}

fn of_pairs(pairs: Vec<Flip>) -> Comparison {
    let mean = |value: fn(&Flip) -> f64| pairs.iter().map(value).sum::<f64>() / pairs.len() as f64;
    let (first, second) = (mean(|pair| pair.first), mean(|pair| pair.second));
    let differences: Vec<f64> = pairs.iter().map(|pair| pair.second - pair.first).collect();
    let problems = pairs.len();
    let mut flipped: Vec<Flip> =
        pairs.into_iter().filter(|pair| (pair.first > 0.5) != (pair.second > 0.5)).collect();
    flipped.sort_by(|left, right| {
        let size = |flip: &Flip| (flip.second - flip.first).abs();
        size(right).total_cmp(&size(left))
    });
    Comparison {
        problems,
        left_out: 0,
        first,
        second,
        difference: bootstrap(&differences),
        p_value: p_value(&differences),
        flipped,
    }
}

/// The mean of the differences, and the interval of its resamples.
fn bootstrap(differences: &[f64]) -> Interval {
    let count = differences.len();
    let mean = differences.iter().sum::<f64>() / count as f64;
    let mut random = Random::new(SEED);
    let mut resample = || {
        let drawn = (0..count).filter_map(|_| differences.get(random.below(count)));
        drawn.sum::<f64>() / count as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect();
    means.sort_by(f64::total_cmp);
    let quantile = |per_mille: usize| means.get(RESAMPLES * per_mille / 1000).copied();
    Interval {
        value: mean,
        low: quantile(25).unwrap_or(mean).min(mean),
        high: quantile(975).unwrap_or(mean).max(mean),
    }
}

/// The share of ways to give the differences signs in which their sum is at least as far from 0.
pub(super) fn p_value(differences: &[f64]) -> f64 {
    let sizes: Vec<f64> = differences
        .iter()
        .map(|difference| difference.abs())
        .filter(|size| *size > 1e-12)
        .collect();
    // Sums in another order differ in their last digits.
    let seen = differences.iter().sum::<f64>().abs() - 1e-9;
    if sizes.len() <= EXACT {
        let ways = 1_u32 << sizes.len();
        let extreme = (0..ways).filter(|signs| signed(&sizes, u64::from(*signs)).abs() >= seen);
        return extreme.count() as f64 / f64::from(ways);
    }
    let mut random = Random::new(SEED);
    let extreme = (0..FLIPS).filter(|_| {
        let sum: f64 = sizes.chunks(64).map(|chunk| signed(chunk, random.bits())).sum();
        sum.abs() >= seen
    });
    // What was seen is one of the ways.
    (extreme.count() + 1) as f64 / (FLIPS + 1) as f64
}

/// The sum of sizes with the signs that the bits say.
fn signed(sizes: &[f64], signs: u64) -> f64 {
    let signed = |(bit, size): (u32, &f64)| if signs >> bit & 1 == 1 { -size } else { *size };
    (0..).zip(sizes).map(signed).sum()
}

#[cfg(test)]
mod tests;
