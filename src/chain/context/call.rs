//! Asking a model: what it may cost is agreed with the budget, what it says is relayed and counted.

use futures::StreamExt;

use crate::{
    chain::{
        Named,
        budget::{Allowance, Cut, Purpose},
        certainty::{self, Hearing, Trace},
        observe::Whose,
        plan::ModelRole,
        step::Target,
    },
    generate::{
        Answer, Delta, FinishReason, GenerateError, Generation, Request, StepEvent, StepState,
        ThinkingEnd, Usage,
    },
};

use super::{Context, attempt::Attempt, within};

/// A model call that a step asks for.
pub(in crate::chain) struct ModelCall {
    pub(in crate::chain) target: Target,
    pub(in crate::chain) request: Request,
    pub(in crate::chain) purpose: Purpose,
    pub(in crate::chain) relay: Relay,
}

impl ModelCall {
    /// A call that prepares something: the client sees nothing of it, and it may not use up what the answer needs.
    pub(in crate::chain) fn preparing(role: ModelRole, request: Request) -> Self {
        Self {
            target: Target::Role(role),
            request,
            purpose: Purpose::Preparation,
            relay: Relay::Nothing,
        }
    }
}

/// What the client sees of a model call while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chain) enum Relay {
    Nothing,
    Everything,
}

/// What came of a model call.
pub(in crate::chain) struct Called {
    pub(in crate::chain) answer: Answer,
    /// The limit of the chain that ended it, if one did.
    pub(in crate::chain) cut: Option<Cut>,
}

impl Called {
    /// Whether the answer is not whole.
    pub(in crate::chain) fn is_cut_off(&self) -> bool {
        self.cut.is_some() || self.answer.finish.reason == FinishReason::Length
    }
}

impl Context<'_> {
    /// Calls a model within the run's budget.
    ///
    /// # Errors
    ///
    /// What the model reports; no such model; an answer that says nothing, where something else is tried
    /// in its place.
    pub(in crate::chain) async fn call(&self, call: ModelCall) -> Result<Called, GenerateError> {
        let ModelCall { target, mut request, purpose, relay } = call;
        let Some(Named { id, model }) = self.run.models.find(&target) else {
            return Err(GenerateError::engine(match target {
                Target::Role(role) => format!("no model has the role `{role}`"),
                Target::Named(name) => format!("no model is called `{name}`"),
            }));
        };
        let answers = purpose == Purpose::Answer && relay == Relay::Everything;
        let trace = self.trace.filter(|_| answers);
        if trace.is_some_and(|trace| trace.stopped().is_some()) {
            return Ok(Called { answer: Answer::default(), cut: Some(Cut::Doubt) });
        }
        // A chain has no tokens of its own: one that prepares a sample is left alone.
        if trace.is_some() && !id.starts_with("chain/") {
            request.logprobs = Some(certainty::ALTERNATIVES);
            request.ranks_thinking = true;
        }
        request.within = self.time();
        let place = self.run.watch.as_ref().and_then(|watch| watch.place(&self.id));
        request.trace = place.or_else(|| self.run.request.trace.clone());
        request.sampling.seed = request.sampling.seed.map(|seed| seed.wrapping_add(self.variation));
        let allowance = self.run.budget.begin(purpose);
        if let Allowance::AtMost(most) = allowance {
            request.max_tokens = Some(request.max_tokens.map_or(most, |own| own.min(most)));
        }
        let hearing = trace.map(Trace::begin);
        let mut attempt = Attempt::begin(self, id, purpose, &request);
        attempt.hearing = hearing;
        let ended = match allowance {
            Allowance::Exhausted(cut) => Ok(Some(cut)),
            Allowance::Recommended | Allowance::AtMost(_) => {
                let work = async {
                    let mut generation = model.generate(request).await?;
                    attempt.meter = generation.meter();
                    let answer = &mut attempt.answer;
                    self.take(&mut generation, answer, (purpose, relay), hearing).await
                };
                let ended = within(self.run.budget.deadline(), work).await;
                ended.unwrap_or(Ok(Some(Cut::Time)))
            }
        };
        let called = attempt.end(ended)?;
        if relay == Relay::Everything && !called.answer.reasoning.is_empty() {
            self.outlet.thought(match (called.cut, called.answer.finish.thinking_end) {
                (Some(_), ThinkingEnd::None) => ThinkingEnd::Budget,
                (_, end) => end,
            });
        }
        if called.answer.content.trim().is_empty() && self.is_tentative(relay) {
            return Err(nothing());
        }
        Ok(called)
    }

    /// Whether something else is tried if this call comes to nothing.
    fn is_tentative(&self, relay: Relay) -> bool {
        relay == Relay::Everything && self.outlet.is_tentative()
    }

    /// Collects an answer, relaying what the client may see. Until the engine has counted, every
    /// delta counts as one token, so that an answer that is cut off is not free.
    async fn take(
        &self,
        generation: &mut Generation,
        answer: &mut Answer,
        (purpose, relay): (Purpose, Relay),
        hearing: Option<Hearing<'_>>,
    ) -> Result<Option<Cut>, GenerateError> {
        let mut counted = Usage::default();
        while let Some(delta) = generation.next().await {
            let (thinking, text) = match delta? {
                Delta::Reasoning(text) => (true, text),
                Delta::Content(text) => (false, text),
                Delta::Logprobs(tokens) => {
                    if let Some(hearing) = hearing {
                        hearing.hear(&tokens);
                    }
                    continue;
                }
                // Never asked for by a chain.
                Delta::ToolCall { .. } | Delta::ToolArguments { .. } => continue,
                Delta::Step(event) => {
                    let step = format!("{}/{}", self.id, event.step);
                    self.pass_on(StepEvent { step, ..event }, Whose::Called).await;
                    continue;
                }
                Delta::Finished(finish) => {
                    answer.finish = finish;
                    // What the deltas stood for is known now.
                    self.run.budget.correct(purpose, counted, answer.finish.usage);
                    // Only in a run that is run again is that known so late.
                    if let Some(stopped) = hearing.and_then(Hearing::stopped) {
                        self.decided("stopped early", vec![stopped.to_string()]).await;
                    }
                    return Ok(None);
                }
            };
            let reasoning_tokens = u64::from(thinking);
            let token = Usage { completion_tokens: 1, reasoning_tokens, ..Usage::default() };
            // Counted before it is sent: whoever leaves then has still had it written.
            counted += token;
            answer.finish.usage = counted;
            let spent = self.run.budget.spend(purpose, token);
            let sent = relay == Relay::Everything;
            let sent = if thinking {
                answer.reasoning.push_str(&text);
                sent && self.outlet.reasoning(&text).await
            } else {
                answer.content.push_str(&text);
                sent && self.outlet.content(&text).await
            };
            self.wrote(sent, thinking, text).await;
            if let Err(cut) = spent {
                return Ok(Some(cut));
            }
            if let Some(stopped) = hearing.and_then(Hearing::stopped) {
                self.decided("stopped early", vec![stopped.to_string()]).await;
                return Ok(Some(Cut::Doubt));
            }
        }
        Ok(None)
    }

    /// Reports what a model wrote where the client sees it nowhere else and has asked for it.
    async fn wrote(&self, sent: bool, thinking: bool, text: String) {
        if !sent && self.run.request.step_text {
            self.report(StepState::Wrote { thinking, text }).await;
        }
    }
}

/// Why another attempt or alternative is taken.
fn nothing() -> GenerateError {
    GenerateError::engine("the model gave an empty answer")
}
