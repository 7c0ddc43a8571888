//! Embeddings without a model: texts that share words point the same way.

use futures::{FutureExt, future::BoxFuture};
use sha2::{Digest, Sha256};

use super::{ScriptedEngine, tokens};
use crate::generate::{Embed, Embeddings, GenerateError, RawPrompt, unit_vector};

/// How many numbers an embedding has.
const DIMENSIONS: u32 = 64;

impl Embed for ScriptedEngine {
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
        let made = made(inputs, dimensions.unwrap_or(DIMENSIONS), self.script.context_length);
        futures::future::ready(made).boxed()
    }
}

fn made(inputs: Vec<RawPrompt>, dimensions: u32, limit: u64) -> Result<Embeddings, GenerateError> {
    if !(1..=DIMENSIONS).contains(&dimensions) {
        let message = format!("`dimensions` must be from 1 to {DIMENSIONS} here.");
        return Err(GenerateError::invalid("dimensions", message));
    }
    let mut embeddings = Embeddings::default();
    for input in inputs {
        let words: Vec<String> = match input {
            RawPrompt::Text(text) => {
                tokens(&text).map(|word| word.trim_end().to_lowercase()).collect()
            }
            RawPrompt::Tokens(numbers) => numbers.iter().map(u32::to_string).collect(),
        };
        let prompt = words.len() as u64;
        if prompt > limit {
            return Err(GenerateError::ContextLength { limit, prompt });
        }
        embeddings.prompt_tokens += prompt;
        embeddings.vectors.push(unit_vector(counted(&words), dimensions as usize));
    }
    Ok(embeddings)
}

/// Feature hashing (Weinberger and others, 2009): every word adds one to, or takes one from, the place
/// that its hash names.
fn counted(words: &[String]) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS as usize];
    for word in words {
        let hash = Sha256::digest(word);
        let [place, sign, ..] = <[u8; 32]>::from(hash);
        if let Some(number) = vector.get_mut(usize::from(place) % DIMENSIONS as usize) {
            *number += if sign % 2 == 0 { 1.0 } else { -1.0 };
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_words_point_the_same_way() {
        let texts = ["the sum of a list", "The sum of the list", "translate into English"];
        let inputs = texts.map(|text| RawPrompt::Text(text.into())).to_vec();
        let made = made(inputs, DIMENSIONS, 100).unwrap();
        let product = |one: usize, other: usize| -> f32 {
            let pairs = made.vectors[one].iter().zip(&made.vectors[other]);
            pairs.map(|(one, other)| one * other).sum()
        };
        assert!((product(0, 0) - 1.0).abs() < 1e-5);
        assert!(product(0, 1) > 0.6 && product(0, 2) < 0.5, "{} {}", product(0, 1), product(0, 2));
        assert_eq!(made.prompt_tokens, 13);
    }
}
