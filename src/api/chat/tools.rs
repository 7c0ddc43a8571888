//! The functions of a request: what can be called, and whether something must be.

use serde_json::Value;

use super::request::ChatRequest;
use crate::{
    error::ApiError,
    generate::{Function, ToolChoice, Tools},
};

/// As many as `OpenAI` takes.
pub(in crate::api) const MAX_TOOLS: usize = 128;
/// In characters.
pub(super) const MAX_NAME: usize = 64;
/// In bytes, of all descriptions together: they are read with every request.
const LARGEST_TOOLS: usize = 256 * 1024;

/// The functions that the answer may call.
///
/// # Errors
///
/// 400 with the place of what is wrong.
pub(in crate::api) fn tools(body: &ChatRequest) -> Result<Tools, ApiError> {
    let functions = functions(body.tools.as_ref())?;
    let choice = body.tool_choice.as_ref().filter(|choice| !choice.is_null());
    let several = body.parallel_tool_calls.unwrap_or(true);
    let chosen = match choice {
        None => Chosen::of(ToolChoice::Auto),
        Some(choice) => chosen(choice)?,
    };
    if functions.is_empty() && chosen.calls() {
        return Err(ApiError::invalid(
            "tool_choice",
            "`tool_choice` asks for a call, but `tools` offers nothing to call.",
        ));
    }
    let Chosen { choice: Some(choice), allowed } = chosen else { return Ok(Tools::default()) };
    for name in allowed.iter().flatten().chain(match &choice {
        ToolChoice::Named(name) => Some(name),
        ToolChoice::Auto | ToolChoice::Required => None,
    }) {
        if !functions.iter().any(|function| function.name == *name) {
            let message = format!("`tool_choice` names `{name}`, which is not among `tools`.");
            return Err(ApiError::invalid("tool_choice", message));
        }
    }
    let functions = functions
        .into_iter()
        .filter(|function| allowed.as_ref().is_none_or(|names| names.contains(&function.name)))
        .collect();
    Ok(Tools { functions, choice, several })
}

fn functions(tools: Option<&Value>) -> Result<Vec<Function>, ApiError> {
    let list = match tools {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MAX_TOOLS => list,
        Some(_) => {
            let message = format!("`tools` must be an array of up to {MAX_TOOLS} tools.");
            return Err(ApiError::invalid("tools", message));
        }
    };
    let size: usize = list.iter().map(|tool| tool.to_string().len()).sum();
    if size > LARGEST_TOOLS {
        let message = format!("`tools` has more than {LARGEST_TOOLS} bytes.");
        return Err(ApiError::invalid("tools", message));
    }
    let mut functions: Vec<Function> = Vec::new();
    for (index, tool) in list.iter().enumerate() {
        let function = function(index, tool)?;
        if functions.iter().any(|known| known.name == function.name) {
            let message = format!("`tools` has two functions called `{}`.", function.name);
            return Err(ApiError::invalid(format!("tools[{index}].function.name"), message));
        }
        functions.push(function);
    }
    Ok(functions)
}

fn function(index: usize, tool: &Value) -> Result<Function, ApiError> {
    let invalid = |field: &str, reason: String| {
        let path = format!("tools[{index}].{field}");
        let message = format!("Invalid `{path}`: {reason}");
        Err(ApiError::invalid(path, message))
    };
    if tool.get("type").and_then(Value::as_str) != Some("function") {
        return invalid("type", "only tools of type `function` can be called.".to_owned());
    }
    let Some(function) = tool.get("function").filter(|function| function.is_object()) else {
        return invalid("function", "it must be an object with a `name`.".to_owned());
    };
    let named = function.get("name").and_then(Value::as_str).filter(|name| is_name(name));
    let Some(name) = named else {
        let reason = format!("it has 1 to {MAX_NAME} letters, digits, `_` and `-`.");
        return invalid("function.name", reason);
    };
    let description = match function.get("description") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return invalid("function.description", "it must be a string.".to_owned()),
    };
    let parameters = match function.get("parameters") {
        None | Some(Value::Null) => Value::Object(serde_json::Map::new()),
        Some(schema @ Value::Object(_)) => schema.clone(),
        Some(_) => {
            let reason = "it must be a JSON schema of an object.".to_owned();
            return invalid("function.parameters", reason);
        }
    };
    if parameters.get("type").is_some_and(|kind| kind != "object") {
        let reason = format!(
            "Invalid schema for function '{name}': the arguments of a function are an object."
        );
        return invalid("function.parameters", reason);
    }
    let strict = match function.get("strict") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(strict)) => Some(*strict),
        Some(_) => return invalid("function.strict", "it must be true or false.".to_owned()),
    };
    Ok(Function { name: name.to_owned(), description: description.to_owned(), parameters, strict })
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What `tool_choice` says.
struct Chosen {
    /// `None`: nothing is called.
    choice: Option<ToolChoice>,
    /// The functions that may be called; `None`: all.
    allowed: Option<Vec<String>>,
}

impl Chosen {
    fn of(choice: ToolChoice) -> Self {
        Self { choice: Some(choice), allowed: None }
    }

    /// Whether something must be called.
    fn calls(&self) -> bool {
        matches!(self.choice, Some(ToolChoice::Required | ToolChoice::Named(_)))
    }
}

fn chosen(choice: &Value) -> Result<Chosen, ApiError> {
    let by_name = |tool: &Value| {
        // Other APIs leave out the inner object.
        let function = tool.get("function").unwrap_or(tool);
        function.get("name").and_then(Value::as_str).map(str::to_owned)
    };
    let by_mode = |mode: &str| match mode {
        "auto" => Some(Chosen::of(ToolChoice::Auto)),
        "required" | "any" => Some(Chosen::of(ToolChoice::Required)),
        "none" => Some(Chosen { choice: None, allowed: None }),
        _ => None,
    };
    let found = match (choice.as_str(), choice.get("type").and_then(Value::as_str)) {
        (Some(mode), _) => by_mode(mode),
        (None, Some("function")) => by_name(choice).map(|name| Chosen::of(ToolChoice::Named(name))),
        (None, Some("allowed_tools")) => {
            let allowed = choice.get("allowed_tools").unwrap_or(choice);
            let mode = allowed.get("mode").and_then(Value::as_str).and_then(by_mode);
            let names = allowed.get("tools").and_then(Value::as_array);
            let names = names.filter(|tools| !tools.is_empty());
            let names = names.and_then(|tools| tools.iter().map(by_name).collect());
            mode.zip(names).map(|(mode, names)| Chosen { allowed: Some(names), ..mode })
        }
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::invalid(
            "tool_choice",
            "`tool_choice` must be `none`, `auto`, `required`, an object of type `function` with a \
             function's name, or one of type `allowed_tools` with some of the functions.",
        )
    })
}
