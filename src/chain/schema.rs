//! The JSON Schema of chain files, for editors and for those who write them with programs.

use serde_json::Value as Json;

use super::spec::Spec;

/// The JSON Schema of chain files: the keys there are and what each is. What belongs together, that every name
/// leads somewhere and that the types fit is checked by [`super::load()`] and by `ponder check`.
pub fn chain_schema() -> Json {
    schemars::schema_for!(Spec).to_value()
}
