//! What stands after the question mark of an address.

use axum::extract::{Query, rejection::QueryRejection};

use crate::error::ApiError;

/// The query, as it was understood.
///
/// # Errors
///
/// 400 with the name of the parameter that was not.
pub(super) fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    query.map(|Query(query)| query).map_err(|rejection| {
        let text = rejection.body_text();
        // "Failed to deserialize query string: NAME: REASON"
        let mut parts = text.splitn(3, ": ").skip(1);
        match (parts.next(), parts.next()) {
            (Some(name), Some(reason)) if is_name(name) => {
                ApiError::invalid(name.to_owned(), format!("Invalid `{name}`: {reason}"))
            }
            _ => ApiError::bad_request(text),
        }
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
