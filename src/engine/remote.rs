//! Any OpenAI-compatible endpoint as a model: the one place that knows the `async-openai` client.
//!
//! The client is used with our own types ("bring your own types"), because its own drop the field
//! that carries a model's thinking. Endpoints differ in where they put it: `reasoning_content`,
//! `reasoning`, or between tags in the text; all three are understood.

use std::time::Duration;

use async_openai::{
    Client, config::OpenAIConfig, error::OpenAIError, traits::RequestOptionsBuilder,
    types::stream::StreamResponse,
};
use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::root_cause;
use crate::generate::{
    Delta, Embed, Embeddings, Format, Generate, GenerateError, Generation, Message, RawPrompt,
    Request, Role, Thinking, ToolChoice, Tools, TraceContext,
};

mod chunks;
mod embedding_list;

use chunks::{Chunk, ChunkReader};
use embedding_list::EmbeddingList;

/// A model behind an OpenAI-compatible endpoint.
pub struct RemoteEngine {
    client: Client<OpenAIConfig>,
    model: String,
    /// Added to the body of requests that want no thinking.
    without_thinking: Map<String, Value>,
}

impl RemoteEngine {
    /// A model of the endpoint at `url`, which usually ends in `/v1`.
    pub fn new(url: &str, api_key: Option<&str>, model: impl Into<String>) -> Self {
        // Local servers take any key, but some want the header.
        // The organisation and the project would be read from the environment and sent anywhere.
        let config = OpenAIConfig::new()
            .with_api_base(url)
            .with_api_key(api_key.unwrap_or("none"))
            .with_org_id("")
            .with_project_id("");
        Self {
            client: Client::with_config(config),
            model: model.into(),
            without_thinking: Map::new(),
        }
    }

    /// What this endpoint needs to hear to answer without thinking, for example
    /// `{"reasoning_effort": "none"}` or `{"chat_template_kwargs": {"enable_thinking": false}}`.
    /// There is no form that all of them understand, and some refuse names they do not know.
    #[must_use]
    pub fn without_thinking(mut self, fields: Map<String, Value>) -> Self {
        self.without_thinking = fields;
        self
    }

    fn body(&self, request: &Request) -> Value {
        let sampling = request.sampling;
        let seed = sampling.seed.filter(|_| !request.chosen_seed);
        let messages: Vec<Value> = request.messages.iter().map(wire_message).collect();
        let mut body = json!({
            "model": self.model,
            "messages": messages,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        let optional = [
            ("max_tokens", request.max_tokens.map(Value::from)),
            ("logprobs", request.logprobs.map(|_| true.into())),
            ("top_logprobs", request.logprobs.map(Value::from)),
            ("temperature", sampling.temperature.map(Value::from)),
            ("top_p", sampling.top_p.map(Value::from)),
            ("top_k", sampling.top_k.map(Value::from)),
            ("min_p", sampling.min_p.map(Value::from)),
            ("frequency_penalty", sampling.frequency_penalty.map(Value::from)),
            ("presence_penalty", sampling.presence_penalty.map(Value::from)),
            ("repetition_penalty", sampling.repetition_penalty.map(Value::from)),
            // A seed is any 64 bits to us; on the wire it is a signed number.
            ("response_format", response_format(&request.format)),
            ("tools", tools(&request.tools)),
            ("tool_choice", tool_choice(&request.tools)),
            ("parallel_tool_calls", one_call(&request.tools)),
            ("seed", seed.map(|seed| Value::from(seed.cast_signed()))),
        ];
        if let Some(fields) = body.as_object_mut() {
            // Only what was asked for: some endpoints refuse names they do not know.
            for (name, value) in optional {
                if let Some(value) = value {
                    fields.insert(name.to_owned(), value);
                }
            }
            match request.thinking {
                Thinking::Natural => {}
                // The name that vLLM uses, and we.
                Thinking::UpTo(budget) => {
                    fields.insert("thinking_token_budget".to_owned(), budget.into());
                }
                Thinking::Off => fields.extend(self.without_thinking.clone()),
            }
        }
        body
    }
}

fn wire_message(message: &Message) -> Value {
    let (role, content) = (message.role.as_str(), message.content.as_str());
    if message.role == Role::Tool {
        return json!({"role": role, "content": content, "tool_call_id": message.tool_call_id});
    }
    if message.tool_calls.is_empty() {
        return json!({"role": role, "content": content});
    }
    let calls: Vec<Value> = message
        .tool_calls
        .iter()
        .map(|call| {
            json!({"id": call.id, "type": "function",
                "function": {"name": call.name, "arguments": call.arguments}})
        })
        .collect();
    let content = (!content.is_empty()).then_some(content);
    json!({"role": role, "content": content, "tool_calls": calls})
}

fn response_format(format: &Format) -> Option<Value> {
    match format {
        Format::Text => None,
        Format::Object => Some(json!({"type": "json_object"})),
        Format::Schema { name, schema, strict } => {
            let mut described = json!({"name": name, "schema": **schema});
            say(&mut described, "strict", strict.map(Value::from));
            Some(json!({"type": "json_schema", "json_schema": described}))
        }
    }
}

fn tools(tools: &Tools) -> Option<Value> {
    let described = tools.functions.iter().map(|function| {
        let said = |text: &String| (!text.is_empty()).then(|| Value::from(text.as_str()));
        let takes_something = function.parameters != json!({});
        let mut described = json!({"name": function.name});
        say(&mut described, "description", said(&function.description));
        say(&mut described, "parameters", takes_something.then(|| function.parameters.clone()));
        say(&mut described, "strict", function.strict.map(Value::from));
        json!({"type": "function", "function": described})
    });
    (!tools.is_empty()).then(|| described.collect())
}

/// Only what the client said: some endpoints refuse names they do not know.
fn say(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Value::Object(fields), Some(value)) = (object, value) {
        fields.insert(name.to_owned(), value);
    }
}

fn one_call(tools: &Tools) -> Option<Value> {
    // Several are what endpoints allow by themselves.
    (!tools.is_empty() && !tools.several).then(|| false.into())
}

fn tool_choice(tools: &Tools) -> Option<Value> {
    match &tools.choice {
        // What endpoints do by themselves.
        ToolChoice::Auto => None,
        ToolChoice::Required => Some("required".into()),
        ToolChoice::Named(name) => Some(json!({"type": "function", "function": {"name": name}})),
    }
}

/// The longest silence of an endpoint before it counts as gone: queues and long prompts take a
/// while, but hardly ever this long.
const SILENCE: Duration = Duration::from_secs(300);

fn silent() -> GenerateError {
    GenerateError::Timeout {
        message: format!(
            "The remote model has sent nothing for {} seconds. Check that its server works.",
            SILENCE.as_secs()
        ),
    }
}

impl Generate for RemoteEngine {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move {
            let request = request.conversing("a remote model")?;
            // What a chain asks for it reads itself; a client gets the tokens of a hosted model only.
            if !request.ranks_thinking {
                request.without_token_options("a remote model")?;
            }
            let chat = self.client.chat().headers(place(request.trace.as_ref()));
            let starting = chat.create_stream_byot(self.body(&request));
            let chunks: StreamResponse<Chunk> = tokio::time::timeout(SILENCE, starting)
                .await
                .map_err(|_| silent())?
                .map_err(failure)?;
            let reader = ChunkReader::new(request.thinking, request.stop);
            Ok(Generation::new(deltas(chunks, reader)))
        }
        .boxed()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

impl Embed for RemoteEngine {
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
        let inputs: Vec<Value> = inputs
            .into_iter()
            .map(|input| match input {
                RawPrompt::Text(text) => (*text).into(),
                RawPrompt::Tokens(tokens) => (*tokens).into(),
            })
            .collect();
        let count = inputs.len();
        let mut body = json!({"model": self.model, "input": inputs, "encoding_format": "float"});
        say(&mut body, "dimensions", dimensions.map(Value::from));
        async move {
            let api = self.client.embeddings();
            let list: EmbeddingList = tokio::time::timeout(SILENCE, api.create_byot(body))
                .await
                .map_err(|_| silent())?
                .map_err(failure)?;
            list.read(count)
        }
        .boxed()
    }
}

/// The headers that say where in a trace the endpoint is asked, where traces are kept.
fn place(trace: Option<&TraceContext>) -> HeaderMap {
    let Some(trace) = trace else { return HeaderMap::new() };
    let own = [
        (HeaderName::from_static("traceparent"), Some(trace.traceparent())),
        (HeaderName::from_static("tracestate"), trace.state.as_deref().map(str::to_owned)),
    ];
    let written = |(name, value): (HeaderName, Option<String>)| {
        Some((name, HeaderValue::try_from(value?).ok()?))
    };
    own.into_iter().filter_map(written).collect()
}

/// Reads the endpoint's stream.
fn deltas(
    mut chunks: StreamResponse<Chunk>,
    mut reader: ChunkReader,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    async_stream::stream! {
        loop {
            let read = match tokio::time::timeout(SILENCE, chunks.next()).await {
                Err(_) => Err(silent()),
                Ok(None) => reader.end(),
                Ok(Some(Err(error))) => Err(failure(error)),
                Ok(Some(Ok(chunk))) => reader.take(chunk),
            };
            match read {
                Err(error) => {
                    yield Err(error);
                    return;
                }
                Ok(deltas) => {
                    for delta in deltas {
                        let ended = matches!(delta, Delta::Finished(_));
                        yield Ok(delta);
                        if ended {
                            // Leaving closes the connection, and with it the endpoint's work.
                            return;
                        }
                    }
                }
            }
        }
    }
}

fn failure(error: OpenAIError) -> GenerateError {
    match error {
        OpenAIError::ApiError(response) => GenerateError::Remote {
            message: format!("The remote model refused: {}", response.api_error.message),
            status: Some(response.status_code.as_u16()),
        },
        OpenAIError::Reqwest(error) => GenerateError::Remote {
            // The address may hold a secret and is of no use to a client.
            message: format!(
                "The remote model could not be reached ({}). Check its address in the configuration \
                 and that its server runs.",
                root_cause(&error.without_url())
            ),
            status: None,
        },
        other => GenerateError::Remote {
            message: format!("The remote model's answer could not be read: {other}"),
            status: None,
        },
    }
}
