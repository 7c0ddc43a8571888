//! `ponder schema`

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::chain;

pub(super) fn schema() -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(&chain::schema::chain_schema())
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    show::line(&text);
    Ok(Exit::Done)
}
