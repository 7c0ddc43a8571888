//! The answers that a request which comes again finds: by whom they are found, how long they are kept,
//! and when work that nobody waits for is given up.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt};
use tokio::{task::AbortHandle, time::Instant};

use super::{Attempt, By, Name, Patience};
use crate::{
    api::{
        chat::{choices::Piece, identity::Identity},
        recording::{End, Followed, Progress, Recording},
    },
    error::ApiError,
    generate::GenerateError,
};

/// How long an answer with a key is found after its end.
const KEPT: Duration = Duration::from_secs(600);
/// How many answers are found in all, and how much memory they take; the oldest are given up first.
const MOST: usize = 1024;
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// How many clients read one answer at the same time.
const MOST_READERS: usize = 8;

/// The answers that can be found; a clone is the same.
#[derive(Clone)]
pub(crate) struct Attachments {
    held: Arc<Mutex<Answers>>,
    patience: Patience,
    /// How many answers go on without a client at most.
    most_left: usize,
}

type Answers = HashMap<Name, Vec<Held>>;

/// An answer that can be found.
struct Held {
    identity: Identity,
    body: [u8; 32],
    recording: Recording,
    /// Ends the work on it.
    work: AbortHandle,
    /// How many clients read it.
    readers: usize,
    /// When a client last came or left.
    since: Instant,
    /// How long it goes on without a client; for ever if it is made in the background.
    patience: Option<Duration>,
}

impl Held {
    /// Whether it goes on without a client that may come back.
    fn is_left(&self) -> bool {
        self.readers == 0 && self.patience.is_some() && !self.recording.has_ended()
    }

    /// Whether it has ended and nobody reads it.
    fn is_idle(&self) -> bool {
        self.readers == 0 && self.recording.has_ended()
    }

    /// How long nothing has happened to it.
    fn quiet_for(&self) -> Duration {
        let ended = self.recording.ended_at().map_or(Duration::MAX, |ended| ended.elapsed());
        ended.min(self.since.elapsed())
    }

    /// Ends the work on it, if it has not ended.
    fn give_up(&self) -> bool {
        let given_up = self.recording.end(End::Cancelled);
        if given_up {
            self.work.abort();
        }
        given_up
    }
}

/// An answer, begun by this request or an earlier one.
pub(super) struct Attached {
    pub(super) identity: Identity,
    /// Whether an earlier request began it.
    pub(super) replayed: bool,
    pub(super) recording: Recording,
    reader: Reader,
}

/// A client that reads an answer; when the last one leaves, the work ends soon.
struct Reader {
    attachments: Attachments,
    name: Name,
    id: String,
    recording: Recording,
    /// How many pieces it has taken.
    taken: AtomicUsize,
}

impl Attachments {
    /// None yet; at most `most_left` answers go on without a client.
    pub(crate) fn new(patience: Patience, most_left: usize) -> Self {
        Self { held: Arc::default(), patience, most_left }
    }

    /// The answer of an earlier request of that name, or a new one of so many answers, whose pieces
    /// `work` puts into its recording.
    ///
    /// # Errors
    ///
    /// 422 if the key came with another body before, 429 if many clients read the answer already.
    pub(super) fn enter<W: Future<Output = ()> + Send + 'static>(
        &self,
        name: Name,
        attempt: &Attempt,
        identity: Identity,
        answers: u32,
        work: impl FnOnce(Recording) -> W,
    ) -> Result<Attached, ApiError> {
        self.with(|held| {
            let by_body = matches!(name.by, By::Body(_));
            let list = list(held, &name, attempt)?;
            // Requests with the same body may well be meant to be several: only one that says it is
            // sent again takes the answer of one that was left.
            let retried = attempt.tried.is_some_and(|tried| tried > 0);
            let found = list.iter_mut().find(|held| !by_body || retried && held.readers == 0);
            let replayed = found.is_some();
            let held = match found {
                Some(held) => held,
                None => {
                    let recording = Recording::of(answers);
                    let Patience { with_key, without_key } = self.patience;
                    list.push(Held {
                        identity,
                        body: attempt.body,
                        work: tokio::spawn(work(recording.clone())).abort_handle(),
                        recording,
                        readers: 0,
                        since: Instant::now(),
                        patience: Some(if by_body { without_key } else { with_key }),
                    });
                    list.last_mut().ok_or_else(|| ApiError::internal("An answer was lost."))?
                }
            };
            if held.readers >= MOST_READERS {
                return Err(crowded().into());
            }
            held.readers += 1;
            held.since = Instant::now();
            Ok(Attached {
                identity: held.identity.clone(),
                replayed,
                recording: held.recording.clone(),
                reader: Reader {
                    attachments: self.clone(),
                    name,
                    id: held.identity.id.clone(),
                    recording: held.recording.clone(),
                    taken: AtomicUsize::new(0),
                },
            })
        })
    }

    /// Who was answered in the background under that name before, if `exists` still knows him;
    /// otherwise `begin` begins such an answer.
    ///
    /// # Errors
    ///
    /// 422 if the key came with another body before, and what keeps the answer from beginning.
    pub(super) fn enter_background(
        &self,
        name: &Name,
        attempt: &Attempt,
        identity: &Identity,
        exists: impl Fn(&str) -> bool,
        begin: impl FnOnce() -> Result<(Recording, AbortHandle), ApiError>,
    ) -> Result<Option<Identity>, ApiError> {
        self.with(|held| {
            let list = list(held, name, attempt)?;
            list.retain(|held| exists(&held.identity.id));
            if let Some(held) = list.first() {
                return Ok(Some(held.identity.clone()));
            }
            let (recording, work) = begin()?;
            list.push(Held {
                identity: identity.clone(),
                body: attempt.body,
                recording,
                work,
                readers: 0,
                since: Instant::now(),
                patience: None,
            });
            Ok(None)
        })
    }

    /// The answer of that id is not found any more.
    pub(crate) fn forget(&self, id: &str) {
        self.with(|held| {
            for list in held.values_mut() {
                list.retain(|held| held.identity.id != id);
            }
            held.retain(|_, list| !list.is_empty());
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Answers) -> T) -> T {
        work(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the work on an answer that nobody reads, if nobody has come back since.
    fn give_up(&self, name: &Name, id: &str, patience: Duration) {
        self.with(|held| {
            let Some(list) = held.get_mut(name) else { return };
            list.retain(|held| {
                let due = held.is_left() && held.since.elapsed() >= patience;
                !(held.identity.id == id && due && held.give_up())
            });
            if list.is_empty() {
                held.remove(name);
            }
        });
    }
}

/// The answers of that name.
fn list<'held>(
    held: &'held mut Answers,
    name: &Name,
    attempt: &Attempt,
) -> Result<&'held mut Vec<Held>, ApiError> {
    make_room(held);
    let list = held.entry(name.clone()).or_default();
    let by_key = matches!(name.by, By::Key(_));
    if by_key && list.first().is_some_and(|held| held.body != attempt.body) {
        return Err(ApiError::other_body());
    }
    Ok(list)
}

/// Gives up what has ended long ago, and the oldest of what has ended if there is too much.
fn make_room(held: &mut Answers) {
    for (name, list) in held.iter_mut() {
        let kept = |held: &Held| match (&name.by, held.patience) {
            // A retry comes soon or not at all.
            (By::Body(_), Some(patience)) => patience,
            _ => KEPT,
        };
        list.retain(|held| {
            // What failed or was cancelled is tried again, as the client wants, whoever still reads it.
            let failed = match held.recording.progress() {
                Progress::Ended(End::Failed(_)) => true,
                Progress::Ended(End::Cancelled) => held.patience.is_some(),
                Progress::Ended(End::Whole) | Progress::Waiting | Progress::Running => false,
            };
            !(failed || held.is_idle() && held.quiet_for() > kept(held))
        });
    }
    held.retain(|_, list| !list.is_empty());
    // What is made in the background has bounds of its own.
    let mut idle: Vec<(Duration, usize, String)> = held
        .values()
        .flatten()
        .filter(|held| held.is_idle() && held.patience.is_some())
        .map(|held| (held.quiet_for(), held.recording.bytes(), held.identity.id.clone()))
        .collect();
    let mut bytes: usize = idle.iter().map(|(_, bytes, _)| bytes).sum();
    let mut count = held.values().map(Vec::len).sum::<usize>();
    idle.sort_unstable_by_key(|(quiet, ..)| Reverse(*quiet));
    let mut given_up = Vec::new();
    for (_, takes, id) in idle {
        if count < MOST && bytes <= MOST_BYTES {
            break;
        }
        bytes = bytes.saturating_sub(takes);
        count -= 1;
        given_up.push(id);
    }
    if !given_up.is_empty() {
        for list in held.values_mut() {
            list.retain(|held| !given_up.contains(&held.identity.id));
        }
        held.retain(|_, list| !list.is_empty());
    }
}

fn crowded() -> GenerateError {
    GenerateError::Overloaded {
        message: format!("{MOST_READERS} requests with this key read the answer already."),
        retry_after: Duration::from_secs(5),
    }
}

impl Attached {
    /// Its pieces from the first on, once its turn has come.
    ///
    /// # Errors
    ///
    /// What ended it before its first piece.
    pub(super) async fn pieces(
        self,
    ) -> Result<impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static, GenerateError>
    {
        self.recording.begun().await.map_err(failure)?;
        let reader = self.reader;
        Ok(self.recording.follow().filter_map(move |followed| {
            std::future::ready(match followed {
                Ok(Followed::Started) => None,
                Ok(Followed::Piece(piece)) => {
                    reader.taken.fetch_add(1, Ordering::Relaxed);
                    Some(Ok(piece))
                }
                Err(end) => Some(Err(failure(end))),
            })
        }))
    }
}

fn failure(end: End) -> GenerateError {
    match end {
        End::Failed(error) => error,
        End::Cancelled => GenerateError::Cancelled,
        End::Whole => GenerateError::engine("The answer broke off before its end."),
    }
}

impl Reader {
    /// Leaves the answer; says after what time it is given up, if it then goes on without a client.
    fn leave(&self) -> Option<Duration> {
        let whole = self.recording.has_ended()
            && self.taken.load(Ordering::Relaxed) >= self.recording.length();
        self.attachments.with(|all| {
            let list = all.get_mut(&self.name)?;
            let held = list.iter_mut().find(|held| held.identity.id == self.id)?;
            held.readers = held.readers.saturating_sub(1);
            held.since = Instant::now();
            // Found by its body, it is there for one client only, and that one has it.
            if whole && matches!(self.name.by, By::Body(_)) {
                list.retain(|held| held.identity.id != self.id);
                return None;
            }
            if !held.is_left() {
                return None;
            }
            let patience = held.patience?;
            // What has not begun costs nothing to begin again, but its place keeps others out.
            if matches!(held.recording.progress(), Progress::Waiting) {
                held.give_up();
                list.retain(|held| held.identity.id != self.id);
                return None;
            }
            let mut left: Vec<(Instant, &Held)> = all
                .values()
                .flatten()
                .filter(|held| held.is_left())
                .map(|held| (held.since, held))
                .collect();
            left.sort_unstable_by_key(|(since, _)| *since);
            let too_many = left.len().saturating_sub(self.attachments.most_left);
            for (_, held) in left.into_iter().take(too_many) {
                held.give_up();
            }
            Some(patience)
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Without a runtime there is no work either.
        if let Some(patience) = self.leave()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let attachments = self.attachments.clone();
            let (name, id) = (self.name.clone(), self.id.clone());
            runtime.spawn(async move {
                tokio::time::sleep(patience).await;
                attachments.give_up(&name, &id, patience);
            });
        }
    }
}
