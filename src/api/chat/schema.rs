//! Schemas that derive cannot say: parameters that are taken only with values that ask for nothing.

use serde_json::json;
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    schema::{SchemaType, Type},
};

use super::content::Part;

const TOOLS: &str = "Tools and functions are not offered by this version.";
const TEXT: &str = "Only free text is offered by this version.";

fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null))
}

fn one_of(description: &str, schemas: impl IntoIterator<Item = RefOr<Schema>>) -> RefOr<Schema> {
    let one_of = OneOfBuilder::new().item(null()).description(Some(description));
    schemas.into_iter().fold(one_of, OneOfBuilder::item).into()
}

fn only(value: serde_json::Value, kind: Type) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind)).enum_values(Some([value])).into()
}

fn empty_list() -> RefOr<Schema> {
    ArrayBuilder::new().items(ObjectBuilder::new()).max_items(Some(0)).into()
}

/// Always null in a reply.
pub(super) fn always_null() -> RefOr<Schema> {
    null().description(Some("Always null in this version.")).into()
}

/// Refused with any value.
pub(super) fn nothing() -> RefOr<Schema> {
    null().description(Some(TEXT)).into()
}

/// No tools.
pub(super) fn no_tools() -> RefOr<Schema> {
    one_of(TOOLS, [empty_list()])
}

/// A choice that chooses no tool.
pub(super) fn no_tool_choice() -> RefOr<Schema> {
    one_of(TOOLS, [only(json!("none"), Type::String), only(json!("auto"), Type::String)])
}

/// The form of an answer.
pub(super) fn response_format() -> RefOr<Schema> {
    let of_type = |name: &str| {
        let kind = only(json!(name), Type::String);
        ObjectBuilder::new().property("type", kind).required("type")
    };
    let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let described = ObjectBuilder::new()
        .property("name", text())
        .property("schema", ObjectBuilder::new().description(Some("A JSON schema.")))
        .required("schema");
    let schema = of_type("json_schema").property("json_schema", described).required("json_schema");
    one_of(
        "Free text, a JSON object, or a JSON value that a schema describes.",
        [of_type("text").into(), of_type("json_object").into(), schema.into()],
    )
}

/// Text and nothing else.
pub(super) fn text_modality() -> RefOr<Schema> {
    one_of(TEXT, [ArrayBuilder::new().items(only(json!("text"), Type::String)).into()])
}

/// Stop sequences.
pub(super) fn stop() -> RefOr<Schema> {
    let sequence = || {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .min_length(Some(1))
            .max_length(Some(super::validate::MAX_STOP_LENGTH))
    };
    let several = ArrayBuilder::new().items(sequence()).max_items(Some(super::validate::MAX_STOPS));
    one_of(
        "Sequences that end the answer: one or several. Matched in the answer only, not shown.",
        [sequence().into(), several.into()],
    )
}

/// The roles that are taken.
pub(super) fn roles() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(["system", "developer", "user", "assistant"]))
        .description(Some("Who says it; `developer` is the newer name of `system`."))
        .into()
}

/// What a message says.
pub(super) fn content() -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let part = <Part as utoipa::PartialSchema>::schema();
    let parts = ArrayBuilder::new()
        .items(part)
        .max_items(Some(super::messages::MAX_PARTS))
        .description(Some("Parts, put together with line breaks between them."));
    one_of(
        "What is said; only an earlier answer of the assistant may leave it out or be null.",
        [text.into(), parts.into()],
    )
}
