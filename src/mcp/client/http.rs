//! A server behind an address: every message is a request, and answers come as JSON or as a stream of events.

use std::time::Duration;

use bytes::BytesMut;
use futures::StreamExt;
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};

use super::{ClientError, incoming::Incoming};

/// How long a server may take to hear that nobody waits any more.
const GOODBYE: Duration = Duration::from_secs(2);

/// What is known of a server.
pub(super) struct Http {
    http: reqwest::Client,
    url: String,
    key: Option<String>,
    session: Option<String>,
    version: Option<&'static str>,
    most_bytes: usize,
}

impl Http {
    /// A server at this address. It is not led elsewhere by it.
    ///
    /// # Errors
    ///
    /// If nothing can be asked over HTTP.
    pub(super) fn to(url: &str, key: Option<&str>, most_bytes: usize) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| ClientError::Gone(error.to_string()))?;
        let (url, key) = (url.to_owned(), key.map(str::to_owned));
        Ok(Self { http, url, key, session: None, version: None, most_bytes })
    }

    /// From now on it is spoken to in this version.
    pub(super) fn speaks(&mut self, version: &'static str) {
        self.version = Some(version);
    }

    fn request(&self, message: &Value) -> reqwest::RequestBuilder {
        let mut request = self
            .http
            .post(&self.url)
            .header(header::ACCEPT, "application/json, text/event-stream")
            .json(message);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(version) = self.version {
            request = request.header("mcp-protocol-version", version);
        }
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session);
        }
        request
    }

    async fn send(&self, message: &Value) -> Result<Response, ClientError> {
        let sent = self.request(message).send().await;
        let response = sent.map_err(|error| ClientError::Gone(error.without_url().to_string()))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            StatusCode::NOT_FOUND if self.session.is_some() => Err(ClientError::Forgotten),
            status => {
                let code = i64::from(status.as_u16());
                let message = status.canonical_reason().unwrap_or("an HTTP error").to_owned();
                Err(ClientError::Refused { code, message })
            }
        }
    }

    pub(super) async fn tell(&mut self, message: &Value) -> Result<(), ClientError> {
        self.send(message).await.map(drop)
    }

    pub(super) async fn ask(&mut self, id: u64, call: &Value) -> Result<Value, ClientError> {
        let waiting = Waiting::of(self, id);
        let response = self.send(call).await?;
        let session = response.headers().get("mcp-session-id");
        let session = session.and_then(|session| session.to_str().ok()).map(str::to_owned);
        let streams = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|form| form.to_str().ok())
            .is_some_and(|form| form.starts_with("text/event-stream"));
        let answer = match streams {
            true => self.events(id, response).await,
            false => self.whole(id, response).await,
        };
        waiting.end();
        if session.is_some() {
            self.session = session;
        }
        answer
    }

    async fn whole(&self, id: u64, response: Response) -> Result<Value, ClientError> {
        let bytes = bounded(response, self.most_bytes).await?;
        match Incoming::read(&bytes, id)? {
            Incoming::Answer(answer) => answer,
            _ => Err(ClientError::Protocol("it answers something else".to_owned())),
        }
    }

    /// The answer among the events of a stream.
    async fn events(&self, id: u64, response: Response) -> Result<Value, ClientError> {
        let mut stream = response.bytes_stream();
        let (mut waiting, mut data, mut read) = (BytesMut::new(), Vec::new(), 0);
        while let Some(piece) = stream.next().await {
            let piece =
                piece.map_err(|error| ClientError::Gone(error.without_url().to_string()))?;
            read += piece.len();
            if read > self.most_bytes {
                return Err(ClientError::TooMuch(self.most_bytes));
            }
            waiting.extend_from_slice(&piece);
            while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
                let line = waiting.split_to(end + 1);
                let line = line.trim_ascii_end();
                if let Some(more) = line.strip_prefix(b"data:") {
                    data.extend_from_slice(more.strip_prefix(b" ").unwrap_or(more));
                    continue;
                }
                if !line.is_empty() || data.is_empty() {
                    continue;
                }
                match Incoming::read(&std::mem::take(&mut data), id)? {
                    Incoming::Answer(answer) => return answer,
                    Incoming::Reply(reply) => self.send(&reply).await.map(drop)?,
                    Incoming::Other => {}
                }
            }
        }
        Err(ClientError::Gone("its stream ended without an answer".to_owned()))
    }
}

/// The bytes of an answer.
///
/// # Errors
///
/// If there are too many, or it breaks off.
pub(crate) async fn bounded(response: Response, most: usize) -> Result<Vec<u8>, ClientError> {
    let mut stream = response.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| ClientError::Gone(error.without_url().to_string()))?;
        if bytes.len() + piece.len() > most {
            return Err(ClientError::TooMuch(most));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// A call whose answer is waited for. Dropped before that, the server is told: a connection that ends is no
/// cancellation in this protocol.
struct Waiting {
    goodbye: Option<reqwest::RequestBuilder>,
}

impl Waiting {
    fn of(http: &Http, id: u64) -> Self {
        // Before there is a session nothing can be cancelled.
        let goodbye = http.version.map(|_| {
            let params = json!({ "requestId": id, "reason": "nobody waits for it any more" });
            let method = "notifications/cancelled";
            http.request(&crate::mcp::message::notice(method, params)).timeout(GOODBYE)
        });
        Self { goodbye }
    }

    fn end(mut self) {
        self.goodbye = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let here = tokio::runtime::Handle::try_current();
        if let (Some(goodbye), Ok(here)) = (self.goodbye.take(), here) {
            here.spawn(async move { drop(goodbye.send().await) });
        }
    }
}
