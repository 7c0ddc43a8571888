//! What is known about single tokens of an answer, for those who ask.

/// The most tokens of a prompt that are ranked; see [`Request::echoes_logprobs`](super::Request::echoes_logprobs).
pub const MOST_SCORED_TOKENS: usize = 2048;

/// A token of the answer, and how likely it was.
///
/// The probabilities are the model's own: natural logarithms over the whole vocabulary, before
/// temperature, penalties, biases and filters.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    /// The token that was chosen.
    pub chosen: RankedToken,
    /// The likeliest tokens at its place, the likeliest first; as many as were asked for.
    pub top: Vec<RankedToken>,
}

/// A token and its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedToken {
    /// Its text as it appears in the answer: empty while a character is not whole, and the whole
    /// character with the last of its tokens. Alternatives are shown as they would be alone.
    pub text: String,
    /// The natural logarithm of its probability; at most 0.
    pub logprob: f32,
}
