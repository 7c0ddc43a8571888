//! From what arrived to what is asked.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    assembler::Frame,
    input::{self, Lookup},
    nested,
    request::{ResponseRequest, Truncation},
    resource::{Asked, ReasoningBody, ServiceTier, TextBody, ToolBody},
    store::Stored,
};
use crate::{
    access::Caller,
    api::{
        chat::{identity::Identity, validate::Common},
        reasoning::ReasoningOutput,
        recording::Recording,
    },
    app::ApiSettings,
    error::ApiError,
    generate::{Message, Request},
};

/// As many as `OpenAI` takes.
const MOST_METADATA: usize = 16;
/// In characters.
const LONGEST_METADATA: (usize, usize) = (64, 512);
/// In characters, of what is only given back.
const LONGEST_IDENTIFIER: usize = 1024;

/// A checked request.
#[derive(Debug)]
pub(super) struct Order {
    /// The model's name, as the client spelled it.
    pub(super) model: String,
    /// What is asked of it; its conversation ends with what was asked.
    pub(super) request: Request,
    /// The conversation without the instructions, which do not come along to the next response.
    pub(super) conversation: Vec<Message>,
    /// The items that were asked.
    pub(super) items: Vec<Value>,
    /// What is given back.
    pub(super) asked: Asked,
    /// Whether it comes piece by piece.
    pub(super) stream: bool,
    /// Whether the steps of a chain are reported.
    pub(super) steps: bool,
}

impl Order {
    /// Checks a request. `kept`: whether responses can be kept at all; `before`: the conversation that
    /// it goes on from; `lookup`: the items that it refers to.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(
        mut body: ResponseRequest,
        settings: &ApiSettings,
        kept: bool,
        before: impl FnOnce(&str) -> Result<Vec<Message>, ApiError>,
        lookup: Lookup<'_>,
    ) -> Result<Self, ApiError> {
        refuse(&body)?;
        let chat = body.common();
        let common = Common::check(chat, settings).map_err(|error| error.moved(nested::flat))?;
        let asked = asked(&mut body, &common.request, kept)?;
        let mut conversation = match &asked.previous_response_id {
            Some(id) => before(id)?,
            None => Vec::new(),
        };
        let items = body.input.map(input::WireInput::items).unwrap_or_default();
        if items.is_empty() && conversation.is_empty() {
            let message = "`input` is missing: a text, or an array of items.";
            return Err(ApiError::invalid("input", message));
        }
        for message in input::messages(&items, lookup)? {
            input::append(&mut conversation, message);
        }
        let instructions = asked.instructions.iter().map(Message::system);
        let request = Request {
            messages: instructions.chain(conversation.iter().cloned()).collect(),
            ..common.request
        };
        if request.messages.is_empty() {
            return Err(ApiError::invalid("input", "`input` holds nothing to answer."));
        }
        Ok(Self {
            model: common.model,
            request,
            conversation,
            items,
            stream: body.stream == Some(true),
            steps: body.ponder.and_then(|options| options.events) == Some(true),
            asked,
        })
    }
}

impl Order {
    /// The response to it, before its first piece.
    pub(super) fn stored(
        self,
        caller: Caller,
        identity: Identity,
        reasoning: ReasoningOutput,
        estimated_seconds: Option<u64>,
    ) -> Stored {
        let Self { asked, steps, .. } = self;
        let frame = Frame { identity, asked, reasoning, steps, estimated_seconds };
        let recording = Recording::of(1);
        Stored::new(caller, Arc::new(frame), self.conversation, self.items, recording)
    }
}

/// Refuses what cannot be honoured.
fn refuse(body: &ResponseRequest) -> Result<(), ApiError> {
    let given = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    for (name, value, instead) in [
        ("messages", &body.messages, "input"),
        ("max_tokens", &body.max_tokens, "max_output_tokens"),
        ("max_completion_tokens", &body.max_completion_tokens, "max_output_tokens"),
        ("response_format", &body.response_format, "text.format"),
        ("reasoning_effort", &body.reasoning_effort, "reasoning.effort"),
    ] {
        if given(value) {
            let message = format!("`{name}` belongs to chat completions: here it is `{instead}`.");
            return Err(ApiError::invalid(name, message));
        }
    }
    if body.n.is_some_and(|n| n != 1) {
        return Err(ApiError::invalid("n", "`n` must be 1: a response has one answer."));
    }
    let refused = if given(&body.conversation) {
        ("conversation", "Go on from a response with `previous_response_id` instead.")
    } else if given(&body.prompt) {
        ("prompt", "Templates of prompts are not kept here: send the text itself.")
    } else if body.truncation == Some(Truncation::Auto) {
        ("truncation", "Nothing is left out of a conversation in silence: send less of it.")
    } else {
        return Ok(());
    };
    let (name, reason) = refused;
    Err(ApiError::invalid(name, format!("`{name}` cannot be honoured. {reason}")))
}

fn asked(body: &mut ResponseRequest, request: &Request, kept: bool) -> Result<Asked, ApiError> {
    let background = body.background == Some(true);
    let store = kept && body.store != Some(false);
    if background && !store {
        let message = if kept {
            "`background` needs `store`: a response that is not kept could not be read."
        } else {
            "`background` cannot be honoured: this server keeps no responses."
        };
        return Err(ApiError::invalid("background", message));
    }
    for (name, text) in [
        ("safety_identifier", &body.safety_identifier),
        ("prompt_cache_key", &body.prompt_cache_key),
    ] {
        if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_IDENTIFIER) {
            let message = format!("`{name}` has at most {LONGEST_IDENTIFIER} characters.");
            return Err(ApiError::invalid(name, message));
        }
    }
    let reasoning = body.reasoning.as_ref();
    Ok(Asked {
        previous_response_id: body.previous_response_id.take(),
        instructions: body.instructions.take(),
        tools: tools(request, body.tools.as_ref()),
        tool_choice: choice(body.tool_choice.as_ref()),
        parallel_tool_calls: body.parallel_tool_calls.unwrap_or(true),
        text: TextBody {
            format: format(body),
            verbosity: body.text.as_ref().and_then(|text| text.verbosity),
        },
        reasoning: ReasoningBody {
            effort: reasoning.and_then(|reasoning| reasoning.effort),
            summary: reasoning.and_then(|reasoning| reasoning.summary),
        },
        truncation: Truncation::Disabled,
        temperature: body.temperature.unwrap_or(1.0),
        top_p: body.top_p.unwrap_or(1.0),
        presence_penalty: body.presence_penalty.unwrap_or(0.0),
        frequency_penalty: body.frequency_penalty.unwrap_or(0.0),
        top_logprobs: body.top_logprobs.unwrap_or(0),
        max_output_tokens: body.max_output_tokens,
        max_tool_calls: body.max_tool_calls,
        store,
        background,
        service_tier: ServiceTier::Default,
        metadata: metadata(body.metadata.take())?,
        safety_identifier: body.safety_identifier.take(),
        prompt_cache_key: body.prompt_cache_key.take(),
    })
}

/// The functions as they were offered, also those that may not be called.
fn tools(request: &Request, given: Option<&Value>) -> Vec<ToolBody> {
    let offered = given.and_then(Value::as_array).into_iter().flatten();
    offered
        .filter_map(|tool| {
            let tool = tool.get("function").unwrap_or(tool);
            let name = tool.get("name")?.as_str()?;
            let known = request.tools.functions.iter().find(|function| function.name == name);
            Some(ToolBody::Function {
                name: name.to_owned(),
                description: tool.get("description").and_then(Value::as_str).map(str::to_owned),
                parameters: match known {
                    Some(function) => function.parameters.clone(),
                    None => tool.get("parameters").cloned().unwrap_or_else(|| json!({})),
                },
                strict: tool.get("strict").and_then(Value::as_bool),
            })
        })
        .collect()
}

/// What was asked for in `tool_choice`, without anything else that may be in it.
fn choice(given: Option<&Value>) -> Value {
    let Some(given) = given.filter(|given| !given.is_null()) else { return json!("auto") };
    let named = |tool: &Value| {
        let name = tool.get("function").unwrap_or(tool).get("name").cloned();
        json!({"type": "function", "name": name})
    };
    match given.get("type").and_then(Value::as_str) {
        Some("function") => named(given),
        Some("allowed_tools") => {
            let allowed = given.get("allowed_tools").unwrap_or(given);
            let tools = allowed.get("tools").and_then(Value::as_array).into_iter().flatten();
            let tools: Vec<Value> = tools.map(named).collect();
            json!({"type": "allowed_tools", "mode": allowed.get("mode"), "tools": tools})
        }
        _ => given.clone(),
    }
}

/// The form as it was asked for, with every key that its type has.
fn format(body: &ResponseRequest) -> Value {
    let given = body.text.as_ref().and_then(|text| text.format.as_ref());
    let Some(given) = given.filter(|format| !format.is_null()) else {
        return json!({"type": "text"});
    };
    let described = given.get("json_schema").unwrap_or(given);
    if given.get("type").is_some_and(|kind| kind == "json_schema") {
        let of = |key: &str| described.get(key).cloned().unwrap_or(Value::Null);
        let name = described.get("name").cloned().unwrap_or_else(|| json!("response"));
        return json!({
            "type": "json_schema", "name": name, "description": of("description").as_str(),
            "schema": of("schema"), "strict": of("strict").as_bool().unwrap_or(false),
        });
    }
    json!({"type": given.get("type")})
}

fn metadata(given: Option<Value>) -> Result<Map<String, Value>, ApiError> {
    let (key_length, text_length) = LONGEST_METADATA;
    let fits = |(key, value): (&String, &Value)| {
        let text = value.as_str();
        key.chars().count() <= key_length
            && text.is_some_and(|text| text.chars().count() <= text_length)
    };
    match given {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(entries))
            if entries.len() <= MOST_METADATA && entries.iter().all(fits) =>
        {
            Ok(entries)
        }
        Some(_) => Err(ApiError::invalid(
            "metadata",
            format!(
                "`metadata` is an object of up to {MOST_METADATA} texts, each with at most \
                 {text_length} characters under a name of at most {key_length}."
            ),
        )),
    }
}
