//! Schemas that derive cannot say: parameters that are taken only with values that ask for nothing.

use serde_json::json;
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    schema::{SchemaType, Type},
};

use super::content::Part;

const FUNCTIONS: &str = "The old form of `tools` is not taken.";
const TEXT: &str = "Only free text is offered by this version.";

fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null))
}

pub(in crate::api) fn one_of(
    description: &str,
    schemas: impl IntoIterator<Item = RefOr<Schema>>,
) -> RefOr<Schema> {
    let one_of = OneOfBuilder::new().item(null()).description(Some(description));
    schemas.into_iter().fold(one_of, OneOfBuilder::item).into()
}

pub(in crate::api) fn only(value: serde_json::Value, kind: Type) -> RefOr<Schema> {
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
pub(in crate::api) fn nothing() -> RefOr<Schema> {
    null().description(Some(TEXT)).into()
}

/// Only `true`.
pub(in crate::api) fn only_true() -> RefOr<Schema> {
    one_of(
        "Only true: the prompt ends where the answer begins.",
        [only(json!(true), Type::Boolean)],
    )
}

/// Only `false`.
pub(in crate::api) fn only_false() -> RefOr<Schema> {
    one_of("Only false: a text is cut as it is.", [only(json!(false), Type::Boolean)])
}

/// No functions in the old form.
pub(super) fn no_functions() -> RefOr<Schema> {
    one_of(FUNCTIONS, [empty_list()])
}

/// No call in the old form.
pub(super) fn no_function_call() -> RefOr<Schema> {
    one_of(FUNCTIONS, [only(json!("none"), Type::String), only(json!("auto"), Type::String)])
}

pub(in crate::api) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

pub(in crate::api) fn of_type(name: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .property("type", only(json!(name), Type::String))
        .required("type")
}

pub(in crate::api) fn function_name() -> ObjectBuilder {
    text().pattern(Some(format!("^[a-zA-Z0-9_-]{{1,{}}}$", super::tools::MAX_NAME)))
}

/// The functions that can be called.
pub(in crate::api) fn tools() -> RefOr<Schema> {
    let arguments = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .property("type", only(json!("object"), Type::String))
        .description(Some("A JSON schema of the arguments."));
    let function = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .property("name", function_name())
        .property("description", text())
        .property("parameters", arguments)
        .required("name");
    let tool = of_type("function").property("function", function).required("function");
    let list = ArrayBuilder::new().items(tool).max_items(Some(super::tools::MAX_TOOLS));
    one_of("Functions that the answer may call, each name once.", [list.into()])
}

/// Whether a function is called.
pub(super) fn tool_choice() -> RefOr<Schema> {
    let function = || {
        let named = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Object))
            .property("name", function_name())
            .required("name");
        of_type("function").property("function", named).required("function")
    };
    let mode = text().enum_values(Some(["auto", "required"]));
    let allowed = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .property("mode", mode)
        .property("tools", ArrayBuilder::new().items(function()))
        .required("mode")
        .required("tools");
    let allowed = of_type("allowed_tools").property("allowed_tools", allowed);
    one_of(
        "`none`, `auto` (the model decides), `required`, or the function that is called; it must be \
         among `tools`.",
        [
            text().enum_values(Some(["none", "auto", "required"])).into(),
            function().into(),
            allowed.required("allowed_tools").into(),
        ],
    )
}

/// Earlier calls of the assistant.
pub(super) fn earlier_calls() -> RefOr<Schema> {
    let function = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .property("name", text().min_length(Some(1)))
        .property("arguments", text().description(Some("JSON, as text.")))
        .required("name")
        .required("arguments");
    let call = of_type("function")
        .property("id", text().min_length(Some(1)))
        .property("function", function)
        .required("id")
        .required("function");
    one_of(
        "The calls of an earlier answer of the assistant.",
        [ArrayBuilder::new().items(call).max_items(Some(super::tools::MAX_TOOLS)).into()],
    )
}

/// The form of an answer.
pub(in crate::api) fn response_format() -> RefOr<Schema> {
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

/// The prompts of a completion.
pub(in crate::api) fn prompt() -> RefOr<Schema> {
    texts(128, "A text, tokens, or up to 128 of either. Tokens are for hosted models only.")
}

/// What embeddings are made of.
pub(in crate::api) fn input() -> RefOr<Schema> {
    texts(2048, "A text, the model's own tokens, or up to 2048 of either.")
}

fn texts(most: usize, description: &str) -> RefOr<Schema> {
    let most = Some(most);
    let some_text = || text().min_length(Some(1));
    let token = || {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(0))
            .maximum(Some(u32::MAX))
    };
    let tokens = || ArrayBuilder::new().items(token()).min_items(Some(1));
    let several = ArrayBuilder::new().items(some_text()).min_items(Some(1)).max_items(most);
    let several_tokens = ArrayBuilder::new().items(tokens()).min_items(Some(1)).max_items(most);
    OneOfBuilder::new()
        .item(some_text())
        .item(several)
        .item(tokens())
        .item(several_tokens)
        .description(Some(description))
        .into()
}

/// Only without text.
pub(in crate::api) fn empty_text() -> RefOr<Schema> {
    one_of("Only absent or empty.", [text().max_length(Some(0)).into()])
}

/// Text and nothing else.
pub(super) fn text_modality() -> RefOr<Schema> {
    one_of(TEXT, [ArrayBuilder::new().items(only(json!("text"), Type::String)).into()])
}

/// Stop sequences.
pub(in crate::api) fn stop() -> RefOr<Schema> {
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
        .enum_values(Some(["system", "developer", "user", "assistant", "tool"]))
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
