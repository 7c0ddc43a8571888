//! What this node counts and times, for Prometheus.
//!
//! The names are those of vLLM where it has one, so that dashboards and autoscalers made for it work
//! unchanged; ours begin with `ponder_`. Labels are only names from the catalog, routes and fixed
//! words, never anything a client can choose.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::generate::{Finish, FinishReason};

mod histogram;
mod text;

use histogram::Histogram;

/// Everything counted so far; a clone counts into the same place.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    models: BTreeMap<String, ModelCounts>,
    responses: BTreeMap<ResponseLabels, u64>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ResponseLabels {
    route: String,
    status: u16,
}

#[derive(Debug, Default)]
struct ModelCounts {
    running: u64,
    waiting: u64,
    stopped: u64,
    cut_short: u64,
    cancelled: u64,
    failed: u64,
    prompt_tokens: u64,
    generation_tokens: u64,
    reasoning_tokens: u64,
    time_to_first_token: Histogram,
    end_to_end: Histogram,
    /// How long answers took lately, from their turn on; `None` before the first.
    typical: Option<Duration>,
}

/// How much the newest answer counts for what is typical.
const NEWEST: f64 = 0.2;

impl Metrics {
    /// A request for `model` begins; the result follows it to its end.
    pub fn begin(&self, model: &str) -> RequestMeter {
        let meter = RequestMeter {
            metrics: self.clone(),
            model: model.to_owned(),
            began: Instant::now(),
            admitted: Instant::now(),
            is_typical: false,
            stage: Stage::Waiting,
        };
        meter.count(|model| model.waiting += 1);
        meter
    }

    /// How long answers of `model` took lately, from their turn on; nothing before the first.
    pub fn typical(&self, model: &str) -> Option<Duration> {
        self.with(|counts| counts.models.get(model)?.typical)
    }

    /// A response begins.
    pub(crate) fn responded(&self, route: &str, status: u16) {
        let labels = ResponseLabels { route: route.to_owned(), status };
        self.with(|counts| *counts.responses.entry(labels).or_default() += 1);
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.with(|counts| text::render(counts))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        // Counters are whole after any panic, so a poisoned lock is no reason to stop counting.
        work(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Follows one request; dropped before its end, it counts as cancelled.
#[derive(Debug)]
pub struct RequestMeter {
    metrics: Metrics,
    model: String,
    began: Instant,
    admitted: Instant,
    /// Whether others may be judged by how long it takes.
    is_typical: bool,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Running,
    Speaking,
    Ended,
}

impl RequestMeter {
    /// How long it takes says how long others may: it asks for a single answer.
    #[must_use]
    pub fn typical(mut self) -> Self {
        self.is_typical = true;
        self
    }

    /// The request's turn has come.
    pub fn admitted(&mut self) {
        self.stage = Stage::Running;
        self.admitted = Instant::now();
        self.count(|model| {
            model.waiting = model.waiting.saturating_sub(1);
            model.running += 1;
        });
    }

    /// Text arrived; only the first counts.
    pub fn spoke(&mut self) {
        if self.stage == Stage::Running {
            self.stage = Stage::Speaking;
            let elapsed = self.began.elapsed();
            self.count(|model| model.time_to_first_token.observe(elapsed));
        }
    }

    /// One answer of the request finished; there are several when the request asked for them.
    pub fn answered(&self, finish: &Finish) {
        self.count(|model| {
            match finish.reason {
                FinishReason::Stop | FinishReason::ToolCalls => model.stopped += 1,
                FinishReason::Length => model.cut_short += 1,
            }
            model.prompt_tokens += finish.usage.prompt_tokens;
            model.generation_tokens += finish.usage.completion_tokens;
            model.reasoning_tokens += finish.usage.reasoning_tokens;
        });
    }

    /// The whole request is answered.
    pub fn finished(mut self) {
        let (elapsed, worked) = (self.began.elapsed(), self.admitted.elapsed());
        let typical = self.is_typical;
        self.end(|model| {
            model.end_to_end.observe(elapsed);
            if !typical {
                return;
            }
            let before = model.typical.unwrap_or(worked);
            model.typical = Some(before.mul_f64(1.0 - NEWEST) + worked.mul_f64(NEWEST));
        });
    }

    /// The request failed.
    pub fn failed(mut self) {
        self.end(|model| model.failed += 1);
    }

    fn end(&mut self, work: impl FnOnce(&mut ModelCounts)) {
        let stage = std::mem::replace(&mut self.stage, Stage::Ended);
        self.count(|model| {
            match stage {
                Stage::Waiting => model.waiting = model.waiting.saturating_sub(1),
                Stage::Running | Stage::Speaking => model.running = model.running.saturating_sub(1),
                Stage::Ended => return,
            }
            work(model);
        });
    }

    fn count(&self, work: impl FnOnce(&mut ModelCounts)) {
        self.metrics.with(|counts| {
            if !counts.models.contains_key(&self.model) {
                counts.models.insert(self.model.clone(), ModelCounts::default());
            }
            if let Some(model) = counts.models.get_mut(&self.model) {
                work(model);
            }
        });
    }
}

impl Drop for RequestMeter {
    fn drop(&mut self) {
        self.end(|model| model.cancelled += 1);
    }
}
