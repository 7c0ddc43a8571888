//! The run of a chain as spans: the run itself, its steps, and what it asks that is no model. Its model calls are
//! seen at the models.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    chain::{ModelNames, Observe, ObserveRun, ObservedCall, ObservedLookup, Plan, Whose},
    generate::{Finish, GenerateError, Kind, Request, StepEvent, StepState, TraceContext, Usage},
};

use super::{
    Telemetry, content,
    model::used,
    span::{Attributes, OpenSpan, SpanKind, Value},
};

/// The steps whose choices are among a few, and say nothing of what was asked or answered.
const CHOOSING: [&str; 6] =
    ["decompose", "detect_language", "fallback", "route", "translate", "translate_answer"];

impl Observe for Telemetry {
    fn begins(&self, plan: &Plan, _models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun> {
        let name = || format!("invoke_workflow {}", plan.name);
        let mut span = self.begin(request.trace.as_ref(), SpanKind::Internal, name);
        span.set("gen_ai.operation.name", "invoke_workflow");
        span.set("gen_ai.provider.name", "ponder");
        span.set("gen_ai.agent.name", plan.name.as_str());
        let origin = request.origin.as_deref();
        span.set_known("ponder.run.id", origin.and_then(|origin| origin.run.clone()));
        if plan.private {
            span.withhold();
            span.set("ponder.private", true);
        }
        span.tell("gen_ai.input.messages", || content::input(request));
        // Also what a private chain calls.
        let private = span.context().withheld;
        let spans = Spans { whole: Some(span), steps: HashMap::new(), spent: Usage::default() };
        Arc::new(Run { telemetry: self.clone(), private, spans: Mutex::new(spans) })
    }
}

/// A run that goes on.
#[derive(Debug)]
struct Run {
    telemetry: Telemetry,
    private: bool,
    spans: Mutex<Spans>,
}

/// What goes on in a run.
#[derive(Debug)]
struct Spans {
    /// The run, until it has ended.
    whole: Option<OpenSpan>,
    steps: HashMap<String, Step>,
    /// What its model calls have cost.
    spent: Usage,
}

#[derive(Debug)]
struct Step {
    span: OpenSpan,
    part_of: Option<String>,
}

impl Spans {
    /// Where something that this step does stands: in the step, or in what it is a part of.
    fn place(&self, step: Option<&str>) -> Option<&TraceContext> {
        let mut id = step.unwrap_or_default();
        while !id.is_empty() {
            if let Some(step) = self.steps.get(id) {
                return Some(step.span.context());
            }
            id = id.rsplit_once('/').map_or("", |(whole, _)| whole);
        }
        self.whole.as_ref().map(OpenSpan::context)
    }

    /// Takes out a step that has ended, and ends its parts that were given up.
    fn take(&mut self, id: &str) -> Option<OpenSpan> {
        let taken = self.steps.remove(id)?;
        let mut gone = vec![id.to_owned()];
        while let Some(whole) = gone.pop() {
            let is_part = |step: &Step| step.part_of.as_ref() == Some(&whole);
            gone.extend(self.steps.extract_if(|_, step| is_part(step)).map(|(id, _)| id));
        }
        Some(taken.span)
    }
}

impl Run {
    fn with<T>(&self, work: impl FnOnce(&mut Spans) -> T) -> T {
        work(&mut self.spans.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins the span of a step.
    fn begin(&self, spans: &mut Spans, event: &StepEvent, part_of: Option<&str>) -> OpenSpan {
        let name = || format!("step {}", event.action);
        let mut span = self.telemetry.begin(spans.place(part_of), SpanKind::Internal, name);
        span.set("ponder.step.id", event.step.as_str());
        span.set("ponder.step.action", event.action);
        span
    }

    fn decided(&self, span: &mut OpenSpan, action: &str, (choice, reasons): (&str, &[String])) {
        let tells = span.tells_content();
        if !tells && (self.private || !CHOOSING.contains(&action)) {
            return;
        }
        let mut attributes: Attributes = vec![("ponder.step.choice", choice.into())];
        if tells {
            attributes.push(("ponder.step.reasons", Value::from(content::reasons(reasons))));
        }
        span.happened("decided", attributes);
        // The last one is what holds.
        span.set("ponder.step.choice", choice);
    }
}

impl ObserveRun for Run {
    fn stepped(&self, event: &StepEvent, whose: Whose<'_>) {
        // A chain that was called has spans of its own.
        let Whose::Own { part_of } = whose else { return };
        self.with(|spans| match &event.state {
            StepState::Started => {
                let span = self.begin(spans, event, part_of);
                let step = Step { span, part_of: part_of.map(str::to_owned) };
                spans.steps.insert(event.step.clone(), step);
            }
            StepState::Skipped { reason } => {
                let mut span = self.begin(spans, event, part_of);
                span.set("ponder.step.skipped", true);
                span.tell("ponder.step.reason", || content::told(reason));
                span.end();
            }
            StepState::Decided { choice, reasons } => {
                if let Some(step) = spans.steps.get_mut(&event.step) {
                    self.decided(
                        &mut step.span,
                        event.action,
                        (choice.as_str(), reasons.as_slice()),
                    );
                }
            }
            StepState::Wrote { .. } => {}
            StepState::Finished { output, .. } => {
                if let Some(mut span) = spans.take(&event.step) {
                    span.tell("ponder.step.output", || content::told(output));
                    span.end();
                }
            }
            StepState::Failed { message } => {
                if let Some(mut span) = spans.take(&event.step) {
                    span.failed("step_failed", message);
                    span.end();
                }
            }
        });
    }

    fn called(&self, call: &ObservedCall<'_>) {
        self.with(|spans| spans.spent += call.usage);
    }

    fn looked_up(&self, lookup: &ObservedLookup<'_>) {
        self.with(|spans| {
            let (kind, name) = lookup.of.split_once(' ').unwrap_or(("tool", lookup.of));
            let is_tool = kind == "tool";
            let operation = if is_tool { "execute_tool" } else { "retrieval" };
            let place = spans.place(Some(lookup.step));
            let mut span = self
                .telemetry
                .begin(place, SpanKind::Internal, || format!("{operation} {name}"))
                .since(lookup.elapsed);
            span.set("gen_ai.operation.name", operation);
            let (asked, found) = if is_tool {
                span.set("gen_ai.tool.name", name);
                span.set("gen_ai.tool.type", "extension");
                ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result")
            } else {
                span.set("gen_ai.provider.name", "ponder");
                span.set("gen_ai.data_source.id", name);
                ("gen_ai.retrieval.query.text", "gen_ai.retrieval.documents")
            };
            span.tell(asked, || content::told(&lookup.asked.to_string()));
            match lookup.found {
                Ok(data) => span.tell(found, || content::told(&data.to_string())),
                Err(error) => span.failed_with(error),
            }
            span.end();
        });
    }

    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>) {
        let (whole, steps, spent) =
            self.with(|spans| (spans.whole.take(), std::mem::take(&mut spans.steps), spans.spent));
        drop(steps);
        let Some(mut span) = whole else { return };
        match end {
            Ok((answer, finish)) => {
                let reason = content::reason(finish.reason).to_owned();
                span.set("gen_ai.response.finish_reasons", vec![reason]);
                used(&mut span, finish.usage);
                span.set_known("ponder.kind", finish.kind.map(Kind::as_str));
                if let Some(confidence) = finish.confidence {
                    span.set("ponder.confidence.votes", confidence.votes);
                    span.set("ponder.confidence.samples", confidence.samples);
                }
                span.tell("gen_ai.output.messages", || content::answer(answer, finish));
            }
            Err(error) => {
                used(&mut span, spent);
                span.failed_with(error);
            }
        }
        span.end();
    }

    fn place(&self, step: &str) -> Option<TraceContext> {
        self.with(|spans| spans.place(Some(step)).cloned())
    }
}

/// A run that was left has cost what its calls have until then.
impl Drop for Run {
    fn drop(&mut self) {
        self.with(|spans| {
            let spent = spans.spent;
            if let Some(whole) = &mut spans.whole {
                used(whole, spent);
            }
        });
    }
}
