//! What texts mean, as numbers.

use futures::future::BoxFuture;

use super::{GenerateError, RawPrompt};

/// Makes embeddings: texts that mean the same get vectors that point the same way.
pub trait Embed: Send + Sync {
    /// The embedding of each input, in order. With `dimensions` each vector has only so many numbers,
    /// its first ones, and length 1 again.
    ///
    /// # Errors
    ///
    /// If an input is empty or too long, has tokens that the model does not know, or there are fewer
    /// dimensions than asked for; all of them by the name `input` or `dimensions`.
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>>;
}

/// The first numbers of a vector, with length 1.
pub fn unit_vector(mut vector: Vec<f32>, dimensions: usize) -> Vec<f32> {
    vector.truncate(dimensions);
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|number| *number /= length.max(f32::MIN_POSITIVE));
    vector
}

/// The embeddings of some inputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embeddings {
    /// One vector an input.
    pub vectors: Vec<Vec<f32>>,
    /// How many tokens were read.
    pub prompt_tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_vector_has_length_one_again() {
        assert_eq!(unit_vector(vec![3.0, 4.0], 1), [1.0]);
        for vector in [vec![3.0, 4.0, 12.0], vec![3.0, 4.0]] {
            let two = unit_vector(vector, 2);
            assert!((two[0] - 0.6).abs() < 1e-6 && (two[1] - 0.8).abs() < 1e-6, "{two:?}");
        }
        assert_eq!(unit_vector(vec![0.0, 1.0], 1), [0.0], "nothing to point with");
    }
}
