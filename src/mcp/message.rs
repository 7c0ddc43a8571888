//! The messages: JSON-RPC 2.0, as far as the Model Context Protocol uses it.

use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value, json};

/// Names a request, for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    Number(Number),
    Text(String),
}

impl Id {
    /// An id as it stands in a message; nothing if it can be none.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text.clone())),
            // A fraction may come back as another one, and then names nothing.
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                Some(Self::Number(number.clone()))
            }
            _ => None,
        }
    }
}

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Message {
    /// It wants an answer.
    Call(Call),
    /// It wants none.
    Notice(Notice),
    /// It is an answer, though nothing is ever asked here.
    Answer,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) id: Id,
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
}

impl Call {
    /// What the call says about itself under this key of its `_meta`.
    pub(super) fn meta(&self, key: &str) -> Option<&Value> {
        self.params.get("_meta")?.get(key)
    }
}

/// A notification.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notice {
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
}

impl Notice {
    /// The call that the client no longer wants an answer to, if that is what it says.
    pub(super) fn cancels(&self) -> Option<Id> {
        (self.method == "notifications/cancelled")
            .then(|| Id::read(self.params.get("requestId")?))
            .flatten()
    }
}

/// A message that cannot be taken, with the id of the call if it has a readable one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unreadable {
    pub(super) id: Option<Id>,
    pub(super) failure: Failure,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let without_id = |failure| Unreadable { id: None, failure };
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            without_id(Failure::new(Code::NotJson, format!("The message is not JSON: {error}.")))
        })?;
        let mut fields = match value {
            Value::Object(fields) => fields,
            Value::Array(_) => {
                let message = "Send each message by itself: several in an array are not taken.";
                return Err(without_id(Failure::new(Code::InvalidRequest, message)));
            }
            _ => {
                let message = "A message is a JSON object.";
                return Err(without_id(Failure::new(Code::InvalidRequest, message)));
            }
        };
        let id = fields.get("id").map(Id::read);
        let known = id.clone().flatten();
        let wrong = |code, message: &str| {
            Err(Unreadable { id: known.clone(), failure: Failure::new(code, message) })
        };
        if fields.get("jsonrpc").is_none_or(|version| version != "2.0") {
            return wrong(Code::InvalidRequest, "`jsonrpc` must be \"2.0\".");
        }
        let method = match fields.shift_remove("method") {
            Some(Value::String(method)) => method,
            None if fields.contains_key("result") || fields.contains_key("error") => {
                return Ok(Self::Answer);
            }
            _ => return wrong(Code::InvalidRequest, "`method` must be the name of a method."),
        };
        let params = match fields.shift_remove("params") {
            None => Map::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return wrong(Code::InvalidParams, "`params` must be an object."),
        };
        match id {
            None => Ok(Self::Notice(Notice { method, params })),
            Some(Some(id)) => Ok(Self::Call(Call { id, method, params })),
            Some(None) => wrong(Code::InvalidRequest, "`id` must be a text or a whole number."),
        }
    }
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Failure {
    pub(super) code: Code,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<Value>>,
}

impl Failure {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The same with something for a program to read.
    pub(super) fn with(self, data: Value) -> Self {
        Self { data: Some(Box::new(data)), ..self }
    }
}

/// What kind of failure it is, by the numbers of JSON-RPC and of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    NotJson = -32700,
    InvalidRequest = -32600,
    UnknownMethod = -32601,
    InvalidParams = -32602,
    Internal = -32603,
    /// The headers of an HTTP request say something else than its body.
    HeaderMismatch = -32020,
    /// A version of the protocol that is not spoken here.
    UnsupportedVersion = -32022,
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(*self as i32)
    }
}

/// The answer to a call.
pub(super) fn answer(id: &Id, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// The answer to a call without a result; also to what is no readable call, without an id.
pub(super) fn failure(id: Option<&Id>, failure: &Failure) -> Value {
    match id {
        Some(id) => json!({ "jsonrpc": "2.0", "id": id, "error": failure }),
        None => json!({ "jsonrpc": "2.0", "error": failure }),
    }
}

/// A message that wants no answer.
pub(super) fn notice(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrong(text: &str) -> String {
        let unreadable = Message::read(text.as_bytes()).unwrap_err();
        failure(unreadable.id.as_ref(), &unreadable.failure).to_string()
    }

    #[test]
    fn what_wants_an_answer_has_an_id() {
        let call = Message::read(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#).unwrap();
        assert!(matches!(call, Message::Call(Call { id: Id::Text(_), .. })), "{call:?}");
        let notice = Message::read(br#"{"jsonrpc":"2.0","method":"x","params":{"y":1}}"#).unwrap();
        assert!(matches!(notice, Message::Notice(_)), "{notice:?}");
        let answer = Message::read(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
        assert_eq!(answer, Ok(Message::Answer));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_id_where_there_is_one() {
        insta::assert_snapshot!(wrong(r#"{"jsonrpc":"2.0","id":7,"method":"x","params":[]}"#), @r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"`params` must be an object."}}"#);
        insta::assert_snapshot!(wrong(r#"{"id":7,"method":"x"}"#), @r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"`jsonrpc` must be \"2.0\"."}}"#);
        for text in ["", "{", "[1]", "null", r#"{"jsonrpc":"2.0","id":null,"method":"x"}"#] {
            let said = wrong(text);
            assert!(!said.contains("\"id\"") && said.contains("-32"), "{text}: {said}");
        }
        for id in ["1.5", "{}", "true", "1e400"] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"x"}}"#);
            assert!(Message::read(text.as_bytes()).is_err(), "{id}");
        }
    }

    #[test]
    fn a_cancellation_names_a_call() {
        let read = |text: &str| match Message::read(text.as_bytes()) {
            Ok(Message::Notice(notice)) => notice.cancels(),
            other => panic!("{other:?}"),
        };
        let with = |params: &str| {
            let method = r#""jsonrpc":"2.0","method":"notifications/cancelled""#;
            read(&format!("{{{method},\"params\":{params}}}"))
        };
        assert_eq!(with(r#"{"requestId":3}"#), Some(Id::Number(3.into())));
        assert_eq!(with(r#"{"requestId":null}"#), None);
        assert_eq!(with("{}"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Message::read(&bytes);
        }

        #[test]
        fn an_id_comes_back_as_it_was(id in any::<i64>(), method in ".*") {
            let text = json!({"jsonrpc": "2.0", "id": id, "method": method}).to_string();
            let Ok(Message::Call(call)) = Message::read(text.as_bytes()) else {
                panic!("{text}")
            };
            prop_assert_eq!(answer(&call.id, json!({}))["id"].as_i64(), Some(id));
            prop_assert_eq!(call.method, method);
        }
    }
}
