//! An answer whose pieces are kept, so that it can be read more than once: by a client that comes
//! back, or by one that only asks how far it is.

use std::sync::{Arc, Mutex, PoisonError};

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio::{sync::watch, time::Instant};

use super::chat::choices::Piece;
use crate::generate::{Delta, GenerateError};

/// The pieces of an answer so far; a clone is the same.
#[derive(Debug, Clone)]
pub(in crate::api) struct Recording(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    kept: Mutex<Kept>,
    /// Changes with every piece.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    pieces: Vec<Piece>,
    /// How many answers have not finished.
    open: u32,
    started: bool,
    end: Option<End>,
    /// When the answer was whole, in seconds since 1970.
    completed_at: Option<u64>,
    ended_at: Option<Instant>,
    bytes: usize,
}

impl Kept {
    fn progress(&self) -> Progress {
        match &self.end {
            Some(end) => Progress::Ended(end.clone()),
            None if self.started => Progress::Running,
            None => Progress::Waiting,
        }
    }
}

/// How a recording ended.
#[derive(Debug, Clone)]
pub(in crate::api) enum End {
    /// With its last piece.
    Whole,
    /// With an error.
    Failed(GenerateError),
    /// Somebody cancelled it.
    Cancelled,
}

impl From<GenerateError> for End {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Cancelled => Self::Cancelled,
            error => Self::Failed(error),
        }
    }
}

/// What a reader of a recording gets.
#[derive(Debug, Clone)]
pub(in crate::api) enum Followed {
    /// Its turn has come; once, before every piece.
    Started,
    /// The next piece.
    Piece(Piece),
}

/// Ends a recording that nobody else has ended, for work that fails in an unexpected way.
pub(in crate::api) struct Unfinished(Recording);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let message = "The answer broke off before its end.";
        self.0.end(End::Failed(GenerateError::engine(message)));
    }
}

/// How far a recording is.
#[derive(Debug, Clone)]
pub(in crate::api) enum Progress {
    /// It waits for its turn.
    Waiting,
    /// It runs.
    Running,
    /// It has ended.
    Ended(End),
}

/// How many pieces a reader takes at a time: many readers of a long answer should not each hold all of
/// it.
const PORTION: usize = 64;

impl Recording {
    /// Of this many answers.
    pub(in crate::api) fn of(answers: u32) -> Self {
        let kept = Mutex::new(Kept { open: answers, ..Kept::default() });
        Self(Arc::new(Shared { kept, changed: watch::Sender::default() }))
    }

    /// Ends it when dropped, if nothing has.
    pub(in crate::api) fn unfinished(&self) -> Unfinished {
        Unfinished(self.clone())
    }

    /// Its turn has come.
    pub(in crate::api) fn start(&self) {
        self.change(|kept| kept.started = true);
    }

    /// Adds a piece; the last finish ends it, and nothing is added after the end.
    pub(in crate::api) fn add(&self, piece: Piece) {
        self.change(|kept| {
            if kept.end.is_none() {
                kept.bytes += size(&piece.delta);
                kept.started = true;
                if matches!(piece.delta, Delta::Finished(_)) {
                    kept.open = kept.open.saturating_sub(1);
                    if kept.open == 0 {
                        kept.completed_at = Some(now());
                        kept.ended_at = Some(Instant::now());
                        kept.end = Some(End::Whole);
                    }
                }
                kept.pieces.push(piece);
            }
        });
    }

    /// Ends it; only the first end counts. Returns whether it was this one.
    pub(in crate::api) fn end(&self, end: End) -> bool {
        self.change(|kept| {
            let first = kept.end.is_none();
            if first {
                kept.ended_at = Some(Instant::now());
                kept.end = Some(end);
            }
            first
        })
    }

    /// Adds everything that comes from `pieces`, to the end.
    pub(in crate::api) async fn fill(
        &self,
        mut pieces: impl Stream<Item = Result<Piece, GenerateError>> + Unpin,
    ) {
        self.start();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => self.add(piece),
                Err(error) => {
                    self.end(error.into());
                }
            }
        }
    }

    /// Waits until its turn has come.
    ///
    /// # Errors
    ///
    /// How it ended before that.
    pub(in crate::api) async fn begun(&self) -> Result<(), End> {
        let mut changed = self.0.changed.subscribe();
        loop {
            changed.mark_unchanged();
            match self.progress() {
                Progress::Waiting => {}
                Progress::Running | Progress::Ended(End::Whole) => return Ok(()),
                Progress::Ended(end) => {
                    // With pieces before its end it did begin, and they are told first.
                    return if self.read(|kept| kept.started) { Ok(()) } else { Err(end) };
                }
            }
            // The sender is in the recording that is held here.
            if changed.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    /// Waits until nothing comes any more.
    pub(in crate::api) async fn ended(&self) -> End {
        let mut changed = self.0.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if let Progress::Ended(end) = self.progress() {
                return end;
            }
            // The sender is in the recording that is held here.
            if changed.changed().await.is_err() {
                return End::Cancelled;
            }
        }
    }

    /// When that was.
    pub(in crate::api) fn ended_at(&self) -> Option<Instant> {
        self.read(|kept| kept.ended_at)
    }

    /// How many pieces there are.
    pub(in crate::api) fn length(&self) -> usize {
        self.read(|kept| kept.pieces.len())
    }

    /// Whether nothing comes any more.
    pub(in crate::api) fn has_ended(&self) -> bool {
        self.read(|kept| kept.end.is_some())
    }

    /// How far it is.
    pub(in crate::api) fn progress(&self) -> Progress {
        self.read(Kept::progress)
    }

    /// The pieces so far, and how far it is, at one moment.
    pub(in crate::api) fn so_far(&self) -> (Vec<Piece>, Progress) {
        self.read(|kept| (kept.pieces.clone(), kept.progress()))
    }

    /// When the answer was whole, in seconds since 1970; 0 before.
    pub(in crate::api) fn completed_at(&self) -> u64 {
        self.read(|kept| kept.completed_at.unwrap_or_default())
    }

    /// Joins texts that follow each other: they say the same, but no longer piece by piece.
    pub(in crate::api) fn compact(&self) {
        self.change(|kept| {
            let mut joined: Vec<Piece> = Vec::new();
            for piece in std::mem::take(&mut kept.pieces) {
                if let Some(piece) = join(joined.last_mut(), piece) {
                    joined.push(piece);
                }
            }
            joined.shrink_to_fit();
            kept.bytes = joined.iter().map(|piece| size(&piece.delta)).sum();
            kept.pieces = joined;
        });
    }

    /// About how much memory it takes, in bytes.
    pub(in crate::api) fn bytes(&self) -> usize {
        self.read(|kept| kept.bytes)
    }

    /// All pieces from the first on, as they come, to the end.
    pub(in crate::api) fn follow(
        &self,
    ) -> impl Stream<Item = Result<Followed, End>> + Send + use<> {
        let recording = self.clone();
        stream! {
            let mut changed = recording.0.changed.subscribe();
            let mut next = 0;
            let mut told = false;
            loop {
                // Marked as seen first, so that what comes after the look below wakes us again.
                changed.mark_unchanged();
                let (pieces, started, end) = recording.read(|kept| {
                    let rest = kept.pieces.iter().skip(next);
                    let pieces: Vec<Piece> = rest.take(PORTION).cloned().collect();
                    (pieces, kept.started, kept.end.clone())
                });
                if started && !told {
                    told = true;
                    yield Ok(Followed::Started);
                }
                next += pieces.len();
                let more = pieces.len() == PORTION;
                for piece in pieces {
                    yield Ok(Followed::Piece(piece));
                }
                match end {
                    _ if more => {}
                    Some(End::Whole) => return,
                    Some(end) => {
                        yield Err(end);
                        return;
                    }
                    // The sender is in the recording that is held here.
                    None => if changed.changed().await.is_err() { return },
                }
            }
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.0.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        let result = work(&mut self.0.kept.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.send_replace(());
        result
    }
}

/// Joins a piece to the one before; the piece itself if they are of different kinds.
fn join(last: Option<&mut Piece>, piece: Piece) -> Option<Piece> {
    let Some(last) = last.filter(|last| last.index == piece.index) else { return Some(piece) };
    match (&mut last.delta, piece.delta) {
        (Delta::Reasoning(whole), Delta::Reasoning(text))
        | (Delta::Content(whole), Delta::Content(text)) => whole.push_str(&text),
        (
            Delta::ToolArguments { index, text: whole },
            Delta::ToolArguments { index: number, text },
        ) if *index == number => whole.push_str(&text),
        (_, delta) => return Some(Piece { index: piece.index, delta }),
    }
    None
}

fn now() -> u64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| elapsed.as_secs())
}

/// About how much memory a piece takes, in bytes.
fn size(delta: &Delta) -> usize {
    let text = match delta {
        Delta::Reasoning(text) | Delta::Content(text) | Delta::ToolArguments { text, .. } => {
            text.len()
        }
        Delta::Logprobs(tokens) => {
            tokens.iter().map(|token| 64 + token.top.len() * 48).sum::<usize>()
        }
        Delta::ToolCall { id, name, .. } => id.len() + name.len(),
        Delta::Step(_) => 512,
        Delta::Finished(_) => 0,
    };
    text + size_of::<Piece>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Finish;

    fn piece(text: &str) -> Piece {
        Piece { index: 0, delta: Delta::Content(text.to_owned()) }
    }

    #[test]
    fn what_is_joined_says_the_same() {
        let recording = Recording::of(2);
        let of = |index, delta| recording.add(Piece { index, delta });
        of(0, Delta::Reasoning("a".to_owned()));
        of(0, Delta::Reasoning("b".to_owned()));
        of(1, Delta::Reasoning("c".to_owned()));
        of(0, Delta::Content("d".to_owned()));
        let before = recording.bytes();
        recording.compact();
        assert!(recording.bytes() < before);
        let (pieces, _) = recording.so_far();
        let kept: Vec<_> = pieces.into_iter().map(|piece| (piece.index, piece.delta)).collect();
        let expected = [
            (0, Delta::Reasoning("ab".to_owned())),
            (1, Delta::Reasoning("c".to_owned())),
            (0, Delta::Content("d".to_owned())),
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn the_last_finish_is_the_end() {
        let recording = Recording::of(2);
        for index in [1, 0] {
            assert!(!recording.has_ended());
            recording.add(Piece { index, delta: Delta::Finished(Finish::default()) });
        }
        assert!(!recording.end(End::Cancelled), "there is no moment between the two");
        assert!(matches!(recording.progress(), Progress::Ended(End::Whole)));
        let cut = Recording::of(1);
        drop(cut.unfinished());
        assert!(matches!(cut.progress(), Progress::Ended(End::Failed(_))));
    }

    #[tokio::test]
    async fn every_reader_gets_all_pieces_and_the_end() {
        let recording = Recording::of(1);
        recording.start();
        for _ in 0..PORTION {
            recording.add(piece("one"));
        }
        let early = tokio::spawn(recording.follow().collect::<Vec<_>>());
        tokio::task::yield_now().await;
        recording.add(piece("two"));
        assert!(recording.end(End::Cancelled));
        recording.add(piece("late"));
        assert!(!recording.end(End::Whole), "only the first end counts");
        for read in [early.await.unwrap(), recording.follow().collect().await] {
            let texts: Vec<_> = read
                .iter()
                .map(|item| match item {
                    Ok(Followed::Started) => "started",
                    Ok(Followed::Piece(Piece { delta: Delta::Content(text), .. })) => text.as_str(),
                    Err(End::Cancelled) => "cancelled",
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!((texts.len(), texts[0], texts[1]), (PORTION + 3, "started", "one"));
            assert_eq!(texts[PORTION + 1..], ["two", "cancelled"]);
        }
    }
}
