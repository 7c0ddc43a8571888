//! What listens to a run and tells the thread that writes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::SyncSender,
    },
    time::SystemTime,
};

use serde_json::{Value as Json, json};

use crate::{
    chain::{ModelNames, Observe, ObserveRun, ObservedCall, ObservedLookup, Plan, Whose},
    generate::{Finish, GenerateError, Request, StepEvent},
    runs::record::{self, RecordedRequest, RunState},
};

use super::{RunStore, Summary, served, writer::Order};

impl Observe for RunStore {
    fn begins(&self, plan: &Plan, models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun> {
        let origin = request.origin.as_deref();
        let own = || uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let id: String = origin.and_then(|origin| origin.run.clone()).unwrap_or_else(own);
        let owner = origin.map(|origin| served(origin.owner.as_deref())).unwrap_or_default();
        let started_ms = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, record::milliseconds);
        let roles = [
            ("reasoner", Some(&models.reasoner)),
            ("translator", models.translator.as_ref()),
            ("general", models.general.as_ref()),
            ("embedder", models.embedder.as_ref()),
        ];
        let roles: BTreeMap<&str, &String> =
            roles.into_iter().filter_map(|(role, model)| Some((role, model?))).collect();
        let head = json!({
            "schema": "ponder.run/1",
            "id": id,
            "chain": plan.name,
            "plan": plan.to_yaml().unwrap_or_default(),
            "models": roles,
            "greedy": models.greedy,
            "private": plan.private,
            "started_ms": started_ms,
            "request": RecordedRequest::of(request),
        });
        let summary = Summary {
            id: id.clone(),
            started_ms,
            chain: plan.name.clone(),
            question: request.question().chars().take(80).collect(),
            state: RunState::Running,
            tokens: 0,
        };
        let recorder = Recorder {
            id: id.clone(),
            sender: self.sender.clone(),
            tokens: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        };
        recorder.tell(Order::Begin { id, owner, summary, head: head.to_string() });
        Arc::new(recorder)
    }
}

/// Keeps the record of one run.
#[derive(Debug)]
struct Recorder {
    id: String,
    sender: SyncSender<Order>,
    /// What its models have written so far.
    tokens: AtomicU64,
    ended: AtomicBool,
}

impl Recorder {
    fn tell(&self, order: Order) {
        // A disk that does not keep up must not hold up answers.
        if self.sender.try_send(order).is_err() {
            tracing::warn!("a part of the record of the run {} could not be written", self.id);
        }
    }

    fn entry(&self, kind: &'static str, body: &impl serde::Serialize) {
        if let Ok(body) = serde_json::to_string(body) {
            self.tell(Order::Entry { id: self.id.clone(), kind, body });
        }
    }

    fn end(&self, state: RunState, tokens: u64, tail: &Json) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.tell(Order::End { id: self.id.clone(), state, tokens, tail: tail.to_string() });
        }
    }
}

impl ObserveRun for Recorder {
    fn stepped(&self, event: &StepEvent, _whose: Whose<'_>) {
        self.entry("step", &record::step(event));
    }

    fn called(&self, call: &ObservedCall<'_>) {
        self.tokens.fetch_add(call.usage.completion_tokens, Ordering::Relaxed);
        self.entry("call", &record::call(call));
    }

    fn looked_up(&self, lookup: &ObservedLookup<'_>) {
        self.entry("lookup", &record::lookup(lookup));
    }

    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>) {
        match end {
            Ok((answer, finish)) => {
                let tail = json!({ "answer": answer, "finish": record::finish(finish) });
                self.end(RunState::Finished, finish.usage.completion_tokens, &tail);
            }
            Err(error) => {
                let tail = json!({ "error": error.to_string() });
                self.end(RunState::Failed, self.tokens.load(Ordering::Relaxed), &tail);
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end(RunState::Abandoned, self.tokens.load(Ordering::Relaxed), &json!({}));
    }
}
