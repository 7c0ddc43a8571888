//! The sessions of clients until 2025-11-25: which calls each of them works on, so that a cancellation finds
//! its call and nobody else's.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures::{
    Stream, StreamExt,
    stream::{AbortHandle, Abortable, BoxStream},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{access::Caller, mcp::message::Id};

/// How many there are at most; the one that was longest without a message makes room.
const MOST: usize = 1000;
/// After this time without a message a session has ended, unless it works on a call.
const IDLE: Duration = Duration::from_secs(3600);

/// All sessions; a clone is the same.
#[derive(Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<HashMap<String, Session>>>);

/// One client's session; a clone is the same.
#[derive(Clone)]
pub(super) struct Session {
    caller: Caller,
    used: Instant,
    calls: Calls,
}

/// The calls that are worked on. The same id twice at the same time is a client's fault; both go on.
type Calls = Arc<Mutex<Vec<(Id, AbortHandle)>>>;

/// Why there is no session for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSession {
    /// The message names none.
    Unnamed,
    /// There is none of that name, or it is another caller's.
    Unknown,
}

impl Sessions {
    /// Begins a session and names it; nothing if there is no room, for every other one works on a call.
    pub(super) fn begin(&self, caller: Caller) -> Option<String> {
        let name = Uuid::new_v4().simple().to_string();
        let session = Session { caller, used: Instant::now(), calls: Calls::default() };
        self.with(|sessions| {
            sessions.retain(|_, session| session.works() || session.used.elapsed() < IDLE);
            if sessions.len() >= MOST {
                let idle = sessions.iter().filter(|(_, session)| !session.works());
                let longest = idle.min_by_key(|(_, session)| session.used)?.0.clone();
                sessions.remove(&longest);
            }
            sessions.insert(name.clone(), session);
            Some(name)
        })
    }

    /// The session of this name, which has a message now.
    ///
    /// # Errors
    ///
    /// If there is none that is this caller's.
    pub(super) fn enter(&self, name: Option<&str>, caller: &Caller) -> Result<Session, NoSession> {
        let name = name.ok_or(NoSession::Unnamed)?;
        self.with(|sessions| {
            let session = sessions.get_mut(name).filter(|session| session.caller == *caller);
            let session = session.ok_or(NoSession::Unknown)?;
            session.used = Instant::now();
            Ok(session.clone())
        })
    }

    /// Ends a session and cancels what it works on.
    ///
    /// # Errors
    ///
    /// As for [`Sessions::enter`].
    pub(super) fn end(&self, name: Option<&str>, caller: &Caller) -> Result<(), NoSession> {
        let session = self.enter(name, caller)?;
        self.with(|sessions| name.and_then(|name| sessions.remove(name)));
        for (_, call) in held(&session.calls).drain(..) {
            call.abort();
        }
        Ok(())
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Session>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Session {
    fn works(&self) -> bool {
        !held(&self.calls).is_empty()
    }

    /// Cancels a call; what it works with is dropped when its stream is next looked at, which is at once.
    pub(super) fn cancel(&self, id: &Id) {
        for (_, call) in held(&self.calls).iter().filter(|(other, _)| other == id) {
            call.abort();
        }
    }

    /// What comes of a call, until it is cancelled.
    pub(super) fn following(
        &self,
        id: Id,
        messages: BoxStream<'static, Value>,
    ) -> BoxStream<'static, Value> {
        let (handle, registration) = AbortHandle::new_pair();
        held(&self.calls).push((id, handle.clone()));
        let messages = Some(Abortable::new(messages, registration));
        Followed { messages, handle, calls: Arc::clone(&self.calls) }.boxed()
    }
}

fn held(calls: &Calls) -> MutexGuard<'_, Vec<(Id, AbortHandle)>> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call that can be cancelled; it is forgotten when it has ended or its client has left.
struct Followed {
    /// Taken away when the call is cancelled.
    messages: Option<Abortable<BoxStream<'static, Value>>>,
    handle: AbortHandle,
    calls: Calls,
}

impl Stream for Followed {
    type Item = Value;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Value>> {
        let Some(messages) = self.messages.as_mut() else { return Poll::Ready(None) };
        let next = messages.poll_next_unpin(context);
        if matches!(next, Poll::Ready(None)) {
            self.messages = None;
        }
        next
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        // Handles cannot be compared, but what is cancelled needs none any more.
        self.handle.abort();
        held(&self.calls).retain(|(_, call)| !call.is_aborted());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn caller(key: &str) -> Caller {
        Caller { key: Some(key.into()), trace: None }
    }

    #[tokio::test]
    async fn a_cancellation_finds_its_call_and_nobody_elses() {
        let sessions = Sessions::default();
        let name = sessions.begin(caller("alice")).unwrap();
        let other = sessions.enter(Some(&name), &caller("bob"));
        assert_eq!(other.err(), Some(NoSession::Unknown));
        assert_eq!(sessions.enter(None, &caller("alice")).err(), Some(NoSession::Unnamed));
        let session = sessions.enter(Some(&name), &caller("alice")).unwrap();
        let pending = || futures::stream::pending::<Value>().boxed();
        let mut first = session.following(Id::Number(1.into()), pending());
        let mut second = session.following(Id::Text("1".to_owned()), pending());
        session.cancel(&Id::Number(1.into()));
        assert_eq!(first.next().await, None);
        assert!(futures::poll!(second.next()).is_pending());
        sessions.end(Some(&name), &caller("alice")).unwrap();
        assert_eq!(second.next().await, None);
        assert!(sessions.enter(Some(&name), &caller("alice")).is_err());
    }

    #[tokio::test]
    async fn a_call_that_has_ended_is_forgotten() {
        let sessions = Sessions::default();
        let name = sessions.begin(Caller::default()).unwrap();
        let session = sessions.enter(Some(&name), &Caller::default()).unwrap();
        let messages = futures::stream::iter([json!(1)]).boxed();
        let call = session.following(Id::Number(1.into()), messages);
        assert!(session.works());
        assert_eq!(call.collect::<Vec<_>>().await, [json!(1)]);
        assert!(!session.works());
    }

    #[test]
    fn there_are_only_so_many_and_not_for_ever() {
        let sessions = Sessions::default();
        let names: Vec<String> =
            (0..=MOST).filter_map(|_| sessions.begin(Caller::default())).collect();
        let known = |name: &String| sessions.enter(Some(name), &Caller::default()).is_ok();
        assert_eq!(names.iter().filter(|name| known(name)).count(), MOST);
        sessions.with(|sessions| {
            for session in sessions.values_mut() {
                session.used = session.used.checked_sub(IDLE).unwrap();
            }
        });
        let newest = sessions.begin(Caller::default()).unwrap();
        assert!(known(&newest) && !names.iter().any(known));
    }
}
