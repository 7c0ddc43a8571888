//! How likely the answer's tokens were, as it is asked for and sent.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{request::ChatRequest, schema};
use crate::{
    error::ApiError,
    generate::{RankedToken, TokenLogprob},
};

/// The most alternatives to a token, as at `OpenAI`.
const MOST_ALTERNATIVES: i64 = 20;
/// The most tokens with a bias; each costs a look at every step.
const MOST_BIASES: usize = 1024;

/// How likely the tokens of an answer, or of a piece of it, were.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LogprobsBody {
    /// The tokens; joined, they are the text.
    pub content: Vec<LogprobBody>,
    /// Always null: the models do not refuse in a separate field.
    #[schema(required, schema_with = schema::always_null)]
    pub refusal: (),
}

/// How likely a token was: by the model itself, before temperature and everything else.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LogprobBody {
    /// Its text; empty while a character is not whole.
    pub token: String,
    /// The natural logarithm of its probability.
    pub logprob: f32,
    /// The bytes of its text.
    pub bytes: Vec<u8>,
    /// The likeliest tokens at its place, as many as asked for.
    pub top_logprobs: Vec<TopLogprobBody>,
}

/// A token that was likely.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TopLogprobBody {
    /// Its text when it stands alone.
    pub token: String,
    /// The natural logarithm of its probability.
    pub logprob: f32,
    /// The bytes of its text.
    pub bytes: Vec<u8>,
}

impl LogprobsBody {
    /// These tokens.
    pub(super) fn of(tokens: Vec<TokenLogprob>) -> Self {
        Self { content: tokens.into_iter().map(LogprobBody::from).collect(), refusal: () }
    }
}

impl From<TokenLogprob> for LogprobBody {
    fn from(TokenLogprob { chosen, top }: TokenLogprob) -> Self {
        Self {
            bytes: chosen.text.as_bytes().to_vec(),
            token: chosen.text,
            logprob: chosen.logprob,
            top_logprobs: top.into_iter().map(TopLogprobBody::from).collect(),
        }
    }
}

impl From<RankedToken> for TopLogprobBody {
    fn from(RankedToken { text, logprob }: RankedToken) -> Self {
        Self { bytes: text.as_bytes().to_vec(), token: text, logprob }
    }
}

/// Whether probabilities are asked for, and with how many alternatives.
///
/// # Errors
///
/// 400 for more alternatives than there may be, or for alternatives to tokens nobody asked for.
pub(super) fn logprobs(body: &ChatRequest) -> Result<Option<u32>, ApiError> {
    let alternatives = body.top_logprobs.unwrap_or(0);
    let range = 0..=MOST_ALTERNATIVES;
    if !range.contains(&alternatives) {
        let message = format!("`top_logprobs` must be from 0 to {MOST_ALTERNATIVES}.");
        return Err(ApiError::invalid("top_logprobs", message));
    }
    match body.logprobs {
        Some(true) => Ok(Some(u32::try_from(alternatives).unwrap_or_default())),
        Some(false) | None if alternatives > 0 => {
            let message = "`top_logprobs` needs `logprobs` to be true.";
            Err(ApiError::invalid("top_logprobs", message))
        }
        Some(false) | None => Ok(None),
    }
}

/// The biases of tokens, in the order of the tokens.
///
/// # Errors
///
/// 400 if a key is no token's number or a value is out of range.
pub(super) fn biases(biases: Option<HashMap<String, f64>>) -> Result<Vec<(u32, f32)>, ApiError> {
    let biases = biases.unwrap_or_default();
    if biases.len() > MOST_BIASES {
        let message = format!("`logit_bias` takes up to {MOST_BIASES} tokens.");
        return Err(ApiError::invalid("logit_bias", message));
    }
    let checked = biases.into_iter().map(|(token, bias)| match token.parse() {
        Ok(token) if (-100.0..=100.0).contains(&bias) => Ok((token, bias as f32)),
        Ok(_) => Err(ApiError::invalid(
            "logit_bias",
            format!("A bias in `logit_bias` must be from -100 to 100, not {bias}."),
        )),
        Err(_) => Err(ApiError::invalid(
            "logit_bias",
            "A key of `logit_bias` must be the number of a token, such as \"1234\".",
        )),
    });
    let mut checked = checked.collect::<Result<Vec<(u32, f32)>, ApiError>>()?;
    checked.sort_unstable_by_key(|(token, _)| *token);
    Ok(checked)
}
