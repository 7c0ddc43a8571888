//! What a server says: answers, and requests and notices of its own.

use serde_json::Value;

use super::ClientError;
use crate::mcp::message::{self, Code, Failure, Id, Message};

/// What a message means for whoever waits for the answer to a call.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// The answer.
    Answer(Result<Value, ClientError>),
    /// The server asks something itself, and is to be told this.
    Reply(Value),
    /// Nothing.
    Other,
}

impl Incoming {
    /// Reads a message, when the answer to call `id` is waited for.
    ///
    /// # Errors
    ///
    /// If it is no message.
    pub(super) fn read(bytes: &[u8], id: u64) -> Result<Self, ClientError> {
        let call = match Message::read(bytes) {
            Ok(Message::Answer) => return answer(bytes, id),
            Ok(Message::Notice(_)) => return Ok(Self::Other),
            Ok(Message::Call(call)) => call,
            Err(_) => {
                let shown: String = String::from_utf8_lossy(bytes).chars().take(100).collect();
                return Err(ClientError::Protocol(format!("`{shown}` is no message of it")));
            }
        };
        Ok(Self::Reply(match call.method.as_str() {
            "ping" => message::answer(&call.id, serde_json::json!({})),
            _ => {
                // Nothing that a server may want of a client is offered here.
                let text = "This client answers `ping` only.";
                message::failure(Some(&call.id), &Failure::new(Code::UnknownMethod, text))
            }
        }))
    }
}

fn answer(bytes: &[u8], id: u64) -> Result<Incoming, ClientError> {
    let mut answer: Value =
        serde_json::from_slice(bytes).map_err(|error| ClientError::Protocol(error.to_string()))?;
    if answer.get("id").and_then(Id::read) != Some(Id::Number(id.into())) {
        // To a call that nobody waits for any more.
        return Ok(Incoming::Other);
    }
    if let Some(result) = answer.get_mut("result") {
        return Ok(Incoming::Answer(Ok(result.take())));
    }
    let error = answer.get("error");
    let code = error.and_then(|error| error.get("code")).and_then(Value::as_i64);
    let message = error.and_then(|error| error.get("message")).and_then(Value::as_str);
    let message: String = message.unwrap_or("no reason is given").chars().take(1000).collect();
    Ok(Incoming::Answer(Err(ClientError::Refused { code: code.unwrap_or_default(), message })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(message: Value) -> Incoming {
        Incoming::read(message.to_string().as_bytes(), 7).unwrap()
    }

    #[test]
    fn only_the_answer_that_is_waited_for_is_one() {
        let answer = json!({"jsonrpc": "2.0", "id": 7, "result": {"a": 1}});
        assert_eq!(read(answer), Incoming::Answer(Ok(json!({"a": 1}))));
        assert_eq!(read(json!({"jsonrpc": "2.0", "id": 6, "result": {}})), Incoming::Other);
        assert_eq!(read(json!({"jsonrpc": "2.0", "method": "notifications/x"})), Incoming::Other);
        let error = json!({"code": -32602, "message": "no"});
        let refused = ClientError::Refused { code: -32602, message: "no".to_owned() };
        assert_eq!(
            read(json!({"jsonrpc": "2.0", "id": 7, "error": error})),
            Incoming::Answer(Err(refused))
        );
    }

    #[test]
    fn a_server_may_ask_whether_somebody_is_there_and_nothing_else() {
        let pong = read(json!({"jsonrpc": "2.0", "id": "p", "method": "ping"}));
        assert_eq!(pong, Incoming::Reply(json!({"jsonrpc": "2.0", "id": "p", "result": {}})));
        let Incoming::Reply(no) =
            read(json!({"jsonrpc": "2.0", "id": 7, "method": "sampling/createMessage"}))
        else {
            panic!("a call is replied to")
        };
        assert_eq!(no["error"]["code"], -32601);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Incoming::read(&bytes, 1));
        }
    }
}
