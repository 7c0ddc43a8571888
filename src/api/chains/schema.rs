//! What a chain takes and gives, as schemas.

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Schema,
        schema::{AnyOfBuilder, SchemaType, Type},
    },
};

use super::output::ChainOutput;
use crate::api::chat::schema::{only, text};

fn object(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object)).description(Some(description))
}

/// A conversation, in OpenAI's words or in LangChain's.
fn messages() -> ArrayBuilder {
    let message = AnyOfBuilder::new()
        .item(said_by("role", ["system", "developer", "user", "assistant", "tool"]))
        .item(spoken())
        .item(text().description(Some("What the user says.")))
        .item(ArrayBuilder::new().items(text()).min_items(Some(2)).max_items(Some(2)).description(
            Some("Who says it (`system`, `human`, `ai`, or a role) and what is said."),
        ));
    ArrayBuilder::new().items(message).min_items(Some(1)).max_items(Some(2048))
}

fn said_by<const N: usize>(key: &str, speakers: [&str; N]) -> ObjectBuilder {
    let part = object("A part of a text.").property("type", text()).required("type");
    let content =
        AnyOfBuilder::new().item(text()).item(ArrayBuilder::new().items(part)).item(null());
    object("A message.")
        .property(key, text().enum_values(Some(speakers)))
        .property("content", content)
        .required(key)
}

/// A message as LangChain writes it.
fn spoken() -> ObjectBuilder {
    said_by(
        "type",
        [
            "system",
            "human",
            "ai",
            "tool",
            "SystemMessageChunk",
            "HumanMessageChunk",
            "AIMessageChunk",
            "ToolMessageChunk",
        ],
    )
}

fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null))
}

/// What a chain is asked.
pub(super) fn input() -> RefOr<Schema> {
    let more =
        "beside it parameters of chat completions, such as `max_tokens`, `temperature` or `seed`";
    let question = object(&format!("The question; {more}."));
    let conversation = object(&format!("The conversation, oldest message first; {more}."));
    let prompt = object("A text as LangChain's prompts give it.");
    AnyOfBuilder::new()
        .description(Some(
            "The question, or a conversation whose last message of the user is the question.",
        ))
        .item(text().description(Some("The question.")))
        .item(question.property("question", text()).required("question"))
        .item(conversation.property("messages", messages()).required("messages"))
        .item(messages())
        .item(spoken())
        .item(
            prompt
                .property("type", only(json!("StringPromptValue"), Type::String))
                .property("text", text())
                .required("type")
                .required("text"),
        )
        .into()
}

/// Several of those.
pub(super) fn inputs() -> RefOr<Schema> {
    ArrayBuilder::new().items(input()).max_items(Some(super::batch::MOST_INPUTS)).into()
}

/// LangChain's configuration of one call, or of each.
pub(super) fn batch_config() -> RefOr<Schema> {
    let one = || {
        let many = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(1))
            .description(Some("How many run at the same time at most."));
        object("LangChain's configuration.")
            .property("max_concurrency", AnyOfBuilder::new().item(many).item(null()))
    };
    AnyOfBuilder::new()
        .description(Some(
            "LangChain's configuration of every call, or an array of one for each. Of it only \
             `max_concurrency` is looked at, in the first one.",
        ))
        .item(one())
        .item(ArrayBuilder::new().items(one()))
        .item(null())
        .into()
}

/// A schema that refers to nothing, as a document of its own.
pub(super) fn alone(schema: &RefOr<Schema>) -> Value {
    let mut document = json!({"$schema": "https://json-schema.org/draft/2020-12/schema"});
    if let (Some(document), Ok(Value::Object(schema))) =
        (document.as_object_mut(), serde_json::to_value(schema))
    {
        document.extend(schema);
    }
    document
}

/// The schema of an answer, as a document of its own.
pub(super) fn output() -> Value {
    let mut parts = Vec::new();
    ChainOutput::schemas(&mut parts);
    let parts: serde_json::Map<String, Value> = parts
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect();
    let mut document = alone(&ChainOutput::schema());
    if let Some(document) = document.as_object_mut() {
        document.insert("$defs".to_owned(), Value::Object(parts));
    }
    // The whole document keeps them in another place than a schema of its own does.
    let text = document.to_string().replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).unwrap_or(document)
}
