//! A model's own tokens, for those who count or choose them.

use futures::future::BoxFuture;

use super::{GenerateError, Request};

/// Texts to tokens and back, as a model that is here itself sees them.
pub trait Tokenize: Send + Sync {
    /// The tokens of what a request would have the model read: its conversation in the model's chat
    /// template, or its raw prompt.
    ///
    /// # Errors
    ///
    /// If the conversation cannot be rendered, or is far too long.
    fn tokenize<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Vec<u32>, GenerateError>>;

    /// The text of tokens.
    ///
    /// # Errors
    ///
    /// If there is no such token.
    fn detokenize(&self, tokens: Vec<u32>) -> BoxFuture<'_, Result<String, GenerateError>>;

    /// The texts of tokens, each by itself.
    ///
    /// # Errors
    ///
    /// If there is no such token.
    fn texts(&self, tokens: Vec<u32>) -> BoxFuture<'_, Result<Vec<String>, GenerateError>>;
}
