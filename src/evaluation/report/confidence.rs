//! Votes of the surest answers beside a vote of all of them, for the same tokens.

use serde::Serialize;

use super::super::{
    confidence::WINDOWS,
    outcome::ProblemOutcome,
    sample::Answered,
    statistics::{Interval, Weighed, over_problems, weighed_at},
};
use super::lines::percent;
use crate::chain::certainty::{Certainty, Measure, surest};

/// The shares of the answers that keep a vote.
const KEPT: [f64; 4] = [1.0, 0.9, 0.5, 0.1];

/// A vote in which the surest answers count, each as much as its confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurestVote {
    /// How many answers there are; those that are left out cost as much as others.
    pub k: usize,
    /// What says how sure the model was.
    #[serde(serialize_with = "by_name")]
    pub measure: Measure,
    /// Over how many tokens it is averaged; absent for the mean of all.
    pub window: Option<u32>,
    /// The share of the answers with a result that keep a vote.
    pub keep: f64,
    /// The chance that the answer that wins is right.
    pub share: Interval,
    /// By how much that is more than with a vote of all, each counted alike; problem by problem.
    pub gain: Interval,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn by_name<S: serde::Serializer>(measure: &Measure, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(measure.as_str())
}

/// The votes over as many answers as every answered problem has; nothing where no confidence was asked for.
pub(super) fn votes(outcomes: &[ProblemOutcome<'_>]) -> Vec<SurestVote> {
    let answered: Vec<&ProblemOutcome<'_>> =
        outcomes.iter().filter(|outcome| !outcome.answers.is_empty()).collect();
    let k = answered.iter().map(|outcome| outcome.answers.len()).min().unwrap_or(0);
    // One that was cut off before its answer may have none, and states nothing either.
    let is_known = |(answer, _): &(&Answered, f64)| answer.confidence.is_some();
    if k < 2 || !answered.iter().flat_map(|outcome| &outcome.answers).any(is_known) {
        return Vec::new();
    }
    let problems: Vec<Voters<'_>> =
        answered.iter().map(|outcome| Voters::first(outcome, k)).collect();
    let plain: Vec<f64> = problems.iter().map(Voters::alike).collect();
    let longest = answered
        .iter()
        .flat_map(|outcome| &outcome.answers)
        .filter_map(|(answer, _)| answer.confidence.as_ref()?.windows.last())
        .map(|at| at.window)
        .max();
    let windows = || WINDOWS.into_iter().filter(|window| Some(*window) <= longest).map(Some);
    let ways = [Measure::Lowest, Measure::Bottom, Measure::Tail]
        .into_iter()
        .flat_map(|measure| windows().map(move |window| (measure, window)))
        .chain([(Measure::Mean, None)]);
    let vote = |(measure, window, keep)| {
        let shares: Vec<f64> =
            problems.iter().map(|voters| voters.surest(measure, window, keep)).collect();
        let gains: Vec<f64> = shares.iter().zip(&plain).map(|(one, other)| one - other).collect();
        let share = over_problems(&shares, shares.len())?;
        Some(SurestVote { k, measure, window, keep, share, gain: mean_with_error(&gains) })
    };
    ways.flat_map(|(measure, window)| KEPT.map(|keep| (measure, window, keep)))
        .filter_map(vote)
        .collect()
}

/// The answers to a problem that vote.
struct Voters<'run> {
    answers: Vec<&'run Answered>,
    /// What each states, as a number: the same for those that mean the same.
    stated: Vec<Option<usize>>,
}

impl<'run> Voters<'run> {
    fn first(outcome: &ProblemOutcome<'run>, k: usize) -> Self {
        let keys = outcome.keys();
        let stated = keys.iter().take(k).map(|key| {
            let key = key.as_ref()?;
            keys.iter().position(|other| other.as_ref() == Some(key))
        });
        Self {
            answers: outcome.answers.iter().take(k).map(|(answer, _)| *answer).collect(),
            stated: stated.collect(),
        }
    }

    /// Whether the answer that most give is right, as 1 or 0.
    fn alike(&self) -> f64 {
        self.won(|_| Some(1.0))
    }

    /// The same where only the surest have a vote, of the weight of their confidence.
    fn surest(&self, measure: Measure, window: Option<u32>, keep: f64) -> f64 {
        let number = |answer: &Answered| {
            answer
                .confidence
                .as_ref()
                .map_or(0.0, |known| known.by(measure, window.unwrap_or(u32::MAX)))
        };
        let with_result: Vec<usize> =
            (0..).zip(&self.stated).filter_map(|(place, stated)| stated.map(|_| place)).collect();
        let numbers: Vec<f64> = with_result
            .iter()
            .filter_map(|place| self.answers.get(*place))
            .map(|answer| number(answer))
            .collect();
        let kept: Vec<usize> = with_result
            .into_iter()
            .zip(surest(&numbers, keep))
            .filter_map(|(place, kept)| kept.then_some(place))
            .collect();
        self.won(|place| {
            let is_kept = kept.contains(&place);
            self.answers.get(place).filter(|_| is_kept).map(|answer| number(answer))
        })
    }

    /// Whether the answer that wins is right, as 1 or 0; what weighs nothing has no vote.
    fn won(&self, weight: impl Fn(usize) -> Option<f64>) -> f64 {
        let voters: Vec<Weighed<usize>> = self
            .answers
            .iter()
            .zip(&self.stated)
            .enumerate()
            .map(|(place, (answer, stated))| {
                let weight = weight(place);
                let key = stated.filter(|_| weight.is_some());
                Weighed { key, right: answer.is_right(), weight: weight.unwrap_or(0.0) }
            })
            .collect();
        weighed_at(voters.len(), &voters).unwrap_or(0.0)
    }
}

/// The mean of paired differences, and between which means it lies with a confidence of 95 % (normal approximation); of
/// one nothing is known about others.
fn mean_with_error(differences: &[f64]) -> Interval {
    let count = differences.len().max(1) as f64;
    let value = differences.iter().sum::<f64>() / count;
    if differences.len() < 2 {
        return Interval { value, low: -1.0, high: 1.0 };
    }
    let squares: f64 = differences.iter().map(|one| (one - value).powi(2)).sum();
    let error = 1.96 * (squares / (count - 1.0) / count).sqrt();
    Interval { value, low: value - error, high: value + error }
}

/// The vote that a chain takes unless told otherwise: by the lowest window, nine of ten kept; of the windows the longest
/// that is no longer than a chain's.
pub(super) fn usual(votes: &[SurestVote]) -> Option<&SurestVote> {
    let Certainty { measure, window, keep, .. } = Certainty::default();
    let kept = || votes.iter().filter(move |vote| (vote.keep - keep).abs() < 1e-9);
    let by_window = kept().filter(|vote| vote.measure == measure && vote.window <= Some(window));
    by_window.max_by_key(|vote| vote.window).or_else(|| kept().find(|vote| vote.window.is_none()))
}

/// A cell of a table of votes.
pub(super) struct Cell {
    pub(super) measure: &'static str,
    pub(super) window: String,
    /// How many keep a vote, in words.
    pub(super) kept: String,
    pub(super) share: String,
}

/// The votes as a table: a row for each measure and window, a column for each share that is kept.
pub(super) fn rows(votes: &[SurestVote]) -> Vec<Vec<Cell>> {
    let cell = |vote: &SurestVote| Cell {
        measure: vote.measure.as_str(),
        window: vote.window.map_or_else(|| "all".to_owned(), |tokens| tokens.to_string()),
        kept: match vote.keep {
            keep if keep >= 1.0 => "all, weighed".to_owned(),
            keep => format!("the surest {:.0} %", keep * 100.0),
        },
        share: format!(
            "{} ({:+.1}, {:+.1} to {:+.1})",
            percent(vote.share.value),
            vote.gain.value * 100.0,
            vote.gain.low * 100.0,
            vote.gain.high * 100.0
        ),
    };
    votes.chunks(KEPT.len()).map(|row| row.iter().map(cell).collect()).collect()
}

/// What the table shows.
pub(super) fn about(votes: &[SurestVote]) -> String {
    let k = votes.first().map_or(0, |vote| vote.k);
    format!(
        "Votes of the surest of {k} answers, each of the weight of its confidence (DeepConf); in brackets what that \
         gains in points over a vote of all alike, in which a tie goes to the answer that came first, with a 95 % interval \
         of the paired differences."
    )
}
