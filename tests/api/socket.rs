//! What only a real connection shows: clients that leave, dawdle or stay when the server ends.

use std::time::{Duration, Instant};

use ponder::{
    app::ApiSettings,
    engine::scripted::{Ending, Reply, Script},
    server::{ServerSettings, serve},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::support::{TestApp, question, thoughtful};

/// A server on a port of its own.
struct TestServer {
    app: TestApp,
    address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(reply: Reply, settings: ServerSettings) -> TestServer {
    let script = Script { context_length: 1_000_000, ..Script::answering(reply) };
    let app = TestApp::with(script, ApiSettings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let ended =
        tokio::spawn(serve(listener, app.app.clone(), app.router.clone(), settings, shutdown));
    TestServer { app, address, stop, ended }
}

impl TestServer {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.expect("a connection")
    }

    /// Sends a chat request and leaves the answer unread.
    async fn ask(&self, stream: bool) -> TcpStream {
        let body = question(json!({ "stream": stream })).to_string();
        let mut connection = self.connect().await;
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        connection.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
        connection
    }

    async fn running(&self, expected: usize) {
        let work = &self.app.work;
        let patience = Instant::now();
        while work.running() != expected {
            assert!(patience.elapsed() < Duration::from_secs(20), "{} run", work.running());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Everything until the end of the connection, or nothing new for long.
async fn read_all(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = connection.read_to_end(&mut bytes);
    let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
    assert!(read.is_ok(), "the connection stays open: {}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hanging() -> Reply {
    Reply { ending: Ending::HangAfter { tokens: 1 }, ..thoughtful() }
}

#[tokio::test]
async fn s16_e19_a_client_that_leaves_stops_the_engine_streamed_or_not() {
    let server = start(hanging(), ServerSettings::default()).await;
    for stream in [true, false] {
        let connection = server.ask(stream).await;
        server.running(1).await;
        drop(connection);
        server.running(0).await;
    }
    assert_eq!(server.app.app.admission().running(), 0);
}

#[tokio::test]
async fn s16_a_client_that_leaves_the_queue_gives_its_place_back() {
    let server = start(hanging(), ServerSettings::default()).await;
    let mut running = Vec::new();
    for _ in 0..4 {
        running.push(server.ask(true).await);
    }
    server.running(4).await;
    let waiting = server.ask(false).await;
    let admission = server.app.app.admission();
    while admission.waiting() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(waiting);
    let patience = Instant::now();
    while admission.waiting() > 0 {
        assert!(patience.elapsed() < Duration::from_secs(20), "it still waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_client_that_dawdles_with_its_headers_is_cut() {
    let settings =
        ServerSettings { header_timeout: Duration::from_millis(200), ..ServerSettings::default() };
    let server = start(thoughtful(), settings).await;
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "GET /health HTTP/1.1\r\nhost: loc"] {
        let mut connection = server.connect().await;
        connection.write_all(beginning.as_bytes()).await.expect("sent");
        let began = Instant::now();
        let answer = read_all(&mut connection).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{beginning:?}");
        assert!(!answer.contains("200 OK"), "{beginning:?}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_longer_than_the_header_timeout_is_not_cut() {
    let settings =
        ServerSettings { header_timeout: Duration::from_secs(1), ..ServerSettings::default() };
    let reply = Reply { first_token_ms: 2_500, ..thoughtful() };
    let server = start(reply, settings).await;
    for stream in [true, false] {
        let mut connection = server.ask(stream).await;
        let answer = read_all(&mut connection).await;
        assert!(answer.contains("42."), "{answer}");
    }
}

#[tokio::test]
async fn too_many_headers_are_431() {
    let server = start(thoughtful(), ServerSettings::default()).await;
    let mut connection = server.connect().await;
    let headers: String = (0..200).map(|number| format!("x-{number}: y\r\n")).collect();
    let request = format!("GET /health HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    connection.write_all(request.as_bytes()).await.expect("sent");
    let answer = read_all(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_stops_the_engine() {
    let settings = ServerSettings {
        write_stall_timeout: Duration::from_millis(300),
        ..ServerSettings::default()
    };
    let server = start(Reply::saying("word ".repeat(400_000)), settings).await;
    let connection = server.ask(true).await;
    server.running(1).await;
    let produced = server.app.work.tokens();
    server.running(0).await;
    assert!(server.app.work.tokens() < 400_000, "it was all written: {produced}");
    drop(connection);
}

#[tokio::test]
async fn draining_lets_a_running_answer_finish_and_then_ends() {
    let reply = Reply { per_token_ms: 30, ..thoughtful() };
    let server = start(reply, ServerSettings::default()).await;
    let mut connection = server.ask(true).await;
    let idle = server.connect().await;
    server.running(1).await;
    let began = Instant::now();
    server.stop.send(()).expect("the server runs");
    let answer = read_all(&mut connection).await;
    assert!(answer.contains("[DONE]"), "{answer}");
    server.ended.await.expect("no panic");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(&server.address).await.is_err(), "it still listens");
    drop(idle);
}

#[tokio::test]
async fn an_answer_that_outlasts_the_drain_is_cut_with_an_error() {
    let settings =
        ServerSettings { drain_timeout: Duration::from_millis(200), ..ServerSettings::default() };
    let server = start(hanging(), settings).await;
    let mut stream = server.ask(true).await;
    let mut whole = server.ask(false).await;
    server.running(2).await;
    let began = Instant::now();
    server.stop.send(()).expect("the server runs");
    let streamed = read_all(&mut stream).await;
    assert!(streamed.contains("shutting down") && !streamed.contains("[DONE]"), "{streamed}");
    let refused = read_all(&mut whole).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    server.ended.await.expect("no panic");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn http2_is_spoken_to_clients_that_begin_with_it() {
    let server = start(thoughtful(), ServerSettings::default()).await;
    let mut connection = server.connect().await;
    // The preface, then an empty SETTINGS frame: length, type, flags, stream.
    connection.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("sent");
    connection.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.expect("sent");
    let mut frame = [0; 9];
    connection.read_exact(&mut frame).await.expect("a frame");
    assert_eq!(frame[3], 4, "the server's first frame is its SETTINGS");
}
