//! Admission: how many answers run, how many requests wait, and for how long.
//!
//! An engine has no bounded queue of its own, so the bound is here, before it. A [`Permit`] rides in
//! the answer it admits and returns when that answer ends or is dropped. Waiting is first come,
//! first served; giving up while waiting costs nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

use crate::generate::GenerateError;

/// How much is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most answers that run at the same time; at least 1, a 0 is taken for 1.
    pub max_running: u32,
    /// The most requests that wait for their turn; 0 refuses as soon as nothing is free.
    pub max_waiting: usize,
    /// How long a request waits for its turn before it is refused.
    pub queue_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_running: 4, max_waiting: 64, queue_timeout: Duration::from_secs(20) }
    }
}

impl Limits {
    /// How many answers run in the background at most.
    fn background_places(self) -> usize {
        (self.max_running / 2).max(1) as usize
    }
}

/// Lets requests through, at most so many at a time.
#[derive(Debug, Clone)]
pub struct Admission {
    limits: Limits,
    slots: Arc<Semaphore>,
    /// Leave to ask for a slot in the background.
    background: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    running: Arc<watch::Sender<usize>>,
}

impl Admission {
    /// Admission within `limits`.
    pub fn new(limits: Limits) -> Self {
        let limits = Limits { max_running: limits.max_running.max(1), ..limits };
        Self {
            limits,
            slots: Arc::new(Semaphore::new(limits.max_running as usize)),
            background: Arc::new(Semaphore::new(limits.background_places())),
            waiting: Arc::default(),
            running: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Waits for the turn of one answer.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Overloaded`] if the queue is full or the wait too long, and
    /// [`GenerateError::Unavailable`] once [`Admission::close`] was called.
    pub async fn admit(&self) -> Result<Permit, GenerateError> {
        self.admit_many(1).await
    }

    /// Waits for the turn of several answers that belong to one request.
    ///
    /// All slots come at once, so two such requests cannot hold half of what the other needs. More
    /// answers than may ever run are admitted as [`Limits::max_running`]; [`Permit::answers`] says
    /// how many may run at the same time.
    ///
    /// # Errors
    ///
    /// As [`Admission::admit`].
    pub async fn admit_many(&self, answers: u32) -> Result<Permit, GenerateError> {
        let answers = answers.clamp(1, self.limits.max_running);
        match Arc::clone(&self.slots).try_acquire_many_owned(answers) {
            Ok(slots) => Ok(self.permit(slots, answers)),
            Err(TryAcquireError::Closed) => Err(closing()),
            // The semaphore is fair: this also means that others came first and still wait.
            Err(TryAcquireError::NoPermits) => self.wait(answers).await,
        }
    }

    /// Waits for the turn of one answer that nobody waits for, however long that takes.
    ///
    /// Half of what may run at most is made of such answers, and they wait for that before they queue
    /// with the others: work in the background must not keep those out who wait.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Unavailable`] once [`Admission::close`] was called.
    pub async fn admit_in_background(&self) -> Result<Permit, GenerateError> {
        let own = Arc::clone(&self.background).acquire_owned().await.map_err(|_| closing())?;
        let slots = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| closing())?;
        let mut permit = self.permit(slots, 1);
        permit._background = Some(own);
        Ok(permit)
    }

    /// Waits for the turn of one more answer to a request whose first has had its own, however long
    /// that takes: what has begun should not fail for want of a turn. It waits in line with the others.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Unavailable`] once [`Admission::close`] was called.
    pub async fn admit_following(&self) -> Result<Permit, GenerateError> {
        let slots = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| closing())?;
        Ok(self.permit(slots, 1))
    }

    async fn wait(&self, answers: u32) -> Result<Permit, GenerateError> {
        let _place = self.take_place()?;
        let turn = Arc::clone(&self.slots).acquire_many_owned(answers);
        match tokio::time::timeout(self.limits.queue_timeout, turn).await {
            Ok(Ok(slots)) => Ok(self.permit(slots, answers)),
            Ok(Err(_closed)) => Err(closing()),
            Err(_elapsed) => Err(self.overloaded(format!(
                "This request waited {} seconds for its turn and was given up. Please try again \
                 later.",
                self.limits.queue_timeout.as_secs()
            ))),
        }
    }

    /// Takes a place in the queue, if there is one.
    fn take_place(&self) -> Result<Place, GenerateError> {
        let most = self.limits.max_waiting;
        self.waiting
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |waiting| {
                (waiting < most).then_some(waiting + 1)
            })
            .map_err(|_| {
                self.overloaded(format!(
                    "{} answers run and {most} requests wait already. Please try again later.",
                    self.running()
                ))
            })?;
        Ok(Place(Arc::clone(&self.waiting)))
    }

    fn permit(&self, slots: OwnedSemaphorePermit, answers: u32) -> Permit {
        self.running.send_modify(|running| *running += answers as usize);
        Permit { running: Arc::clone(&self.running), answers, _slots: slots, _background: None }
    }

    fn overloaded(&self, message: String) -> GenerateError {
        // Nobody knows how long the running answers take; the time others wait is a fair guess.
        let retry_after =
            self.limits.queue_timeout.clamp(Duration::from_secs(1), Duration::from_secs(30));
        GenerateError::Overloaded { message, retry_after }
    }

    /// Admits nobody any more: new requests and those that wait are refused, running ones go on.
    pub fn close(&self) {
        self.background.close();
        self.slots.close();
    }

    /// Waits until nothing runs.
    pub async fn idle(&self) {
        // The sender is ours, so the channel cannot close while this waits.
        let _ = self.running.subscribe().wait_for(|running| *running == 0).await;
    }

    /// How many answers run in the background at most.
    pub fn background_places(&self) -> usize {
        self.limits.background_places()
    }

    /// How many answers run now.
    pub fn running(&self) -> usize {
        *self.running.borrow()
    }

    /// How many requests wait now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
}

fn closing() -> GenerateError {
    GenerateError::Unavailable {
        message: "This server is shutting down. Please try again in a moment.".to_owned(),
        retry_after: Duration::from_secs(5),
    }
}

/// Leave to run; returned when dropped.
#[derive(Debug)]
pub struct Permit {
    running: Arc<watch::Sender<usize>>,
    answers: u32,
    _slots: OwnedSemaphorePermit,
    _background: Option<OwnedSemaphorePermit>,
}

impl Permit {
    /// How many answers may run at the same time under this permit; at least 1.
    pub fn answers(&self) -> usize {
        self.answers as usize
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.running
            .send_modify(|running| *running = running.saturating_sub(self.answers as usize));
    }
}

/// A place in the queue; given up when dropped, also by a client that leaves.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn admission(max_running: u32, max_waiting: usize) -> Admission {
        let queue_timeout = Duration::from_millis(200);
        Admission::new(Limits { max_running, max_waiting, queue_timeout })
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_a_long_wait_after_its_time() {
        let admission = admission(1, 1);
        let _running = admission.admit().await.expect("a free slot");
        let waiting = tokio::spawn({
            let admission = admission.clone();
            async move { admission.admit().await.map(drop) }
        });
        while admission.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        let refused = admission.admit().now_or_never().expect("it is not kept waiting").map(drop);
        assert!(matches!(refused, Err(GenerateError::Overloaded { .. })), "{refused:?}");
        let waited = waiting.await.expect("no panic");
        assert!(matches!(waited, Err(GenerateError::Overloaded { .. })), "{waited:?}");
        assert_eq!((admission.running(), admission.waiting()), (1, 0));
    }

    #[tokio::test]
    async fn a_dropped_wait_gives_its_place_back() {
        let admission = admission(1, 1);
        let running = admission.admit().await.expect("a free slot");
        let impatient = tokio::time::timeout(Duration::from_millis(1), admission.admit()).await;
        assert!(impatient.is_err());
        assert_eq!(admission.waiting(), 0);
        drop(running);
        assert!(admission.admit().await.is_ok());
    }

    #[tokio::test]
    async fn closing_refuses_new_and_waiting_requests_and_lets_running_ones_end() {
        let admission = admission(1, 8);
        let running = admission.admit().await.expect("a free slot");
        let waiting = tokio::spawn({
            let admission = admission.clone();
            async move { admission.admit().await.map(drop) }
        });
        while admission.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        admission.close();
        let refused = waiting.await.expect("no panic");
        assert!(matches!(refused, Err(GenerateError::Unavailable { .. })), "{refused:?}");
        assert!(admission.admit().await.is_err());
        assert_eq!(admission.running(), 1);
        drop(running);
        admission.idle().await;
    }

    #[tokio::test]
    async fn a_request_for_more_than_may_run_gets_what_may_run() {
        let admission = admission(2, 8);
        let permit = admission.admit_many(5).await.expect("free slots");
        assert_eq!((permit.answers(), admission.running()), (2, 2));
    }

    #[tokio::test]
    async fn of_a_thousand_at_once_each_is_admitted_or_refused_and_nothing_is_lost() {
        let queue_timeout = Duration::from_secs(20);
        let admission = Admission::new(Limits { max_running: 4, max_waiting: 64, queue_timeout });
        let attempts = (0..1000).map(|_| {
            let admission = admission.clone();
            tokio::spawn(async move {
                let permit = admission.admit().await;
                assert!(admission.running() <= 4 && admission.waiting() <= 64);
                tokio::time::sleep(Duration::from_millis(1)).await;
                permit.is_ok()
            })
        });
        let outcomes = futures::future::join_all(attempts).await;
        let admitted = outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        assert!(admitted >= 68, "{admitted} of 1000 were admitted");
        assert_eq!((admission.running(), admission.waiting()), (0, 0));
    }
}
