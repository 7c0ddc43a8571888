//! What the headers of a call say about it, and that they say the same as its body.

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::mcp::{
    message::{Call, Code, Failure},
    revision::{self, Era},
};

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// By which rules a call is to be answered.
///
/// # Errors
///
/// If its headers do not say what its body does, where they have to, or its version is not spoken.
pub(super) fn era(headers: &HeaderMap, call: &Call) -> Result<Era, Failure> {
    let version = text(headers, &VERSION)?;
    let declared = revision::declared(call);
    if declared.is_none() && version != Some(revision::MODERN) && call.method != "server/discover" {
        return match version {
            Some(version) if !revision::LEGACY.contains(&version) => {
                Err(revision::unsupported(version))
            }
            // It came with 2025-06-18; before, nothing says the version.
            Some(_) | None => Ok(Era::Legacy),
        };
    }
    same(&VERSION, version, declared)?;
    let era = revision::era(call)?;
    same(&METHOD, text(headers, &METHOD)?, Some(&Value::String(call.method.clone())))?;
    if call.method == "tools/call" {
        let name = text(headers, &NAME)?.map(decoded).transpose()?;
        same(&NAME, name.as_deref(), call.params.get("name"))?;
    }
    Ok(era)
}

fn text<'headers>(
    headers: &'headers HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'headers str>, Failure> {
    let value = headers.get(name).map(|value| value.to_str());
    value.transpose().map_err(|_| mismatch(format!("The header `{name}` is not ASCII text.")))
}

fn same(name: &HeaderName, header: Option<&str>, body: Option<&Value>) -> Result<(), Failure> {
    match (header, body) {
        (None, _) => Err(mismatch(format!("The header `{name}` is missing."))),
        (Some(header), Some(Value::String(body))) if header == body => Ok(()),
        (Some(_), _) => {
            Err(mismatch(format!("The header `{name}` says something else than the body.")))
        }
    }
}

/// A value that may be written as `=?base64?…?=`.
fn decoded(value: &str) -> Result<String, Failure> {
    let Some(encoded) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="))
    else {
        return Ok(value.to_owned());
    };
    let bytes = STANDARD.decode(encoded).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        mismatch(format!("The header `{NAME}` is marked as Base64 of a text and is none."))
    })
}

fn mismatch(message: String) -> Failure {
    Failure::new(Code::HeaderMismatch, message)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::mcp::message::Message;

    fn call(method: &str, params: Value) -> Call {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        match Message::read(message.to_string().as_bytes()) {
            Ok(Message::Call(call)) => call,
            other => panic!("{other:?}"),
        }
    }

    fn modern(name: &str) -> Call {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": revision::MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        call("tools/call", json!({"_meta": meta, "name": name}))
    }

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = all
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn headers_must_say_what_the_body_says() {
        let good = [
            ("mcp-protocol-version", revision::MODERN),
            ("mcp-method", "tools/call"),
            ("mcp-name", "solve"),
        ];
        assert_eq!(era(&headers(&good), &modern("solve")), Ok(Era::Modern));
        for left_out in 0..good.len() {
            let mut some = good.to_vec();
            some.remove(left_out);
            let failure = era(&headers(&some), &modern("solve")).unwrap_err();
            assert_eq!(failure.code, Code::HeaderMismatch, "{left_out}");
        }
        let failure = era(&headers(&good), &modern("translate")).unwrap_err();
        assert_eq!(failure.code, Code::HeaderMismatch);
        let encoded = [good[0], good[1], ("mcp-name", "=?base64?c29sdmU=?=")];
        assert_eq!(era(&headers(&encoded), &modern("solve")), Ok(Era::Modern));
        let broken = [good[0], good[1], ("mcp-name", "=?base64?!!?=")];
        assert!(era(&headers(&broken), &modern("solve")).is_err());
    }

    #[test]
    fn a_call_without_a_version_belongs_to_a_session() {
        let list = call("tools/list", json!({}));
        assert_eq!(era(&HeaderMap::new(), &list), Ok(Era::Legacy));
        let older = headers(&[("mcp-protocol-version", "2025-06-18")]);
        assert_eq!(era(&older, &list), Ok(Era::Legacy));
        let odd = headers(&[("mcp-protocol-version", "1900-01-01")]);
        assert_eq!(era(&odd, &list).unwrap_err().code, Code::UnsupportedVersion);
        let half = headers(&[("mcp-protocol-version", revision::MODERN)]);
        assert_eq!(era(&half, &list).unwrap_err().code, Code::HeaderMismatch);
    }
}
