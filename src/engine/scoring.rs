//! How likely a given text is, token by token.
//!
//! The engine gives scores only for what follows a prompt. So the text's first token is the prompt, and
//! the others are forced on the answer one after the other: before each one the model says how
//! likely it would have been. That reads a text at the speed of writing, and is therefore bounded.

use std::sync::Arc;

use async_stream::try_stream;
use futures::Stream;
use tokio::sync::Semaphore;

use super::{
    forced::Forced,
    mistral::{Engine, Progress, Submission},
    ranked::reported,
    reader::Reader,
    sampler::{Ranking, Sampler},
    speed::Stopwatch,
    steering::{Form, Steering},
    tokens::{TokenDecoder, Tokens},
};
use crate::generate::{Delta, GenerateError, MOST_SCORED_TOKENS, Sampling};

/// The most tokens that are read again behind tokens that end an answer: some 20 messages of a conversation.
const MOST_READ_AGAIN: usize = 8 * MOST_SCORED_TOKENS;

/// A text whose tokens are to be ranked.
pub(super) struct Scoring {
    engine: Arc<Engine>,
    tokens: Arc<Tokens>,
    stop_tokens: Arc<[u32]>,
    text: Arc<[u32]>,
    /// How many of the likeliest tokens are told at each place.
    alternatives: usize,
}

impl Scoring {
    /// Ranks the tokens of `text`, which must not be empty.
    ///
    /// # Errors
    ///
    /// If the text has more than [`MOST_SCORED_TOKENS`].
    pub(super) fn new(
        engine: Arc<Engine>,
        tokens: Arc<Tokens>,
        stop_tokens: Arc<[u32]>,
        text: Arc<[u32]>,
        alternatives: usize,
    ) -> Result<Self, GenerateError> {
        if text.len() > MOST_SCORED_TOKENS {
            let message = format!(
                "`echo` together with `logprobs` takes prompts of at most {MOST_SCORED_TOKENS} tokens, \
                 and this one has {}: shorten it, or leave out one of the two.",
                text.len()
            );
            return Err(GenerateError::invalid("prompt", message));
        }
        // Each of these is read from the beginning.
        let ends = (1..).zip(text.iter()).filter(|(_, token)| stop_tokens.contains(token));
        let again: usize = ends.map(|(read, _)| read).sum();
        if again > MOST_READ_AGAIN {
            let message = "`echo` together with `logprobs` takes prompts with few tokens that end an answer, \
                           and this one has too many: leave out one of the two.";
            return Err(GenerateError::invalid("prompt", message));
        }
        Ok(Self { engine, tokens, stop_tokens, text, alternatives })
    }

    /// The text and the probabilities of its tokens, each as soon as it is known. Nothing comes before the
    /// first token, so there it says nothing: a logarithm of 0 and no alternatives.
    pub(super) fn deltas(
        self,
        slots: Arc<Semaphore>,
    ) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
        try_stream! {
            let mut decoder = TokenDecoder::default();
            let mut position = 1;
            if let Some(first) = self.text.first() {
                let nothing = Ranking { logprob: 0.0, top: Vec::new() };
                for delta in self.told(&mut decoder, 0, *first, &nothing) {
                    yield delta;
                }
            }
            while position < self.text.len() {
                let given = self.given_from(position);
                let length = given.len();
                let permit = Arc::clone(&slots).acquire_owned().await.map_err(|_| closing())?;
                let mut running = self.submission(position, given).submit(permit).await?;
                let mut seen = 0;
                while seen < length {
                    let progress = running.progress().await?;
                    for noted in running.since(seen) {
                        let ranking = noted.ranking.ok_or_else(Reader::broken_off)?;
                        for delta in self.told(&mut decoder, position + seen, noted.token, &ranking) {
                            yield delta;
                        }
                        seen += 1;
                    }
                    if progress != Progress::Going && seen < length {
                        Err(Reader::broken_off())?;
                    }
                }
                position += length;
            }
        }
    }

    /// What can be forced in one go: a token that ends an answer ends the engine's work too.
    fn given_from(&self, position: usize) -> Arc<[u32]> {
        let rest = self.text.get(position..).unwrap_or_default();
        let last = rest.iter().position(|token| self.stop_tokens.contains(token));
        rest.get(..last.map_or(rest.len(), |last| last + 1)).unwrap_or_default().into()
    }

    fn submission(&self, position: usize, given: Arc<[u32]>) -> Submission {
        let greedy = Sampling { temperature: Some(0.0), ..Sampling::default() };
        Submission {
            engine: Arc::clone(&self.engine),
            prompt: self.text.get(..position).unwrap_or_default().into(),
            steering: Steering {
                max_tokens: given.len(),
                given,
                sampler: Sampler::new(greedy, 0),
                forbidden: None,
                forcing: None,
                form: Form::Free,
                stop_tokens: Arc::clone(&self.stop_tokens),
            },
            logprobs: Some(self.alternatives),
            broken: Forced::default(),
            watch: Stopwatch::new(None),
        }
    }

    /// What is said of the token at `position`.
    fn told(
        &self,
        decoder: &mut TokenDecoder,
        position: usize,
        token: u32,
        ranking: &Ranking,
    ) -> Vec<Delta> {
        let mut text = decoder.push(&self.tokens, token);
        if position + 1 == self.text.len() {
            text.push_str(&std::mem::take(decoder).finish(&self.tokens));
        }
        let mut deltas = vec![Delta::Logprobs(vec![reported(&self.tokens, text.clone(), ranking)])];
        if !text.is_empty() {
            deltas.push(Delta::Content(text));
        }
        deltas
    }
}

fn closing() -> GenerateError {
    GenerateError::engine("The engine is shutting down.")
}
