//! `POST /v1/embeddings`: what texts mean, as numbers.

use axum::{Json, extract::State};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    chat::{choices::TimeLimit, schema},
    json::JsonBody,
    models::ListObject,
    prompts::prompts,
};
use crate::{
    app::{App, NotServing},
    catalog::Entry,
    error::{ApiError, ErrorBody},
    generate::{Embeddings, Finish, GenerateError, RawPrompt, Usage},
};

/// The most inputs of one request.
const MOST_INPUTS: usize = 2048;

/// Texts whose embeddings are wanted.
///
/// Keys that are not listed are accepted and ignored. A listed key that is `null` counts as absent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct EmbeddingRequest {
    /// The model's name, one of `GET /v1/models`.
    #[schema(value_type = String, required)]
    pub model: Option<String>,
    /// A text, the model's own tokens, or up to 2048 of either.
    #[schema(schema_with = schema::input)]
    pub input: Option<Value>,
    /// How many numbers each embedding has: its first ones, with length 1 again. Absent: all of them.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub dimensions: Option<i64>,
    /// How the numbers are written.
    pub encoding_format: Option<EncodingFormat>,
    /// Accepted and ignored.
    pub user: Option<String>,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EncodingFormat {
    /// As an array of numbers.
    #[default]
    Float,
    /// As the base64 of little-endian 32-bit floating point numbers.
    Base64,
}

/// The embeddings of a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EmbeddingList {
    /// What this is.
    pub object: ListObject,
    /// One an input, in order.
    pub data: Vec<Embedding>,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// What was read.
    pub usage: EmbeddingUsage,
}

/// An embedding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Embedding {
    /// What this is.
    pub object: EmbeddingObject,
    /// The number of its input, from 0.
    pub index: usize,
    /// Its numbers.
    pub embedding: Numbers,
}

/// The type of an embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddingObject {
    /// The only one.
    Embedding,
}

/// The numbers of an embedding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Numbers {
    /// As they are.
    Float(Vec<f32>),
    /// As base64.
    Base64(String),
}

/// The tokens of a request's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmbeddingUsage {
    /// Tokens read.
    pub prompt_tokens: u64,
    /// The same.
    pub total_tokens: u64,
}

/// Make embeddings
///
/// From a hosted model that makes them, for example `Qwen/Qwen3-Embedding-0.6B`, or from a remote one.
#[utoipa::path(
    post,
    path = "/embeddings",
    tag = "embeddings",
    request_body = EmbeddingRequest,
    responses(
        (status = 200, description = "The embeddings.", body = EmbeddingList),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No model of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 429, description = "Too many requests run and wait.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 500, description = "The engine failed.", body = ErrorBody),
        (status = 502, description = "A remote endpoint failed.", body = ErrorBody),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 504, description = "The embeddings took too long.", body = ErrorBody),
    ),
)]
pub(crate) async fn embeddings(
    State(app): State<App>,
    JsonBody(body): JsonBody<EmbeddingRequest>,
) -> Result<Json<EmbeddingList>, ApiError> {
    let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| {
        ApiError::invalid("model", "`model` is missing: name one of GET /v1/models.")
    })?;
    let inputs = prompts("input", body.input.as_ref(), MOST_INPUTS)?;
    let dimensions = match body.dimensions.map(u32::try_from) {
        None => None,
        Some(Ok(dimensions)) if dimensions > 0 => Some(dimensions),
        Some(_) => {
            let message = "`dimensions` must be a whole number of at least 1.";
            return Err(ApiError::invalid("dimensions", message));
        }
    };
    let entry = app.find(&model)?;
    let made = make(&app, &entry, inputs, dimensions).await;
    // The domain knows conversations; here it is the input that is at fault.
    let made = made.map_err(|error| ApiError::from(error).renamed("messages", "input"))?;
    let format = body.encoding_format.unwrap_or_default();
    let data = made.vectors.into_iter().enumerate().map(|(index, vector)| Embedding {
        object: EmbeddingObject::Embedding,
        index,
        embedding: written(vector, format),
    });
    let prompt_tokens = made.prompt_tokens;
    Ok(Json(EmbeddingList {
        object: ListObject::List,
        data: data.collect(),
        model,
        usage: EmbeddingUsage { prompt_tokens, total_tokens: prompt_tokens },
    }))
}

/// Waits for the request's turn and makes its embeddings, in the time that answers have too.
async fn make(
    app: &App,
    entry: &Entry,
    inputs: Vec<RawPrompt>,
    dimensions: Option<u32>,
) -> Result<Embeddings, GenerateError> {
    let embedder = entry.model.embedder().ok_or_else(|| {
        let message = format!(
            "`{}` makes no embeddings: ask a model that does, hosted (a folder with `modules.json`, such \
             as Qwen/Qwen3-Embedding-0.6B) or remote.",
            entry.info.id
        );
        GenerateError::invalid("model", message)
    })?;
    let mut meter = app.metrics().begin(&entry.info.id);
    let turn = app.admission().admit_many(1).await;
    if turn.is_ok() {
        meter.admitted();
    }
    let working = async {
        let _permit = turn?;
        tokio::select! {
            made = embedder.embed(inputs, dimensions) => made,
            error = TimeLimit::from_now(app.settings().generation_timeout).passed() => Err(error),
            () = app.stopping() => Err(NotServing::Stopping.into()),
        }
    };
    match working.await {
        Ok(made) => {
            let usage = Usage { prompt_tokens: made.prompt_tokens, ..Usage::default() };
            meter.answered(&Finish { usage, ..Finish::default() });
            meter.finished();
            Ok(made)
        }
        Err(error) => {
            meter.failed();
            Err(error)
        }
    }
}

fn written(vector: Vec<f32>, format: EncodingFormat) -> Numbers {
    match format {
        EncodingFormat::Float => Numbers::Float(vector),
        EncodingFormat::Base64 => {
            let bytes: Vec<u8> = vector.into_iter().flat_map(f32::to_le_bytes).collect();
            Numbers::Base64(BASE64_STANDARD.encode(bytes))
        }
    }
}
