//! A span: something that took time, in a trace.

use std::time::{Duration, Instant, SystemTime};

use crate::generate::{GenerateError, TraceContext};

use super::exporter::Exporter;

/// The most events of a span: a vote of hundreds of samples decides hundreds of times.
const MOST_EVENTS: usize = 128;

/// What a span stands for, as seen from this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// Something within it.
    Internal,
    /// What somebody asks of it.
    Server,
    /// What it asks of somebody.
    Client,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Real(f64),
    Flag(bool),
    Texts(Vec<String>),
}

/// What is known of something, by name.
pub(super) type Attributes = Vec<(&'static str, Value)>;

/// A span that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) context: TraceContext,
    pub(super) parent: Option<u64>,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) started: SystemTime,
    pub(super) elapsed: Duration,
    pub(super) attributes: Attributes,
    pub(super) events: Vec<Event>,
    /// Whether it failed.
    pub(super) failed: bool,
    /// What is said about the failure.
    pub(super) message: String,
}

/// Something that happened during a span.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) name: &'static str,
    /// After how long.
    pub(super) after: Duration,
    pub(super) attributes: Attributes,
}

/// A span that has not ended. Dropped without an end, what it stands for was given up.
#[derive(Debug)]
pub(crate) struct OpenSpan {
    context: TraceContext,
    /// Nothing where the trace is not recorded.
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    span: Span,
    began: Instant,
    /// Whether what is said may be told.
    content: bool,
    exporter: Exporter,
}

impl OpenSpan {
    /// Begins one at this place, below this span.
    pub(super) fn begin(
        exporter: Exporter,
        (context, parent): (TraceContext, Option<u64>),
        record_content: bool,
        kind: SpanKind,
        name: impl FnOnce() -> String,
    ) -> Self {
        let recorded = context.sampled.then(|| Recorded {
            span: Span {
                context: context.clone(),
                parent,
                name: name(),
                kind,
                started: SystemTime::now(),
                elapsed: Duration::ZERO,
                attributes: Vec::new(),
                events: Vec::new(),
                failed: false,
                message: String::new(),
            },
            began: Instant::now(),
            content: record_content && !context.withheld,
            exporter,
        });
        Self { context, recorded }
    }

    /// The place of what is done within it.
    pub(crate) fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Whether the trace is recorded.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Whether what is asked and answered may be told.
    pub(super) fn tells_content(&self) -> bool {
        self.recorded.as_ref().is_some_and(|recorded| recorded.content)
    }

    /// From here on nothing of what is said is told, in this span and below.
    pub(super) fn withhold(&mut self) {
        self.context.withheld = true;
        if let Some(recorded) = &mut self.recorded {
            recorded.content = false;
        }
    }

    /// The same, as if it had begun so much earlier.
    pub(super) fn since(mut self, elapsed: Duration) -> Self {
        if let Some(Recorded { span, began, .. }) = &mut self.recorded {
            span.started = span.started.checked_sub(elapsed).unwrap_or(span.started);
            *began = began.checked_sub(elapsed).unwrap_or(*began);
        }
        self
    }

    /// Says something about it; what was said under this name before no longer holds.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(Recorded { span, .. }) = &mut self.recorded {
            span.attributes.retain(|(known, _)| *known != name);
            span.attributes.push((name, value.into()));
        }
    }

    /// Says something about it, if it is known.
    pub(super) fn set_known(&mut self, name: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Says what was asked or answered, if that may be told.
    pub(super) fn tell(&mut self, name: &'static str, content: impl FnOnce() -> String) {
        if self.tells_content() {
            self.set(name, content());
        }
    }

    /// Something happened.
    pub(super) fn happened(&mut self, name: &'static str, attributes: Attributes) {
        if let Some(Recorded { span, began, .. }) = &mut self.recorded
            && span.events.len() < MOST_EVENTS
        {
            span.events.push(Event { name, after: began.elapsed(), attributes });
        }
    }

    /// It failed with this class of error; what is said about it may be part of an answer.
    pub(crate) fn failed(&mut self, class: impl Into<String>, message: &str) {
        self.set("error.type", class.into());
        if let Some(Recorded { span, content, .. }) = &mut self.recorded {
            span.failed = true;
            if *content {
                message.clone_into(&mut span.message);
            }
        }
    }

    /// It failed with this error.
    pub(super) fn failed_with(&mut self, error: &GenerateError) {
        self.failed(class(error), &error.to_string());
    }

    /// It has ended.
    pub(crate) fn end(mut self) {
        self.send();
    }

    fn send(&mut self) {
        if let Some(Recorded { mut span, began, exporter, .. }) = self.recorded.take() {
            span.elapsed = began.elapsed();
            exporter.send(span);
        }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        if self.recorded.is_some() {
            // Nobody wanted it any more, which is no failure.
            self.set("ponder.abandoned", true);
            self.send();
        }
    }
}

/// The class of an error: one of few, and nothing of what was asked.
fn class(error: &GenerateError) -> String {
    match error {
        GenerateError::Invalid { .. } => "invalid_request".to_owned(),
        GenerateError::ContextLength { .. } => "context_length_exceeded".to_owned(),
        GenerateError::PromptTooLong { .. } => "prompt_too_long".to_owned(),
        GenerateError::ModelNotFound { .. } => "model_not_found".to_owned(),
        GenerateError::Overloaded { .. } => "overloaded".to_owned(),
        GenerateError::Unavailable { .. } => "unavailable".to_owned(),
        GenerateError::Timeout { .. } => "timeout".to_owned(),
        GenerateError::Cancelled => "cancelled".to_owned(),
        GenerateError::Engine { .. } => "engine".to_owned(),
        GenerateError::Remote { status: Some(status), .. } => status.to_string(),
        GenerateError::Remote { status: None, .. } => "remote".to_owned(),
    }
}

/// The place of a new trace, of which this part is kept.
pub(super) fn root(ratio: f64) -> TraceContext {
    let low = number();
    // 63 bits, as other programs do it: where several decide about the same trace, they decide alike.
    let bound = (ratio.clamp(0.0, 1.0) * 2_f64.powi(63)) as u64;
    TraceContext {
        trace: u128::from(number()) << 64 | u128::from(low),
        span: number(),
        sampled: (low >> 1) < bound,
        withheld: false,
        state: None,
    }
}

/// A random number that is not 0.
pub(super) fn number() -> u64 {
    // Without randomness a trace is of no use, and its request all the same.
    getrandom::u64().unwrap_or_default().max(1)
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        // By way of its shortest text: 0.6 is not to become 0.6000000238418579.
        Self::Real(number.to_string().parse().unwrap_or_else(|_| f64::from(number)))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_the_part_that_is_asked_for_is_kept() {
        let kept = |ratio| (0..2000).filter(|_| root(ratio).sampled).count();
        assert_eq!((kept(0.0), kept(1.0)), (0, 2000));
        // Six standard deviations.
        assert!((366..=634).contains(&kept(0.25)), "{}", kept(0.25));
    }

    #[test]
    fn numbers_are_as_they_were_written() {
        assert_eq!(Value::from(0.6_f32), Value::Real(0.6));
    }
}
