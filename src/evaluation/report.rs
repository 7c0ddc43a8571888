//! What a run measured: the numbers, and the files that show them.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    folder::{self, FolderError, Samples},
    manifest::Manifest,
    outcome::{ProblemOutcome, outcomes},
    sample::{Answered, Mark, Thought},
    statistics::{Interval, Votes, over_problems, pass::pass_at, steps},
};

mod confidence;
pub(super) mod html;
mod lines;
pub(super) mod markdown;
mod plot;
mod reliability;

pub use confidence::SurestVote;
pub use lines::{Line, headlines, percent, thousands};
pub use reliability::{Reliability, VerdictCounts};

/// The form of `report.json`.
const SCHEMA: &str = "ponder.eval/1";
/// So many failures are named; more say nothing new.
const NAMED_FAILURES: usize = 20;

/// What a run measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The form of this document.
    pub schema: &'static str,
    /// Who answered.
    pub model: String,
    /// The problem file's name.
    pub file: String,
    /// Everything that decided what the answers are.
    pub settings: Map<String, Value>,
    /// The SHA-256 of the settings.
    pub fingerprint: String,
    /// When the run began, in seconds since 1970.
    pub started: u64,
    /// How much was asked and answered.
    pub counts: Counts,
    /// The share of right answers: the mean over problems; absent without an answer.
    pub pass_at_1: Option<Interval>,
    /// The chance that one of k answers is right.
    pub pass: Vec<AtK>,
    /// The chance that the answer that most of k give is right, answers that mean the same together.
    pub majority: Vec<AtK>,
    /// The same with only those answers together that are spelled the same.
    pub majority_by_text: Vec<AtK>,
    /// The chance that the answer whose claims make it the most reliable is right, beside votes for as many tokens;
    /// empty where no claims were checked.
    pub clr: Vec<Reliability>,
    /// What came of the verdicts on claims; absent where none were checked.
    pub verdicts: Option<VerdictCounts>,
    /// The chance that the answer that most of the surest give is right; empty where no confidence was asked for.
    pub by_confidence: Vec<SurestVote>,
    /// How often answers had certain ends; absent without an answer.
    pub rates: Option<Rates>,
    /// What the answers took.
    pub tokens: Tokens,
    /// Seconds an answer; absent without one.
    pub seconds: Option<Distribution>,
    /// What it all cost, if the prices are known.
    pub cost: Option<f64>,
    /// Problem by problem, in their order.
    pub problems: Vec<ProblemReport>,
    /// The first answers that failed.
    pub failures: Vec<Failure>,
    /// Every answer's tokens, and whether it is right; for the plots.
    #[serde(skip)]
    points: Vec<Point>,
}

/// How much was asked and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Problems.
    pub problems: usize,
    /// How often each was to be asked.
    pub samples: u32,
    /// Answers that are there.
    pub answers: usize,
    /// Answers that failed.
    pub failed: usize,
    /// Answers that were not asked for yet.
    pub missing: usize,
}

/// A share for a number of answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtK {
    /// How many answers.
    pub k: usize,
    /// The share.
    #[serde(flatten)]
    pub share: Interval,
    /// Tokens that so many answers take, in the mean.
    pub tokens: f64,
}

/// How often answers had certain ends, each a share of all answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// A limit of tokens cut the answer off.
    pub truncated: Interval,
    /// The answer or its thinking went in circles.
    pub looped: Interval,
    /// A budget ended the thinking.
    pub out_of_budget: Interval,
    /// It states nothing.
    pub abstained: Interval,
    /// It could not be decided whether it is right.
    pub undecided: Interval,
}

/// What the answers took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tokens {
    /// Read in all, for answers and for their claims.
    pub prompt: u64,
    /// Written in all, thinking included.
    pub completion: u64,
    /// What was thinking in the answers.
    pub reasoning: u64,
    /// The part of what was read and written that was for claims and verdicts; absent where none were checked.
    pub claims: Option<ClaimTokens>,
    /// Written in one answer; absent without one.
    pub per_answer: Option<Distribution>,
    /// Written in a right answer, in the mean.
    pub right: Option<f64>,
    /// Written in one that is not right, in the mean.
    pub not_right: Option<f64>,
}

/// What claims and verdicts took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClaimTokens {
    /// Read.
    pub prompt: u64,
    /// Written, thinking included.
    pub completion: u64,
}

/// Where numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distribution {
    /// The mean.
    pub mean: f64,
    /// Half of them are at most this.
    pub median: f64,
    /// Nine of ten are at most this.
    pub p90: f64,
    /// The largest.
    pub max: f64,
}

/// What came of one problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProblemReport {
    /// Its id.
    pub id: String,
    /// The right answer.
    pub answer: String,
    /// How many answers there are.
    pub answers: usize,
    /// How many of them are right.
    pub right: usize,
    /// The answer that most give; absent if none states one.
    pub majority: Option<String>,
    /// How many give it.
    pub votes: usize,
    /// Tokens an answer, in the mean.
    pub tokens: Option<f64>,
    /// Seconds an answer, in the mean.
    pub seconds: Option<f64>,
    /// Answers that were cut off.
    pub truncated: usize,
    /// Answers that went in circles.
    pub looped: usize,
    /// Answers that state nothing.
    pub abstained: usize,
    /// Answers that failed.
    pub failed: usize,
}

/// An answer that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The problem's id.
    pub problem: String,
    /// The answer's number.
    pub sample: u32,
    /// Why.
    pub error: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    tokens: u64,
    right: bool,
}

impl Report {
    /// The report on a run as it stands.
    pub fn of(manifest: &Manifest, samples: &Samples) -> Self {
        let outcomes = outcomes(manifest, samples);
        let answers: Vec<&(&Answered, f64)> =
            outcomes.iter().flat_map(|outcome| &outcome.answers).collect();
        let failed: usize = outcomes.iter().map(|outcome| outcome.failed.len()).sum();
        let asked = manifest.problems.len() * manifest.samples as usize;
        let tokens = tokens(&answers);
        let curves = Curves::of(&outcomes, tokens.per_answer.map_or(0.0, |tokens| tokens.mean));
        let cost = manifest.prices.map(|prices| prices.cost(tokens.prompt, tokens.completion));
        Self {
            schema: SCHEMA,
            model: manifest.model.clone(),
            file: manifest.file.clone(),
            settings: manifest.settings.clone(),
            fingerprint: manifest.fingerprint.clone(),
            started: manifest.started,
            counts: Counts {
                problems: manifest.problems.len(),
                samples: manifest.samples,
                answers: answers.len(),
                failed,
                missing: asked.saturating_sub(answers.len() + failed),
            },
            pass_at_1: share(&outcomes, Answered::is_right),
            pass: curves.pass,
            clr: reliability::curve(&outcomes),
            verdicts: VerdictCounts::of(answers.iter().map(|(answer, _)| *answer)),
            by_confidence: confidence::votes(&outcomes),
            majority: curves.majority,
            majority_by_text: curves.majority_by_text,
            rates: rates(&outcomes),
            tokens,
            seconds: distribution(answers.iter().map(|(_, seconds)| *seconds)),
            cost,
            problems: outcomes.iter().map(problem).collect(),
            failures: failures(&outcomes),
            points: answers
                .iter()
                .map(|(answer, _)| Point {
                    tokens: answer.completion_tokens,
                    right: answer.is_right(),
                })
                .collect(),
        }
    }

    /// Whether every answer is there.
    pub fn is_complete(&self) -> bool {
        self.counts.failed == 0 && self.counts.missing == 0
    }

    /// Writes `report.json`, `report.md` and `report.html` into a folder.
    ///
    /// # Errors
    ///
    /// If one cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FolderError> {
        let json = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        let files = [
            ("report.json", json),
            ("report.md", Ok(self.markdown())),
            ("report.html", Ok(self.html())),
        ];
        for (name, text) in files {
            let file = path.join(name);
            let written = text.and_then(|text| folder::replace(&file, text.as_bytes()));
            written.map_err(|error| FolderError::File { path: file, error })?;
        }
        Ok(())
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        markdown::document(self)
    }

    /// The report as a page that needs nothing else.
    pub fn html(&self) -> String {
        html::document(self)
    }
}

/// The share of answers that are so, over problems.
fn share(outcomes: &[ProblemOutcome<'_>], is: impl Fn(&Answered) -> bool) -> Option<Interval> {
    let shares: Vec<f64> = outcomes.iter().filter_map(|outcome| outcome.share(&is)).collect();
    over_problems(&shares, outcomes.iter().map(|outcome| outcome.answers.len()).sum())
}

fn rates(outcomes: &[ProblemOutcome<'_>]) -> Option<Rates> {
    Some(Rates {
        truncated: share(outcomes, Answered::is_truncated)?,
        looped: share(outcomes, Answered::is_looped)?,
        out_of_budget: share(outcomes, |answer| answer.thinking_end == Thought::Budget)?,
        abstained: share(outcomes, |answer| answer.mark == Mark::Abstained)?,
        undecided: share(outcomes, |answer| answer.mark == Mark::Unknown)?,
    })
}

/// The shares by numbers of answers, up to as many as every answered problem has.
struct Curves {
    pass: Vec<AtK>,
    majority: Vec<AtK>,
    majority_by_text: Vec<AtK>,
}

impl Curves {
    fn of(outcomes: &[ProblemOutcome<'_>], tokens: f64) -> Self {
        let answered: Vec<&ProblemOutcome<'_>> =
            outcomes.iter().filter(|outcome| !outcome.answers.is_empty()).collect();
        let least = answered.iter().map(|outcome| outcome.answers.len()).min().unwrap_or(0);
        let majority = |votes: Vec<Votes>| -> Vec<Vec<f64>> {
            votes.iter().map(|votes| votes.majority(least)).collect()
        };
        let by_meaning =
            majority(answered.iter().map(|outcome| outcome.votes(&outcome.keys())).collect());
        let by_text = majority(answered.iter().map(|outcome| outcome.votes_by_text()).collect());
        let curve = |shares: &dyn Fn(usize) -> Vec<f64>| -> Vec<AtK> {
            let point = |k: usize| {
                let share = over_problems(&shares(k), answered.len() * (least / k))?;
                Some(AtK { k, share, tokens: tokens * k as f64 })
            };
            steps(least).into_iter().filter_map(point).collect()
        };
        let at = |curves: &[Vec<f64>], k: usize| -> Vec<f64> {
            curves.iter().filter_map(|shares| shares.get(k - 1).copied()).collect()
        };
        let programs = outcomes.iter().any(|outcome| outcome.asked.tests);
        let pass =
            |outcome: &&ProblemOutcome<'_>, k| pass_at(k, outcome.answers.len(), outcome.right());
        Self {
            pass: curve(&|k| answered.iter().filter_map(|outcome| pass(outcome, k)).collect()),
            // Programs are right or wrong by what they do, and nobody counts which are alike.
            majority: if programs { Vec::new() } else { curve(&|k| at(&by_meaning, k)) },
            majority_by_text: if programs { Vec::new() } else { curve(&|k| at(&by_text, k)) },
        }
    }
}

fn tokens(answers: &[&(&Answered, f64)]) -> Tokens {
    let sum = |number: fn(&Answered) -> u64| {
        answers.iter().map(|(answer, _)| number(answer)).sum::<u64>()
    };
    let written = |keep: fn(&Answered) -> bool| {
        let kept = answers.iter().filter(move |(answer, _)| keep(answer));
        distribution(kept.map(|(answer, _)| answer.completion_tokens as f64))
    };
    let (prompt, completion) = (
        sum(|answer| answer.usage().prompt_tokens),
        sum(|answer| answer.usage().completion_tokens),
    );
    let checked = answers.iter().any(|(answer, _)| answer.checked.is_some());
    Tokens {
        prompt,
        completion,
        reasoning: sum(|answer| answer.reasoning_tokens),
        claims: checked.then(|| ClaimTokens {
            prompt: prompt - sum(|answer| answer.prompt_tokens),
            completion: completion - sum(|answer| answer.completion_tokens),
        }),
        per_answer: written(|_| true),
        right: written(Answered::is_right).map(|tokens| tokens.mean),
        not_right: written(|answer| !answer.is_right()).map(|tokens| tokens.mean),
    }
}

fn distribution(numbers: impl Iterator<Item = f64>) -> Option<Distribution> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    // The smallest number that at least this share does not exceed.
    let quantile =
        |per_cent: usize| sorted.get((count * per_cent).div_ceil(100).max(1) - 1).copied();
    Some(Distribution {
        mean: sorted.iter().sum::<f64>() / count.max(1) as f64,
        median: quantile(50)?,
        p90: quantile(90)?,
        max: sorted.last().copied()?,
    })
}

fn problem(outcome: &ProblemOutcome<'_>) -> ProblemReport {
    let winner = outcome.winner(&outcome.keys()).filter(|_| !outcome.asked.tests);
    ProblemReport {
        id: outcome.asked.id.clone(),
        answer: outcome.asked.answer.clone(),
        answers: outcome.answers.len(),
        right: outcome.right(),
        votes: winner.as_ref().map_or(0, |winner| winner.votes),
        majority: winner.map(|winner| winner.answer),
        tokens: outcome.mean(|answer, _| answer.completion_tokens as f64),
        seconds: outcome.mean(|_, seconds| seconds),
        truncated: outcome.count(Answered::is_truncated),
        looped: outcome.count(Answered::is_looped),
        abstained: outcome.count(|answer| answer.mark == Mark::Abstained),
        failed: outcome.failed.len(),
    }
}

fn failures(outcomes: &[ProblemOutcome<'_>]) -> Vec<Failure> {
    let failed = outcomes.iter().flat_map(|outcome| &outcome.failed);
    let failure = |(sample, error): &(&super::sample::Sample, &str)| Failure {
        problem: sample.problem.clone(),
        sample: sample.sample,
        error: (*error).to_owned(),
    };
    failed.take(NAMED_FAILURES).map(failure).collect()
}

#[cfg(test)]
mod tests;
