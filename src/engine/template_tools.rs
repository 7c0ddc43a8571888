//! Tools in a prompt: for templates that know them, and in words for those that do not.

use minijinja::{Value, context};
use serde_json::{Value as Json, json};

use super::ordered::{ordered, spaced};
use crate::generate::{Message, Role, ToolCall, Tools};

/// A message as templates know it.
pub(super) fn history(message: &Message) -> Value {
    let (role, content) = (message.role.as_str(), message.content.as_str());
    if let Some(id) = &message.tool_call_id {
        return context! { role, content, tool_call_id => id };
    }
    if message.tool_calls.is_empty() {
        return context! { role, content };
    }
    let calls: Vec<Value> = message
        .tool_calls
        .iter()
        .map(|call| {
            ordered(&json!({
                "id": call.id, "type": "function",
                "function": {"name": call.name, "arguments": arguments(call)},
            }))
        })
        .collect();
    context! { role, content, tool_calls => calls }
}

/// The functions as templates know them.
pub(super) fn described(tools: &Tools) -> Vec<Json> {
    tools
        .functions
        .iter()
        .map(|function| {
            json!({"type": "function", "function": {
                "name": function.name,
                "description": function.description,
                "parameters": function.parameters,
            }})
        })
        .collect()
}

/// The conversation for a template that knows no tools: what there is stands in the system message,
/// calls stand in the answers, and results are said by the user.
pub(super) fn in_words(messages: &[Message], tools: &Tools) -> Vec<Message> {
    let mut told: Vec<Message> = Vec::new();
    let mut after_result = false;
    for message in messages {
        let is_result = message.role == Role::Tool;
        match (message.role, told.last_mut()) {
            (Role::Tool, Some(last)) if after_result => {
                last.content.push('\n');
                last.content.push_str(&result(&message.content));
            }
            (Role::Tool, _) => told.push(Message::user(result(&message.content))),
            (Role::Assistant, _) if !message.tool_calls.is_empty() => {
                let calls = message.tool_calls.iter().map(call);
                let said = Some(message.content.clone()).filter(|text| !text.is_empty());
                let text: Vec<String> = said.into_iter().chain(calls).collect();
                told.push(Message::assistant(text.join("\n")));
            }
            _ => told.push(message.clone()),
        }
        after_result = is_result;
    }
    if !tools.is_empty() {
        let offer = offer(tools);
        match told.iter_mut().find(|message| message.role == Role::System) {
            Some(system) => system.content = format!("{}\n\n{offer}", system.content),
            None => told.insert(0, Message::system(offer)),
        }
    }
    told
}

fn offer(tools: &Tools) -> String {
    let functions: Vec<String> = described(tools).iter().map(spaced).collect();
    format!(
        "You may call functions. These can be called:\n<tools>\n{}\n</tools>\nTo call one, answer \
         with its name and its arguments:\n<tool_call>\n{{\"name\": \"…\", \"arguments\": \
         {{…}}}}\n</tool_call>",
        functions.join("\n")
    )
}

fn result(content: &str) -> String {
    format!("<tool_response>\n{content}\n</tool_response>")
}

fn call(call: &ToolCall) -> String {
    let call = spaced(&json!({"name": call.name, "arguments": arguments(call)}));
    format!("<tool_call>\n{call}\n</tool_call>")
}

/// The arguments as a value; what is no JSON stays text.
fn arguments(call: &ToolCall) -> Json {
    serde_json::from_str(&call.arguments).unwrap_or_else(|_| call.arguments.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::template::ChatTemplate,
        generate::{Function, Thinking},
    };

    /// What concerns tools in the template of Qwen2.5.
    const QWEN: &str = "{#- <tool_call> #}{%- if tools %}{%- for tool in tools %}{{- tool | tojson }}{{- '\\n' }}{%- endfor %}{%- endif %}\
        {%- for message in messages %}{{- message.role + ':' }}\
        {%- if message.tool_calls %}{%- for tool_call in message.tool_calls %}\
        {%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}\
        {{- '{\"name\": \"' }}{{- tool_call.name }}{{- '\", \"arguments\": ' }}{{- tool_call.arguments | tojson }}{{- '}' }}\
        {%- endfor %}{%- else %}{{- message.content }}{%- endif %}{{- '\\n' }}{%- endfor %}";
    const PLAIN: &str = "{%- for message in messages %}{{- message.role + ':' + message.content + '\\n' }}{%- endfor %}";

    fn render(source: &str) -> String {
        let tools = Tools {
            functions: [Function {
                name: "add".to_owned(),
                description: "Adds <two> numbers.".to_owned(),
                parameters: json!({"type": "object", "properties": {"b": {}, "a": {}}}),
                strict: None,
            }]
            .into(),
            ..Tools::default()
        };
        let call = ToolCall {
            id: "call_1".to_owned(),
            name: "add".to_owned(),
            arguments: r#"{"b": 2, "a": 1}"#.to_owned(),
        };
        let answer = Message { tool_calls: vec![call], ..Message::assistant("") };
        let results = ["3", "4"].map(|result| Message {
            tool_call_id: Some("call_1".to_owned()),
            ..Message::of(Role::Tool, result)
        });
        let [first, second] = results;
        ChatTemplate::new(source.to_owned(), String::new(), String::new())
            .unwrap()
            .render(&[Message::user("1+2?"), answer, first, second], Thinking::Natural, &tools)
            .unwrap()
            .text
    }

    #[test]
    fn a_template_that_knows_tools_gets_them_in_order() {
        insta::assert_snapshot!(render(QWEN), @r#"
        {"type": "function", "function": {"name": "add", "description": "Adds <two> numbers.", "parameters": {"type": "object", "properties": {"b": {}, "a": {}}}}}
        user:1+2?
        assistant:{"name": "add", "arguments": {"b": 2, "a": 1}}
        tool:3
        tool:4
        "#);
    }

    #[test]
    fn a_template_that_knows_none_gets_words() {
        insta::assert_snapshot!(render(PLAIN), @r#"
        system:You may call functions. These can be called:
        <tools>
        {"type": "function", "function": {"name": "add", "description": "Adds <two> numbers.", "parameters": {"type": "object", "properties": {"b": {}, "a": {}}}}}
        </tools>
        To call one, answer with its name and its arguments:
        <tool_call>
        {"name": "…", "arguments": {…}}
        </tool_call>
        user:1+2?
        assistant:<tool_call>
        {"name": "add", "arguments": {"b": 2, "a": 1}}
        </tool_call>
        user:<tool_response>
        3
        </tool_response>
        <tool_response>
        4
        </tool_response>
        "#);
    }

    /// The training data show tools to the embedded model as the server does.
    #[test]
    fn the_training_program_renders_tools_alike() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| -> Json {
            serde_json::from_slice(&std::fs::read(root.join(path)).unwrap()).unwrap()
        };
        let settings = read("assets/embedded/tokenizer_config.json");
        let source = settings["chat_template"].as_str().unwrap().to_owned();
        let template = ChatTemplate::new(source, String::new(), String::new()).unwrap();
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let role = |role: &Json| {
            let roles = [Role::System, Role::User, Role::Assistant, Role::Tool];
            *roles.iter().find(|known| role == known.as_str()).unwrap()
        };
        for example in read("training/tools/in_words.json").as_array().unwrap() {
            let messages = example["messages"].as_array().unwrap().iter().map(|message| Message {
                tool_calls: message["tool_calls"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|call| ToolCall {
                        id: text(&call["id"]),
                        name: text(&call["function"]["name"]),
                        arguments: text(&call["function"]["arguments"]),
                    })
                    .collect(),
                tool_call_id: message["tool_call_id"].as_str().map(str::to_owned),
                ..Message::of(role(&message["role"]), text(&message["content"]))
            });
            let functions = example["tools"].as_array().unwrap().iter().map(|tool| Function {
                name: text(&tool["function"]["name"]),
                description: text(&tool["function"]["description"]),
                parameters: match &tool["function"]["parameters"] {
                    Json::Null => json!({}),
                    parameters => parameters.clone(),
                },
                strict: None,
            });
            let messages: Vec<Message> = messages.collect();
            let tools = Tools { functions: functions.collect(), ..Tools::default() };
            let prompt = template.render(&messages, Thinking::Natural, &tools).unwrap();
            assert_eq!(prompt.text, text(&example["prompt"]), "{}", example["name"]);
        }
    }
}
