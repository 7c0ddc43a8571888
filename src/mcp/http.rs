//! The protocol over HTTP: one address, `/mcp`, each message a POST of its own.
//!
//! A call of a tool is answered as a stream of events, in which progress comes before the result; leaving
//! it cancels the work. Clients until 2025-11-25 have sessions, so that a cancellation that arrives by
//! itself finds its call.

use axum::{
    Extension, Router,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::{Stream, StreamExt, stream::BoxStream};
use serde_json::Value;

use super::{
    message::{self, Call, Code, Failure, Id, Message, Notice, Unreadable},
    revision::Era,
    service::{Reply, Service},
};
use crate::{
    access::Caller,
    api::{json::JsonBytes, sse},
    app::App,
};

mod metadata;
mod sessions;

use sessions::{NoSession, Sessions};

/// Where the protocol is spoken.
pub(crate) const PATH: &str = "/mcp";

/// The session of a client until 2025-11-25.
pub(crate) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// What the handlers share.
#[derive(Clone)]
struct Endpoint {
    service: Service,
    sessions: Sessions,
}

/// The address at which the chains are offered as tools.
pub(crate) fn routes(service: Service) -> Router<App> {
    let endpoint = Endpoint { service, sessions: Sessions::default() };
    Router::new()
        .route(PATH, post(receive).get(no_stream).delete(end_session))
        .layer(Extension(endpoint))
}

/// Proof that no foreign web page asks: browsers say where a page is from.
struct OwnOrigin;

impl FromRequestParts<App> for OwnOrigin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let origin = parts.headers.get(header::ORIGIN);
        if origin.is_none_or(|origin| app.settings().origins.allows(origin)) {
            return Ok(Self);
        }
        let message = "Web pages from there may not call this server; its operator can allow them with \
                       `origins`.";
        Err(refused(StatusCode::FORBIDDEN, None, &Failure::new(Code::InvalidRequest, message)))
    }
}

/// Takes a message.
async fn receive(
    _: OwnOrigin,
    State(app): State<App>,
    Extension(endpoint): Extension<Endpoint>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Response {
    let caller = caller.map(|Extension(caller)| caller).unwrap_or_default();
    match Message::read(&body) {
        Ok(Message::Call(call)) => endpoint.call(&app, call, caller, &headers).await,
        Ok(Message::Notice(notice)) => endpoint.notice(&notice, &caller, &headers),
        Ok(Message::Answer) => StatusCode::ACCEPTED.into_response(),
        Err(Unreadable { id, failure }) => refused(StatusCode::BAD_REQUEST, id.as_ref(), &failure),
    }
}

impl Endpoint {
    async fn call(&self, app: &App, call: Call, caller: Caller, headers: &HeaderMap) -> Response {
        let Some(form) = Form::accepted(headers) else {
            return StatusCode::NOT_ACCEPTABLE.into_response();
        };
        let id = call.id.clone();
        match metadata::era(headers, &call) {
            Err(failure) => refused(StatusCode::BAD_REQUEST, Some(&id), &failure),
            Ok(Era::Modern) => match self.service.answer(Era::Modern, call, caller) {
                Reply::Failure(failure) => refused(status(&failure), Some(&id), &failure),
                reply => deliver(app, reply, &id, form).await,
            },
            Ok(Era::Legacy) if call.method == "initialize" => {
                let reply = self.service.answer(Era::Legacy, call, caller.clone());
                let mut response = deliver(app, reply, &id, Form::Json).await;
                let session = self.sessions.begin(caller);
                match session.and_then(|session| HeaderValue::from_str(&session).ok()) {
                    Some(session) => {
                        response.headers_mut().insert(SESSION, session);
                        response
                    }
                    None => {
                        let message =
                            "There are as many sessions as there may be: try again later.";
                        let failure = Failure::new(Code::Internal, message);
                        refused(StatusCode::SERVICE_UNAVAILABLE, Some(&id), &failure)
                    }
                }
            }
            Ok(Era::Legacy) => match self.sessions.enter(named(headers), &caller) {
                Err(missing) => no_session(&missing, Some(&id)),
                Ok(session) => {
                    let reply = match self.service.answer(Era::Legacy, call, caller) {
                        Reply::Running(messages) => {
                            Reply::Running(session.following(id.clone(), messages))
                        }
                        reply => reply,
                    };
                    deliver(app, reply, &id, form).await
                }
            },
        }
    }

    fn notice(&self, notice: &Notice, caller: &Caller, headers: &HeaderMap) -> Response {
        // Without sessions, leaving is what cancels.
        if let Some(named) = named(headers) {
            match self.sessions.enter(Some(named), caller) {
                Err(missing) => return no_session(&missing, None),
                Ok(session) => {
                    if let Some(id) = notice.cancels() {
                        session.cancel(&id);
                    }
                }
            }
        }
        StatusCode::ACCEPTED.into_response()
    }
}

/// Ends a session and cancels what it still works on.
async fn end_session(
    _: OwnOrigin,
    Extension(endpoint): Extension<Endpoint>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Response {
    let caller = caller.map(|Extension(caller)| caller).unwrap_or_default();
    match endpoint.sessions.end(named(&headers), &caller) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(missing) => no_session(&missing, None),
    }
}

/// Nothing happens here that a client would have to be told without asking.
async fn no_stream(_: OwnOrigin) -> Response {
    let message = "There are no events to listen to: send each message with POST.";
    let failure = Failure::new(Code::InvalidRequest, message);
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, None, &failure);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, DELETE"));
    response
}

fn named(headers: &HeaderMap) -> Option<&str> {
    headers.get(SESSION).map(|value| value.to_str().unwrap_or_default())
}

fn no_session(missing: &NoSession, id: Option<&Id>) -> Response {
    let (status, message) = match missing {
        NoSession::Unnamed => (
            StatusCode::BAD_REQUEST,
            "Begin with `initialize` and send its `Mcp-Session-Id` with every message; or say the version \
             of the protocol with each call.",
        ),
        NoSession::Unknown => {
            (StatusCode::NOT_FOUND, "This session has ended: begin again with `initialize`.")
        }
    };
    refused(status, id, &Failure::new(Code::InvalidRequest, message))
}

/// In which form a client takes the answer to a call that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As events.
    Events,
    /// In one piece, for those who take no events: then without progress.
    Json,
}

impl Form {
    /// The form that a client takes; nothing if it takes neither.
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::ACCEPT).iter().peekable();
        if values.peek().is_none() {
            return Some(Self::Json);
        }
        let accepted: Vec<String> = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| Some(range.split(';').next()?.trim().to_ascii_lowercase()))
            .collect();
        let takes = |names: [&str; 3]| accepted.iter().any(|range| names.contains(&range.as_str()));
        if takes(["text/event-stream", "text/*", "*/*"]) {
            Some(Self::Events)
        } else {
            takes(["application/json", "application/*", "*/*"]).then_some(Self::Json)
        }
    }
}

/// The reply to a call.
async fn deliver(app: &App, reply: Reply, id: &Id, form: Form) -> Response {
    match (reply, form) {
        (Reply::Result(result), _) => json(StatusCode::OK, &message::answer(id, result)),
        (Reply::Failure(failure), _) => json(StatusCode::OK, &message::failure(Some(id), &failure)),
        (Reply::Running(messages), Form::Events) => events(app, messages),
        (Reply::Running(messages), Form::Json) => match last(messages).await {
            Some(answer) => json(StatusCode::OK, &answer),
            // It was cancelled: nobody waits for an answer.
            None => StatusCode::ACCEPTED.into_response(),
        },
    }
}

async fn last(messages: BoxStream<'static, Value>) -> Option<Value> {
    messages.fold(None, |_, message| std::future::ready(Some(message))).await
}

fn events(app: &App, messages: impl Stream<Item = Value> + Send + 'static) -> Response {
    let settings = app.settings();
    let events = messages.map(|message| sse::event(&message));
    let comment = || sse::COMMENT;
    let events = sse::kept_alive(events, comment, settings.keep_alive, settings.heartbeat);
    sse::response(sse::taken_within(events, settings.untaken))
}

fn json(status: StatusCode, message: &Value) -> Response {
    (status, axum::Json(message)).into_response()
}

fn refused(status: StatusCode, id: Option<&Id>, failure: &Failure) -> Response {
    json(status, &message::failure(id, failure))
}

/// The status of a failure, from 2026-07-28 on.
fn status(failure: &Failure) -> StatusCode {
    match failure.code {
        Code::UnknownMethod => StatusCode::NOT_FOUND,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::NotJson
        | Code::InvalidRequest
        | Code::InvalidParams
        | Code::HeaderMismatch
        | Code::UnsupportedVersion => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_what_it_takes() {
        let form = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            Form::accepted(&headers)
        };
        assert_eq!(form("application/json, text/event-stream"), Some(Form::Events));
        assert_eq!(form("application/json;q=0.9"), Some(Form::Json));
        assert_eq!(form("*/*"), Some(Form::Events));
        assert_eq!(form("text/html"), None);
        assert_eq!(Form::accepted(&HeaderMap::new()), Some(Form::Json));
    }
}
