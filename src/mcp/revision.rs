//! The versions of the protocol, and by which rules a call is answered.

use serde_json::{Value, json};

use super::message::{Call, Code, Failure};

/// The version in which every call says all there is to know about itself.
pub(super) const MODERN: &str = "2026-07-28";

/// The versions that begin with `initialize`, the newest first.
pub(super) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// Under which key of `_meta` a call says its version.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// Under which key it says what its client can do; nothing of it is needed here.
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// By which rules a call is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    /// It belongs to a connection that began with `initialize`.
    Legacy,
    /// It stands for itself.
    Modern,
}

/// Every version that is spoken, the newest first.
pub(super) fn supported() -> Vec<&'static str> {
    std::iter::once(MODERN).chain(LEGACY).collect()
}

/// The version that a call says of itself, if it stands for itself.
pub(super) fn declared(call: &Call) -> Option<&Value> {
    call.meta(VERSION)
}

/// The version of a connection whose client asks for this one: the same, or the newest.
pub(super) fn agreed(asked: &str) -> &'static str {
    let [newest, ..] = LEGACY;
    LEGACY.into_iter().find(|version| *version == asked).unwrap_or(newest)
}

/// By which rules a call is to be answered.
///
/// # Errors
///
/// If it stands for itself but does not say what it has to, or speaks another version.
pub(super) fn era(call: &Call) -> Result<Era, Failure> {
    let version = match declared(call) {
        None if call.method != "server/discover" => return Ok(Era::Legacy),
        None => return Err(missing(VERSION, "a text")),
        Some(Value::String(version)) => version,
        Some(_) => return Err(missing(VERSION, "a text")),
    };
    if version != MODERN {
        return Err(unsupported(version));
    }
    if !call.meta(CAPABILITIES).is_some_and(Value::is_object) {
        return Err(missing(CAPABILITIES, "an object"));
    }
    Ok(Era::Modern)
}

fn missing(key: &str, what: &str) -> Failure {
    Failure::new(Code::InvalidParams, format!("`params._meta[\"{key}\"]` must be {what}."))
}

/// A version is asked for that is not spoken.
pub(super) fn unsupported(version: &str) -> Failure {
    // A program may have put anything there.
    let version: String = version.chars().take(40).collect();
    let message = format!("Version {version} of the protocol is not spoken here.");
    let data = json!({ "supported": supported(), "requested": version });
    Failure::new(Code::UnsupportedVersion, message).with(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::message::Message;

    fn era_of(method: &str, meta: Value) -> Result<Era, Failure> {
        let message =
            json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}});
        match Message::read(message.to_string().as_bytes()) {
            Ok(Message::Call(call)) => era(&call),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_call_that_says_its_version_stands_for_itself() {
        let good = json!({VERSION: MODERN, CAPABILITIES: {}});
        assert_eq!(era_of("tools/list", good), Ok(Era::Modern));
        assert_eq!(era_of("tools/list", json!({"progressToken": 1})), Ok(Era::Legacy));
        let code = |method: &str, meta| era_of(method, meta).unwrap_err().code;
        assert_eq!(code("server/discover", json!({})), Code::InvalidParams);
        assert_eq!(code("tools/list", json!({VERSION: 1})), Code::InvalidParams);
        assert_eq!(code("tools/list", json!({VERSION: MODERN})), Code::InvalidParams);
        let other = json!({VERSION: "1900-01-01", CAPABILITIES: {}});
        assert_eq!(code("tools/list", other), Code::UnsupportedVersion);
    }

    #[test]
    fn a_connection_speaks_the_version_asked_for_or_the_newest() {
        assert_eq!(agreed("2025-06-18"), "2025-06-18");
        assert_eq!(agreed(MODERN), "2025-11-25");
        assert_eq!(agreed("nonsense"), "2025-11-25");
    }
}
