//! Schemas that derive cannot say.

use serde_json::json;
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    schema::{AdditionalProperties, SchemaType, Type},
};

use super::input::MOST_ITEMS;
use crate::api::chat::{
    schema::{function_name, of_type, one_of, only, text},
    tools::MAX_TOOLS,
};

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object))
}

/// Any JSON object.
pub(super) fn any_object() -> RefOr<Schema> {
    object().into()
}

fn content() -> OneOfBuilder {
    let part = |kind: &str, field: &str| of_type(kind).property(field, text()).required(field);
    let parts = OneOfBuilder::new()
        .item(part("input_text", "text"))
        .item(part("output_text", "text"))
        .item(part("refusal", "refusal"));
    OneOfBuilder::new().item(text()).item(ArrayBuilder::new().items(parts))
}

/// What is asked.
pub(super) fn input() -> RefOr<Schema> {
    let message = object()
        .property("type", only(json!("message"), Type::String))
        .property("role", text().enum_values(Some(["system", "developer", "user", "assistant"])))
        .property("content", content())
        .required("role")
        .required("content");
    let call = of_type("function_call")
        .property("call_id", text().min_length(Some(1)))
        .property("name", text().min_length(Some(1)))
        .property("arguments", text())
        .required("call_id")
        .required("name")
        .required("arguments");
    let output = of_type("function_call_output")
        .property("call_id", text().min_length(Some(1)))
        .property("output", content())
        .required("call_id")
        .required("output");
    let reference = of_type("item_reference")
        .property("id", text())
        .required("id")
        .description(Some("An item of a response that is kept here."));
    let reasoning = of_type("reasoning").description(Some("Earlier thinking; passed over."));
    let item =
        OneOfBuilder::new().item(message).item(call).item(output).item(reference).item(reasoning);
    one_of(
        "What is asked: a text, or items, oldest first.",
        [text().into(), ArrayBuilder::new().items(item).max_items(Some(MOST_ITEMS)).into()],
    )
}

/// The functions that can be called.
pub(super) fn tools() -> RefOr<Schema> {
    let arguments = object()
        .property("type", only(json!("object"), Type::String))
        .description(Some("A JSON schema of the arguments."));
    let tool = of_type("function")
        .property("name", function_name())
        .property("description", text())
        .property("parameters", arguments)
        .required("name");
    one_of(
        "Functions that the answer may call, each name once.",
        [ArrayBuilder::new().items(tool).max_items(Some(MAX_TOOLS)).into()],
    )
}

/// Whether a function is called.
pub(super) fn tool_choice() -> RefOr<Schema> {
    let function = || of_type("function").property("name", function_name()).required("name");
    let allowed = of_type("allowed_tools")
        .property("mode", text().enum_values(Some(["auto", "required"])))
        .property("tools", ArrayBuilder::new().items(function()).min_items(Some(1)))
        .required("mode")
        .required("tools");
    one_of(
        "`none`, `auto` (the model decides), `required`, or the function that is called; it must be \
         among `tools`.",
        [
            text().enum_values(Some(["none", "auto", "required"])).into(),
            function().into(),
            allowed.into(),
        ],
    )
}

/// The form of an answer.
pub(super) fn format() -> RefOr<Schema> {
    let schema = of_type("json_schema")
        .property("name", text())
        .property("schema", object().description(Some("A JSON schema.")))
        .required("schema");
    one_of(
        "Free text, a JSON object, or a JSON value that a schema describes.",
        [of_type("text").into(), of_type("json_object").into(), schema.into()],
    )
}

/// Texts of the client's own.
pub(super) fn metadata() -> RefOr<Schema> {
    let texts = AdditionalProperties::RefOr(text().max_length(Some(512)).into());
    one_of("Texts of the client's own.", [object().additional_properties(Some(texts)).into()])
}

/// Items as a request had them.
pub(super) fn input_items() -> RefOr<Schema> {
    ArrayBuilder::new().items(object()).into()
}
