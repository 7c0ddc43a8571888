//! An answer whose pieces are kept, so that it can be read more than once: by a client that comes
//! back, or by one that only asks how far it is.

use std::sync::{Arc, Mutex, PoisonError};

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio::sync::watch;

use super::chat::choices::Piece;
use crate::generate::{Delta, GenerateError};

/// The pieces of an answer so far; a clone is the same.
#[derive(Debug, Clone, Default)]
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
    started: bool,
    end: Option<End>,
    /// When the answer was whole, in seconds since 1970.
    completed_at: Option<u64>,
    bytes: usize,
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

impl Recording {
    /// Its turn has come.
    pub(in crate::api) fn start(&self) {
        self.change(|kept| kept.started = true);
    }

    /// Adds a piece; nothing is added after the end.
    pub(in crate::api) fn add(&self, piece: Piece) {
        self.change(|kept| {
            if kept.end.is_none() {
                kept.bytes += size(&piece.delta);
                if matches!(piece.delta, Delta::Finished(_)) {
                    kept.completed_at = Some(now());
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
                kept.end = Some(end);
            }
            first
        })
    }

    /// Adds everything that comes from `pieces`, and its end.
    pub(in crate::api) async fn fill(
        &self,
        mut pieces: impl Stream<Item = Result<Piece, GenerateError>> + Unpin,
    ) {
        self.start();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => self.add(piece),
                Err(error) => {
                    self.end(End::Failed(error));
                }
            }
        }
        self.end(End::Whole);
    }

    /// How far it is.
    pub(in crate::api) fn progress(&self) -> Progress {
        self.read(|kept| match &kept.end {
            Some(end) => Progress::Ended(end.clone()),
            None if kept.started => Progress::Running,
            None => Progress::Waiting,
        })
    }

    /// The pieces so far, and how far it is, at one moment.
    pub(in crate::api) fn so_far(&self) -> (Vec<Piece>, Progress) {
        self.read(|kept| {
            let progress = match &kept.end {
                Some(end) => Progress::Ended(end.clone()),
                None if kept.started => Progress::Running,
                None => Progress::Waiting,
            };
            (kept.pieces.clone(), progress)
        })
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
    pub(in crate::api) fn follow(&self) -> impl Stream<Item = Result<Piece, End>> + Send + use<> {
        let recording = self.clone();
        stream! {
            let mut changed = recording.0.changed.subscribe();
            let mut next = 0;
            loop {
                // Marked as seen first, so that what comes after the look below wakes us again.
                changed.mark_unchanged();
                let (pieces, end) = recording.read(|kept| {
                    let pieces: Vec<Piece> = kept.pieces.iter().skip(next).cloned().collect();
                    (pieces, kept.end.clone())
                });
                next += pieces.len();
                for piece in pieces {
                    yield Ok(piece);
                }
                match end {
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

    fn piece(text: &str) -> Piece {
        Piece { index: 0, delta: Delta::Content(text.to_owned()) }
    }

    #[test]
    fn what_is_joined_says_the_same() {
        let recording = Recording::default();
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

    #[tokio::test]
    async fn every_reader_gets_all_pieces_and_the_end() {
        let recording = Recording::default();
        recording.add(piece("one"));
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
                    Ok(Piece { delta: Delta::Content(text), .. }) => text.as_str(),
                    Err(End::Cancelled) => "cancelled",
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(texts, ["one", "two", "cancelled"]);
        }
    }
}
