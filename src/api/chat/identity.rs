//! What every part of a reply repeats.

use axum::http::HeaderValue;
use uuid::Uuid;

/// What every part of a reply repeats.
#[derive(Debug, Clone)]
pub(in crate::api) struct Identity {
    /// The reply's id, for example `chatcmpl-…` or `resp_…`.
    pub(in crate::api) id: String,
    /// The run's id, `run_…`, with the same unique part.
    pub(in crate::api) run: String,
    /// In seconds since 1970.
    pub(in crate::api) created: u64,
    /// The model's name, as the request spelled it.
    pub(in crate::api) model: String,
}

impl Identity {
    /// Of a new reply, whose id begins with `prefix`.
    pub(in crate::api) fn new(prefix: &str, model: String) -> Self {
        // Version 7 sorts by time, which makes ids in logs and run folders readable.
        let unique = Uuid::now_v7().simple();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self {
            id: format!("{prefix}{unique}"),
            run: format!("run_{unique}"),
            created: now.map_or(0, |elapsed| elapsed.as_secs()),
            model,
        }
    }

    /// The run's id as a header.
    pub(in crate::api) fn run_id(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.run).ok()
    }
}
