//! The protocol over a pair of pipes: one message a line, of one client.

use std::{collections::HashMap, io, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    task::{AbortHandle, Id as TaskId, JoinError, JoinSet},
    time::timeout,
};

use super::{
    message::{self, Call, Code, Failure, Id, Message, Unreadable},
    revision::{self, Era},
    service::{Reply, Service},
};
use crate::access::Caller;

pub(super) mod lines;

use lines::{Line, Lines};

/// Messages that wait to be written; with more, nothing is read until the client takes some.
const WAITING: usize = 64;
/// Calls that are worked on or wait at the same time. Admission is stricter; this bounds what waits for a
/// client that does not read.
const MOST_CALLS: usize = 256;
/// How long what has been said may take to be written at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves one client until it closes `input`, no longer takes `output`, or `stop` completes. Calls that are
/// still worked on are then cancelled.
///
/// # Errors
///
/// If `input` cannot be read.
pub async fn serve<R, W>(
    service: Service,
    input: R,
    output: W,
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING);
    let writer = tokio::spawn(write(output, receiver));
    let mut connection =
        Connection { service, sender, calls: Calls::default(), initialized: false };
    let ended = tokio::select! {
        ended = connection.follow(Lines::new(input)) => ended,
        () = stop => Ok(()),
    };
    // Waited for, so that what is kept of a call is known when this returns.
    connection.calls.tasks.shutdown().await;
    drop(connection);
    // A client that does not read must not hold up the end.
    let _ = timeout(LAST_WORDS, writer).await;
    ended
}

/// Writes messages until there are no more or nobody takes them.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut messages: mpsc::Receiver<Value>,
) -> io::Result<()> {
    while let Some(message) = messages.recv().await {
        let mut line = message.to_string();
        line.push('\n');
        output.write_all(line.as_bytes()).await?;
        output.flush().await?;
    }
    output.shutdown().await
}

struct Connection {
    service: Service,
    sender: mpsc::Sender<Value>,
    calls: Calls,
    /// Whether `initialize` was answered; calls that stand for themselves do not need it.
    initialized: bool,
}

/// What is worked on; dropped, it is cancelled.
#[derive(Default)]
struct Calls {
    tasks: JoinSet<()>,
    running: HashMap<Id, AbortHandle>,
}

/// The client no longer takes what is written.
struct Gone;

impl Connection {
    async fn follow(&mut self, mut lines: Lines<impl AsyncRead + Unpin>) -> io::Result<()> {
        loop {
            let line = tokio::select! {
                line = lines.next() => line?,
                Some(ended) = self.calls.tasks.join_next_with_id() => {
                    if self.reap(ended).await.is_err() {
                        return Ok(());
                    }
                    continue;
                }
                () = self.sender.closed() => return Ok(()),
            };
            let taken = match line {
                Line::Whole(line) => self.take(&line).await,
                Line::TooLong => {
                    let message = format!("A message has at most {} bytes.", lines::LONGEST);
                    self.fail(None, Failure::new(Code::InvalidRequest, message)).await
                }
                Line::End => return Ok(()),
            };
            if taken.is_err() {
                return Ok(());
            }
        }
    }

    async fn take(&mut self, line: &[u8]) -> Result<(), Gone> {
        match Message::read(line) {
            Ok(Message::Call(call)) => self.call(call).await,
            Ok(Message::Notice(notice)) => {
                if let Some(id) = notice.cancels() {
                    self.calls.cancel(&id);
                }
                Ok(())
            }
            Ok(Message::Answer) => Ok(()),
            Err(Unreadable { id, failure }) => self.fail(id.as_ref(), failure).await,
        }
    }

    async fn call(&mut self, call: Call) -> Result<(), Gone> {
        let id = call.id.clone();
        let era = match revision::era(&call) {
            Ok(era) => era,
            Err(failure) => return self.fail(Some(&id), failure).await,
        };
        let begins = call.method == "initialize";
        if era == Era::Legacy && !self.initialized && !begins && call.method != "ping" {
            let message =
                "Begin with `initialize`, or say the version of the protocol with each call.";
            return self.fail(Some(&id), Failure::new(Code::InvalidRequest, message)).await;
        }
        if self.calls.running.contains_key(&id) {
            let message = "A call with this `id` has not been answered yet: choose another.";
            return self.fail(Some(&id), Failure::new(Code::InvalidRequest, message)).await;
        }
        match self.service.answer(era, call, Caller::default()) {
            Reply::Result(result) => {
                self.initialized |= begins;
                self.say(message::answer(&id, result)).await
            }
            Reply::Failure(failure) => self.fail(Some(&id), failure).await,
            Reply::Running(_) if self.calls.running.len() >= MOST_CALLS => {
                let message = format!("{MOST_CALLS} calls wait already: call again later.");
                self.fail(Some(&id), Failure::new(Code::Internal, message)).await
            }
            Reply::Running(messages) => {
                let task = self.calls.tasks.spawn(pass_on(messages, self.sender.clone()));
                self.calls.running.insert(id, task);
                Ok(())
            }
        }
    }

    /// Forgets a call that has ended; one that panicked is answered, or its client would wait for ever.
    async fn reap(&mut self, ended: Result<(TaskId, ()), JoinError>) -> Result<(), Gone> {
        let (task, panicked) = match &ended {
            Ok((task, ())) => (*task, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let id = self.calls.forget(task);
        match id {
            Some(id) if panicked => {
                let message = "The call failed in an unexpected way. Standard error says more.";
                self.fail(Some(&id), Failure::new(Code::Internal, message)).await
            }
            _ => Ok(()),
        }
    }

    async fn fail(&self, id: Option<&Id>, failure: Failure) -> Result<(), Gone> {
        self.say(message::failure(id, &failure)).await
    }

    async fn say(&self, message: Value) -> Result<(), Gone> {
        self.sender.send(message).await.map_err(|_closed| Gone)
    }
}

impl Calls {
    fn cancel(&mut self, id: &Id) {
        if let Some(task) = self.running.remove(id) {
            task.abort();
        }
    }

    fn forget(&mut self, task: TaskId) -> Option<Id> {
        let (id, _) = self.running.iter().find(|(_, running)| running.id() == task)?;
        let id = id.clone();
        self.running.remove(&id);
        Some(id)
    }
}

async fn pass_on(mut messages: BoxStream<'static, Value>, sender: mpsc::Sender<Value>) {
    while let Some(message) = messages.next().await {
        if sender.send(message).await.is_err() {
            return;
        }
    }
}
