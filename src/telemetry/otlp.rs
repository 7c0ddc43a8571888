//! Spans as they go over the wire: OTLP, version 1, as `protobuf`.
//!
//! The messages are those of `opentelemetry/proto/trace/v1/trace.proto` and of
//! `opentelemetry/proto/collector/trace/v1/trace_service.proto`, as much of them as is written. Their numbers are
//! stable.

use std::time::{Duration, SystemTime};

use prost::Message;

use super::{
    TelemetrySettings,
    span::{Attributes, Event, Span, SpanKind, Value},
};

/// What this program says of itself, with every post.
pub(super) struct Encoder {
    resource: wire::Resource,
}

impl Encoder {
    /// One for a program of these settings.
    pub(super) fn of(settings: &TelemetrySettings) -> Self {
        let text = |name: &str, value: &str| wire::KeyValue {
            key: name.to_owned(),
            value: Some(value_of(Value::from(value))),
        };
        let version = env!("CARGO_PKG_VERSION");
        let own = [
            text("service.name", &settings.service_name),
            text("service.version", version),
            text("telemetry.sdk.language", "rust"),
            text("telemetry.sdk.name", "ponder"),
            text("telemetry.sdk.version", version),
        ];
        let more = settings.resource.iter().map(|(name, value)| text(name, value));
        let more = more.filter(|more| own.iter().all(|own| own.key != more.key));
        let attributes = own.iter().cloned().chain(more).collect();
        Self { resource: wire::Resource { attributes } }
    }

    /// The body of a post with these spans.
    pub(super) fn encode(&self, spans: &[Span]) -> Vec<u8> {
        let scope = wire::Scope {
            name: "ponder".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let scoped = wire::ScopeSpans {
            scope: Some(scope),
            spans: spans.iter().cloned().map(span_of).collect(),
        };
        let of_resource = wire::ResourceSpans {
            resource: Some(self.resource.clone()),
            scope_spans: vec![scoped],
        };
        wire::TracesRequest { resource_spans: vec![of_resource] }.encode_to_vec()
    }
}

/// What a collector did not take of a post, and why; `None` where it took everything.
pub(super) fn refused(body: &[u8]) -> Option<(i64, String)> {
    let partial = wire::TracesResponse::decode(body).ok()?.partial_success?;
    let refused = partial.rejected_spans > 0 || !partial.error_message.is_empty();
    refused.then_some((partial.rejected_spans, partial.error_message))
}

fn span_of(span: Span) -> wire::Span {
    let Span { context, parent, name, kind, started, elapsed, attributes, events, .. } = span;
    wire::Span {
        trace_id: context.trace.to_be_bytes().to_vec(),
        span_id: context.span.to_be_bytes().to_vec(),
        trace_state: context.state.as_deref().unwrap_or_default().to_owned(),
        parent_span_id: parent.map(|parent| parent.to_be_bytes().to_vec()).unwrap_or_default(),
        name,
        kind: match kind {
            SpanKind::Internal => 1,
            SpanKind::Server => 2,
            SpanKind::Client => 3,
        },
        start_time_unix_nano: nanoseconds(started),
        end_time_unix_nano: nanoseconds(started + elapsed),
        attributes: pairs(attributes),
        events: events.into_iter().map(|event| event_of(event, started)).collect(),
        status: span.failed.then_some(wire::Status { message: span.message, code: 2 }),
        // Only what is sampled is sent.
        flags: 1,
    }
}

fn event_of(event: Event, started: SystemTime) -> wire::Event {
    wire::Event {
        time_unix_nano: nanoseconds(started + event.after),
        name: event.name.to_owned(),
        attributes: pairs(event.attributes),
    }
}

fn pairs(attributes: Attributes) -> Vec<wire::KeyValue> {
    let pair = |(name, value): (&str, Value)| wire::KeyValue {
        key: name.to_owned(),
        value: Some(value_of(value)),
    };
    attributes.into_iter().map(pair).collect()
}

fn value_of(value: Value) -> wire::AnyValue {
    use wire::any_value::Kind;
    let kind = match value {
        Value::Text(text) => Kind::Text(text),
        Value::Number(number) => Kind::Number(number),
        Value::Real(number) => Kind::Real(number),
        Value::Flag(flag) => Kind::Flag(flag),
        Value::Texts(texts) => {
            let values = texts.into_iter().map(|text| value_of(Value::Text(text))).collect();
            Kind::List(wire::ArrayValue { values })
        }
    };
    wire::AnyValue { kind: Some(kind) }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The messages.
mod wire {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct TracesRequest {
        #[prost(message, repeated, tag = "1")]
        pub(super) resource_spans: Vec<ResourceSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct TracesResponse {
        #[prost(message, optional, tag = "1")]
        pub(super) partial_success: Option<PartialSuccess>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct PartialSuccess {
        #[prost(int64, tag = "1")]
        pub(super) rejected_spans: i64,
        #[prost(string, tag = "2")]
        pub(super) error_message: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ResourceSpans {
        #[prost(message, optional, tag = "1")]
        pub(super) resource: Option<Resource>,
        #[prost(message, repeated, tag = "2")]
        pub(super) scope_spans: Vec<ScopeSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Resource {
        #[prost(message, repeated, tag = "1")]
        pub(super) attributes: Vec<KeyValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ScopeSpans {
        #[prost(message, optional, tag = "1")]
        pub(super) scope: Option<Scope>,
        #[prost(message, repeated, tag = "2")]
        pub(super) spans: Vec<Span>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Scope {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) version: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Span {
        #[prost(bytes = "vec", tag = "1")]
        pub(super) trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub(super) span_id: Vec<u8>,
        #[prost(string, tag = "3")]
        pub(super) trace_state: String,
        #[prost(bytes = "vec", tag = "4")]
        pub(super) parent_span_id: Vec<u8>,
        #[prost(string, tag = "5")]
        pub(super) name: String,
        #[prost(int32, tag = "6")]
        pub(super) kind: i32,
        #[prost(fixed64, tag = "7")]
        pub(super) start_time_unix_nano: u64,
        #[prost(fixed64, tag = "8")]
        pub(super) end_time_unix_nano: u64,
        #[prost(message, repeated, tag = "9")]
        pub(super) attributes: Vec<KeyValue>,
        #[prost(message, repeated, tag = "11")]
        pub(super) events: Vec<Event>,
        #[prost(message, optional, tag = "15")]
        pub(super) status: Option<Status>,
        #[prost(fixed32, tag = "16")]
        pub(super) flags: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Event {
        #[prost(fixed64, tag = "1")]
        pub(super) time_unix_nano: u64,
        #[prost(string, tag = "2")]
        pub(super) name: String,
        #[prost(message, repeated, tag = "3")]
        pub(super) attributes: Vec<KeyValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Status {
        #[prost(string, tag = "2")]
        pub(super) message: String,
        #[prost(int32, tag = "3")]
        pub(super) code: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct KeyValue {
        #[prost(string, tag = "1")]
        pub(super) key: String,
        #[prost(message, optional, tag = "2")]
        pub(super) value: Option<AnyValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ArrayValue {
        #[prost(message, repeated, tag = "1")]
        pub(super) values: Vec<AnyValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct AnyValue {
        #[prost(oneof = "any_value::Kind", tags = "1, 2, 3, 4, 5")]
        pub(super) kind: Option<any_value::Kind>,
    }

    pub(super) mod any_value {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(in super::super) enum Kind {
            #[prost(string, tag = "1")]
            Text(String),
            #[prost(bool, tag = "2")]
            Flag(bool),
            #[prost(int64, tag = "3")]
            Number(i64),
            #[prost(double, tag = "4")]
            Real(f64),
            #[prost(message, tag = "5")]
            List(super::ArrayValue),
        }
    }
}
