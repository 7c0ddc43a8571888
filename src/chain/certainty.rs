//! How sure a model is of what it writes, from the probabilities of its tokens: which samples of a vote count, and how
//! much.
//!
//! After Fu et al., "Deep Think with Confidence" (arXiv:2508.15260). A token's confidence is the negative mean of the
//! logarithms of its likeliest alternatives' probabilities: where one token is as good as certain, the others are
//! unlikely, and it is high. It is averaged over a window that slides over an answer, thinking included, and one number
//! of these averages is the answer's.

use std::cmp::Ordering;

use crate::generate::{RankedToken, TokenLogprob};

mod trace;

pub(super) use trace::{Hearing, Trace};

/// How many alternatives of each token are asked for: as many as the paper takes, and the most that OpenAI-compatible
/// servers give.
pub(crate) const ALTERNATIVES: u32 = 20;

/// Alternatives that are less likely than this are left out: what a form or a filter forbids has no probability of the
/// model's own, and is reported as -9999.
const IMPOSSIBLE: f32 = -1000.0;

/// How the samples of a vote are told apart by how sure their model was of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certainty {
    /// Which number is an answer's.
    pub measure: Measure,
    /// Over how many tokens it is averaged; at least 1. An answer that is shorter is one window.
    pub window: u32,
    /// The share of the samples with a result that have a vote, the surest: over 0, up to 1. Rounded up to whole
    /// samples.
    pub keep: f64,
    /// Whether those weigh as much as their confidence; otherwise all weigh the same.
    pub weigh: bool,
    /// How many samples are taken first, which set the least confidence: the lowest window of the least sure one that is
    /// kept of them. Every later sample whose window falls below it is stopped at once, and counts as left out. `None`
    /// stops nothing.
    pub warm_up: Option<u32>,
}

/// Which number says how sure a model was of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The window of the least confidence.
    Lowest,
    /// The mean of the tenth of the windows with the least confidence.
    Bottom,
    /// The last window.
    Tail,
    /// The mean of all tokens.
    Mean,
}

impl Default for Certainty {
    fn default() -> Self {
        Self {
            measure: Measure::Lowest,
            window: Self::WINDOW,
            keep: 0.9,
            weigh: true,
            warm_up: None,
        }
    }
}

impl Certainty {
    /// The tokens of a window, unless it is said. The paper takes 2,048 of answers with tens of thousands.
    pub const WINDOW: u32 = 128;
    /// The most tokens of a window.
    pub const LARGEST_WINDOW: u32 = 8192;

    /// Whether it changes nothing about a vote.
    pub fn is_idle(&self) -> bool {
        self.keep >= 1.0 && !self.weigh && self.warm_up.is_none()
    }

    /// What is wrong with it in a vote of so many samples, if anything is.
    pub(super) fn problem(&self, samples: u32) -> Option<String> {
        let largest = Self::LARGEST_WINDOW;
        if !(1..=largest).contains(&self.window) {
            return Some(format!("`window` is 1 to {largest} tokens"));
        }
        if !(self.keep > 0.0 && self.keep <= 1.0) {
            return Some("`keep` is a share of the samples: over 0, up to 1".to_owned());
        }
        self.warm_up.filter(|warm_up| !(2..samples).contains(warm_up)).map(|_| {
            "`warm_up` is at least 2 samples and fewer than the vote takes: later ones are stopped by what they \
             set"
                .to_owned()
        })
    }
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 4] = [Self::Lowest, Self::Bottom, Self::Tail, Self::Mean];

    /// Its name in chain files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lowest => "lowest",
            Self::Bottom => "bottom",
            Self::Tail => "tail",
            Self::Mean => "mean",
        }
    }

    /// The number of an answer with tokens of these confidences; `None` without tokens.
    pub fn of(self, confidences: &[f32], window: u32) -> Option<f64> {
        let mut windows = windows(confidences, window);
        match self {
            Self::Lowest => windows.into_iter().min_by(f64::total_cmp),
            Self::Bottom => {
                windows.sort_by(f64::total_cmp);
                windows.truncate(windows.len().div_ceil(10));
                mean(windows.into_iter())
            }
            Self::Tail => windows.last().copied(),
            Self::Mean => mean_of(confidences),
        }
    }
}

/// The confidence of a token, rounded to thousandths so that it can be written down and read again; `None` where nothing
/// is known of its alternatives.
pub fn of_token(token: &TokenLogprob) -> Option<f32> {
    let known = |alternative: &&RankedToken| alternative.logprob > IMPOSSIBLE;
    let logprobs = token.top.iter().filter(known).map(|token| f64::from(token.logprob));
    mean(logprobs).map(|mean| ((-mean * 1000.0).round() / 1000.0) as f32)
}

/// The mean of all tokens; `None` without tokens.
pub(crate) fn mean_of(confidences: &[f32]) -> Option<f64> {
    mean(confidences.iter().map(|confidence| f64::from(*confidence)))
}

/// The mean confidence of every whole window, in order; of all tokens where they are fewer than one.
fn windows(confidences: &[f32], window: u32) -> Vec<f64> {
    let window = (window.max(1) as usize).min(confidences.len().max(1));
    let mean = |window: &[f32]| {
        window.iter().map(|confidence| f64::from(*confidence)).sum::<f64>() / window.len() as f64
    };
    confidences.windows(window).map(mean).collect()
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = numbers.fold((0_u32, 0.0), |(count, sum), number| (count + 1, sum + number));
    (count > 0).then(|| sum / f64::from(count))
}

/// Which of these are kept: the share with the highest numbers, rounded up, the earlier of equals.
pub(crate) fn surest(numbers: &[f64], share: f64) -> Vec<bool> {
    // What rounding adds to a product of whole numbers is no sample.
    let most = (numbers.len() as f64 * share - 1e-9).ceil().max(1.0) as usize;
    let mut order: Vec<(usize, f64)> = numbers.iter().copied().enumerate().collect();
    order.sort_by(|(one, first), (other, second)| match second.total_cmp(first) {
        Ordering::Equal => one.cmp(other),
        order => order,
    });
    let mut kept = vec![false; numbers.len()];
    for (place, _) in order.into_iter().take(most) {
        if let Some(kept) = kept.get_mut(place) {
            *kept = true;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(logprobs: &[f32]) -> TokenLogprob {
        let ranked = |logprob: &f32| RankedToken { text: String::new(), logprob: *logprob };
        TokenLogprob { chosen: ranked(&0.0), top: logprobs.iter().map(ranked).collect() }
    }

    #[test]
    fn a_token_is_surer_the_less_likely_the_others_are() {
        assert_eq!(of_token(&token(&[-0.5, -1.5, -4.0])), Some(2.0));
        assert_eq!(of_token(&token(&[-0.01, -9.0, -12.0])), Some(7.003));
        assert_eq!(of_token(&token(&[])), None);
        assert_eq!(of_token(&token(&[-2.0, -9999.0])), Some(2.0), "what is forbidden says nothing");
    }

    #[test]
    fn the_measures_look_at_different_windows() {
        let confidences = [4.0, 4.0, 1.0, 1.0, 2.0, 6.0];
        let of = |measure: Measure, window| measure.of(&confidences, window).unwrap();
        assert!((of(Measure::Lowest, 2) - 1.0).abs() < 1e-12);
        assert!((of(Measure::Bottom, 2) - 1.0).abs() < 1e-12);
        assert!((of(Measure::Tail, 2) - 4.0).abs() < 1e-12);
        for measure in Measure::ALL {
            assert!((of(measure, 99) - 3.0).abs() < 1e-12, "a short answer is one window");
            assert_eq!(measure.of(&[], 2), None);
        }
        // The lowest two of eleven windows: 1 and 2.
        let rising: Vec<f32> = (1..=11_u8).map(f32::from).collect();
        assert!((Measure::Bottom.of(&rising, 1).unwrap() - 1.5).abs() < 1e-12);
    }

    #[test]
    fn the_surest_are_kept_and_the_earlier_of_equals() {
        assert_eq!(surest(&[1.0, 3.0, 2.0, 3.0], 0.5), [false, true, false, true]);
        assert_eq!(surest(&[2.0, 2.0, 2.0], 0.34), [true, true, false]);
        assert_eq!(surest(&[2.0, 1.0], 0.01), [true, false], "one at least");
        assert_eq!(surest(&[1.0; 10], 0.9).iter().filter(|kept| **kept).count(), 9);
    }

    proptest! {
        #[test]
        fn a_measure_is_between_the_least_and_the_most(confidences in proptest::collection::vec(0.0_f32..40.0, 1..60), window in 1..40_u32) {
            let least = confidences.iter().copied().fold(f32::MAX, f32::min);
            let most = confidences.iter().copied().fold(0.0, f32::max);
            let of = |measure: Measure| measure.of(&confidences, window).unwrap();
            for measure in Measure::ALL {
                let value = of(measure);
                prop_assert!((f64::from(least) - 1e-6..=f64::from(most) + 1e-6).contains(&value));
            }
            prop_assert!(of(Measure::Lowest) <= of(Measure::Bottom) + 1e-9);
            prop_assert!(of(Measure::Lowest) <= of(Measure::Tail));
        }

        #[test]
        fn all_are_kept_at_one_and_no_fewer_at_more(numbers in proptest::collection::vec(0.0..9.0_f64, 1..30), share in 0.01..1.0_f64) {
            prop_assert!(surest(&numbers, 1.0).iter().all(|kept| *kept));
            let kept = surest(&numbers, share);
            let least = numbers.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(number, _)| *number).fold(f64::MAX, f64::min);
            for (number, kept) in numbers.iter().zip(&kept) {
                prop_assert!(*kept || *number <= least);
            }
        }
    }
}
