//! `GET /v1/runs/{id}/record`: everything that was recorded of a run.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde_json::Value;

use super::named;
use crate::{
    access::Caller,
    app::App,
    error::{ApiError, ErrorBody},
    runs::{RunStore, StoreError},
};

/// Read the record of a run
///
/// What its chain was asked, what each step decided and why, every prompt and every answer of a model, as
/// `ponder runs show --json` prints it. Only where the server keeps records (`--record-runs`), only of
/// chains, and only for the key that started the run. Of several answers to one request (`n`) the second is
/// `RUN_2`. Of a private chain, such as `chain/hint`, only the question, the answer, and which steps ran are told.
#[utoipa::path(
    get,
    path = "/runs/{id}/record",
    operation_id = "retrieve_run_record",
    tag = "runs",
    params(("id" = String, Path, description = "The run's id, from `x-ponder-run-id`.")),
    responses(
        (status = 200, description = "The record.", body = Object),
        (status = 400, description = "The id is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "There is no record of that run.", body = ErrorBody),
        (status = 429, description = "Too many records are read at the moment.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 500, description = "The records cannot be read.", body = ErrorBody),
    ),
)]
pub(crate) async fn record(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let id = named(id)?;
    let Some(records) = app.settings().records.clone() else {
        return Err(ApiError::no_record(&id, "this server keeps none (`--record-runs` does)"));
    };
    // A record may be long, and so may be the wait for the disk.
    let turn = app.count_tokens()?;
    let wanted = id.clone();
    // A file is read: not on a thread that serves everybody.
    let read = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        read(&records, &wanted, caller.key.as_deref())
    });
    match read.await {
        Ok(Ok(record)) => Ok(Json(record)),
        Ok(Err(StoreError::Unknown(_) | StoreError::Ambiguous(_))) => {
            Err(ApiError::no_record(&id, "only chains are recorded, and the oldest are forgotten"))
        }
        Ok(Err(StoreError::File { .. })) | Err(_) => Err(ApiError::internal(
            "The records of runs cannot be read. The server's log says more.",
        )),
    }
}

fn read(records: &RunStore, id: &str, owner: Option<&str>) -> Result<Value, StoreError> {
    // What was told last is waited for.
    records.flush();
    let record = records.owned(id, owner).inspect_err(|error| {
        if let StoreError::File { .. } = error {
            tracing::error!("{error}");
        }
    })?;
    serde_json::to_value(record).map_err(|_| StoreError::Unknown(id.to_owned()))
}
