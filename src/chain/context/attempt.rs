//! One model call while it runs. However it ends, also when it is dropped, what it cost is counted and the record
//! of the run is told, once.

use tokio::time::Instant;

use crate::{
    chain::{
        budget::{Cut, Purpose},
        certainty::Hearing,
        observe::{Interruption, ObservedCall},
    },
    generate::{Answer, FinishReason, GenerateError, Meter, Request, Usage},
};

use super::{Called, Context};

/// A call that has begun.
pub(super) struct Attempt<'call> {
    context: &'call Context<'call>,
    model: &'call str,
    purpose: Purpose,
    /// What was asked, where somebody wants to know.
    asked: Option<Request>,
    started: Instant,
    /// What has come of it until now; its usage is what was counted.
    pub(super) answer: Answer,
    /// What it has really cost, where that is known.
    pub(super) meter: Option<Meter>,
    /// What a vote has heard of how sure the model is, where one listens.
    pub(super) hearing: Option<Hearing<'call>>,
    told: bool,
}

impl<'call> Attempt<'call> {
    pub(super) fn begin(
        context: &'call Context<'call>,
        model: &'call str,
        purpose: Purpose,
        request: &Request,
    ) -> Self {
        let wanted = context.run.watch.is_some() || context.run.recall.is_some();
        Self {
            context,
            model,
            purpose,
            asked: wanted.then(|| request.clone()),
            started: Instant::now(),
            answer: Answer::default(),
            meter: None,
            hearing: None,
            told: false,
        }
    }

    /// The call has ended by itself, or by a limit of the run.
    pub(super) fn end(
        mut self,
        ended: Result<Option<Cut>, GenerateError>,
    ) -> Result<Called, GenerateError> {
        let cut = match &ended {
            Ok(None) => self.recalled(),
            Ok(Some(cut)) => Some(*cut),
            Err(_) => None,
        };
        if !matches!(ended, Ok(None)) {
            self.settle();
        }
        if cut.is_some() {
            self.answer.finish.reason = FinishReason::Length;
        }
        self.tell(ended.as_ref().err(), cut.and_then(Interruption::of));
        ended?;
        Ok(Called { answer: std::mem::take(&mut self.answer), cut })
    }

    /// The limit that ended it when it was recorded, in a run that is run again.
    fn recalled(&self) -> Option<Cut> {
        let recall = self.context.run.recall.as_ref()?;
        let cut = recall.interrupted(self.model, self.asked.as_ref()?)?.limit()?;
        if cut == Cut::Time {
            self.context.run.budget.end_time();
        }
        Some(cut)
    }

    /// Counts what the call has really cost, where that is known: it did not come to the place where it is said.
    fn settle(&mut self) {
        let Some(meter) = &self.meter else { return };
        let really = meter.read();
        self.context.run.budget.correct(self.purpose, self.answer.finish.usage, really);
        self.answer.finish.usage = really;
    }

    fn tell(&mut self, failure: Option<&GenerateError>, interrupted: Option<Interruption>) {
        self.told = true;
        let usage: Usage = self.answer.finish.usage;
        self.context.add(usage);
        if let (Some(watch), Some(asked)) = (&self.context.run.watch, &self.asked) {
            watch.called(&ObservedCall {
                step: &self.context.id,
                model: self.model,
                request: asked,
                answer: failure.map_or(Ok(&self.answer), Err),
                usage,
                interrupted,
                token_confidence: &self.hearing.map_or_else(Vec::new, Hearing::confidences),
                elapsed: self.started.elapsed(),
            });
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.settle();
            self.answer.finish.reason = FinishReason::Length;
            self.tell(None, Some(Interruption::Cancelled));
        }
    }
}
