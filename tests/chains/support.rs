//! Models that say what a test tells them, and remember what they were asked.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::future::BoxFuture;
use ponder::{
    chain::{Chain, Models, Named, Plan, shipped},
    engine::scripted::{Reply, Script, ScriptedEngine, Work},
    generate::{Answer, Generate, GenerateError, Generation, Request, StepState},
};

/// A model that gives one reply after the other, and the last one ever after.
pub(crate) struct Told {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Request>>,
    works: Mutex<Vec<Work>>,
    greedy: AtomicBool,
}

impl Told {
    /// A model that gives these replies.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let replies = Mutex::new(replies.into_iter().collect());
        Arc::new(Self {
            replies,
            asked: Mutex::default(),
            works: Mutex::default(),
            greedy: AtomicBool::default(),
        })
    }

    /// From now on it takes the likeliest token unless told otherwise.
    pub(crate) fn is_greedy_now(&self) {
        self.greedy.store(true, Ordering::Relaxed);
    }

    /// A model that only says these texts.
    pub(crate) fn saying<const N: usize>(texts: [&str; N]) -> Arc<Self> {
        Self::new(texts.map(Reply::saying))
    }

    /// What it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// The prompts of what it was asked.
    pub(crate) fn prompts(&self) -> Vec<String> {
        self.asked().iter().map(|request| request.question().to_owned()).collect()
    }

    /// How many of its answers run now.
    pub(crate) fn running(&self) -> usize {
        self.works.lock().unwrap().iter().map(Work::running).sum()
    }

    /// How many tokens it ever produced.
    pub(crate) fn tokens(&self) -> u64 {
        self.works.lock().unwrap().iter().map(Work::tokens).sum()
    }
}

impl Generate for Told {
    fn is_greedy(&self) -> bool {
        self.greedy.load(Ordering::Relaxed)
    }

    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(request.clone());
            let reply = {
                let mut replies = self.replies.lock().unwrap();
                let reply = replies.pop_front().expect("a reply was left");
                if replies.is_empty() {
                    replies.push_back(reply.clone());
                }
                reply
            };
            let engine = ScriptedEngine::new(Script::answering(reply));
            self.works.lock().unwrap().push(engine.work());
            engine.generate(request).await
        })
    }
}

/// A reply with thinking.
pub(crate) fn thinking(reasoning: &str, content: &str) -> Reply {
    Reply { reasoning: reasoning.to_owned(), ..Reply::saying(content) }
}

/// The plan of the shipped chain.
pub(crate) fn solve() -> Plan {
    shipped()[0].plan().expect("the shipped chain loads")
}

/// The shipped chain on one model.
pub(crate) fn on(model: &Arc<Told>) -> Chain {
    Chain::new(solve(), Models::only(Named::new("model", Arc::clone(model) as _)))
}

/// The whole answer to a question.
pub(crate) async fn ask(chain: &Chain, question: &str) -> Answer {
    collect(chain, Request::ask(question)).await
}

/// The whole answer to a request.
pub(crate) async fn collect(chain: &Chain, request: Request) -> Answer {
    chain.generate(request).await.expect("starts").collect().await.expect("ends well")
}

/// What the steps did, one line each, without times.
pub(crate) fn steps(answer: &Answer) -> Vec<String> {
    let line = |event: &ponder::generate::StepEvent| {
        let what = match &event.state {
            StepState::Started | StepState::Wrote { .. } => return None,
            StepState::Skipped { reason } => format!("skipped, {reason}"),
            StepState::Decided { choice, .. } => format!("decided {choice}"),
            StepState::Finished { .. } => "finished".to_owned(),
            StepState::Failed { message } => format!("failed, {message}"),
        };
        Some(format!("{} {}: {what}", event.step, event.action))
    };
    answer.steps.iter().filter_map(line).collect()
}

/// The reasons that a step gave for what it decided.
pub(crate) fn reasons<'answer>(answer: &'answer Answer, step: &str) -> &'answer [String] {
    let decided = answer.steps.iter().find_map(|event| match &event.state {
        StepState::Decided { reasons, .. } if event.step == step => Some(reasons.as_slice()),
        _ => None,
    });
    decided.unwrap_or_default()
}
