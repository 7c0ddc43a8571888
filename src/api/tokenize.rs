//! `POST /v1/tokenize` and `POST /v1/detokenize`: a model's own tokens.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    chat::{
        content::WireMessage, messages::messages, request::ChatRequest, schema, thinking::thinking,
        tools::tools,
    },
    json::JsonBody,
};
use crate::{
    app::App,
    catalog::Entry,
    error::{ApiError, ErrorBody},
    generate::{RawPrompt, Request, Tokenize},
};

/// The most tokens that are turned into text at once.
const MOST_TOKENS: usize = 1 << 17;

/// What is to be cut into tokens: a prompt or a conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct TokenizeRequest {
    /// The model's name; without any, the first one that is not a chain.
    pub model: Option<String>,
    /// A text, cut as it is. Special tokens in it are recognised, none are added.
    pub prompt: Option<String>,
    /// A conversation, cut as the model reads it: in its chat template, up to where its answer begins.
    #[schema(min_items = 1, max_items = 2048)]
    pub messages: Option<Vec<WireMessage>>,
    /// The functions that the model would be told of.
    #[schema(schema_with = schema::tools)]
    pub tools: Option<Value>,
    /// `false` closes the thinking in the prompt.
    pub enable_thinking: Option<bool>,
    /// Only true: the prompt ends where the answer begins.
    #[schema(schema_with = schema::only_true)]
    pub add_generation_prompt: Option<bool>,
    /// Only false: a text is cut as it is.
    #[schema(schema_with = schema::only_false)]
    pub add_special_tokens: Option<bool>,
    /// Whether the text of each token is returned too.
    pub return_token_strs: Option<bool>,
}

/// Tokens.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenizeReply {
    /// How many there are.
    pub count: usize,
    /// The most tokens of a prompt and its answer together; null where it is not known.
    #[schema(required)]
    pub max_model_len: Option<u32>,
    /// The tokens.
    pub tokens: Vec<u32>,
    /// The text of each, if it was asked for; a part of a character shows as U+FFFD.
    #[schema(required)]
    pub token_strs: Option<Vec<String>>,
}

/// Tokens that are to become text.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct DetokenizeRequest {
    /// The model's name; without any, the first one that is not a chain.
    pub model: Option<String>,
    /// The tokens.
    #[schema(value_type = Vec<u32>, required, max_items = 131072)]
    pub tokens: Option<Vec<u32>>,
}

/// Text.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DetokenizeReply {
    /// The text, special tokens spelled out.
    pub prompt: String,
}

/// Cut a text or a conversation into tokens
#[utoipa::path(
    post,
    path = "/tokenize",
    tag = "tokens",
    request_body = TokenizeRequest,
    responses(
        (status = 200, description = "The tokens.", body = TokenizeReply),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No model of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 429, description = "Many requests count tokens already.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody),
    ),
)]
pub(crate) async fn tokenize(
    State(app): State<App>,
    JsonBody(body): JsonBody<TokenizeRequest>,
) -> Result<Json<TokenizeReply>, ApiError> {
    let (model, with_texts) = (body.model.clone(), body.return_token_strs == Some(true));
    let request = request(body)?;
    let entry = find(&app, model)?;
    let tokenizer = tokenizer(&entry)?;
    let _turn = app.count_tokens()?;
    let field = if request.raw.is_some() { "prompt" } else { "messages" };
    let tokens = tokenizer.tokenize(&request).await;
    let tokens = tokens.map_err(|error| ApiError::from(error).renamed("messages", field))?;
    let token_strs = if with_texts { Some(tokenizer.texts(tokens.clone()).await?) } else { None };
    let max_model_len = entry.info.context_length;
    Ok(Json(TokenizeReply { count: tokens.len(), max_model_len, tokens, token_strs }))
}

/// Turn tokens into text
#[utoipa::path(
    post,
    path = "/detokenize",
    tag = "tokens",
    request_body = DetokenizeRequest,
    responses(
        (status = 200, description = "The text.", body = DetokenizeReply),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No model of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 429, description = "Many requests count tokens already.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody),
    ),
)]
pub(crate) async fn detokenize(
    State(app): State<App>,
    JsonBody(body): JsonBody<DetokenizeRequest>,
) -> Result<Json<DetokenizeReply>, ApiError> {
    let tokens = body.tokens.filter(|tokens| tokens.len() <= MOST_TOKENS).ok_or_else(|| {
        let message = format!("`tokens` must be an array of up to {MOST_TOKENS} token numbers.");
        ApiError::invalid("tokens", message)
    })?;
    let entry = find(&app, body.model)?;
    let _turn = app.count_tokens()?;
    let prompt = tokenizer(&entry)?.detokenize(tokens).await?;
    Ok(Json(DetokenizeReply { prompt }))
}

fn request(body: TokenizeRequest) -> Result<Request, ApiError> {
    if body.add_generation_prompt == Some(false) {
        let message =
            "`add_generation_prompt` must be true: a prompt ends where the answer begins.";
        return Err(ApiError::invalid("add_generation_prompt", message));
    }
    if body.add_special_tokens == Some(true) && body.prompt.is_some() {
        let message = "`add_special_tokens` must be false: spell them out in the prompt instead.";
        return Err(ApiError::invalid("add_special_tokens", message));
    }
    match (body.prompt, body.messages) {
        (Some(text), None) => {
            Ok(Request { raw: Some(RawPrompt::Text(text.into())), ..Request::default() })
        }
        (None, Some(conversation)) => {
            let chat = ChatRequest {
                tools: body.tools,
                enable_thinking: body.enable_thinking,
                ..ChatRequest::default()
            };
            Ok(Request {
                messages: messages(conversation)?,
                tools: tools(&chat)?,
                thinking: thinking(&chat)?,
                ..Request::default()
            })
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(ApiError::invalid("prompt", "Either `prompt` or `messages` is needed, not both."))
        }
    }
}

fn find(app: &App, model: Option<String>) -> Result<Entry, ApiError> {
    match model.filter(|model| !model.is_empty()) {
        Some(model) => app.find(&model),
        None => app.find(&super::inference::first_model(app)),
    }
}

fn tokenizer(entry: &Entry) -> Result<&dyn Tokenize, ApiError> {
    entry.model.tokenizer().ok_or_else(|| {
        let message =
            format!("The tokens of `{}` are not known here; ask a hosted model.", entry.info.id);
        ApiError::invalid("model", message)
    })
}
