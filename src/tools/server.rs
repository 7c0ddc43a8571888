//! A server of the Model Context Protocol: a few connections that are used again. A call that is dropped ends its
//! connection, and with it the work of the server.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{ToolError, arguments};
use crate::mcp::client::{Client, ClientError, Place};

/// How many calls of one server run at the same time; each has a program or a session of its own.
const AT_ONCE: usize = 4;

/// A server and its connections.
pub(super) struct Server {
    name: String,
    place: Place,
    most_bytes: usize,
    turns: Semaphore,
    idle: Mutex<Vec<Client>>,
}

impl Server {
    pub(super) fn at(name: &str, place: Place, most_bytes: usize) -> Self {
        let (name, turns) = (name.to_owned(), Semaphore::new(AT_ONCE));
        Self { name, place, most_bytes, turns, idle: Mutex::default() }
    }

    pub(super) async fn call(&self, tool: &str, given: &Value) -> Result<Value, ToolError> {
        let name = format!("{}/{tool}", self.name);
        // It is never closed.
        let _turn = self.turns.acquire().await;
        let wrong = |error| ToolError::of(name.clone(), error);
        let mut client = match self.take_idle() {
            Some(client) => client,
            None => Client::connect(&self.place, self.most_bytes).await.map_err(wrong)?,
        };
        let known = client.tools().iter().find(|known| known.name == tool);
        let checked = match known {
            None => Err(self.unknown(tool, &client)),
            Some(known) => arguments::check(&known.input_schema, given)
                .map_err(|message| ToolError::Arguments { tool: name.clone(), message }),
        };
        if let Err(error) = checked {
            self.keep(client);
            return Err(error);
        }
        let mut result = client.call(tool, given).await;
        if result == Err(ClientError::Forgotten) {
            client = Client::connect(&self.place, self.most_bytes).await.map_err(wrong)?;
            result = client.call(tool, given).await;
        }
        if matches!(result, Ok(_) | Err(ClientError::Refused { .. })) {
            self.keep(client);
        }
        outcome(&name, &result.map_err(wrong)?)
    }

    fn take_idle(&self) -> Option<Client> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain_mut(Client::is_alive);
        idle.pop()
    }

    fn keep(&self, client: Client) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    }

    fn unknown(&self, tool: &str, client: &Client) -> ToolError {
        let known: Vec<&str> =
            client.tools().iter().take(50).map(|tool| tool.name.as_str()).collect();
        ToolError::Unknown {
            server: self.name.clone(),
            tool: tool.to_owned(),
            known: known.join(", "),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a result says: its text, and its structured part if it has one.
///
/// # Errors
///
/// If it says that the tool failed.
fn outcome(name: &str, result: &Value) -> Result<Value, ToolError> {
    let pieces = result.get("content").and_then(Value::as_array).into_iter().flatten();
    let pieces: Vec<String> = pieces.filter_map(piece).collect();
    let text = pieces.join("\n");
    if result.get("isError") == Some(&Value::Bool(true)) {
        let message = text.chars().take(1000).collect();
        return Err(ToolError::Failed { tool: name.to_owned(), message });
    }
    let data = result.get("structuredContent").cloned().unwrap_or_default();
    Ok(json!({ "text": text, "data": data }))
}

/// A piece of a result as text; what is none is named.
fn piece(piece: &Value) -> Option<String> {
    let text = |value: &Value| value.get("text").and_then(Value::as_str).map(str::to_owned);
    match piece.get("type")?.as_str()? {
        "text" => text(piece),
        "resource" => text(piece.get("resource")?).or_else(|| Some("[a resource]".to_owned())),
        "resource_link" => piece.get("uri").and_then(Value::as_str).map(str::to_owned),
        other => Some(format!("[{}]", other.chars().take(20).collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_its_text_and_its_data() {
        let result = json!({
            "content": [
                {"type": "text", "text": "one"},
                {"type": "image", "data": "…", "mimeType": "image/png"},
                {"type": "resource", "resource": {"uri": "x", "text": "two"}},
            ],
            "structuredContent": {"n": 1},
        });
        assert_eq!(
            outcome("a/b", &result),
            Ok(json!({"text": "one\n[image]\ntwo", "data": {"n": 1}}))
        );
        let failed =
            json!({"content": [{"type": "text", "text": "no such city"}], "isError": true});
        let said = outcome("a/b", &failed).unwrap_err().to_string();
        assert_eq!(said, "the tool `a/b` failed: no such city");
    }
}
