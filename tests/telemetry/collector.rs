//! A collector of traces: takes what is posted to it, and shows it as a tree.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use ponder::{
    app::{ApiSettings, App},
    catalog::Catalog,
    server::{ServerSettings, serve},
};
use prost::Message;

/// A collector on a port of its own.
pub(crate) struct Collector {
    /// Where spans are posted to.
    pub(crate) endpoint: String,
    posts: Arc<Mutex<Vec<Post>>>,
}

/// A post as it came.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A span as far as the tests look at it.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) started: u64,
    pub(crate) ended: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) failed: bool,
}

impl Collector {
    /// Starts one that answers the first posts with these statuses and the others with 200.
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
        let (keep, statuses) = (Arc::clone(&posts), statuses.to_vec());
        let take = move |headers: HeaderMap, body: Bytes| async move {
            let mut posts = keep.lock().expect("no panic");
            let status = statuses.get(posts.len()).copied().unwrap_or(200);
            posts.push(Post { headers, body });
            StatusCode::from_u16(status).expect("a status")
        };
        let router = Router::new().route("/v1/traces", post(take));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let app = App::new(Catalog::default(), ApiSettings::default());
        tokio::spawn(serve(
            listener,
            app,
            router,
            ServerSettings::default(),
            std::future::pending(),
        ));
        Self { endpoint: format!("http://{address}/v1/traces"), posts }
    }

    /// Every post so far.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.posts.lock().expect("no panic").clone()
    }

    /// Every span so far.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.posts().iter().flat_map(|post| read(&post.body)).collect()
    }
}

/// The spans as a tree, in the order in which they began, each with these attributes where it has them.
pub(crate) fn tree(spans: &[Span], shown: &[&str]) -> String {
    let known = |id: &str| spans.iter().any(|span| span.id == id);
    let roots = spans.iter().filter(|span| !known(&span.parent));
    let mut lines = String::new();
    let mut roots: Vec<&Span> = roots.collect();
    roots.sort_by_key(|span| (span.started, span.name.clone()));
    for root in roots {
        write(spans, root, (0, shown), &mut lines);
    }
    lines
}

fn write(spans: &[Span], span: &Span, (depth, shown): (usize, &[&str]), lines: &mut String) {
    let told = shown.iter().filter_map(|name| {
        let value = span.attributes.get(*name)?;
        Some(format!(" {}={value}", name.rsplit('.').next().unwrap_or(name)))
    });
    let told: String = told.collect();
    let failed = if span.failed { " FAILED" } else { "" };
    lines.push_str(&format!("{}{} ({}){told}{failed}\n", "  ".repeat(depth), span.name, span.kind));
    let mut parts: Vec<&Span> = spans.iter().filter(|part| part.parent == span.id).collect();
    // What begins at the same time is told apart by what it is called.
    parts.sort_by_key(|part| (part.attributes.get("ponder.step.id").cloned(), part.started));
    for part in parts {
        assert!(part.started >= span.started, "{} begins before {}", part.name, span.name);
        assert_eq!(part.trace, span.trace, "one trace");
        write(spans, part, (depth + 1, shown), lines);
    }
}

fn read(body: &[u8]) -> Vec<Span> {
    let request = wire::TracesRequest::decode(body).expect("it is protobuf");
    let scopes = request.resources.into_iter().flat_map(|resource| resource.scopes);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let span = |span: wire::Span| Span {
        trace: hex(&span.trace),
        id: hex(&span.id),
        parent: hex(&span.parent),
        name: span.name,
        kind: match span.kind {
            1 => "internal",
            2 => "server",
            3 => "client",
            _ => "?",
        },
        started: span.started,
        ended: span.ended,
        attributes: span.attributes.into_iter().map(|pair| (pair.key, text(pair.value))).collect(),
        failed: span.status.is_some_and(|status| status.code == 2),
    };
    scopes.flat_map(|scope| scope.spans).map(span).collect()
}

fn text(value: Option<wire::Any>) -> String {
    use wire::any::Kind;
    match value.and_then(|value| value.kind) {
        Some(Kind::Text(text)) => text,
        Some(Kind::Flag(flag)) => flag.to_string(),
        Some(Kind::Number(number)) => number.to_string(),
        Some(Kind::Real(number)) => number.to_string(),
        Some(Kind::List(list)) => {
            let texts: Vec<String> =
                list.values.into_iter().map(|value| text(Some(value))).collect();
            format!("[{}]", texts.join(", "))
        }
        None => String::new(),
    }
}

/// The messages, as much of them as is read.
mod wire {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct TracesRequest {
        #[prost(message, repeated, tag = "1")]
        pub(super) resources: Vec<Resource>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Resource {
        #[prost(message, repeated, tag = "2")]
        pub(super) scopes: Vec<Scope>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Scope {
        #[prost(message, repeated, tag = "2")]
        pub(super) spans: Vec<Span>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Span {
        #[prost(bytes = "vec", tag = "1")]
        pub(super) trace: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub(super) id: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        pub(super) parent: Vec<u8>,
        #[prost(string, tag = "5")]
        pub(super) name: String,
        #[prost(int32, tag = "6")]
        pub(super) kind: i32,
        #[prost(fixed64, tag = "7")]
        pub(super) started: u64,
        #[prost(fixed64, tag = "8")]
        pub(super) ended: u64,
        #[prost(message, repeated, tag = "9")]
        pub(super) attributes: Vec<Pair>,
        #[prost(message, optional, tag = "15")]
        pub(super) status: Option<Status>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Status {
        #[prost(int32, tag = "3")]
        pub(super) code: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Pair {
        #[prost(string, tag = "1")]
        pub(super) key: String,
        #[prost(message, optional, tag = "2")]
        pub(super) value: Option<Any>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct List {
        #[prost(message, repeated, tag = "1")]
        pub(super) values: Vec<Any>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Any {
        #[prost(oneof = "any::Kind", tags = "1, 2, 3, 4, 5")]
        pub(super) kind: Option<any::Kind>,
    }

    pub(super) mod any {
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
            List(super::List),
        }
    }
}
