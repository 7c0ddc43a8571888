//! Counts the votes for an answer, and says when more of them would change nothing.
//!
//! Votes are counted by what an answer means ([`crate::equivalence`]): 1/2 and 0.5 are one candidate. Self-consistency
//! after Wang et al., arXiv:2203.11171; when to stop, after Aggarwal et al., "Let's Sample Step by Step"
//! (arXiv:2305.11860), and Li et al., "Escape Sky-high Cost" (arXiv:2401.10480).

use std::fmt::Write as _;

use crate::{
    equivalence::{Answer, Key},
    generate::{Confidence, ConfidenceState},
};

use super::value::{Contender, Outcome};

/// The certainty at which an adaptive vote stops.
pub const CERTAIN: f64 = 0.95;

/// When a vote may end before all samples are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Never: every sample is counted.
    Never,
    /// When the leading answer stays ahead of the next one with a probability of [`CERTAIN`], by the posterior
    /// of a Beta distribution with a flat prior over the two.
    Adaptive,
    /// When so many samples in a row gave the same answer.
    Unanimous(u32),
}

/// The most answers beside the leading one that are named in an event.
const MOST_NAMED: usize = 8;

/// A result as it is named in an event.
fn shortened(written: &str) -> String {
    const MOST: usize = 80;
    match written.char_indices().nth(MOST) {
        None => written.to_owned(),
        Some((end, _)) => format!("{}…", written.get(..end).unwrap_or_default()),
    }
}

/// Whether two results are one answer.
pub(super) fn mean_the_same(one: &Outcome, other: &Outcome) -> bool {
    Meaning::of(one).is_some_and(|meaning| Meaning::of(other) == Some(meaning))
}

/// The candidates of a vote, in the order in which they were first named.
#[derive(Debug, Clone, Default)]
pub struct Ballot {
    candidates: Vec<Candidate>,
    /// Every sample that was counted, in order.
    counted: Vec<Counted>,
    /// How many samples were counted.
    samples: u32,
    /// How many of them have no vote because others are surer.
    left_out: u32,
    /// The candidate of the last sample, and how many in a row it has had.
    row: Option<(usize, u32)>,
}

/// A sample that was counted.
#[derive(Debug, Clone, Copy)]
struct Counted {
    number: u32,
    /// The candidate it is for, if it has a result.
    place: Option<usize>,
}

#[derive(Debug, Clone)]
struct Candidate {
    meaning: Meaning,
    /// How it was written first.
    written: String,
    /// The result as it was first.
    result: Outcome,
    votes: u32,
    weight: f64,
    /// The sample that speaks for it: the one of the greatest weight, the first of several.
    best: (u32, f64),
}

/// What makes two results the same.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Value(Key),
    /// Programs are the same only if they are written the same.
    Program(String),
    /// Programs that do the same with the same inputs.
    Behaviour(String),
}

impl Meaning {
    fn of(result: &Outcome) -> Option<Self> {
        match result {
            Outcome::Boxed(written) => Answer::parse(written).key().map(Self::Value),
            Outcome::Code(_) => Some(Self::Program(result.bare().trim().to_owned())),
        }
    }
}

impl Ballot {
    /// Counts sample `number`, which came to `result`, with this weight: 1 where all are alike, never below 0.
    /// A sample without a result has no vote.
    pub fn count(&mut self, number: u32, result: Option<&Outcome>, weight: f64) {
        self.add(number, result.and_then(|result| Some((result, Meaning::of(result)?))), weight);
    }

    /// The same for a program of which it is known what it does: those that do the same are one candidate.
    pub fn count_behaviour(&mut self, number: u32, result: &Outcome, does: &str, weight: f64) {
        self.add(number, Some((result, Meaning::Behaviour(does.to_owned()))), weight);
    }

    fn add(&mut self, number: u32, result: Option<(&Outcome, Meaning)>, weight: f64) {
        let place = result.map(|(result, meaning)| {
            let known = self.candidates.iter().position(|candidate| candidate.meaning == meaning);
            known.unwrap_or_else(|| {
                let written = match result {
                    Outcome::Boxed(written) => shortened(written),
                    Outcome::Code(_) => format!("program {}", self.candidates.len() + 1),
                };
                let (result, best) = (result.clone(), (number, -1.0));
                let candidate = Candidate { meaning, written, result, votes: 0, weight: 0.0, best };
                self.candidates.push(candidate);
                self.candidates.len() - 1
            })
        });
        self.vote(Counted { number, place }, weight);
    }

    /// Gives a candidate a vote of this weight, if the sample is for one.
    fn vote(&mut self, counted: Counted, weight: f64) {
        let Counted { number, place } = counted;
        self.samples += 1;
        self.counted.push(counted);
        let weight = if weight.is_finite() { weight.max(0.0) } else { 0.0 };
        let Some(place) = place else {
            self.row = None;
            return;
        };
        if let Some(candidate) = self.candidates.get_mut(place) {
            candidate.votes += 1;
            candidate.weight += weight;
            if weight > candidate.best.1 {
                candidate.best = (number, weight);
            }
        }
        self.row = match self.row {
            Some((last, row)) if last == place => Some((place, row + 1)),
            _ => Some((place, 1)),
        };
    }

    /// The same samples counted anew, each with the weight that `weight` gives its number; those for which it gives none
    /// have no vote and say nothing.
    pub fn sifted(&self, weight: impl Fn(u32) -> Option<f64>) -> Self {
        let candidates = self.candidates.iter().cloned();
        let candidates = candidates.map(|candidate| {
            let best = (candidate.best.0, -1.0);
            Candidate { votes: 0, weight: 0.0, best, ..candidate }
        });
        let mut sifted = Self { candidates: candidates.collect(), ..Self::default() };
        for counted in &self.counted {
            match weight(counted.number) {
                Some(weight) => sifted.vote(*counted, weight),
                None => {
                    sifted.samples += 1;
                    sifted.left_out += 1;
                }
            }
        }
        sifted
    }

    /// Whether more samples, of which there can be `left`, are not worth their cost.
    pub fn is_decided(&self, stop: Stop, left: u32) -> bool {
        let (first, second) = self.two_most();
        match stop {
            Stop::Never => false,
            // Where weights say something else than votes do, more samples may.
            _ if self.ranked().first().is_some_and(|winner| winner.votes < first) => false,
            // What the others cannot catch up with is certain under any of these; where votes weigh alike.
            _ if first > second + left && self.is_even() => true,
            Stop::Adaptive => first > 0 && stays_ahead(first, second) >= CERTAIN,
            Stop::Unanimous(window) => self.row.is_some_and(|(_, row)| row >= window),
        }
    }

    /// Whether every vote weighs 1.
    fn is_even(&self) -> bool {
        let odd =
            |candidate: &Candidate| (candidate.weight - f64::from(candidate.votes)).abs() > 1e-9;
        !self.candidates.iter().any(odd)
    }

    /// Whether the leading answer stays the leading one whatever `left` more samples give, each of which weighs at
    /// most 1.
    pub fn is_out_of_reach(&self, left: u32) -> bool {
        let ranked = self.ranked();
        let weight = |place: usize| ranked.get(place).map_or(0.0, |candidate| candidate.weight);
        weight(0) > weight(1) + f64::from(left)
    }

    /// The sample that speaks for the winner; `None` if no sample had a result.
    pub fn winner(&self) -> Option<u32> {
        self.ranked().first().map(|candidate| candidate.best.0)
    }

    /// How far the winner can be relied on.
    pub fn confidence(&self) -> Confidence {
        let ranked = self.ranked();
        let weight = |place: usize| ranked.get(place).map_or(0.0, |candidate| candidate.weight);
        let votes = ranked.first().map_or(0, |candidate| candidate.votes);
        // A sample without a result speaks against all of them as much as one with a result does on average.
        let with = self.votes();
        let weights = self.candidates.iter().map(|candidate| candidate.weight).sum::<f64>();
        let mean = if with > 0 { weights / f64::from(with) } else { 0.0 };
        let voting = self.samples.saturating_sub(self.left_out);
        let all = weights + mean * f64::from(voting.saturating_sub(with));
        let margin = if all > 0.0 { ((weight(0) - weight(1)) / all).clamp(0.0, 1.0) } else { 0.0 };
        let state = if votes * 2 > voting {
            ConfidenceState::Unverified
        } else {
            ConfidenceState::Disagreed
        };
        Confidence { votes, samples: self.samples, margin, left_out: self.left_out, state }
    }

    /// The answers that lead, the first of them first, at most so many.
    pub fn leading(&self, most: usize) -> Vec<Contender> {
        let contender = |candidate: &Candidate| Contender {
            result: candidate.result.clone(),
            votes: candidate.votes,
        };
        self.ranked().into_iter().take(most).map(contender).collect()
    }

    /// The same for programs that were run: verified where they were `tested` and more than half of those that pass
    /// do the same, unverified where only the latter holds.
    pub fn confidence_of_programs(&self, tested: bool) -> Confidence {
        let confidence = self.confidence();
        let agree = confidence.votes * 2 > self.votes();
        let state = match (agree, tested) {
            (true, true) => ConfidenceState::Verified,
            (true, false) => ConfidenceState::Unverified,
            (false, _) => ConfidenceState::Disagreed,
        };
        Confidence { state, ..confidence }
    }

    /// How it stands, the leading answer first: "3 of 4 for 42".
    pub fn standing(&self) -> (String, Vec<String>) {
        let mut lines = self.ranked().into_iter().map(|candidate| {
            let mut line = format!("{} for {}", candidate.votes, candidate.written);
            if (candidate.weight - f64::from(candidate.votes)).abs() > 1e-9 {
                // Writing into a text cannot fail.
                let _ = write!(line, " (weight {:.3})", candidate.weight);
            }
            line
        });
        let voting = self.samples.saturating_sub(self.left_out);
        let leading = match lines.next() {
            Some(line) => line.replacen(" for ", &format!(" of {voting} for "), 1),
            None => format!("0 of {voting} have an answer"),
        };
        let mut others: Vec<String> = lines.by_ref().take(MOST_NAMED).collect();
        let more = lines.count();
        if more > 0 {
            others.push(format!("{more} more"));
        }
        let without = voting.saturating_sub(self.votes());
        if without > 0 && self.votes() > 0 {
            others.push(format!("{without} without an answer"));
        }
        if self.left_out > 0 {
            others.push(format!("{} left out as less certain", self.left_out));
        }
        (leading, others)
    }

    fn votes(&self) -> u32 {
        self.candidates.iter().map(|candidate| candidate.votes).sum()
    }

    /// The candidates by weight, then votes, then who was named first.
    fn ranked(&self) -> Vec<&Candidate> {
        let with_votes = |candidate: &&Candidate| candidate.votes > 0;
        let mut ranked: Vec<&Candidate> = self.candidates.iter().filter(with_votes).collect();
        ranked.sort_by(|one, other| {
            other.weight.total_cmp(&one.weight).then(other.votes.cmp(&one.votes))
        });
        ranked
    }

    /// The most votes of a candidate, and the most of another one.
    fn two_most(&self) -> (u32, u32) {
        self.candidates.iter().fold((0, 0), |(first, second), candidate| match candidate.votes {
            votes if votes > first => (votes, first),
            votes => (first, second.max(votes)),
        })
    }
}

/// The probability that a candidate with `first` votes is in truth ahead of one with `second`: that a share drawn
/// from Beta(first + 1, second + 1) is above one half. With whole numbers that is a sum over a binomial
/// distribution.
fn stays_ahead(first: u32, second: u32) -> f64 {
    let throws = first + second + 1;
    // Of so many throws of a coin, at most `first` show heads.
    let mut term = 0.5_f64.powi(i32::try_from(throws).unwrap_or(i32::MAX));
    let mut sum = 0.0;
    for heads in 0..=first {
        sum += term;
        term *= f64::from(throws - heads) / f64::from(heads + 1);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests;
