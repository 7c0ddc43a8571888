//! `POST /v1/chains/{name}/batch`: several inputs, an answer to each.
//!
//! Each input is a run of its own with a turn of its own, so that a batch keeps nobody out for longer
//! than one answer takes. Once the first has had its turn the others wait for theirs as long as it takes.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
};
use futures::{FutureExt, StreamExt, future::BoxFuture};

use super::{
    find,
    input::Asked,
    output::{BatchMetadata, BatchOutput, BatchReply, ChainOutput, RunMetadata},
    request::BatchRequest,
};
use crate::{
    access::Caller,
    api::{
        attach::Ask,
        chat::{
            choices::{Choices, collect},
            identity::Identity,
        },
        json::JsonBody,
    },
    app::App,
    catalog::Entry,
    error::{ApiError, ErrorBody},
    limits::Permit,
};

/// The most inputs of a batch.
pub(super) const MOST_INPUTS: usize = 128;

/// Ask a chain several things
///
/// In the form of LangServe, for its `RemoteRunnable`. The inputs are worked on side by side, as many as
/// the server's limits and `max_concurrency` let, each in a run of its own. `batch` in LangChain fails as
/// soon as one of its inputs does, and so does this: what still runs is cancelled, and the error says
/// which input it was. With `return_exceptions` each failed input has its error in place of its answer.
/// An input that cannot be taken is refused before anything is begun.
///
/// Leaving cancels the work.
#[utoipa::path(
    post,
    path = "/chains/{name}/batch",
    operation_id = "batch_chain",
    tag = "chains",
    params(("name" = String, Path, description = "The chain's name, without `chain/`.")),
    request_body = BatchRequest,
    responses(
        (status = 200, description = "The answers.", body = BatchReply),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No chain of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 409, description = "The run was cancelled.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 429, description = "Too many requests run and wait.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 500, description = "The engine failed.", body = ErrorBody),
        (status = 502, description = "A remote endpoint failed.", body = ErrorBody),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 504, description = "The answer took too long.", body = ErrorBody),
    ),
)]
pub(crate) async fn batch(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    name: Result<Path<String>, PathRejection>,
    JsonBody(body): JsonBody<BatchRequest>,
) -> Result<Json<BatchReply>, ApiError> {
    let (entry, _) = find(&app, name)?;
    let at_most = body.at_most_at_once()?.unwrap_or(usize::MAX);
    let keeps_errors = body.return_exceptions == Some(true);
    let asked = body.check(&entry, app.settings())?;
    let at_once = at_most.min(app.settings().limits.max_running.max(1) as usize);
    let batch = Batch { app, entry, caller };
    let answers = batch.answer(asked, at_once, keeps_errors).await?;
    let (output, responses) = answers.into_iter().unzip();
    Ok(Json(BatchReply { output, metadata: BatchMetadata { responses } }))
}

/// Who is asked by whom.
struct Batch {
    app: App,
    entry: Entry,
    caller: Caller,
}

/// What came of an input, and where it stands among the others.
type Answered = (usize, Result<(BatchOutput, RunMetadata), ApiError>);

impl Batch {
    /// Answers every input, so many at the same time, in their order.
    async fn answer(
        &self,
        asked: Vec<Asked>,
        at_once: usize,
        keeps_errors: bool,
    ) -> Result<Vec<(BatchOutput, RunMetadata)>, ApiError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.in_time(asked, at_once);
        let count = asked.len();
        // Whether there is room is known before anything is begun, and then settled for all of them.
        let mut first = Some(self.app.admission().admit().await?);
        let runs = asked.into_iter().enumerate().map(|(index, asked)| {
            let turn = first.take();
            self.one(asked, turn, keeps_errors).map(move |answer| (index, answer)).boxed()
        });
        let runs: Vec<BoxFuture<'_, Answered>> = runs.collect();
        let mut running = futures::stream::iter(runs).buffer_unordered(at_once);
        let mut answers: Vec<Option<_>> = (0..count).map(|_| None).collect();
        while let Some((index, answer)) = running.next().await {
            let answer = answer?;
            if let Some(place) = answers.get_mut(index) {
                *place = Some(answer);
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// The time that is left for each, if so many are worked on at the same time.
    fn in_time(&self, mut asked: Vec<Asked>, at_once: usize) -> Vec<Asked> {
        let requests = asked.iter().map(|asked| asked.request.clone()).collect();
        let at_once = u32::try_from(at_once).unwrap_or(u32::MAX);
        let ask = Ask { entry: self.entry.clone(), requests, at_once }.in_time(&self.app, true);
        for (asked, request) in asked.iter_mut().zip(ask.requests) {
            asked.request = request;
        }
        asked
    }

    /// Answers one input, in this turn or in its own.
    async fn one(
        &self,
        asked: Asked,
        turn: Option<Permit>,
        keeps_errors: bool,
    ) -> Result<(BatchOutput, RunMetadata), ApiError> {
        let Asked { request, style, place } = asked;
        let identity = Identity::new("chain_", self.entry.info.id.clone());
        let running = self.app.runs().begin(&identity, &self.caller);
        let admission = self.app.admission();
        let turn = async move {
            match turn {
                Some(permit) => Ok(permit),
                None => admission.admit_following().await,
            }
        };
        let answered = async {
            let choices =
                Choices::start_in_turn(&self.app, &self.entry, request, running, turn).await?;
            collect(choices, 1).await
        };
        let output = match answered.await {
            Ok(answers) => {
                let answer = answers.into_iter().next().unwrap_or_default();
                BatchOutput::Answer(ChainOutput::of(answer, style))
            }
            Err(error) if keeps_errors => BatchOutput::Failed(place.of(error).body()),
            Err(error) => {
                const OTHERS: &str = "The other answers were given up; with `return_exceptions` each \
                                      input gets its answer or its error.";
                return Err(place.of(error).among_others(&place.input, OTHERS));
            }
        };
        Ok((output, RunMetadata { run_id: identity.run }))
    }
}
