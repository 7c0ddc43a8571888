//! `GET /v1/responses/{id}/input_items`: what a response was asked.

use axum::{
    Extension, Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{
    input,
    item::{ItemList, ListObject},
    named,
};
use crate::{
    access::Caller,
    api::query::read,
    app::App,
    error::{ApiError, ErrorBody},
};

/// Which items are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// From 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `desc`, the newest first, if absent.
    #[param(inline)]
    order: Option<Sorting>,
    /// Goes on after the item of this id.
    after: Option<String>,
}

/// In which order items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sorting {
    /// The oldest first.
    Asc,
    /// The newest first.
    Desc,
}

/// What a response was asked
#[utoipa::path(
    get,
    path = "/responses/{id}/input_items",
    operation_id = "list_input_items",
    tag = "responses",
    params(("id" = String, Path, description = "The response's id."), Listing),
    responses(
        (status = 200, description = "The items.", body = ItemList),
        (status = 400, description = "The query is wrong.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No response of that id is kept.", body = ErrorBody),
    ),
)]
pub(crate) async fn input_items(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<ItemList>, ApiError> {
    let id = named(id)?;
    let listing = read(query)?;
    let limit = match listing.limit.map(usize::try_from) {
        None => 20,
        Some(Ok(limit)) if (1..=100).contains(&limit) => limit,
        Some(_) => return Err(ApiError::invalid("limit", "`limit` must be from 1 to 100.")),
    };
    let stored = app.responses().find(&id, &caller)?;
    let mut items: Vec<Value> = input::listed(stored.items(), &stored.frame.identity);
    if listing.order != Some(Sorting::Asc) {
        items.reverse();
    }
    let id_of = |item: &Value| item.get("id").and_then(Value::as_str).map(str::to_owned);
    if let Some(after) = &listing.after {
        let Some(place) = items.iter().rposition(|item| id_of(item).as_ref() == Some(after)) else {
            let message = format!("`after` names `{after}`, which is no item of this response.");
            return Err(ApiError::invalid("after", message));
        };
        items.drain(..=place);
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    Ok(Json(ItemList {
        object: ListObject::List,
        first_id: items.first().and_then(id_of),
        last_id: items.last().and_then(id_of),
        data: items,
        has_more,
    }))
}
