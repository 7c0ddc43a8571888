//! Traces of what is done for a request, for those who collect them; off unless the configuration names a collector.
//!
//! ```text
//! POST /v1/chat/completions        server   goes on with an incoming `traceparent`
//! └ invoke_workflow solve          a run of a chain, told by `chain::Observe`
//!   ├ step detect_language         each step, with what it decided
//!   ├ step reason
//!   │ └ chat vibe-thinker          a model call, seen at the model itself
//!   └ step tool
//!     └ execute_tool files/read
//! ```
//!
//! The names are those of `OpenTelemetry`'s semantic conventions for generative AI, version 0.1.0, where those have
//! one, and begin with `ponder.` where they have none. What is asked and answered is in no span unless the
//! configuration says so, and never that of a private chain.
//!
//! Spans go into a bounded queue and from there to the collector, by a task of its own: no answer waits for it, and
//! what does not fit is lost and counted.

use std::{fmt, sync::Arc, time::Duration};

use crate::generate::{Generate, TraceContext};

mod content;
mod exporter;
mod model;
mod otlp;
mod run;
mod span;

pub use model::ModelPlace;
pub(crate) use span::OpenSpan;
use span::SpanKind;

use exporter::Exporter;

/// Where traces go and what is in them.
#[derive(Clone, PartialEq)]
pub struct TelemetrySettings {
    /// The whole address that spans are posted to, which usually ends in `/v1/traces`.
    pub endpoint: String,
    /// Headers of every post, for example a key; lower-case names.
    pub headers: Vec<(String, String)>,
    /// What this program is called in traces.
    pub service_name: String,
    /// What else is known of it, for example where it runs.
    pub resource: Vec<(String, String)>,
    /// Which part of the traces that begin here is kept, 0 to 1; one that began elsewhere is kept if it is there.
    pub sample_ratio: f64,
    /// Whether prompts and answers are in the spans.
    pub record_content: bool,
}

impl fmt::Debug for TelemetrySettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("TelemetrySettings")
            .field("headers", &headers)
            .field("service_name", &self.service_name)
            .field("sample_ratio", &self.sample_ratio)
            .field("record_content", &self.record_content)
            .finish_non_exhaustive()
    }
}

/// How long the end of the program waits for the last spans to be sent.
const LAST_SPANS: Duration = Duration::from_millis(1500);

/// Keeps traces; a clone is the same.
#[derive(Clone)]
pub struct Telemetry(Arc<Kept>);

struct Kept {
    settings: TelemetrySettings,
    exporter: Exporter,
}

impl Telemetry {
    /// Begins to keep traces; what sends them is a task of the runtime that this is called in.
    pub fn start(settings: TelemetrySettings) -> Self {
        let exporter = Exporter::start(&settings);
        Self(Arc::new(Kept { settings, exporter }))
    }

    /// Sends what has not been sent, and waits for it a moment.
    pub async fn flush(&self) {
        if tokio::time::timeout(LAST_SPANS, self.0.exporter.flush()).await.is_err() {
            tracing::warn!("the last spans could not be sent in time and are lost");
        }
    }

    /// The same model, each of whose calls is a span.
    pub fn traced(&self, place: ModelPlace, model: Arc<dyn Generate>) -> Arc<dyn Generate> {
        model::traced(self.clone(), place, model)
    }

    /// Begins the span of a request to this server; `route` is the pattern of its path.
    pub(crate) fn request(
        &self,
        method: &str,
        route: &str,
        from: Option<&TraceContext>,
    ) -> OpenSpan {
        let mut span = self.begin(from, SpanKind::Server, || format!("{method} {route}"));
        span.set("http.request.method", method);
        span.set("http.route", route);
        span
    }

    /// Begins a span below this place, or a trace where there is none.
    fn begin(
        &self,
        below: Option<&TraceContext>,
        kind: SpanKind,
        name: impl FnOnce() -> String,
    ) -> OpenSpan {
        let settings = &self.0.settings;
        let (context, parent) = match below {
            Some(parent) => {
                (TraceContext { span: span::number(), ..parent.clone() }, Some(parent.span))
            }
            None => (span::root(settings.sample_ratio), None),
        };
        OpenSpan::begin(
            self.0.exporter.clone(),
            (context, parent),
            settings.record_content,
            kind,
            name,
        )
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Telemetry").field(&self.0.settings).finish()
    }
}
