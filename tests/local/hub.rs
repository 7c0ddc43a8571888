//! Downloading, against a hub that runs in the test: whole, interrupted, damaged and offline.

use std::{
    collections::HashMap,
    convert::Infallible,
    fmt::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header, service::service_fn};
use hyper_util::rt::TokioIo;
use ponder::engine::{
    hub::{self, HubSettings},
    source::HubId,
};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The hub keeps a connection's download in pieces of ten million bytes.
const PIECE: usize = 10_000_000;

struct FakeHub {
    address: String,
    served: Arc<Served>,
}

struct Served {
    files: HashMap<&'static str, Bytes>,
    /// Of the weights; made once, for requests must not wait for it.
    digest: String,
    /// Where each piece that was asked for begins.
    pieces: Mutex<Vec<usize>>,
    /// The third piece fails.
    interrupts: AtomicBool,
    /// A bit of the weights falls over on the way.
    damages: AtomicBool,
}

impl FakeHub {
    async fn start() -> Self {
        let weights: Vec<u8> = (0..2 * PIECE + 12_345).map(|index| (index % 251) as u8).collect();
        let digest = Sha256::digest(&weights).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        let files = HashMap::from([
            ("config.json", Bytes::from_static(b"{}")),
            ("tokenizer.json", Bytes::from_static(b"{}")),
            ("tokenizer_config.json", Bytes::from_static(b"{}")),
            ("README.md", Bytes::from_static(b"not needed")),
            ("model.safetensors", weights.into()),
        ]);
        let served = Arc::new(Served {
            files,
            digest,
            pieces: Mutex::default(),
            interrupts: AtomicBool::new(false),
            damages: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&served);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let served = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(move |request| Arc::clone(&served).answer(request));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, served }
    }

    fn settings(&self, home: &std::path::Path) -> HubSettings {
        HubSettings {
            endpoint: Some(self.address.clone()),
            home: Some(home.to_owned()),
            token: Some("secret".to_owned()),
        }
    }

    fn pieces(&self) -> Vec<usize> {
        std::mem::take(&mut self.served.pieces.lock().unwrap())
    }
}

impl Served {
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let refuse =
            |status: u16| Response::builder().status(status).body(Full::default()).unwrap();
        if request.headers().get(header::AUTHORIZATION).is_none_or(|key| key != "Bearer secret") {
            return Ok(refuse(401));
        }
        let path = request.uri().path();
        if path == "/api/models/someone/something/revision/main" {
            let files: Vec<_> =
                self.files.keys().map(|name| serde_json::json!({"rfilename": name})).collect();
            let info = serde_json::json!({"siblings": files, "sha": COMMIT}).to_string();
            return Ok(Response::new(Full::from(info)));
        }
        let prefix = format!("/someone/something/resolve/{COMMIT}/");
        let Some((name, body)) =
            path.strip_prefix(&prefix).and_then(|name| self.files.get_key_value(name))
        else {
            return Ok(refuse(404));
        };
        let range = request.headers()[header::RANGE].to_str().unwrap();
        let (start, end) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        let end = end.min(body.len() - 1);
        if end > 0 && *name == "model.safetensors" {
            self.pieces.lock().unwrap().push(start);
            if start >= 2 * PIECE && self.interrupts.load(Ordering::Relaxed) {
                // After the other pieces have arrived, also on a busy machine.
                tokio::time::sleep(Duration::from_secs(5)).await;
                return Ok(refuse(503));
            }
        }
        let mut piece = body.slice(start..=end).to_vec();
        if self.damages.load(Ordering::Relaxed) && *name == "model.safetensors" {
            piece[0] ^= 1;
        }
        let weights = name.ends_with("safetensors");
        let etag = if weights { self.digest.clone() } else { format!("plain-{name}") };
        Ok(Response::builder()
            .status(206)
            .header(header::ETAG, format!("\"{etag}\""))
            .header("x-repo-commit", COMMIT)
            .header(header::CONTENT_RANGE, format!("bytes {start}-{end}/{}", body.len()))
            .body(Full::from(piece))
            .unwrap())
    }
}

fn id() -> HubId {
    HubId { repository: "someone/something".to_owned(), revision: "main".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on_where_it_stopped_and_then_needs_no_network() {
    let (hub, home) = (FakeHub::start().await, tempfile::tempdir().unwrap());
    hub.served.interrupts.store(true, Ordering::Relaxed);
    let error = hub::fetch(&id(), &hub.settings(home.path())).await.unwrap_err().to_string();
    assert!(error.contains("answered 503"), "{error}");
    let first = hub.pieces();
    assert!(first.contains(&0) && first.contains(&(2 * PIECE)), "{first:?}");

    hub.served.interrupts.store(false, Ordering::Relaxed);
    let folder = hub::fetch(&id(), &hub.settings(home.path())).await.unwrap();
    assert_eq!(hub.pieces(), [2 * PIECE], "what had arrived is not asked for again");
    assert_eq!(folder.file_name().unwrap(), COMMIT);
    let weights = std::fs::read(folder.join("model.safetensors")).unwrap();
    assert_eq!(weights, hub.served.files["model.safetensors"]);
    assert!(!folder.join("README.md").exists(), "only what is loaded");

    let offline = HubSettings {
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        ..hub.settings(home.path())
    };
    assert_eq!(hub::fetch(&id(), &offline).await.unwrap(), folder);
    assert_eq!(hub.pieces(), [] as [usize; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_weights_are_refused_and_fetched_anew() {
    let (hub, home) = (FakeHub::start().await, tempfile::tempdir().unwrap());
    hub.served.damages.store(true, Ordering::Relaxed);
    let error = hub::fetch(&id(), &hub.settings(home.path())).await.unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
    hub.served.damages.store(false, Ordering::Relaxed);
    let folder = hub::fetch(&id(), &hub.settings(home.path())).await.unwrap();
    let weights = std::fs::read(folder.join("model.safetensors")).unwrap();
    assert_eq!(weights, hub.served.files["model.safetensors"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_refuses_is_quoted_with_advice() {
    let (hub, home) = (FakeHub::start().await, tempfile::tempdir().unwrap());
    let settings = HubSettings { token: Some("wrong".to_owned()), ..hub.settings(home.path()) };
    let error = hub::fetch(&id(), &settings).await.unwrap_err().to_string();
    assert!(error.contains("HF_TOKEN"), "{error}");
    assert!(!error.contains("wrong"), "a token is no matter for messages: {error}");
    let other = HubId { repository: "someone/else".to_owned(), revision: "main".to_owned() };
    let error = hub::fetch(&other, &hub.settings(home.path())).await.unwrap_err().to_string();
    assert!(error.contains("has no someone/else"), "{error}");
}
