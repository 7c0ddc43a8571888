//! A response piece by piece: while it is made, or read again.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_stream::stream;
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;

use super::{
    assembler::{Assembler, Frame},
    event::{Happened, ResponseEvent},
    nested,
    resource::{ResponseBody, ResponseStatus},
    store::Stored,
};
use crate::{
    api::{
        chat::{
            choices::Piece,
            stream::{EventWriter, Heartbeat, deliver},
        },
        recording::{End, Followed, Recording},
        sse,
    },
    app::ApiSettings,
    error::ApiError,
};

/// Writes the events of a response that its client waits for.
pub(super) struct Writer {
    assembler: Assembler,
    /// The number of the last event.
    last: Arc<AtomicU64>,
    /// Knows when the answer was whole.
    recording: Recording,
}

impl Writer {
    pub(super) fn new(frame: Arc<Frame>, recording: Recording) -> Self {
        Self { assembler: Assembler::new(frame), last: Arc::default(), recording }
    }
}

impl EventWriter for Writer {
    fn opening(&mut self) -> Vec<Bytes> {
        let events = self.assembler.opening();
        note(&events, &self.last);
        events.iter().map(ResponseEvent::bytes).collect()
    }

    fn piece(&mut self, piece: Piece) -> Option<Bytes> {
        let completed_at = self.recording.completed_at();
        let events = self.assembler.add(piece.delta, completed_at);
        note(&events, &self.last);
        joined(&events, None)
    }

    fn heartbeat(&self) -> Heartbeat {
        pulse(&self.assembler, &self.last)
    }

    fn closing(&mut self) -> Option<Bytes> {
        None
    }

    fn failed(&mut self, error: &ApiError) -> Bytes {
        // What came before it may have been told in the words of a chat completion.
        let error = error.clone().moved(nested::flat);
        let events = if error.is_cancelled() {
            self.assembler.cancel()
        } else {
            self.assembler.fail(&error)
        };
        joined(&events, None).unwrap_or_default()
    }
}

/// Says again that the response is on its way, with the number of the event before: some clients count
/// the time between events and do not see comments.
fn pulse(assembler: &Assembler, last: &Arc<AtomicU64>) -> Heartbeat {
    let (body, last) = (assembler.body(), Arc::clone(last));
    Box::new(move || {
        let response =
            Box::new(ResponseBody { status: ResponseStatus::InProgress, ..body.clone() });
        let happened = Happened::InProgress { response };
        ResponseEvent { happened, sequence_number: last.load(Ordering::Relaxed) }.bytes()
    })
}

fn note(events: &[ResponseEvent], last: &AtomicU64) {
    if let Some(event) = events.last() {
        last.store(event.sequence_number, Ordering::Relaxed);
    }
}

/// The events after number `after`, or all, as they are sent.
fn joined(events: &[ResponseEvent], after: Option<u64>) -> Option<Bytes> {
    let new = |event: &&ResponseEvent| after.is_none_or(|after| event.sequence_number > after);
    let bytes: Vec<Bytes> = events.iter().filter(new).map(ResponseEvent::bytes).collect();
    (!bytes.is_empty()).then(|| bytes.concat().into())
}

/// Reads a response that is kept, from the event after number `after` on, to its end.
pub(super) fn replay(stored: &Stored, after: Option<u64>, settings: &ApiSettings) -> Response {
    let mut assembler = Assembler::new(Arc::clone(&stored.frame));
    let recording = stored.recording.clone();
    let last = Arc::<AtomicU64>::default();
    let heartbeat = pulse(&assembler, &last);
    let events = stream! {
        let opening = assembler.opening();
        note(&opening, &last);
        if let Some(events) = joined(&opening, after) {
            yield events;
        }
        let mut pieces = Box::pin(recording.follow());
        while let Some(piece) = pieces.next().await {
            let events = match piece {
                Ok(Followed::Started) => assembler.start().into_iter().collect(),
                Ok(Followed::Piece(piece)) => {
                    assembler.add(piece.delta, recording.completed_at())
                }
                Err(End::Failed(error)) => assembler.fail(&nested::told(error)),
                Err(End::Cancelled | End::Whole) => assembler.cancel(),
            };
            note(&events, &last);
            if let Some(events) = joined(&events, after) {
                yield events;
            }
        }
        yield sse::DONE;
    };
    deliver(events, heartbeat, settings)
}
