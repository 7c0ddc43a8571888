//! An HTTP endpoint: what is below a configured address, and nothing else.

use std::fmt;

use reqwest::Client;
use serde_json::{Value, json};

use super::{Method, ToolError};
use crate::mcp::client::{ClientError, bounded};

/// An address whose paths are tools.
pub(super) struct Endpoint {
    name: String,
    url: String,
    key: Option<String>,
    method: Method,
    most_bytes: usize,
    http: Option<Client>,
}

impl Endpoint {
    pub(super) fn at(
        name: &str,
        (url, key, method): (String, Option<String>, Method),
        most_bytes: usize,
    ) -> Self {
        // It is not led elsewhere by what answers there.
        let http =
            Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().ok();
        Self { name: name.to_owned(), url, key, method, most_bytes, http }
    }

    pub(super) async fn call(&self, path: &str, arguments: &Value) -> Result<Value, ToolError> {
        let name = format!("{}/{path}", self.name);
        let wrong = |error| ToolError::of(name.clone(), error);
        let Some(http) = &self.http else {
            return Err(wrong(ClientError::Gone("nothing can be asked over HTTP".to_owned())));
        };
        // The loader has made sure that the path leads nowhere but below.
        let url = format!("{}/{path}", self.url);
        let mut request = match self.method {
            Method::Post => http.post(url).json(arguments),
            Method::Get => http.get(with_query(&url, arguments).map_err(wrong)?),
        };
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let gone = |error: reqwest::Error| ClientError::Gone(error.without_url().to_string());
        let response = request.send().await.map_err(|error| wrong(gone(error)))?;
        let status = response.status();
        let bytes = bounded(response, self.most_bytes).await.map_err(wrong)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !status.is_success() {
            let said: String = text.trim().chars().take(300).collect();
            return Err(ToolError::Failed { tool: name, message: format!("{status}: {said}") });
        }
        let data: Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(json!({ "text": text, "data": data }))
    }
}

/// An address with arguments in it.
fn with_query(url: &str, arguments: &Value) -> Result<reqwest::Url, ClientError> {
    let fields = arguments.as_object().into_iter().flatten().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), value)
    });
    reqwest::Url::parse_with_params(url, fields)
        .map_err(|error| ClientError::Gone(error.to_string()))
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("name", &self.name).finish_non_exhaustive()
    }
}
