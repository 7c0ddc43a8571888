//! Sends spans to a collector, in a task of its own: an answer only ever puts its spans into a queue.
//!
//! The queue is bounded. What does not fit, because the collector is slow or gone, is lost and counted; a warning says
//! so, at most once a minute.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    TelemetrySettings,
    otlp::{self, Encoder},
    span::Span,
};

/// How many spans wait to be sent. As many as SDKs of `OpenTelemetry` keep.
const MOST_WAITING: usize = 2048;
/// How many are sent at once.
const MOST_AT_ONCE: usize = 512;
/// How many bytes of them are sent at once, unless one span alone has more. Collectors refuse posts of some 20 MB.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// How long the first of them waits for others.
const GATHERING: Duration = Duration::from_secs(2);
/// How long a collector may take for a post.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a post is tried.
const ATTEMPTS: u32 = 4;
/// The longest time between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The time between two warnings.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);
/// As much as is read of what a collector says.
const MOST_SAID: usize = 64 * 1024;

/// What spans are handed to; a clone is the same.
#[derive(Debug, Clone)]
pub(super) struct Exporter {
    spans: mpsc::Sender<Span>,
    flushes: mpsc::Sender<oneshot::Sender<()>>,
    lost: Arc<AtomicU64>,
}

impl Exporter {
    /// Begins to send.
    pub(super) fn start(settings: &TelemetrySettings) -> Self {
        let (spans, waiting) = mpsc::channel(MOST_WAITING);
        let (flushes, asked) = mpsc::channel(1);
        let lost = Arc::<AtomicU64>::default();
        // It is not led elsewhere by what answers there.
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build();
        let sender = Sender {
            http: http.map_err(|error| tracing::error!("no spans are sent: {error}")).ok(),
            endpoint: settings.endpoint.clone(),
            headers: headers(settings),
            encoder: Encoder::of(settings),
            waiting,
            asked,
            flushing: None,
            lost: Arc::clone(&lost),
            why: None,
            warned: None,
        };
        // The end of the program waits for it by `flush`.
        tokio::spawn(sender.work());
        Self { spans, flushes, lost }
    }

    /// Hands over a span that has ended; never waits.
    pub(super) fn send(&self, span: Span) {
        if self.spans.try_send(span).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything so far is sent, or is lost.
    pub(super) async fn flush(&self) {
        let (done, sent) = oneshot::channel();
        if self.flushes.send(done).await.is_ok() {
            let _ = sent.await;
        }
    }
}

fn headers(settings: &TelemetrySettings) -> HeaderMap {
    let own = settings.headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name).ok()?;
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    });
    let mut headers: HeaderMap = own.collect();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    headers
}

/// What the task works with.
struct Sender {
    http: Option<Client>,
    endpoint: String,
    headers: HeaderMap,
    encoder: Encoder,
    waiting: mpsc::Receiver<Span>,
    asked: mpsc::Receiver<oneshot::Sender<()>>,
    /// Who waits for everything to be sent. Then nothing is waited for any more.
    flushing: Option<oneshot::Sender<()>>,
    lost: Arc<AtomicU64>,
    /// Why some were lost last.
    why: Option<String>,
    warned: Option<Instant>,
}

/// What came of a post.
enum Posted {
    Taken,
    /// It may be taken later, perhaps after this time.
    Later(String, Option<Duration>),
    Refused(String),
}

impl Sender {
    async fn work(mut self) {
        let mut spans = Vec::new();
        while self.gather(&mut spans).await {
            if !spans.is_empty() {
                self.post(&spans).await;
                spans.clear();
            }
            self.complain(None);
            if self.waiting.is_empty()
                && let Some(done) = self.flushing.take()
            {
                // Whoever asked may have gone.
                let _ = done.send(());
            }
        }
    }

    /// Gathers spans until there are enough, the first has waited long enough, or somebody waits for all of them.
    /// False when no more will come.
    async fn gather(&mut self, spans: &mut Vec<Span>) -> bool {
        if self.flushing.is_none() {
            tokio::select! {
                first = self.waiting.recv() => match first {
                    Some(first) => spans.push(first),
                    None => return false,
                },
                asked = self.asked.recv() => self.flushing = asked,
            }
        }
        let until = Instant::now() + GATHERING;
        while self.flushing.is_none() && spans.len() < MOST_AT_ONCE {
            tokio::select! {
                next = self.waiting.recv() => match next {
                    Some(next) => spans.push(next),
                    // What there is, is sent first.
                    None => break,
                },
                asked = self.asked.recv() => self.flushing = asked,
                () = tokio::time::sleep_until(until) => break,
            }
        }
        while spans.len() < MOST_AT_ONCE
            && let Ok(next) = self.waiting.try_recv()
        {
            spans.push(next);
        }
        true
    }

    /// Posts spans, in halves where they are more than a collector takes at once.
    async fn post(&mut self, spans: &[Span]) {
        let mut waiting = vec![spans];
        while let Some(spans) = waiting.pop() {
            let body = self.encoder.encode(spans);
            if body.len() > MOST_BYTES && spans.len() > 1 {
                let (first, second) = spans.split_at(spans.len() / 2);
                waiting.extend([second, first]);
            } else {
                self.post_whole(spans, body).await;
            }
        }
    }

    /// Posts spans, more than once if need be.
    async fn post_whole(&mut self, spans: &[Span], body: Vec<u8>) {
        let mut wait = Duration::from_secs(1);
        let mut attempt = 1;
        let why = loop {
            match self.try_to_post(body.clone()).await {
                Posted::Taken => return,
                Posted::Refused(why) => break why,
                Posted::Later(why, _) if attempt >= ATTEMPTS || self.flushing.is_some() => {
                    break why;
                }
                Posted::Later(why, after) => {
                    self.complain(Some(&why));
                    self.pause(after.unwrap_or(wait).min(LONGEST_WAIT)).await;
                }
            }
            attempt += 1;
            wait = wait.saturating_mul(2);
        };
        self.lost.fetch_add(spans.len() as u64, Ordering::Relaxed);
        self.complain(Some(&why));
    }

    /// Waits before another attempt, unless somebody waits for the end.
    async fn pause(&mut self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            asked = self.asked.recv(), if self.flushing.is_none() => self.flushing = asked,
        }
    }

    async fn try_to_post(&mut self, body: Vec<u8>) -> Posted {
        let Some(http) = &self.http else {
            return Posted::Refused("nothing can be asked over HTTP".to_owned());
        };
        let request = http.post(&self.endpoint).headers(self.headers.clone()).body(body);
        let response = match request.send().await {
            Ok(response) => response,
            // The address may hold a secret.
            Err(error) => return Posted::Later(error.without_url().to_string(), None),
        };
        let status = response.status();
        let after = retry_after(&response);
        let said = said(response).await;
        match status {
            _ if status.is_success() => {
                if let Some((spans, why)) = otlp::refused(&said) {
                    self.lost.fetch_add(spans.unsigned_abs(), Ordering::Relaxed);
                    self.complain(Some(&why));
                }
                Posted::Taken
            }
            // Those that the protocol names.
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Posted::Later(format!("it answers {status}"), after),
            _ => Posted::Refused(format!("it answers {status}")),
        }
    }

    /// Says that spans are lost or late, but not often.
    fn complain(&mut self, why: Option<&str>) {
        if let Some(why) = why {
            self.why = Some(why.to_owned());
        }
        let lost = self.lost.load(Ordering::Relaxed);
        let lately = self.warned.is_some_and(|warned| warned.elapsed() < BETWEEN_WARNINGS);
        if lately || (lost == 0 && why.is_none()) {
            return;
        }
        self.warned = Some(Instant::now());
        self.lost.fetch_sub(lost, Ordering::Relaxed);
        let why = self.why.take();
        let why = why.as_deref().unwrap_or("more came than it takes");
        tracing::warn!(
            lost,
            "the collector of traces does not take all spans: {why}; answers are not affected. Check that it runs and \
             `endpoint` under [telemetry] or OTEL_EXPORTER_OTLP_ENDPOINT"
        );
    }
}

/// In how many seconds the collector wants to be asked again, if it says so.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The beginning of what the collector says.
async fn said(mut response: Response) -> Vec<u8> {
    let mut said = Vec::new();
    while let Ok(Some(more)) = response.chunk().await {
        said.extend_from_slice(&more);
        if said.len() > MOST_SAID {
            break;
        }
    }
    said
}
