//! A response piece by piece: while it is made, or read again.

use std::sync::Arc;

use async_stream::stream;
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;

use super::{
    assembler::{Assembler, Frame},
    event::ResponseEvent,
    store::Stored,
};
use crate::{
    api::{
        chat::{
            choices::Piece,
            stream::{EventWriter, deliver},
        },
        recording::{End, Recording},
        sse,
    },
    app::ApiSettings,
    error::ApiError,
};

/// Writes the events of a response that its client waits for.
pub(super) struct Writer {
    assembler: Assembler,
    /// Knows when the answer was whole.
    recording: Recording,
}

impl Writer {
    pub(super) fn new(frame: Arc<Frame>, recording: Recording) -> Self {
        Self { assembler: Assembler::new(frame), recording }
    }
}

impl EventWriter for Writer {
    fn opening(&mut self) -> Vec<Bytes> {
        self.assembler.opening().iter().map(ResponseEvent::bytes).collect()
    }

    fn piece(&mut self, piece: Piece) -> Option<Bytes> {
        let completed_at = self.recording.completed_at();
        joined(&self.assembler.add(piece.delta, completed_at), None)
    }

    fn heartbeat(&self) -> Bytes {
        // Every event has a number, so there is none that says nothing.
        sse::COMMENT
    }

    fn closing(&mut self) -> Option<Bytes> {
        None
    }

    fn failed(&mut self, error: &ApiError) -> Bytes {
        joined(&self.assembler.fail(error), None).unwrap_or_default()
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
    let events = stream! {
        if let Some(events) = joined(&assembler.opening(), after) {
            yield events;
        }
        let mut pieces = Box::pin(recording.follow());
        while let Some(piece) = pieces.next().await {
            let events = match piece {
                Ok(piece) => assembler.add(piece.delta, recording.completed_at()),
                Err(End::Failed(error)) => assembler.fail(&ApiError::from(error)),
                Err(End::Cancelled | End::Whole) => assembler.cancel(),
            };
            if let Some(events) = joined(&events, after) {
                yield events;
            }
        }
        yield sse::DONE;
    };
    deliver(events, sse::COMMENT, settings)
}
