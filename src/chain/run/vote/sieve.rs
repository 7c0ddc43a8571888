//! Which samples have a vote by how sure their model was of them, and how much they weigh.

use std::borrow::Cow;

use crate::chain::{
    ballot::Ballot,
    certainty::{Certainty, Measure, Trace, surest},
};

/// Sorts samples by how sure their model was of them.
#[derive(Debug)]
pub(super) struct Sieve {
    certainty: Certainty,
    heard: Vec<Heard>,
    /// What the lowest window of a sample must reach, once the first of them have set it.
    least: Option<f64>,
}

/// What is known of a sample.
#[derive(Debug, Clone, Copy)]
enum Heard {
    /// It has no result, so that it votes for nothing.
    Nothing,
    /// It was stopped after so many tokens.
    Stopped(usize),
    /// It has a result: its measure, and its lowest window.
    Result { measure: f64, lowest: f64 },
}

impl Sieve {
    pub(super) fn new(certainty: Certainty) -> Self {
        Self { certainty, heard: Vec::new(), least: None }
    }

    /// How many samples are taken before the least confidence is known; 0 where it is never set.
    pub(super) fn warm_up(&self) -> u32 {
        self.certainty.warm_up.unwrap_or_default()
    }

    /// What the lowest window of a sample must reach.
    pub(super) fn least(&self) -> Option<f64> {
        self.least
    }

    /// Notes what was heard of the next sample, and whether it has a result.
    pub(super) fn note(&mut self, trace: Option<&Trace>, has_result: bool) {
        let window = self.certainty.window;
        let heard = trace.and_then(|trace| {
            if let Some(stopped) = trace.stopped() {
                return Some(Heard::Stopped(stopped.tokens));
            }
            let confidences = trace.confidences();
            let measure = self.certainty.measure.of(&confidences, window)?;
            let lowest = Measure::Lowest.of(&confidences, window)?;
            has_result.then_some(Heard::Result { measure, lowest })
        });
        self.heard.push(heard.unwrap_or(Heard::Nothing));
    }

    /// Sets the least confidence by the samples that there are: the lowest window of the least sure one that is kept.
    pub(super) fn set_least(&mut self) {
        let lowest: Vec<f64> = self.results().map(|(_, lowest)| lowest).collect();
        let kept = surest(&lowest, self.certainty.keep);
        let kept = lowest.iter().zip(kept).filter(|(_, kept)| *kept);
        self.least = kept.map(|(lowest, _)| *lowest).min_by(f64::total_cmp);
    }

    /// The measures and lowest windows of the samples with a result.
    fn results(&self) -> impl Iterator<Item = (f64, f64)> {
        self.heard.iter().filter_map(|heard| match *heard {
            Heard::Result { measure, lowest } => Some((measure, lowest)),
            Heard::Nothing | Heard::Stopped(_) => None,
        })
    }

    /// The ballot of the samples that are kept, each with its weight.
    pub(super) fn sift<'ballot>(&self, ballot: &'ballot Ballot) -> Cow<'ballot, Ballot> {
        if self.certainty.is_idle() {
            return Cow::Borrowed(ballot);
        }
        let measures: Vec<f64> = self.results().map(|(measure, _)| measure).collect();
        let mut kept = match self.least {
            Some(least) => self.results().map(|(_, lowest)| lowest >= least).collect(),
            None => surest(&measures, self.certainty.keep),
        }
        .into_iter();
        let weights: Vec<Option<f64>> = self
            .heard
            .iter()
            .map(|heard| match *heard {
                Heard::Nothing => Some(0.0),
                Heard::Stopped(_) => None,
                Heard::Result { measure, .. } => {
                    let weight = if self.certainty.weigh { measure } else { 1.0 };
                    kept.next().unwrap_or_default().then_some(weight)
                }
            })
            .collect();
        Cow::Owned(
            ballot.sifted(|number| weights.get(number as usize).copied().unwrap_or(Some(0.0))),
        )
    }

    /// What is said of the sample that was noted last, and of those that were stopped.
    pub(super) fn remarks(&self) -> Vec<String> {
        let Certainty { measure, window, .. } = self.certainty;
        let mut remarks = Vec::new();
        if let Some(Heard::Result { measure: confidence, .. }) = self.heard.last() {
            let of = match measure {
                Measure::Mean => "mean of all tokens".to_owned(),
                _ => format!("{} of windows of {window} tokens", measure.as_str()),
            };
            remarks.push(format!("confidence {confidence:.3}: {of}"));
        }
        let stopped = self.heard.iter().filter_map(|heard| match heard {
            Heard::Stopped(tokens) => Some(*tokens),
            Heard::Nothing | Heard::Result { .. } => None,
        });
        let (count, tokens) =
            stopped.fold((0_usize, 0_usize), |(count, sum), tokens| (count + 1, sum + tokens));
        if count > 0 {
            remarks.push(format!("{count} stopped early, after {tokens} tokens in all"));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        chain::value::Outcome,
        generate::{RankedToken, TokenLogprob},
    };

    use super::*;

    /// A sample whose tokens have these confidences.
    fn heard(confidences: &[f32], least: Option<f64>) -> Trace {
        let ranked = |logprob: f32| RankedToken { text: String::new(), logprob };
        let trace = Trace::new(2, least);
        let tokens: Vec<TokenLogprob> = confidences
            .iter()
            .map(|confidence| TokenLogprob {
                chosen: ranked(0.0),
                top: vec![ranked(0.0), ranked(-2.0 * confidence)],
            })
            .collect();
        trace.begin().hear(&tokens);
        trace
    }

    fn sieve(certainty: Certainty, samples: &[(&str, &[f32])]) -> (Sieve, Ballot) {
        let mut sieve = Sieve::new(Certainty { window: 2, ..certainty });
        let mut ballot = Ballot::default();
        for (number, (result, confidences)) in (0..).zip(samples) {
            let trace = heard(confidences, sieve.least());
            let has_result = !result.is_empty() && trace.stopped().is_none();
            let result = Some(Outcome::Boxed((*result).to_owned())).filter(|_| has_result);
            ballot.count(number, result.as_ref(), 1.0);
            sieve.note(Some(&trace), has_result);
            if number + 1 == sieve.warm_up() {
                sieve.set_least();
            }
        }
        (sieve, ballot)
    }

    const SAMPLES: [(&str, &[f32]); 5] = [
        ("1", &[2.0, 2.0]),
        ("1", &[3.0, 3.0]),
        ("2", &[9.0, 9.0]),
        ("", &[1.0]),
        ("2", &[8.0, 8.0]),
    ];

    #[test]
    fn the_surest_vote_and_weigh_what_they_are_sure() {
        let keep = Certainty { keep: 0.75, ..Certainty::default() };
        let (all, ballot) = sieve(keep, &SAMPLES);
        let sifted = all.sift(&ballot);
        assert_eq!(sifted.standing().0, "2 of 4 for 2 (weight 17.000)");
        assert_eq!((ballot.winner(), sifted.winner()), (Some(0), Some(2)));
        assert_eq!(sifted.confidence().left_out, 1);
        assert_eq!(all.remarks(), ["confidence 8.000: lowest of windows of 2 tokens"]);
        let (all, ballot) = sieve(Certainty { weigh: false, ..keep }, &SAMPLES);
        assert_eq!(all.sift(&ballot).standing().0, "2 of 4 for 2");
    }

    #[test]
    fn with_everything_kept_and_no_weights_it_is_a_plain_vote() {
        let plain = Certainty { keep: 1.0, weigh: false, ..Certainty::default() };
        let (all, ballot) = sieve(plain, &SAMPLES);
        assert!(matches!(all.sift(&ballot), Cow::Borrowed(_)));
    }

    #[test]
    fn the_first_samples_set_what_later_ones_must_reach() {
        let online =
            Certainty { keep: 0.5, weigh: false, warm_up: Some(2), ..Certainty::default() };
        let samples: [(&str, &[f32]); 4] =
            [("1", &[2.0, 2.0]), ("2", &[3.0, 3.0]), ("2", &[3.5, 2.5]), ("1", &[9.0, 9.0, 1.0])];
        let (all, ballot) = sieve(online, &samples);
        assert_eq!(all.least(), Some(3.0));
        let sifted = all.sift(&ballot);
        assert_eq!(sifted.standing().0, "2 of 3 for 2", "3.5 and 2.5 are 3 on average");
        let (all, ballot) = sieve(online, &[samples[0], samples[1], ("1", &[9.0, 1.0, -5.5])]);
        assert_eq!(all.sift(&ballot).confidence().left_out, 2, "one too unsure, one stopped");
        assert_eq!(all.remarks(), ["1 stopped early, after 3 tokens in all"]);
    }
}
