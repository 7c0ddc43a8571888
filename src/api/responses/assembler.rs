//! Puts a response together from the pieces of an answer, and says what each piece changes.
//!
//! The same pieces give the same events with the same numbers, so a stream can be read again from
//! any event on, and a response that is asked for is simply what the events add up to.

use std::sync::Arc;

use super::{
    event::{Happened, ResponseEvent},
    item::{
        CallItem, ContentPart, ItemStatus, MessageItem, OutputItem, ReasoningItem, SummaryPart,
    },
    resource::{
        Asked, Awaited, IncompleteDetails, IncompleteReason, PonderPart, ResponseBody,
        ResponseErrorBody, ResponseObject, ResponseStatus,
    },
};
use crate::{
    api::{
        chat::{
            identity::Identity,
            logprobs::LogprobBody,
            ponder::{PonderReply, StepReport},
            response::AssistantRole,
        },
        reasoning::{Placed, ReasoningOutput, ReasoningPlacer},
    },
    error::ApiError,
    generate::{Delta, Finish, FinishReason},
};

/// What does not change while a response is made.
#[derive(Debug)]
pub(super) struct Frame {
    /// Its id, its run's and when it began.
    pub(super) identity: Identity,
    /// What was asked.
    pub(super) asked: Asked,
    /// Where the thinking appears.
    pub(super) reasoning: ReasoningOutput,
    /// Whether the steps of a chain are reported.
    pub(super) steps: bool,
    /// In how many seconds it may be there.
    pub(super) estimated_seconds: Option<u64>,
}

/// A response that is being put together.
pub(super) struct Assembler {
    frame: Arc<Frame>,
    placer: ReasoningPlacer,
    /// The number of the next event.
    next: u64,
    output: Vec<OutputItem>,
    /// Whether the last item is still being written.
    open: bool,
    /// Tokens of the next piece of answer.
    ranked: Vec<LogprobBody>,
    /// The steps of a chain, if they are reported.
    steps: Vec<StepReport>,
    status: ResponseStatus,
    finish: Option<Finish>,
    error: Option<ResponseErrorBody>,
    completed_at: Option<u64>,
}

impl Assembler {
    /// Of a response that begins.
    pub(super) fn new(frame: Arc<Frame>) -> Self {
        let background = frame.asked.background;
        Self {
            placer: ReasoningPlacer::new(frame.reasoning),
            frame,
            next: 0,
            output: Vec::new(),
            open: false,
            ranked: Vec::new(),
            steps: Vec::new(),
            status: if background { ResponseStatus::Queued } else { ResponseStatus::InProgress },
            finish: None,
            error: None,
            completed_at: None,
        }
    }

    /// The first events.
    pub(super) fn opening(&mut self) -> Vec<ResponseEvent> {
        let response = Box::new(self.body());
        let created = self.event(Happened::Created { response });
        let response = Box::new(self.body());
        let second = self.event(match self.status {
            ResponseStatus::Queued => Happened::Queued { response },
            _ => Happened::InProgress { response },
        });
        vec![created, second]
    }

    /// Its turn has come.
    pub(super) fn start(&mut self) -> Option<ResponseEvent> {
        if self.status != ResponseStatus::Queued {
            return None;
        }
        self.status = ResponseStatus::InProgress;
        let response = Box::new(self.body());
        Some(self.event(Happened::InProgress { response }))
    }

    /// Takes the next piece; `now` is when it came, in seconds since 1970.
    pub(super) fn add(&mut self, delta: Delta, now: u64) -> Vec<ResponseEvent> {
        let mut events: Vec<ResponseEvent> = self.start().into_iter().collect();
        let mut happened = Vec::new();
        self.take(delta, now, &mut happened);
        events.extend(happened.into_iter().map(|happened| self.event(happened)));
        events
    }

    fn take(&mut self, delta: Delta, now: u64, happened: &mut Vec<Happened>) {
        match delta {
            Delta::Reasoning(text) => match self.placer.place(text) {
                Placed::Fields(fields) => {
                    let text = fields.reasoning.or(fields.reasoning_content);
                    self.think(text.unwrap_or_default(), happened);
                }
                Placed::Content(text) => self.say(text, happened),
                Placed::Nothing => {}
            },
            Delta::Content(text) if text.is_empty() => {}
            Delta::Content(text) => {
                let text = self.placer.before_content(text);
                self.say(text, happened);
            }
            Delta::Logprobs(tokens) => {
                self.ranked.extend(tokens.into_iter().map(LogprobBody::from));
            }
            Delta::ToolCall { id, name, .. } => {
                let closing = self.placer.before_content(String::new());
                if !closing.is_empty() {
                    self.say(closing, happened);
                }
                self.begin(
                    |item_id| {
                        OutputItem::FunctionCall(CallItem {
                            id: item_id,
                            call_id: id,
                            name,
                            arguments: String::new(),
                            status: ItemStatus::InProgress,
                        })
                    },
                    "fc",
                    happened,
                );
            }
            Delta::ToolArguments { text, .. } => self.argue(text, happened),
            Delta::Step(event) => {
                if self.frame.steps {
                    let step = StepReport::from(event);
                    self.steps.push(step.clone());
                    happened.push(Happened::Step { step });
                }
            }
            Delta::Finished(finish) => self.finish(finish, now, happened),
        }
    }

    fn think(&mut self, text: String, happened: &mut Vec<Happened>) {
        if !(self.open && matches!(self.output.last(), Some(OutputItem::Reasoning(_)))) {
            let part = || SummaryPart::SummaryText { text: String::new() };
            self.begin(
                |id| {
                    let status = ItemStatus::InProgress;
                    OutputItem::Reasoning(ReasoningItem { id, summary: Vec::new(), status })
                },
                "rs",
                happened,
            );
            if let Some((output_index, OutputItem::Reasoning(item))) = self.last() {
                item.summary.push(part());
                let item_id = item.id.clone();
                let part = part();
                let summary_index = 0;
                happened.push(Happened::SummaryAdded {
                    item_id,
                    output_index,
                    summary_index,
                    part,
                });
            }
        }
        if let Some((output_index, OutputItem::Reasoning(item))) = self.last()
            && let Some(SummaryPart::SummaryText { text: whole }) = item.summary.last_mut()
        {
            whole.push_str(&text);
            let item_id = item.id.clone();
            let summary_index = 0;
            let delta = text;
            happened.push(Happened::SummaryTextDelta {
                item_id,
                output_index,
                summary_index,
                delta,
            });
        }
    }

    fn say(&mut self, text: String, happened: &mut Vec<Happened>) {
        if !(self.open && matches!(self.output.last(), Some(OutputItem::Message(_)))) {
            self.begin_message(happened);
        }
        let tokens = std::mem::take(&mut self.ranked);
        if let Some((output_index, OutputItem::Message(item))) = self.last()
            && let Some(ContentPart::OutputText { text: whole, logprobs, .. }) =
                item.content.last_mut()
        {
            whole.push_str(&text);
            logprobs.extend(tokens.iter().cloned());
            let item_id = item.id.clone();
            happened.push(Happened::TextDelta {
                item_id,
                output_index,
                content_index: 0,
                delta: text,
                logprobs: tokens,
            });
        }
    }

    fn begin_message(&mut self, happened: &mut Vec<Happened>) {
        self.begin(
            |id| {
                OutputItem::Message(MessageItem {
                    id,
                    status: ItemStatus::InProgress,
                    role: AssistantRole::Assistant,
                    content: Vec::new(),
                })
            },
            "msg",
            happened,
        );
        if let Some((output_index, OutputItem::Message(item))) = self.last() {
            item.content.push(ContentPart::text("", Vec::new()));
            let part = ContentPart::text("", Vec::new());
            let item_id = item.id.clone();
            happened.push(Happened::PartAdded { item_id, output_index, content_index: 0, part });
        }
    }

    fn argue(&mut self, text: String, happened: &mut Vec<Happened>) {
        if let Some((output_index, OutputItem::FunctionCall(item))) = self.last() {
            item.arguments.push_str(&text);
            let item_id = item.id.clone();
            happened.push(Happened::ArgumentsDelta { item_id, output_index, delta: text });
        }
    }

    fn finish(&mut self, finish: Finish, now: u64, happened: &mut Vec<Happened>) {
        // A model that said nothing at all still answered, with nothing.
        if self.output.is_empty() && finish.reason == FinishReason::Stop {
            self.begin_message(happened);
        }
        let tokens = std::mem::take(&mut self.ranked);
        if let Some((_, OutputItem::Message(item))) = self.last()
            && let Some(ContentPart::OutputText { logprobs, .. }) = item.content.last_mut()
        {
            logprobs.extend(tokens);
        }
        let whole = finish.reason != FinishReason::Length;
        self.close(if whole { ItemStatus::Completed } else { ItemStatus::Incomplete }, happened);
        self.status = if whole { ResponseStatus::Completed } else { ResponseStatus::Incomplete };
        self.completed_at = whole.then_some(now);
        self.finish = Some(finish);
        let response = Box::new(self.body());
        happened.push(if whole {
            Happened::Completed { response }
        } else {
            Happened::Incomplete { response }
        });
    }

    /// It failed.
    pub(super) fn fail(&mut self, error: &ApiError) -> Vec<ResponseEvent> {
        self.stop(ResponseStatus::Failed, Some(error.into()))
    }

    /// It was cancelled.
    pub(super) fn cancel(&mut self) -> Vec<ResponseEvent> {
        self.stop(ResponseStatus::Cancelled, None)
    }

    fn stop(
        &mut self,
        status: ResponseStatus,
        error: Option<ResponseErrorBody>,
    ) -> Vec<ResponseEvent> {
        let mut happened = Vec::new();
        self.close(ItemStatus::Incomplete, &mut happened);
        self.status = status;
        let failed = error.is_some();
        self.error = error;
        let response = Box::new(self.body());
        happened.push(if failed {
            Happened::Failed { response }
        } else {
            Happened::Incomplete { response }
        });
        happened.into_iter().map(|happened| self.event(happened)).collect()
    }

    /// Begins an item after the one before has ended.
    fn begin(
        &mut self,
        item: impl FnOnce(String) -> OutputItem,
        prefix: &str,
        happened: &mut Vec<Happened>,
    ) {
        self.close(ItemStatus::Completed, happened);
        let output_index = self.output.len();
        let unique = self.frame.identity.run.trim_start_matches("run_");
        let item = item(format!("{prefix}_{unique}_{output_index}"));
        happened.push(Happened::ItemAdded { output_index, item: item.clone() });
        self.output.push(item);
        self.open = true;
    }

    /// Ends the last item, if it is not ended yet.
    fn close(&mut self, status: ItemStatus, happened: &mut Vec<Happened>) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let Some((output_index, item)) = self.last() else { return };
        item.set_status(status);
        let item_id = item.id().to_owned();
        match item {
            OutputItem::Reasoning(ReasoningItem { summary, .. }) => {
                if let Some(part @ SummaryPart::SummaryText { text }) = summary.last() {
                    happened.push(Happened::SummaryTextDone {
                        item_id: item_id.clone(),
                        output_index,
                        summary_index: 0,
                        text: text.clone(),
                    });
                    let part = part.clone();
                    let summary_index = 0;
                    happened.push(Happened::SummaryDone {
                        item_id,
                        output_index,
                        summary_index,
                        part,
                    });
                }
            }
            OutputItem::Message(MessageItem { content, .. }) => {
                if let Some(part @ ContentPart::OutputText { text, logprobs, .. }) = content.last()
                {
                    happened.push(Happened::TextDone {
                        item_id: item_id.clone(),
                        output_index,
                        content_index: 0,
                        text: text.clone(),
                        logprobs: logprobs.clone(),
                    });
                    let part = part.clone();
                    happened.push(Happened::PartDone {
                        item_id,
                        output_index,
                        content_index: 0,
                        part,
                    });
                }
            }
            OutputItem::FunctionCall(CallItem { name, arguments, .. }) => {
                happened.push(Happened::ArgumentsDone {
                    item_id,
                    output_index,
                    name: name.clone(),
                    arguments: arguments.clone(),
                });
            }
        }
        let item = item.clone();
        happened.push(Happened::ItemDone { output_index, item });
    }

    fn last(&mut self) -> Option<(usize, &mut OutputItem)> {
        let index = self.output.len().checked_sub(1)?;
        Some((index, self.output.last_mut()?))
    }

    fn event(&mut self, happened: Happened) -> ResponseEvent {
        let sequence_number = self.next;
        self.next += 1;
        ResponseEvent { happened, sequence_number }
    }

    /// The response as far as it is.
    pub(super) fn body(&self) -> ResponseBody {
        let Identity { id, run, created, model } = &self.frame.identity;
        let cut = self.status == ResponseStatus::Incomplete;
        let finish = self.finish.as_ref();
        ResponseBody {
            id: id.clone(),
            object: ResponseObject::Response,
            created_at: *created,
            completed_at: self.completed_at,
            status: self.status,
            incomplete_details: cut
                .then_some(IncompleteDetails { reason: IncompleteReason::MaxOutputTokens }),
            error: self.error.clone(),
            model: model.clone(),
            output: self.output.clone(),
            usage: finish.map(|finish| finish.usage.into()),
            asked: self.frame.asked.clone(),
            ponder: match finish {
                Some(finish) => {
                    let steps = self.frame.steps.then(|| self.steps.clone());
                    PonderPart::Reply(PonderReply::new(run, finish, steps))
                }
                None => PonderPart::Awaited(Awaited {
                    run_id: run.clone(),
                    estimated_seconds: self.frame.estimated_seconds,
                }),
            },
        }
    }
}
