//! `POST /v1/chains/{name}/stream`: one input, and its answer piece by piece.
//!
//! The events are LangServe's: `metadata`, `data` for each piece, then `end` or `error`. Its client adds
//! the pieces up, key by key, so that their sum is what `invoke` gives.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use bytes::Bytes;

use super::{
    find,
    input::Place,
    output::{ChainEvent, ChainOutput, ChainStreamError, RunMetadata, Style, Writing},
    request::InvokeRequest,
};
use crate::{
    api::{
        attach::{self, Ask, Begun, IdempotencyKey},
        chat::{
            choices::Piece,
            identity::Identity,
            ponder::StepReport,
            stream::{EventWriter, Heartbeat, respond},
            validate::Steps,
        },
        json::Repeatable,
        sse,
    },
    app::App,
    error::{ApiError, ErrorBody},
    generate::Delta,
};

/// Ask a chain for a stream
///
/// In the form of LangServe, for its `RemoteRunnable`: the event `metadata` with the run's id; `data`
/// with `{"reasoning": …}` or `{"answer": …}` for each piece, and at the end with everything else that
/// `invoke` gives; then `end`. The pieces, added up key by key, are what `invoke` gives. With
/// `"ponder": {"events": true}` there are also events `step`, in which a chain reports its steps.
///
/// An error before the first byte is a status; later it is the last event, `error`. Leaving cancels the
/// work.
#[utoipa::path(
    post,
    path = "/chains/{name}/stream",
    operation_id = "stream_chain",
    tag = "chains",
    params(("name" = String, Path, description = "The chain's name, without `chain/`."), IdempotencyKey),
    request_body = InvokeRequest,
    responses(
        (status = 200, description = "The events.", body = ChainEvent, content_type = "text/event-stream",
            headers(("x-ponder-run-id" = String, description = "The run's id."))),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No chain of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 409, description = "The run was cancelled.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 422, description = "The `Idempotency-Key` came with another body before.", body = ErrorBody),
        (status = 429, description = "Too many requests run and wait.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 500, description = "The engine failed.", body = ErrorBody),
        (status = 502, description = "A remote endpoint failed.", body = ErrorBody),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 504, description = "The answer took too long.", body = ErrorBody),
    ),
)]
pub(crate) async fn stream(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
    Repeatable { body, attempt }: Repeatable<InvokeRequest>,
) -> Result<Response, ApiError> {
    let (entry, _) = find(&app, name)?;
    let mut asked = body.check(&entry, app.settings())?;
    asked.request.step_text = matches!(asked.style.steps, Steps::Reported);
    let identity = Identity::new("chain_", entry.info.id.clone());
    let ask = Ask::several(entry, &asked.request, 1);
    let Begun { identity, headers, pieces, .. } =
        attach::begin(&app, &attempt, identity, ask, false)
            .await
            .map_err(|error| asked.place.of(error))?;
    let place = asked.place.clone();
    let writer = Writer::new(identity, asked.style, asked.place);
    let mut response =
        respond(pieces, writer, app.settings()).await.map_err(|error| place.of(error))?;
    response.headers_mut().extend(headers);
    Ok(response)
}

/// Writes the events of an answer.
struct Writer {
    identity: Identity,
    style: Style,
    place: Place,
    writing: Writing,
    /// The answer so far: the result is found in the whole.
    content: String,
}

impl Writer {
    fn new(identity: Identity, style: Style, place: Place) -> Self {
        Self { identity, place, writing: Writing::new(style), style, content: String::new() }
    }
}

impl EventWriter for Writer {
    fn opening(&mut self) -> Vec<Bytes> {
        let metadata = RunMetadata { run_id: self.identity.run.clone() };
        vec![sse::named_event("metadata", &metadata)]
    }

    fn piece(&mut self, Piece { delta, .. }: Piece) -> Option<Bytes> {
        let data = |data| Some(sse::named_event("data", &data));
        match delta {
            Delta::Reasoning(text) => data(self.writing.thinking(text)?),
            Delta::Content(text) => {
                self.content.push_str(&text);
                data(self.writing.answer(text)?)
            }
            Delta::Step(event) => match self.style.steps {
                Steps::Reported => Some(sse::named_event("step", &StepReport::from(event))),
                Steps::Omitted => None,
            },
            Delta::Finished(finish) => {
                Some(sse::named_event("data", &ChainOutput::end(&self.content, &finish)))
            }
            // Never asked for here.
            Delta::Logprobs(_) | Delta::ToolCall { .. } | Delta::ToolArguments { .. } => None,
        }
    }

    /// LangServe's clients count no time between events, and would take an empty one for a piece.
    fn heartbeat(&self) -> Heartbeat {
        Box::new(|| sse::COMMENT)
    }

    fn closing(&mut self) -> Option<Bytes> {
        None
    }

    /// Without data: LangChain's client for JavaScript takes data for a piece, whatever its event.
    fn last_word(&self) -> Bytes {
        Bytes::from_static(b"event: end\n\n")
    }

    fn failed(&mut self, error: &ApiError) -> Bytes {
        let error = self.place.of(error.clone());
        let status_code = error.status().as_u16();
        let ErrorBody { error } = error.body();
        let message = error.message.clone();
        sse::named_event("error", &ChainStreamError { status_code, message, error })
    }
}
