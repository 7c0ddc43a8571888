//! Chooses the tokens of one answer: what is forced on it comes first, then the form it is held to,
//! then what the model likes.
//!
//! Knows nothing of the engine that gives the scores. Asked twice about the same position it says
//! the same, which constraints need: engines ask more than once.

use std::sync::Arc;

use super::{
    calls::{Calls, Held},
    constraint::Constraint,
    forcing::{Forcing, Next, Phase},
    sampler::Sampler,
};

/// What an answer is held to.
pub enum Form {
    /// Nothing.
    Free,
    /// A JSON value.
    Value(Box<Constraint>),
    /// The calls of functions in it.
    Calls(Box<Calls>),
}

impl Form {
    /// The fewest tokens that a whole answer has, without the one that ends it.
    pub fn shortest(&self) -> usize {
        match self {
            Self::Free => 0,
            Self::Value(constraint) => constraint.shortest(),
            Self::Calls(calls) => calls.shortest(),
        }
    }

    /// Whether the answer has a form from its first token on.
    pub fn binds(&self) -> bool {
        match self {
            Self::Free => false,
            Self::Value(_) => true,
            Self::Calls(calls) => calls.bind(),
        }
    }

    /// What comes next in the tag of a call, if the answer is its beginning.
    fn tag_after(&self, answer: &[u32]) -> Option<u32> {
        match self {
            Self::Free | Self::Value(_) => None,
            Self::Calls(calls) => calls.tag_after(answer),
        }
    }

    fn apply(&mut self, answer: &[u32], scores: &mut [f32], left: usize) -> Result<Held, String> {
        match self {
            Self::Free => Ok(Held::Free),
            Self::Value(constraint) => Ok(match constraint.apply(answer, scores)? {
                true => Held::Masked,
                false => Held::Exactly(None),
            }),
            Self::Calls(calls) => calls.apply(answer, scores, left),
        }
    }

    fn settle(&mut self, chosen: u32, left: usize) -> Result<Option<u32>, String> {
        match self {
            Self::Free => Ok(Some(chosen)),
            Self::Value(constraint) => constraint.settle(chosen, left),
            Self::Calls(calls) => calls.settle(chosen, left),
        }
    }

    fn finish(&mut self, answer: &[u32]) -> Result<Option<u32>, String> {
        match self {
            Self::Free => Ok(None),
            Self::Value(constraint) => constraint.finish(answer),
            Self::Calls(calls) => calls.finish(answer),
        }
    }
}

/// Chooses the tokens of one answer.
pub struct Steering {
    /// What the answer begins with, whatever the model likes.
    pub given: Arc<[u32]>,
    /// What the model likes.
    pub sampler: Sampler,
    /// A token that must not be chosen.
    pub forbidden: Option<u32>,
    /// What is forced on the answer, if anything may be.
    pub forcing: Option<Forcing>,
    /// What the answer is held to.
    pub form: Form,
    /// The most tokens of the answer, thinking included.
    pub max_tokens: usize,
    /// The tokens that end it.
    pub stop_tokens: Arc<[u32]>,
}

impl Steering {
    /// The token after `generated`; `None` ends the answer.
    ///
    /// # Errors
    ///
    /// If the scores are no numbers, or the answer cannot be held to its form.
    pub fn choose(
        &mut self,
        mut scores: Vec<f32>,
        prompt: &[u32],
        generated: &[u32],
    ) -> Result<Option<u32>, String> {
        let Self { given, sampler, forcing, form, .. } = self;
        if let Some(token) = given.get(generated.len()) {
            return Ok(Some(*token));
        }
        match forcing.as_mut().map_or(Next::Free, |forcing| forcing.next(generated)) {
            Next::Exactly(token) => return Ok(Some(token)),
            Next::End => {
                return match forcing.as_ref().map(|forcing| forcing.phase(generated)) {
                    // What goes in circles is still to be whole.
                    Some(Phase::Answer(from)) => {
                        form.finish(generated.get(from..).unwrap_or_default())
                    }
                    _ => Ok(None),
                };
            }
            Next::Free => {}
        }
        if let Some(forbidden) = self.forbidden {
            forbid(&mut scores, &[forbidden]);
        }
        let sample = |scores: Vec<f32>| {
            sampler.choose(scores, prompt, generated).map_err(|error| error.to_string())
        };
        let phase = forcing.as_ref().map_or(Phase::Thinking, |forcing| forcing.phase(generated));
        let (begin, from) = match phase {
            Phase::Opening(token) if form.binds() => {
                // Both tags may begin alike, and the model has not said yet which one it means.
                let rival = form.tag_after(generated).filter(|rival| *rival != token);
                let Some(rival) = rival else { return Ok(Some(token)) };
                keep_only(&mut scores, &[token, rival]);
                return sample(scores).map(Some);
            }
            Phase::Thinking => {
                if form.binds() {
                    // Thinking that just stopped would leave the answer out.
                    forbid(&mut scores, &self.stop_tokens);
                }
                return sample(scores).map(Some);
            }
            Phase::Undecided(begin) if form.binds() => (Some(begin), 0),
            Phase::Undecided(_) | Phase::Opening(_) => return sample(scores).map(Some),
            Phase::Answer(from) => (None, from),
        };
        let left = self.max_tokens.saturating_sub(generated.len());
        let thinking = begin.and_then(|begin| Some((begin, *scores.get(begin as usize)?)));
        let answer = generated.get(from..).unwrap_or_default();
        match form.apply(answer, &mut scores, left)? {
            Held::Exactly(token) => return Ok(token),
            Held::Free => return sample(scores).map(Some),
            Held::Masked => {}
        }
        if let Some((begin, score)) = thinking
            && let Some(place) = scores.get_mut(begin as usize)
        {
            *place = score;
        }
        let token = sample(scores)?;
        if begin == Some(token) {
            return Ok(Some(token));
        }
        form.settle(token, left)
    }
}

/// Makes all tokens impossible but these.
pub(super) fn keep_only(scores: &mut [f32], tokens: &[u32]) {
    let kept: Vec<(u32, f32)> =
        tokens.iter().filter_map(|token| Some((*token, *scores.get(*token as usize)?))).collect();
    scores.fill(f32::NEG_INFINITY);
    for (token, score) in kept {
        if let Some(place) = scores.get_mut(token as usize) {
            *place = score;
        }
    }
}

/// Makes these tokens impossible.
pub(super) fn forbid(scores: &mut [f32], tokens: &[u32]) {
    for token in tokens {
        if let Some(score) = scores.get_mut(*token as usize) {
            *score = f32::NEG_INFINITY;
        }
    }
}
