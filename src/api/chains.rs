//! `/v1/chains`: the chains that are served, what they do, and LangServe's way to ask them.
//!
//! A chain is also a model, `chain/NAME`; here it is one with a plan. What it is asked below its name
//! has the form that LangServe gave to such services, so that its `RemoteRunnable` works unmodified.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    app::App,
    catalog::Entry,
    chain::{OutlinedStep, Plan},
    error::{ApiError, ErrorBody},
};

pub(crate) mod batch;
mod input;
pub(crate) mod invoke;
pub mod output;
pub mod request;
mod schema;
pub(crate) mod stream;

/// The chains that are served.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChainList {
    /// What this is.
    pub object: ChainListObject,
    /// The chains.
    pub data: Vec<Chain>,
}

/// The type of a list of chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChainListObject {
    /// The only one.
    List,
}

/// A chain.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Chain {
    /// Its name, as the paths here have it.
    pub name: String,
    /// What this is.
    pub object: ChainObject,
    /// Its name as a model.
    pub model: String,
    /// What it does, in one or two sentences.
    pub description: String,
    /// What the models that it asks do for it. The configuration says which model does what.
    pub roles: Vec<ChainRole>,
    /// What a whole run may cost.
    pub limits: ChainLimits,
}

/// The type of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChainObject {
    /// The only one.
    Chain,
}

/// What a model does for a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainRole {
    /// The role, for example `reasoner`.
    pub role: String,
    /// Whether the chain cannot do without it.
    pub required: bool,
}

/// What a whole run of a chain may cost, over all its steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChainLimits {
    /// The most tokens that all its model calls together may write; null: as many as each model
    /// recommends.
    #[schema(required)]
    pub tokens: Option<u64>,
    /// The longest it may take; null: as long as it needs.
    #[schema(required)]
    pub seconds: Option<f64>,
    /// The most model calls; null: as many as it needs.
    #[schema(required)]
    pub calls: Option<u64>,
}

/// A chain, with what it takes, gives and does.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChainDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub chain: Chain,
    /// The JSON schema of `input`.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    /// The JSON schema of `output`.
    #[schema(value_type = Object)]
    pub output_schema: Value,
    /// The steps, in the order in which they run.
    pub steps: Vec<ChainStep>,
    /// The plan as a Mermaid flowchart.
    pub diagram: String,
}

/// A step of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainStep {
    /// The step's id.
    pub id: String,
    /// What it does, for example `translate`; `match` if that depends on a value.
    pub action: String,
    /// The role or the name of the model that it calls; null if it calls none itself.
    #[schema(required)]
    pub model: Option<String>,
    /// What it does in each case: for a value, for each item of a list, or if an alternative fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub cases: Vec<ChainStepCase>,
}

/// What a step does in one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainStepCase {
    /// The case, for example `math`.
    pub case: String,
    /// What it does then.
    pub action: String,
    /// The role or the name of the model that it then calls; null if it calls none itself.
    #[schema(required)]
    pub model: Option<String>,
}

impl Chain {
    fn of(entry: &Entry, plan: &Plan) -> Self {
        let roles = plan.roles.iter().map(|used| ChainRole {
            role: used.role.as_str().to_owned(),
            required: !used.optional,
        });
        Self {
            name: plan.name.clone(),
            object: ChainObject::Chain,
            model: entry.info.id.clone(),
            description: plan.description.clone(),
            roles: roles.collect(),
            limits: ChainLimits {
                tokens: plan.limits.tokens,
                seconds: plan.limits.time.map(|time| time.as_secs_f64()),
                calls: plan.limits.calls,
            },
        }
    }
}

impl From<OutlinedStep> for ChainStep {
    fn from(step: OutlinedStep) -> Self {
        let cases = step.cases.into_iter().map(|case| ChainStepCase {
            case: case.case,
            action: case.action.to_owned(),
            model: case.model,
        });
        Self {
            id: step.id,
            action: step.action.to_owned(),
            model: step.model,
            cases: cases.collect(),
        }
    }
}

/// The chain of the name in the path.
///
/// # Errors
///
/// 404 if there is none, 503 while models are being loaded.
fn find(
    app: &App,
    name: Result<Path<String>, PathRejection>,
) -> Result<(Entry, Arc<Plan>), ApiError> {
    let Ok(Path(name)) = name else {
        return Err(ApiError::bad_request("The chain's name in the path is not valid UTF-8."));
    };
    let missing = || ApiError::no_chain(&name);
    let entry = app
        .find(&format!("chain/{name}"))
        .map_err(|error| if error.is_model_not_found() { missing() } else { error })?;
    // A model or an alias may have such a name, too.
    let plan = entry.chain.clone().ok_or_else(missing)?;
    Ok((entry, plan))
}

/// List the chains
#[utoipa::path(
    get,
    path = "/chains",
    tag = "chains",
    responses(
        (status = 200, description = "Every chain.", body = ChainList),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
    ),
)]
pub(crate) async fn list_chains(State(app): State<App>) -> Json<ChainList> {
    let catalog = app.catalog();
    let chains = catalog.iter().filter_map(|entry| Some(Chain::of(entry, entry.chain.as_deref()?)));
    Json(ChainList { object: ChainListObject::List, data: chains.collect() })
}

/// Describe a chain
#[utoipa::path(
    get,
    path = "/chains/{name}",
    tag = "chains",
    params(("name" = String, Path, description = "The chain's name, without `chain/`.")),
    responses(
        (status = 200, description = "The chain.", body = ChainDetail),
        (status = 400, description = "The name is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No chain of that name is served.", body = ErrorBody),
        (status = 503, description = "The models are being loaded.", body = ErrorBody),
    ),
)]
pub(crate) async fn describe_chain(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<ChainDetail>, ApiError> {
    let (entry, plan) = find(&app, name)?;
    Ok(Json(ChainDetail {
        chain: Chain::of(&entry, &plan),
        input_schema: schema::alone(&schema::input()),
        output_schema: schema::output(),
        steps: plan.outline().into_iter().map(ChainStep::from).collect(),
        diagram: plan.diagram(),
    }))
}
