//! `GET /v1/models` and `GET /v1/models/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    catalog::ModelInfo,
    error::{ApiError, ErrorBody},
};

/// The models served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModelList {
    /// What this is.
    pub object: ListObject,
    /// The models; the first that is not `chain/…` is the hosted chat model.
    pub data: Vec<Model>,
}

/// The type of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListObject {
    /// The only one.
    List,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Model {
    /// The name that requests use.
    pub id: String,
    /// What this is.
    pub object: ModelObject,
    /// When it was loaded, in seconds since 1970.
    pub created: u64,
    /// Who made it.
    pub owned_by: String,
    /// What it is, in one or two sentences.
    pub description: String,
    /// The most tokens of a prompt and its answer together; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_model_len: Option<u32>,
    /// Whether it only demonstrates: small, and right only inside a narrow domain.
    pub demonstration: bool,
    /// If the name is an alias: the name of the model that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub root: Option<String>,
}

/// The type of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelObject {
    /// The only one.
    Model,
}

impl From<&ModelInfo> for Model {
    fn from(info: &ModelInfo) -> Self {
        Self {
            id: info.id.clone(),
            object: ModelObject::Model,
            created: info.created,
            owned_by: info.owned_by.clone(),
            description: info.description.clone(),
            max_model_len: info.context_length,
            demonstration: info.demonstration,
            root: None,
        }
    }
}

impl Model {
    /// A model under the name it was asked for, which may be an alias.
    fn under(name: &str, info: &ModelInfo) -> Self {
        let model = Self::from(info);
        if model.id == name {
            return model;
        }
        Self { id: name.to_owned(), root: Some(model.id), ..model }
    }
}

/// List the models
#[utoipa::path(
    get,
    path = "/models",
    tag = "models",
    responses(
        (status = 200, description = "Every model and chain, in the order of the configuration, then the aliases.",
            body = ModelList),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
    ),
)]
pub(crate) async fn list_models(State(app): State<App>) -> Json<ModelList> {
    let catalog = app.catalog();
    let aliases = catalog.aliases().map(|(alias, entry)| Model::under(alias, &entry.info));
    let data = catalog.iter().map(|entry| Model::from(&entry.info)).chain(aliases).collect();
    Json(ModelList { object: ListObject::List, data })
}

/// Describe a model
///
/// The slashes of a name may be sent as they are or as `%2F`.
#[utoipa::path(
    get,
    path = "/models/{*id}",
    tag = "models",
    params(("id" = String, Path, description = "The model's name, which may contain slashes.")),
    responses(
        (status = 200, description = "The model.", body = Model),
        (status = 400, description = "The name is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No model of that name is served.", body = ErrorBody),
        (status = 503, description = "The models are being loaded.", body = ErrorBody),
    ),
)]
pub(crate) async fn describe_model(
    State(app): State<App>,
    id: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Json<Model>, ApiError> {
    let Ok(Path(id)) = id else {
        return Err(ApiError::bad_request("The model's name in the path is not valid UTF-8."));
    };
    app.find(&id).map(|entry| Json(Model::under(&id, &entry.info)))
}
