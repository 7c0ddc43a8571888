//! What an endpoint says of inputs' embeddings.

use serde::Deserialize;

use crate::generate::{Embeddings, GenerateError};

/// A list of embeddings, as much of it as is read.
#[derive(Debug, Deserialize)]
pub(super) struct EmbeddingList {
    data: Vec<Embedding>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Debug, Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
}

impl EmbeddingList {
    /// The embeddings of `count` inputs, in their order.
    ///
    /// # Errors
    ///
    /// If some are missing.
    pub(super) fn read(mut self, count: usize) -> Result<Embeddings, GenerateError> {
        self.data.sort_by_key(|embedding| embedding.index);
        if !self.data.iter().map(|embedding| embedding.index).eq(0..count) {
            return Err(GenerateError::Remote {
                message: format!(
                    "The remote model gave {} embeddings where {count} were asked for.",
                    self.data.len()
                ),
                status: None,
            });
        }
        Ok(Embeddings {
            vectors: self.data.into_iter().map(|embedding| embedding.embedding).collect(),
            prompt_tokens: self.usage.map_or(0, |usage| usage.prompt_tokens),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn embeddings_are_put_in_the_order_of_their_inputs() {
        let list = json!({"data": [
            {"index": 1, "embedding": [0.5]},
            {"index": 0, "embedding": [1]},
        ], "usage": {"prompt_tokens": 7}});
        let list: EmbeddingList = serde_json::from_value(list).unwrap();
        let made = list.read(2).unwrap();
        assert_eq!((made.vectors, made.prompt_tokens), (vec![vec![1.0], vec![0.5]], 7));
    }

    #[test]
    fn missing_ones_are_an_error() {
        for data in [json!([]), json!([{"index": 1, "embedding": []}])] {
            let list: EmbeddingList = serde_json::from_value(json!({"data": data})).unwrap();
            assert!(list.read(1).is_err());
        }
    }
}
