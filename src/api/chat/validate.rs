//! From what arrived to what is asked: every value checked, every error with its field.

use std::ops::RangeInclusive;

use super::{
    format, logprobs,
    messages::messages,
    refused,
    request::{ChatRequest, Stop},
    thinking, tools,
};
use crate::{
    api::reasoning::ReasoningOutput,
    app::ApiSettings,
    error::ApiError,
    generate::{Request, Sampling},
};

/// `OpenAI` takes 4 and others more; each is searched in every piece of the answer.
pub(super) const MAX_STOPS: usize = 16;
/// In characters. Text that may become a stop sequence is held back, so it has to be short.
pub(super) const MAX_STOP_LENGTH: usize = 1000;

/// A checked request: what is asked of the model, and how the reply is delivered.
#[derive(Debug)]
pub(super) struct Order {
    /// The model's name, as the client spelled it.
    pub(super) model: String,
    /// What is asked of it.
    pub(super) request: Request,
    /// How many answers are asked for; at least 1.
    pub(super) choices: u32,
    /// Whole, or piece by piece.
    pub(super) delivery: Delivery,
    /// How the reply is written.
    pub(super) style: ReplyStyle,
}

/// How an answer is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Delivery {
    /// In one piece.
    Whole,
    /// As server-sent events.
    Stream(UsageChunk),
}

/// Whether a stream counts its tokens at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum UsageChunk {
    /// One more chunk does.
    Sent,
    /// Nothing does.
    Omitted,
}

/// How a reply is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReplyStyle {
    /// Where the thinking appears.
    pub(super) reasoning: ReasoningOutput,
    /// Whether a chain's steps are reported.
    pub(super) steps: Steps,
    /// Whether the tokens' probabilities are part of it.
    pub(super) logprobs: bool,
}

/// Whether a chain's steps are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Steps {
    /// They are.
    Reported,
    /// They are not.
    Omitted,
}

impl Order {
    /// Checks a request.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(mut body: ChatRequest, settings: &ApiSettings) -> Result<Self, ApiError> {
        let reasoning = thinking::output(&body, settings.reasoning);
        let events = body.ponder.as_ref().and_then(|options| options.events);
        let steps = if events == Some(true) { Steps::Reported } else { Steps::Omitted };
        let conversation = body.messages.take();
        let Common { model, mut request, choices, delivery } = Common::check(body, settings)?;
        request.messages = messages(conversation.unwrap_or_default())?;
        // In one piece, what a step has written is in its end already.
        request.step_text = steps == Steps::Reported && matches!(delivery, Delivery::Stream { .. });
        let style = ReplyStyle { reasoning, steps, logprobs: request.logprobs.is_some() };
        Ok(Self { model, request, choices, delivery, style })
    }
}

/// What requests have in common, whatever their prompt is.
pub(in crate::api) struct Common {
    /// The model's name, as the client spelled it.
    pub(in crate::api) model: String,
    /// What is asked of it, without a prompt.
    pub(in crate::api) request: Request,
    /// How many answers are asked for; at least 1.
    pub(in crate::api) choices: u32,
    /// Whole, or piece by piece.
    pub(in crate::api) delivery: Delivery,
}

impl Common {
    /// Checks everything but the prompt.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(in crate::api) fn check(
        body: ChatRequest,
        settings: &ApiSettings,
    ) -> Result<Self, ApiError> {
        refused::check(&body)?;
        let choices = choices(body.n, settings.max_choices)?;
        let request = Request {
            thinking: thinking::thinking(&body)?,
            sampling: sampling(&body)?,
            max_tokens: max_tokens(&body)?,
            logprobs: logprobs::logprobs(&body)?,
            format: format::format(body.response_format.as_ref())?,
            tools: tools::tools(&body)?,
            ..Request::default()
        };
        let delivery = delivery(&body);
        let stop = stop(body.stop)?;
        let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| {
            ApiError::invalid("model", "`model` is missing. GET /v1/models lists the models.")
        })?;
        let logit_bias = logprobs::biases(body.logit_bias)?;
        let request = Request { stop, logit_bias, ..request };
        Ok(Self { model, request, choices, delivery })
    }
}

fn delivery(body: &ChatRequest) -> Delivery {
    let include = body.stream_options.as_ref().and_then(|options| options.include_usage);
    match (body.stream, include) {
        (Some(true), Some(true)) => Delivery::Stream(UsageChunk::Sent),
        (Some(true), Some(false) | None) => Delivery::Stream(UsageChunk::Omitted),
        (Some(false) | None, _) => Delivery::Whole,
    }
}

fn choices(n: Option<i64>, most: u32) -> Result<u32, ApiError> {
    let most = most.max(1);
    match n.map(u32::try_from) {
        None => Ok(1),
        Some(Ok(n)) if (1..=most).contains(&n) => Ok(n),
        Some(_) => Err(ApiError::invalid("n", format!("`n` must be from 1 to {most}."))),
    }
}

fn max_tokens(body: &ChatRequest) -> Result<Option<u32>, ApiError> {
    // Both are checked, also the one that loses: a wrong value is never passed over in silence.
    let newer = at_least_one("max_completion_tokens", body.max_completion_tokens)?;
    let older = at_least_one("max_tokens", body.max_tokens)?;
    Ok(newer.or(older))
}

fn at_least_one(name: &'static str, value: Option<i64>) -> Result<Option<u32>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    u32::try_from(value).ok().filter(|value| *value >= 1).map(Some).ok_or_else(|| {
        ApiError::invalid(name, format!("`{name}` must be from 1 to {}, not {value}.", u32::MAX))
    })
}

fn sampling(body: &ChatRequest) -> Result<Sampling, ApiError> {
    Ok(Sampling {
        temperature: within("temperature", body.temperature, 0.0..=2.0)?,
        top_p: above_zero("top_p", body.top_p, 1.0)?,
        top_k: top_k(body.top_k)?,
        min_p: within("min_p", body.min_p, 0.0..=1.0)?,
        frequency_penalty: within("frequency_penalty", body.frequency_penalty, -2.0..=2.0)?,
        presence_penalty: within("presence_penalty", body.presence_penalty, -2.0..=2.0)?,
        repetition_penalty: above_zero("repetition_penalty", body.repetition_penalty, 10.0)?,
        seed: body.seed.map(i64::cast_unsigned),
    })
}

fn top_k(value: Option<i64>) -> Result<Option<u32>, ApiError> {
    // vLLM's clients say -1 or 0 for "no such limit".
    if matches!(value, Some(-1 | 0)) {
        return Ok(None);
    }
    at_least_one("top_k", value)
}

fn within(
    name: &'static str,
    value: Option<f64>,
    range: RangeInclusive<f64>,
) -> Result<Option<f32>, ApiError> {
    match value {
        Some(value) if !range.contains(&value) => Err(ApiError::invalid(
            name,
            format!("`{name}` must be from {} to {}, not {value}.", range.start(), range.end()),
        )),
        value => Ok(value.map(narrow)),
    }
}

fn above_zero(name: &'static str, value: Option<f64>, most: f64) -> Result<Option<f32>, ApiError> {
    match value {
        Some(value) if value <= 0.0 || value > most => Err(ApiError::invalid(
            name,
            format!("`{name}` must be greater than 0 and at most {most}, not {value}."),
        )),
        // A tiny value may round to 0 in single precision, which means something else.
        value => Ok(value.map(|value| narrow(value).max(f32::MIN_POSITIVE))),
    }
}

/// Engines sample in single precision.
fn narrow(value: f64) -> f32 {
    value as f32
}

fn stop(stop: Option<Stop>) -> Result<Vec<String>, ApiError> {
    let stops = match stop {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop],
        Some(Stop::Several(stops)) => stops,
    };
    if stops.len() > MAX_STOPS {
        let message = format!("`stop` takes up to {MAX_STOPS} sequences, not {}.", stops.len());
        return Err(ApiError::invalid("stop", message));
    }
    let allowed = 1..=MAX_STOP_LENGTH;
    if stops.iter().any(|stop| !allowed.contains(&stop.chars().count())) {
        let message = format!("A sequence in `stop` has from 1 to {MAX_STOP_LENGTH} characters.");
        return Err(ApiError::invalid("stop", message));
    }
    Ok(stops)
}
