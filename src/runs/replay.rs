//! Runs a recorded run again: each model answers what it answered then, found by what it is asked.
//!
//! Everything that needs no model (routing, masking, proofs, templates, conditions) runs anew. A step that asks
//! something else than it did then is a changed input, and the replay says so; in a resumed run it is asked of the
//! real model.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture, stream};

use crate::{
    chain::{Interruption, ModelRole, Models, Named, Plan, Recall, Recalled},
    generate::{
        Delta, Embed, Generate, GenerateError, Generation, Pace, RankedToken, Request, TokenLogprob,
    },
};

use super::record::{
    RecordedAnswer, RecordedCall, RecordedLookup, RecordedRequest, RunRecord, RunState,
};

/// How long somebody may wait for the answer to a call that was cancelled then. It is pending, as it was; whoever
/// really needs it is told, later than the longest program of a step runs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The answers of a record, by what was asked.
#[derive(Debug, Default)]
pub struct Answers {
    by_request: Mutex<HashMap<String, VecDeque<RecordedCall>>>,
    lookups: Mutex<Vec<RecordedLookup>>,
    /// What interrupted the calls that were answered, by what was asked.
    interrupted: Mutex<HashMap<String, VecDeque<Interruption>>>,
    /// How long a call is pending that was cancelled then.
    patience: Duration,
    /// Whether nothing may be asked that was not asked then.
    strict: bool,
}

impl Answers {
    /// The answers and failures of a record, to run it again.
    pub fn of(record: &RunRecord) -> Arc<Self> {
        Self::among(record, true)
    }

    /// The answers of a record without its failures and without what time or nobody's interest ended, to get past
    /// them.
    pub fn answered(record: &RunRecord) -> Arc<Self> {
        Self::among(record, false)
    }

    fn among(record: &RunRecord, strict: bool) -> Arc<Self> {
        let mut by_request: HashMap<String, VecDeque<RecordedCall>> = HashMap::new();
        let holds = |call: &&RecordedCall| {
            let whole = matches!(call.interrupted, None | Some(Interruption::Tokens));
            strict || (whole && call.answer.is_some())
        };
        for call in record.calls.iter().filter(holds) {
            let fingerprint = call.request.fingerprint(&call.model);
            by_request.entry(fingerprint).or_default().push_back(call.clone());
        }
        let lookups = record.lookups.iter().filter(|lookup| strict || lookup.found.is_some());
        let lookups = Mutex::new(lookups.cloned().collect());
        // A run that was left ended in the middle of a call: there is nothing to wait for.
        let left = matches!(record.state, RunState::Abandoned | RunState::Running);
        Arc::new(Self {
            by_request: Mutex::new(by_request),
            lookups,
            patience: if left { Duration::ZERO } else { PATIENCE },
            strict,
            ..Self::default()
        })
    }

    /// The next answer to this, each only once.
    fn take(&self, model: &str, request: &RecordedRequest) -> Option<RecordedCall> {
        locked(&self.by_request).get_mut(&request.fingerprint(model))?.pop_front()
    }

    /// Notes what interrupted a call that is answered again, for the run to know.
    fn note(&self, model: &str, request: &RecordedRequest, interrupted: Option<Interruption>) {
        let Some(limit) = interrupted else { return };
        let fingerprint = request.fingerprint(model);
        locked(&self.interrupted).entry(fingerprint).or_default().push_back(limit);
    }

    /// How many answers nobody asked for; that a call which came to nothing is not made again is no difference.
    pub fn left(&self) -> usize {
        let by_request = locked(&self.by_request);
        let calls = by_request.values().flatten().filter(|call| !call.came_to_nothing()).count();
        calls + locked(&self.lookups).len()
    }
}

/// What is whole after every statement, also where another thread has panicked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recall for Answers {
    fn recall(&self, of: &str, asked: &serde_json::Value) -> Recalled {
        let mut lookups = locked(&self.lookups);
        let known = lookups.iter().position(|lookup| lookup.of == of && lookup.asked == *asked);
        let found = known.map(|known| lookups.remove(known)).map(|lookup| match lookup.found {
            Some(found) => Ok(found),
            None => Err(failed(lookup.error, lookup.may_pass)),
        });
        Recalled { found, strict: self.strict }
    }

    fn interrupted(&self, model: &str, asked: &Request) -> Option<Interruption> {
        let fingerprint = RecordedRequest::of(asked).fingerprint(model);
        locked(&self.interrupted).get_mut(&fingerprint)?.pop_front()
    }
}

/// A failure, as it was recorded.
fn failed(error: Option<String>, may_pass: bool) -> GenerateError {
    let message = error.unwrap_or_default();
    match may_pass {
        true => GenerateError::engine(message),
        false => GenerateError::invalid("messages", message),
    }
}

/// A model that answers what was recorded, and what was not is asked of the `live` one, if there is one.
pub struct Replaying {
    model: String,
    answers: Arc<Answers>,
    live: Option<Arc<dyn Generate>>,
    greedy: bool,
}

impl Replaying {
    /// The recorded answers of the model of this name.
    pub fn new(model: &str, answers: &Arc<Answers>, live: Option<Arc<dyn Generate>>) -> Self {
        Self { model: model.to_owned(), answers: Arc::clone(answers), live, greedy: false }
    }
}

impl fmt::Debug for Replaying {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Replaying").field("model", &self.model).finish_non_exhaustive()
    }
}

impl Generate for Replaying {
    /// Of a run that goes on.
    fn pace(&self) -> Option<Pace> {
        self.live.as_ref()?.pace()
    }

    /// As it was, so that there are as many samples as then.
    fn is_greedy(&self) -> bool {
        self.greedy
    }

    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move {
            let recorded = RecordedRequest::of(&request);
            let Some(call) = self.answers.take(&self.model, &recorded) else {
                return match &self.live {
                    Some(live) => live.generate(request).await,
                    None => Err(changed(&self.model, &request)),
                };
            };
            let ended = matches!(call.interrupted, None | Some(Interruption::Tokens));
            match (call.answer, call.interrupted, &self.live) {
                (Some(answer), why, live) if ended || live.is_none() => {
                    if why == Some(Interruption::Cancelled) {
                        let error = cancelled(&self.model, &request);
                        return Ok(pending(Arc::clone(&self.answers), error));
                    }
                    self.answers.note(&self.model, &recorded, why);
                    Ok(played(answer))
                }
                (_, _, Some(live)) => live.generate(request).await,
                (_, _, None) => Err(failed(call.error, call.may_pass)),
            }
        }
        .boxed()
    }

    /// A run that goes on may still have to search.
    fn embedder(&self) -> Option<&dyn Embed> {
        self.live.as_ref()?.embedder()
    }
}

fn played(answer: RecordedAnswer) -> Generation {
    let finish = answer.finish();
    let sure = answer.token_confidence.into_iter().map(token).collect();
    let deltas = [
        Delta::Reasoning(answer.reasoning),
        Delta::Content(answer.content),
        // Behind the text: a sample that this stops has its whole cost in the finish.
        Delta::Logprobs(sure),
        Delta::Finished(finish),
    ];
    let deltas = deltas.into_iter().filter(|delta| match delta {
        Delta::Reasoning(text) | Delta::Content(text) => !text.is_empty(),
        Delta::Logprobs(tokens) => !tokens.is_empty(),
        _ => true,
    });
    Generation::new(stream::iter(deltas.map(Ok).collect::<Vec<_>>()))
}

/// An answer that does not come, as it did not then; whoever waits for it nevertheless gets the error.
fn pending(answers: Arc<Answers>, error: GenerateError) -> Generation {
    Generation::new(stream::once(async move {
        tokio::time::sleep(answers.patience).await;
        Err(error)
    }))
}

/// A token of which nothing is known but how sure the model was of it.
fn token(confidence: f32) -> TokenLogprob {
    let ranked = |logprob: f32| RankedToken { text: String::new(), logprob };
    TokenLogprob { chosen: ranked(0.0), top: vec![ranked(-confidence)] }
}

/// A request that was not made then.
fn changed(model: &str, request: &Request) -> GenerateError {
    let question = shortened(request.question());
    GenerateError::invalid(
        "messages",
        format!("changed input: `{model}` is asked what it was not asked then: {question}"),
    )
}

/// A request whose answer nobody waited for then.
fn cancelled(model: &str, request: &Request) -> GenerateError {
    let question = shortened(request.question());
    GenerateError::invalid(
        "messages",
        format!("changed input: `{model}` was cancelled when it was asked this: {question}"),
    )
}

fn shortened(question: &str) -> String {
    let mut short: String = question.chars().take(300).collect();
    if question.len() > short.len() {
        short.push('…');
    }
    short
}

/// The names that models had in a record, by the roles that they must have had: the live ones' where they are
/// known, else those of the record.
pub fn models(
    plan: &Plan,
    record: &RunRecord,
    answers: &Arc<Answers>,
    live: Option<&Models>,
) -> Models {
    let named = |id: &str, model: Option<Arc<dyn Generate>>| {
        let greedy = record.greedy && record.models.get("reasoner").is_some_and(|name| name == id);
        Named::new(id, Arc::new(Replaying { greedy, ..Replaying::new(id, answers, model) }))
    };
    let of_role = |role: ModelRole| {
        let id = record.models.get(role.as_str())?;
        let live = live.and_then(|live| live.own(role)).map(|named| Arc::clone(&named.model));
        Some(named(id, live))
    };
    let by_name = plan.named_models().into_iter().map(|name| {
        let live =
            live.and_then(|live| live.named.get(&name)).map(|named| Arc::clone(&named.model));
        (name.clone(), named(&name, live))
    });
    Models {
        reasoner: of_role(ModelRole::Reasoner).unwrap_or_else(|| named("reasoner", None)),
        translator: of_role(ModelRole::Translator),
        general: of_role(ModelRole::General),
        embedder: of_role(ModelRole::Embedder),
        named: by_name.collect(),
    }
}
