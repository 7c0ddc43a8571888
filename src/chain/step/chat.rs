//! `chat`: what is neither mathematics nor code goes to the general model.

use crate::{
    chain::{
        budget::Purpose,
        context::{Context, ModelCall, Relay},
        plan::ModelRole,
        texts,
        value::Solution,
    },
    generate::{FinishReason, GenerateError, Message},
};

use super::{Action, Step, Target};

/// Hands the whole conversation to the general model, with the client's parameters. Without one, it
/// says what this node answers and how to configure a general model; no model is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chat;

impl Step<Vec<Message>> for Chat {
    type Output = Solution;

    async fn run(
        &self,
        messages: Vec<Message>,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let language = context.language();
        let empty = context.question().trim().is_empty();
        if empty || !context.has(ModelRole::General) {
            let text = if empty { texts::empty(language) } else { texts::outside(language) };
            let why =
                if empty { "the question is empty" } else { "no general model is configured" };
            context.decided("message", vec![why.to_owned()]).await;
            context.content(&text).await;
            return Ok(Solution { text, ..Solution::default() });
        }
        let call = ModelCall {
            target: Target::Role(ModelRole::General),
            request: context.request().asking(messages),
            purpose: Purpose::Answer,
            relay: Relay::Everything,
        };
        let called = context.call(call).await?;
        let reason =
            if called.cut.is_some() { FinishReason::Length } else { called.answer.finish.reason };
        let finish = called.answer.finish;
        Ok(Solution {
            text: called.answer.content,
            result: None,
            reason,
            thinking_end: finish.thinking_end,
            cause: if called.cut.is_some() { None } else { finish.cause },
            confidence: finish.confidence,
            candidates: Vec::new(),
        })
    }
}

impl From<Chat> for Action {
    fn from(step: Chat) -> Self {
        Self::Chat(step)
    }
}
