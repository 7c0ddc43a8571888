//! The runs of this server: those that go on and, for a while, those that have ended.
//!
//! They are in memory only, and gone when the process ends. A run belongs to the key that started it;
//! for all others it does not exist. How many go on is bounded by admission, so only those that have
//! ended need bounds of their own.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use super::{
    progress::{Progress, RunState},
    work::{TakeAway, Work},
};
use crate::{
    access::Caller,
    api::chat::{choices::Piece, identity::Identity},
    error::ApiError,
    generate::{GenerateError, Origin, Request},
};

/// How long a run is known after its end.
const KEPT: Duration = Duration::from_secs(3600);
/// How many that have ended are known in all; those that ended first are forgotten first.
const MOST_ENDED: usize = 1000;

/// The runs of this server; a clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Runs(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    runs: HashMap<String, Arc<Run>>,
    /// Those that have ended, in that order.
    ended: VecDeque<(Instant, String)>,
}

/// The answers to one request, however many it asked for.
pub(super) struct Run {
    pub(super) identity: Identity,
    caller: Caller,
    progress: Mutex<Progress>,
    /// Takes away what the run works with.
    work: Mutex<Option<TakeAway>>,
    cancelled: watch::Sender<bool>,
}

impl Runs {
    /// Begins a run of `caller`.
    pub(in crate::api) fn begin(&self, identity: &Identity, caller: &Caller) -> Running {
        let run = Arc::new(Run {
            identity: identity.clone(),
            caller: caller.clone(),
            progress: Mutex::default(),
            work: Mutex::default(),
            cancelled: watch::Sender::new(false),
        });
        self.with(|kept| {
            kept.make_room();
            kept.runs.insert(identity.run.clone(), Arc::clone(&run));
        });
        Running { run, runs: self.clone() }
    }

    /// The run of that id, if it is the caller's.
    ///
    /// # Errors
    ///
    /// 404 if there is none.
    pub(super) fn find(&self, id: &str, caller: &Caller) -> Result<Arc<Run>, ApiError> {
        let found = self.with(|kept| {
            kept.make_room();
            kept.runs.get(id).filter(|run| run.caller == *caller).cloned()
        });
        found.ok_or_else(|| ApiError::no_run(id))
    }

    /// Cancels a run; one that has ended stays as it is.
    ///
    /// # Errors
    ///
    /// 404 if there is none of that id, or it is not the caller's.
    pub(super) fn cancel(&self, id: &str, caller: &Caller) -> Result<Arc<Run>, ApiError> {
        let run = self.find(id, caller)?;
        if self.end(&run, RunState::Cancelled, None) {
            // First the work, whether anybody reads what comes of it or not; then whoever waits is told.
            let work = run.work.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(take_away) = work {
                take_away();
            }
            run.cancelled.send_replace(true);
        }
        Ok(run)
    }

    /// Ends a run, if it has not ended.
    fn end(&self, run: &Run, state: RunState, error: Option<GenerateError>) -> bool {
        let first = run.with(|progress| progress.end(state, error));
        if first {
            self.with(|kept| {
                kept.ended.push_back((Instant::now(), run.identity.run.clone()));
                kept.make_room();
            });
        }
        first
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    /// Forgets what ended long ago, and what ended first if there is too much.
    fn make_room(&mut self) {
        while let Some((ended, id)) = self.ended.front()
            && (self.ended.len() > MOST_ENDED || ended.elapsed() > KEPT)
        {
            self.runs.remove(id);
            self.ended.pop_front();
        }
    }
}

impl Run {
    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        self.with(|progress| progress.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Progress) -> T) -> T {
        work(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A run that goes on. No answer is started without one; dropped before its end, it is cancelled, for
/// then its client has left.
pub(in crate::api) struct Running {
    run: Arc<Run>,
    runs: Runs,
}

impl Running {
    /// The requests of its answers, with whose they are and where in a trace they stand: the first is the run
    /// itself, further ones are numbered from 2.
    pub(in crate::api) fn marked(&self, mut requests: Vec<Request>) -> Vec<Request> {
        for (request, number) in requests.iter_mut().zip(1_u32..) {
            let run = match number {
                1 => self.run.identity.run.clone(),
                number => format!("{}_{number}", self.run.identity.run),
            };
            let owner = self.run.caller.key.clone();
            request.origin = Some(Arc::new(Origin { run: Some(run), owner }));
            request.trace = self.run.caller.trace.clone();
        }
        requests
    }

    /// Waits until somebody cancels it.
    pub(in crate::api) fn cancelled(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut cancelled = self.run.cancelled.subscribe();
        async move {
            if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
                // Nobody can cancel it any more.
                std::future::pending().await
            }
        }
    }

    /// What the run works with; it is gone as soon as somebody cancels the run.
    pub(in crate::api) fn working<W: Send + 'static>(&self, work: W) -> Work<W> {
        let (work, take_away) = Work::new(work);
        *self.run.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(take_away);
        // Cancelled a moment ago: then nobody will come for it.
        if self.run.with(|progress| progress.state) != RunState::Running {
            work.take_away();
        }
        work
    }

    /// Takes note of a piece of its answers.
    pub(in crate::api) fn note(&self, piece: &Piece) {
        self.run.with(|progress| progress.note(piece));
    }

    /// Every answer has finished.
    pub(in crate::api) fn finished(&self) {
        self.runs.end(&self.run, RunState::Finished, None);
    }

    /// It failed, or was cancelled.
    pub(in crate::api) fn failed(&self, error: &GenerateError) {
        match error {
            GenerateError::Cancelled => self.runs.end(&self.run, RunState::Cancelled, None),
            error => self.runs.end(&self.run, RunState::Failed, Some(error.clone())),
        };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.runs.end(&self.run, RunState::Cancelled, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(runs: &Runs, key: &str) -> (String, Caller, Running) {
        let identity = Identity::new("test-", "model".to_owned());
        let caller = Caller { key: Some(key.into()), trace: None };
        let running = runs.begin(&identity, &caller);
        (identity.run, caller, running)
    }

    #[tokio::test]
    async fn what_a_cancelled_run_works_with_is_gone_though_nobody_asks_for_more() {
        let runs = Runs::default();
        let (id, alice, running) = begin(&runs, "alice");
        let held = Arc::new(());
        let watch = Arc::downgrade(&held);
        let _work = running.working(held);
        let bob = Caller { key: Some("bob".into()), trace: None };
        assert!(runs.cancel(&id, &bob).is_err() && watch.upgrade().is_some());
        assert!(runs.cancel(&id, &alice).is_ok() && watch.upgrade().is_none());
        running.cancelled().await;
        running.finished();
        let state = runs.find(&id, &alice).map(|run| run.progress().state);
        assert_eq!(state.ok(), Some(RunState::Cancelled), "only the first end counts");
        // Work that begins a moment later is gone as well.
        let late = Arc::new(());
        let watch = Arc::downgrade(&late);
        let _work = running.working(late);
        assert!(watch.upgrade().is_none());
    }

    #[test]
    fn those_that_ended_first_are_forgotten_first_and_those_that_go_on_never() {
        let runs = Runs::default();
        let (on, caller, running) = begin(&runs, "alice");
        let ids: Vec<String> = (0..=MOST_ENDED).map(|_| begin(&runs, "alice").0).collect();
        let found = |id: &str| runs.find(id, &caller).is_ok();
        assert_eq!(ids.iter().filter(|id| found(id)).count(), MOST_ENDED);
        assert!(found(&on) && !ids.first().is_some_and(|first| found(first)));
        drop(running);
        assert!(found(&on), "it ended last");
    }
}
