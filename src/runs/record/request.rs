//! What was asked, as it is kept, and made a request again.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::generate::{Format, Kind, Message, Request, Role, Sampling, Thinking};

/// What a model or a chain was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// The conversation.
    pub messages: Vec<RecordedMessage>,
    /// The most tokens; absent where the model's recommendation held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The sampling parameters that were set, the seed among them.
    pub sampling: Json,
    /// Sequences that end the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// `natural`, `off`, or the most tokens of thinking.
    pub thinking: Json,
    /// What the question was taken for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The form of the answer; absent for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Json>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedMessage {
    /// Who said it.
    pub role: String,
    /// What was said.
    pub content: String,
}

impl RecordedRequest {
    /// What is kept of a request.
    pub fn of(request: &Request) -> Self {
        let message = |message: &Message| RecordedMessage {
            role: message.role.as_str().to_owned(),
            content: message.content.clone(),
        };
        Self {
            messages: request.messages.iter().map(message).collect(),
            max_tokens: request.max_tokens,
            sampling: sampling(request.sampling),
            stop: request.stop.clone(),
            thinking: match request.thinking {
                Thinking::Natural => "natural".into(),
                Thinking::Off => "off".into(),
                Thinking::UpTo(tokens) => tokens.into(),
            },
            kind: request.kind.map(|kind| kind.as_str().to_owned()),
            format: match &request.format {
                Format::Text => None,
                Format::Object => Some("object".into()),
                Format::Schema { schema, .. } => Some(schema.as_ref().clone()),
            },
        }
    }

    /// The request again, as far as it was kept.
    pub fn again(&self) -> Request {
        let role = |name: &str| match name {
            "system" => Role::System,
            "assistant" => Role::Assistant,
            "tool" => Role::Tool,
            _ => Role::User,
        };
        let message =
            |message: &RecordedMessage| Message::of(role(&message.role), message.content.as_str());
        let number = |name: &str| self.sampling.get(name).and_then(Json::as_f64);
        let small = |name: &str| number(name).map(|number| number as f32);
        Request {
            messages: self.messages.iter().map(message).collect(),
            max_tokens: self.max_tokens,
            sampling: Sampling {
                temperature: small("temperature"),
                top_p: small("top_p"),
                top_k: self
                    .sampling
                    .get("top_k")
                    .and_then(Json::as_u64)
                    .and_then(|top_k| u32::try_from(top_k).ok()),
                min_p: small("min_p"),
                frequency_penalty: small("frequency_penalty"),
                presence_penalty: small("presence_penalty"),
                repetition_penalty: small("repetition_penalty"),
                seed: self.sampling.get("seed").and_then(Json::as_u64),
            },
            stop: self.stop.clone(),
            thinking: match &self.thinking {
                Json::Number(tokens) => {
                    let tokens = tokens.as_u64().and_then(|tokens| u32::try_from(tokens).ok());
                    Thinking::UpTo(tokens.unwrap_or(u32::MAX))
                }
                thinking if thinking == "off" => Thinking::Off,
                _ => Thinking::Natural,
            },
            kind: self.kind.as_deref().and_then(|kind| kind.parse::<Kind>().ok()),
            ..Request::default()
        }
    }

    /// What was asked, in short: the same for the same prompt with the same settings. How many tokens were left
    /// is no part of it.
    pub fn fingerprint(&self, model: &str) -> String {
        // Numbers may have come through JSON, where the last digit is not safe.
        let sampling = self.sampling.as_object().into_iter().flatten().map(|(name, value)| {
            let same = match (name.as_str(), value.as_f64()) {
                ("seed", _) | (_, None) => value.clone(),
                (_, Some(number)) => (number as f32).to_string().into(),
            };
            (name.clone(), same)
        });
        let sampling = Json::Object(sampling.collect());
        let asked = Self { max_tokens: None, sampling, ..self.clone() };
        let text = json!({ "model": model, "asked": asked }).to_string();
        Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn sampling(sampling: Sampling) -> Json {
    let small = |number: Option<f32>| number.map(Json::from);
    let settings = [
        ("temperature", small(sampling.temperature)),
        ("top_p", small(sampling.top_p)),
        ("top_k", sampling.top_k.map(Json::from)),
        ("min_p", small(sampling.min_p)),
        ("frequency_penalty", small(sampling.frequency_penalty)),
        ("presence_penalty", small(sampling.presence_penalty)),
        ("repetition_penalty", small(sampling.repetition_penalty)),
        ("seed", sampling.seed.map(Json::from)),
    ];
    let given = settings.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(given.collect())
}
