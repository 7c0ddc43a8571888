//! A reply in one piece: the stream, collected.

use futures::Stream;

use super::{
    choices::{Piece, collect},
    identity::Identity,
    logprobs::LogprobsBody,
    ponder::{PonderReply, StepReport},
    response::{
        AnswerMessage, AssistantRole, ChatCompletion, Choice, CompletionObject, TokenUsage,
        stop_reason,
    },
    tool_calls::ToolCallBody,
    validate::{ReplyStyle, Steps},
};
use crate::{
    api::reasoning::{Placed, ReasoningFields, ReasoningPlacer},
    error::ApiError,
    generate::{Answer, Finish, GenerateError},
};

/// Collects the answers into a reply.
///
/// # Errors
///
/// The error that ended one of the answers.
pub(super) async fn reply(
    pieces: impl Stream<Item = Result<Piece, GenerateError>>,
    identity: Identity,
    count: u32,
    style: ReplyStyle,
) -> Result<ChatCompletion, ApiError> {
    let answers = collect(pieces, count).await?;
    Ok(compose(answers, identity, style))
}

fn compose(mut answers: Vec<Answer>, identity: Identity, style: ReplyStyle) -> ChatCompletion {
    let mut usage = TokenUsage::default();
    for answer in &answers {
        usage.add(answer.finish.usage);
    }
    let first = answers.first().map_or_else(Finish::default, |answer| answer.finish.clone());
    let steps = answers.iter_mut().flat_map(|answer| std::mem::take(&mut answer.steps));
    let steps = match style.steps {
        Steps::Reported => Some(steps.map(StepReport::from).collect()),
        Steps::Omitted => None,
    };
    let choices = (0..).zip(answers).map(|(index, answer)| choice(index, answer, style)).collect();
    ChatCompletion {
        ponder: PonderReply::new(&identity.run, &first, steps),
        id: identity.id,
        object: CompletionObject::ChatCompletion,
        created: identity.created,
        model: identity.model,
        choices,
        usage: usage.into(),
    }
}

fn choice(index: u32, answer: Answer, style: ReplyStyle) -> Choice {
    let mut placer = ReasoningPlacer::new(style.reasoning);
    let (mut content, reasoning) = match placer.place(answer.reasoning) {
        Placed::Fields(fields) => (String::new(), fields),
        Placed::Content(text) => (text, ReasoningFields::default()),
        Placed::Nothing => (String::new(), ReasoningFields::default()),
    };
    if !answer.content.is_empty() || !answer.tool_calls.is_empty() {
        content.push_str(&placer.before_content(answer.content));
    }
    let tool_calls: Vec<_> = answer.tool_calls.into_iter().map(ToolCallBody::from).collect();
    let called = !tool_calls.is_empty();
    Choice {
        index,
        message: AnswerMessage {
            role: AssistantRole::Assistant,
            content: Some(content).filter(|text| !(called && text.is_empty())),
            reasoning,
            refusal: (),
            tool_calls: called.then_some(tool_calls),
        },
        logprobs: style.logprobs.then(|| LogprobsBody::of(answer.logprobs)),
        finish_reason: answer.finish.reason.into(),
        stop_reason: stop_reason(&answer.finish),
    }
}
