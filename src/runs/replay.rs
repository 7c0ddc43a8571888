//! Runs a recorded run again: each model answers what it answered then, found by what it is asked.
//!
//! Everything that needs no model (routing, masking, proofs, templates, conditions) runs anew. A step that asks
//! something else than it did then is a changed input, and the replay says so; in a resumed run it is asked of the
//! real model.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture, stream};

use crate::{
    chain::{ModelRole, Models, Named, Plan, Recall, Recalled},
    generate::{Delta, Generate, GenerateError, Generation, RankedToken, Request, TokenLogprob},
};

use super::record::{RecordedAnswer, RecordedCall, RecordedLookup, RecordedRequest, RunRecord};

/// The answers of a record, by what was asked.
#[derive(Debug, Default)]
pub struct Answers {
    by_request: Mutex<HashMap<String, VecDeque<RecordedCall>>>,
    lookups: Mutex<Vec<RecordedLookup>>,
    /// Whether nothing may be asked that was not asked then.
    strict: bool,
}

impl Answers {
    /// The answers and failures of a record, to run it again.
    pub fn of(record: &RunRecord) -> Arc<Self> {
        Self::among(record, true)
    }

    /// The answers of a record without its failures, to get past them.
    pub fn answered(record: &RunRecord) -> Arc<Self> {
        Self::among(record, false)
    }

    fn among(record: &RunRecord, strict: bool) -> Arc<Self> {
        let mut by_request: HashMap<String, VecDeque<RecordedCall>> = HashMap::new();
        for call in record.calls.iter().filter(|call| strict || call.answer.is_some()) {
            let fingerprint = call.request.fingerprint(&call.model);
            by_request.entry(fingerprint).or_default().push_back(call.clone());
        }
        let lookups = record.lookups.iter().filter(|lookup| strict || lookup.found.is_some());
        let lookups = Mutex::new(lookups.cloned().collect());
        Arc::new(Self { by_request: Mutex::new(by_request), lookups, strict })
    }

    /// The next answer to this, each only once.
    fn take(&self, model: &str, request: &RecordedRequest) -> Option<RecordedCall> {
        let mut by_request = self.by_request.lock().unwrap_or_else(PoisonError::into_inner);
        by_request.get_mut(&request.fingerprint(model))?.pop_front()
    }

    /// How many answers nobody asked for.
    pub fn left(&self) -> usize {
        let by_request = self.by_request.lock().unwrap_or_else(PoisonError::into_inner);
        let lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        by_request.values().map(VecDeque::len).sum::<usize>() + lookups.len()
    }
}

impl Recall for Answers {
    fn recall(&self, of: &str, asked: &serde_json::Value) -> Recalled {
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lookups.iter().position(|lookup| lookup.of == of && lookup.asked == *asked);
        let found = known.map(|known| lookups.remove(known)).map(|lookup| match lookup.found {
            Some(found) => Ok(found),
            None => Err(failed(lookup.error, lookup.may_pass)),
        });
        Recalled { found, strict: self.strict }
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
}

impl Replaying {
    /// The recorded answers of the model of this name.
    pub fn new(model: &str, answers: &Arc<Answers>, live: Option<Arc<dyn Generate>>) -> Self {
        Self { model: model.to_owned(), answers: Arc::clone(answers), live }
    }
}

impl fmt::Debug for Replaying {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Replaying").field("model", &self.model).finish_non_exhaustive()
    }
}

impl Generate for Replaying {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move {
            let recorded = RecordedRequest::of(&request);
            match (self.answers.take(&self.model, &recorded), &self.live) {
                (Some(RecordedCall { answer: Some(answer), .. }), _) => Ok(played(answer)),
                (_, Some(live)) => live.generate(request).await,
                (Some(RecordedCall { error, may_pass, .. }), None) => Err(failed(error, may_pass)),
                (None, None) => Err(changed(&self.model, &request)),
            }
        }
        .boxed()
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

/// A token of which nothing is known but how sure the model was of it.
fn token(confidence: f32) -> TokenLogprob {
    let ranked = |logprob: f32| RankedToken { text: String::new(), logprob };
    TokenLogprob { chosen: ranked(0.0), top: vec![ranked(-confidence)] }
}

/// A request that was not made then.
fn changed(model: &str, request: &Request) -> GenerateError {
    let mut question: String = request.question().chars().take(300).collect();
    if request.question().len() > question.len() {
        question.push('…');
    }
    GenerateError::invalid(
        "messages",
        format!("changed input: `{model}` is asked what it was not asked then: {question}"),
    )
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
        Named::new(id, Arc::new(Replaying::new(id, answers, model)))
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
        named: by_name.collect(),
    }
}
