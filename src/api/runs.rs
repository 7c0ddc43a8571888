//! `GET /v1/runs/{id}` and `DELETE /v1/runs/{id}`: how far an answer is, and its end.
//!
//! Everything that answers is a run: chat completions, responses, completions, inference and chains. Its
//! id is in the header `x-ponder-run-id`, which a stream sends before its answer.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::chat::response::{TokenUsage, UsageBody};
use crate::{
    access::Caller,
    app::App,
    error::{ApiError, ErrorBody, ErrorDetail},
};

mod progress;
pub(crate) mod recorded;
mod registry;
mod work;

pub use progress::{RunState, StepStateName};
pub(in crate::api) use registry::Running;
pub(crate) use registry::Runs;
pub(in crate::api) use work::Work;

/// A run: the answers to one request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunBody {
    /// `run_` and a unique part.
    pub id: String,
    /// What this is.
    pub object: RunObject,
    /// Where it is.
    pub state: RunState,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// When it was asked for, in seconds since 1970.
    pub started: u64,
    /// When it ended, in seconds since 1970; null before.
    #[schema(required)]
    pub ended: Option<u64>,
    /// Every token that its models read and wrote, as far as that is counted; null before.
    #[schema(required)]
    pub usage: Option<UsageBody>,
    /// The steps of a chain so far.
    pub steps: Vec<RunStep>,
    /// Why it failed; null if it did not.
    #[schema(required)]
    pub error: Option<ErrorDetail>,
}

/// The type of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunObject {
    /// The only one.
    Run,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunStep {
    /// The step's id; that of a part stands behind that of the step it belongs to: `answer/1/answer`.
    pub id: String,
    /// What it does, for example `translate`.
    pub action: String,
    /// Where it is.
    pub state: StepStateName,
    /// How long it took, in milliseconds; absent before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub elapsed_ms: Option<u64>,
    /// The tokens of its model calls, those of its parts included; absent before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub usage: Option<UsageBody>,
}

impl From<&registry::Run> for RunBody {
    fn from(run: &registry::Run) -> Self {
        let progress = run.progress();
        let counted = |usage| UsageBody::from(TokenUsage::of(usage));
        let steps = progress.steps.iter().map(|step| RunStep {
            id: step.id.clone(),
            action: step.action.to_owned(),
            state: step.state,
            elapsed_ms: step.elapsed_ms,
            usage: step.usage.map(counted),
        });
        Self {
            id: run.identity.run.clone(),
            object: RunObject::Run,
            state: progress.state,
            model: run.identity.model.clone(),
            started: run.identity.created,
            ended: progress.ended,
            usage: progress.usage().map(counted),
            steps: steps.collect(),
            error: progress.error.map(|error| error.body().error),
        }
    }
}

/// The id in the path.
fn named(id: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    match id {
        Ok(Path(id)) => Ok(id),
        Err(_) => Err(ApiError::bad_request("The run's id in the path is not valid UTF-8.")),
    }
}

/// Look at a run
///
/// Runs are known while they go on and for an hour afterwards, the last 1,000 of those that have ended,
/// and only to the key that started them.
#[utoipa::path(
    get,
    path = "/runs/{id}",
    operation_id = "retrieve_run",
    tag = "runs",
    params(("id" = String, Path, description = "The run's id, from `x-ponder-run-id`.")),
    responses(
        (status = 200, description = "The run.", body = RunBody),
        (status = 400, description = "The id is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No run of that id is known.", body = ErrorBody),
    ),
)]
pub(crate) async fn retrieve(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<RunBody>, ApiError> {
    let run = app.runs().find(&named(id)?, &caller)?;
    Ok(Json(RunBody::from(&*run)))
}

/// Cancel a run
///
/// Ends all work on it at once, also on one that waits for its turn. Whoever waits for its answer gets
/// the error `cancelled`: 409, or the last event of a stream. One that has ended stays as it is.
#[utoipa::path(
    delete,
    path = "/runs/{id}",
    operation_id = "cancel_run",
    tag = "runs",
    params(("id" = String, Path, description = "The run's id, from `x-ponder-run-id`.")),
    responses(
        (status = 200, description = "The run.", body = RunBody),
        (status = 400, description = "The id is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No run of that id is known.", body = ErrorBody),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<RunBody>, ApiError> {
    let run = app.runs().cancel(&named(id)?, &caller)?;
    Ok(Json(RunBody::from(&*run)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        api::chat::{
            choices::{Choices, collect},
            identity::Identity,
        },
        app::ApiSettings,
        catalog::{Catalog, Entry, ModelInfo, Purpose},
        engine::scripted::{Ending, Reply, Script, ScriptedEngine},
        generate::Request,
    };

    #[tokio::test]
    async fn whoever_waits_for_a_whole_answer_is_told_that_it_was_cancelled() {
        let ending = Ending::HangAfter { tokens: 1 };
        let script = Script::answering(Reply { ending, ..Reply::saying("It never ends.") });
        let info = ModelInfo {
            id: "test".to_owned(),
            description: String::new(),
            purpose: Purpose::Answers,
            owned_by: String::new(),
            created: 0,
            context_length: None,
            demonstration: true,
        };
        let entry = Entry { info, model: Arc::new(ScriptedEngine::new(script)), chain: None };
        let app = App::new(Catalog::default(), ApiSettings::default());
        let (identity, caller) = (Identity::new("test_", "test".to_owned()), Caller::default());
        let running = app.runs().begin(&identity, &caller);
        let requests = vec![Request::ask("?"), Request::ask("?")];
        let choices = Choices::start(&app, &entry, requests, 2, running).await.unwrap();
        let waiting = tokio::spawn(collect(choices, 2));
        tokio::task::yield_now().await;
        assert!(app.runs().cancel(&identity.run, &caller).is_ok());
        assert_eq!(app.admission().running(), 0);
        let error = ApiError::from(waiting.await.unwrap().unwrap_err());
        assert_eq!((error.status().as_u16(), error.is_cancelled()), (409, true));
    }
}
