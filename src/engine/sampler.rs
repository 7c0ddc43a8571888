//! Chooses the next token from a model's scores.
//!
//! The choice is a pure function of the scores, the tokens so far, the seed and the position, so
//! the same seed gives the same answer and calling it twice does no harm. Order, as in the
//! reference implementations: biases, penalties, temperature, top-k, min-p, top-p, then one draw.

use crate::generate::Sampling;

/// Chooses tokens for one answer.
#[derive(Debug, Clone)]
pub struct Sampler {
    settings: Sampling,
    seed: u64,
    bias: Vec<(u32, f32)>,
}

/// The scores contained no number to choose by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model's scores are not numbers; its weights or its quantization are damaged")]
pub struct NoCandidate;

/// How likely a token was, and the likeliest ones: natural logarithms over all scores as the model
/// gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Of the token that was chosen.
    pub logprob: f32,
    /// The likeliest tokens, the likeliest first.
    pub top: Vec<(u32, f32)>,
}

/// Ranks the token `chosen` among the scores, with this many alternatives.
pub fn rank(scores: &[f32], chosen: u32, alternatives: usize) -> Ranking {
    let best = scores.iter().copied().filter(|score| score.is_finite()).fold(f32::MIN, f32::max);
    let total: f64 = scores
        .iter()
        .filter(|score| score.is_finite())
        .map(|score| f64::from(score - best).exp())
        .sum();
    // Below this a float's exponential is 0; minus infinity is no JSON number.
    let logprob = |score: f32| {
        let logprob = (f64::from(score - best) - total.ln()) as f32;
        if logprob.is_finite() { logprob.min(0.0) } else { LEAST_LOGPROB }
    };
    let mut order: Vec<Candidate> =
        (0u32..).zip(scores.iter().copied()).filter(|(_, score)| score.is_finite()).collect();
    let keep = alternatives.min(order.len());
    if keep > 0 && keep < order.len() {
        order.select_nth_unstable_by(keep - 1, by_descending_value);
    }
    order.truncate(keep);
    order.sort_unstable_by(by_descending_value);
    Ranking {
        logprob: scores.get(chosen as usize).map_or(LEAST_LOGPROB, |score| logprob(*score)),
        top: order.into_iter().map(|(token, score)| (token, logprob(score))).collect(),
    }
}

/// What `OpenAI` reports for a token of no probability.
const LEAST_LOGPROB: f32 = -9999.0;

/// A token and its score, later its probability.
type Candidate = (u32, f32);

impl Sampler {
    /// A sampler with these settings; what is `None` is switched off (temperature: 1).
    pub fn new(settings: Sampling, seed: u64) -> Self {
        Self { settings, seed, bias: Vec::new() }
    }

    /// Adds these biases to the scores, before everything else.
    #[must_use]
    pub fn biased(mut self, bias: Vec<(u32, f32)>) -> Self {
        self.bias = bias;
        self
    }

    /// Chooses the token that follows `prompt` and `generated`.
    ///
    /// # Errors
    ///
    /// [`NoCandidate`] if no score is a finite number.
    pub fn choose(
        &self,
        mut scores: Vec<f32>,
        prompt: &[u32],
        generated: &[u32],
    ) -> Result<u32, NoCandidate> {
        for (token, bias) in &self.bias {
            if let Some(score) = scores.get_mut(*token as usize) {
                *score += bias;
            }
        }
        self.penalize(&mut scores, prompt, generated);
        let temperature = self.settings.temperature.unwrap_or(1.0);
        if temperature <= f32::EPSILON {
            return likeliest(&scores).ok_or(NoCandidate);
        }
        let mut candidates = self.candidates(&scores);
        probabilities(&mut candidates, temperature).ok_or(NoCandidate)?;
        self.filter(&mut candidates);
        draw(&candidates, uniform(self.seed, generated.len() as u64)).ok_or(NoCandidate)
    }

    /// Lowers tokens that appeared: the repetition penalty counts the prompt too, as in the paper it
    /// comes from (CTRL, arXiv:1909.05858); the other two count the answer only, as `OpenAI` does.
    fn penalize(&self, scores: &mut [f32], prompt: &[u32], generated: &[u32]) {
        let repetition = self.settings.repetition_penalty.unwrap_or(1.0);
        if (repetition - 1.0).abs() > f32::EPSILON {
            let mut seen: Vec<u32> = prompt.iter().chain(generated).copied().collect();
            seen.sort_unstable();
            seen.dedup();
            for token in seen {
                if let Some(score) = scores.get_mut(token as usize) {
                    *score = if *score > 0.0 { *score / repetition } else { *score * repetition };
                }
            }
        }
        let frequency = self.settings.frequency_penalty.unwrap_or(0.0);
        let presence = self.settings.presence_penalty.unwrap_or(0.0);
        if frequency == 0.0 && presence == 0.0 {
            return;
        }
        let mut tokens = generated.to_vec();
        tokens.sort_unstable();
        for run in tokens.chunk_by(|left, right| left == right) {
            let Some(score) = run.first().and_then(|&token| scores.get_mut(token as usize)) else {
                continue;
            };
            *score -= presence + frequency * run.len() as f32;
        }
    }

    /// The `top_k` best-scored tokens, or all of them, in no particular order.
    fn candidates(&self, scores: &[f32]) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> =
            (0u32..).zip(scores.iter().copied()).filter(|(_, score)| score.is_finite()).collect();
        let keep = self.settings.top_k.map_or(usize::MAX, |keep| keep.max(1) as usize);
        if keep < candidates.len() {
            candidates.select_nth_unstable_by(keep - 1, by_descending_value);
            candidates.truncate(keep);
        }
        candidates
    }

    /// Applies min-p and top-p; at least the likeliest token stays.
    fn filter(&self, candidates: &mut Vec<Candidate>) {
        if let Some(min_p) = self.settings.min_p.filter(|&share| share > 0.0) {
            let best = candidates.iter().map(|candidate| candidate.1).fold(0.0, f32::max);
            candidates.retain(|candidate| candidate.1 >= best * min_p);
        }
        let top_p = self.settings.top_p.unwrap_or(1.0);
        if top_p >= 1.0 {
            // The draw walks the list: keep its order a function of the scores alone.
            candidates.sort_unstable_by_key(|candidate| candidate.0);
            return;
        }
        // Usually a few hundred tokens hold nearly all probability, so sort no more than needed.
        let total: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        let mut sorted = 256.min(candidates.len());
        loop {
            if sorted < candidates.len() {
                candidates.select_nth_unstable_by(sorted - 1, by_descending_value);
            }
            let (head, _) = candidates.split_at_mut(sorted);
            head.sort_unstable_by(by_descending_value);
            let mut sum = 0.0;
            let kept = head.iter().position(|candidate| {
                sum += candidate.1;
                sum >= top_p * total
            });
            if let Some(last) = kept {
                candidates.truncate(last + 1);
                return;
            }
            if sorted == candidates.len() {
                return;
            }
            sorted = (sorted * 8).min(candidates.len());
        }
    }
}

/// Descending by value, then ascending by token, so that ties do not depend on the sort.
fn by_descending_value(left: &Candidate, right: &Candidate) -> std::cmp::Ordering {
    right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
}

fn likeliest(scores: &[f32]) -> Option<u32> {
    (0u32..)
        .zip(scores.iter().copied())
        .filter(|(_, score)| !score.is_nan() && *score > f32::NEG_INFINITY)
        .min_by(by_descending_value)
        .map(|(token, _)| token)
}

/// Turns scores into (not normalised) probabilities; `None` if there is no candidate.
fn probabilities(candidates: &mut [Candidate], temperature: f32) -> Option<()> {
    let best = candidates.iter().map(|candidate| candidate.1).reduce(f32::max)?;
    for candidate in candidates {
        candidate.1 = ((candidate.1 - best) / temperature).exp();
    }
    Some(())
}

fn draw(candidates: &[Candidate], uniform: f64) -> Option<u32> {
    let total: f64 = candidates.iter().map(|candidate| f64::from(candidate.1)).sum();
    let mut left = uniform * total;
    for (token, probability) in candidates {
        left -= f64::from(*probability);
        if left < 0.0 {
            return Some(*token);
        }
    }
    candidates.last().map(|candidate| candidate.0)
}

/// A number in [0, 1) that depends on the seed and the position only (`SplitMix64`, Steele et al.,
/// OOPSLA 2014).
fn uniform(seed: u64, position: u64) -> f64 {
    const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut mixed = seed.wrapping_add(GAMMA.wrapping_mul(position.wrapping_add(1)));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frequencies(settings: Sampling, scores: &[f32]) -> Vec<f64> {
        let rounds = 20_000u64;
        let mut counts = vec![0u32; scores.len()];
        for seed in 0..rounds {
            let token = Sampler::new(settings, seed).choose(scores.to_vec(), &[], &[]).unwrap();
            counts[token as usize] += 1;
        }
        counts.into_iter().map(|count| f64::from(count) / rounds as f64).collect()
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let scores = [0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln()];
        let frequencies = frequencies(Sampling::default(), &scores);
        for (measured, expected) in frequencies.iter().zip([0.5, 0.3, 0.2]) {
            // Five standard deviations of 20,000 draws.
            assert!((measured - expected).abs() < 0.018, "{frequencies:?}");
        }
    }

    #[test]
    fn top_p_keeps_the_token_that_reaches_it() {
        let scores = [0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln()];
        let settings = Sampling { top_p: Some(0.6), ..Sampling::default() };
        let frequencies = frequencies(settings, &scores);
        assert!((frequencies[0] - 0.625).abs() < 0.018 && frequencies[2] == 0.0, "{frequencies:?}");
    }

    #[test]
    fn top_k_min_p_and_zero_temperature_narrow_the_choice() {
        let scores = [0.1f32.ln(), 0.6f32.ln(), 0.3f32.ln()];
        let only_best = [
            Sampling { top_k: Some(1), ..Sampling::default() },
            Sampling { min_p: Some(0.9), ..Sampling::default() },
            Sampling { temperature: Some(0.0), ..Sampling::default() },
        ];
        for settings in only_best {
            assert_eq!(frequencies(settings, &scores)[1], 1.0, "{settings:?}");
        }
    }

    #[test]
    fn penalties_lower_what_appeared() {
        let settings = Sampling {
            temperature: Some(0.0),
            frequency_penalty: Some(1.0),
            ..Sampling::default()
        };
        let sampler = Sampler::new(settings, 0);
        assert_eq!(sampler.choose(vec![2.0, 1.5], &[0, 0], &[]), Ok(0));
        assert_eq!(sampler.choose(vec![2.0, 1.5], &[], &[0]), Ok(1));
        let settings = Sampling {
            temperature: Some(0.0),
            repetition_penalty: Some(2.0),
            ..Sampling::default()
        };
        assert_eq!(Sampler::new(settings, 0).choose(vec![2.0, 1.5], &[0], &[]), Ok(1));
    }

    #[test]
    fn a_bias_forbids_and_forces() {
        let settings = Sampling { temperature: Some(0.0), ..Sampling::default() };
        let biased = |bias| Sampler::new(settings, 0).biased(bias);
        assert_eq!(biased(vec![(0, -100.0)]).choose(vec![2.0, 1.5], &[], &[]), Ok(1));
        assert_eq!(biased(vec![(1, 100.0), (9, 5.0)]).choose(vec![2.0, 1.5], &[], &[]), Ok(1));
    }

    #[test]
    fn probabilities_are_ranked_as_the_model_gave_them() {
        let scores = [0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln(), f32::NEG_INFINITY];
        let ranking = rank(&scores, 2, 2);
        assert!((ranking.logprob - 0.2f32.ln()).abs() < 1e-5, "{ranking:?}");
        assert_eq!(ranking.top.iter().map(|(token, _)| *token).collect::<Vec<_>>(), [0, 1]);
        assert!((ranking.top[0].1 - 0.5f32.ln()).abs() < 1e-5, "{ranking:?}");
        assert_eq!(rank(&scores, 3, 0), Ranking { logprob: LEAST_LOGPROB, top: Vec::new() });
    }

    #[test]
    fn scores_that_are_no_numbers_are_an_error() {
        let sampler = Sampler::new(Sampling::default(), 0);
        assert_eq!(sampler.choose(vec![f32::NAN; 4], &[], &[]), Err(NoCandidate));
    }

    proptest! {
        #[test]
        fn every_setting_chooses_a_known_token(
            scores in prop::collection::vec(-50f32..50.0, 1..400),
            temperature in 0f32..2.0,
            top_p in 0.001f32..1.0,
            top_k in 1u32..500,
            min_p in 0f32..1.0,
            penalty in -2f32..2.0,
            repetition in 0.1f32..3.0,
            seed: u64,
        ) {
            let settings = Sampling {
                temperature: Some(temperature),
                top_p: Some(top_p),
                top_k: Some(top_k),
                min_p: Some(min_p),
                frequency_penalty: Some(penalty),
                presence_penalty: Some(-penalty),
                repetition_penalty: Some(repetition),
                ..Sampling::default()
            };
            let sampler = Sampler::new(settings, seed);
            let first = sampler.choose(scores.clone(), &[0, 7, 9_999], &[1, 1]).unwrap();
            prop_assert!((first as usize) < scores.len());
            prop_assert_eq!(sampler.choose(scores, &[0, 7, 9_999], &[1, 1]), Ok(first));
        }
    }
}
