//! `call`: asks a model, or another chain, in so many words.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    chain::{
        budget::Purpose,
        context::{Context, ModelCall, Relay},
        extract, texts,
        value::{Outcome, Solution},
    },
    generate::{
        FinishReason, Format, GenerateError, Kind, Message, Request, Role, Sampling, Thinking,
    },
};

use super::{Action, Step, Target};

/// Asks a model what the chain says, usually a text that a `prompt` step made.
///
/// Everything that the step does not set is as the client has it: sampling, `stop` and the thinking
/// switch. `max_tokens` of the client is what all answering calls together may write.
#[derive(Debug, Clone, PartialEq)]
pub struct CallModel {
    /// Who is asked.
    pub model: Target,
    /// Instructions in front of the conversation, in place of the client's.
    pub system: Option<Arc<str>>,
    /// 0 to 2; see [`Sampling::temperature`].
    pub temperature: Option<f32>,
    /// The most tokens of the answer, thinking included; at least 1.
    pub max_tokens: Option<u32>,
    /// Whether the model thinks first.
    pub thinking: Option<bool>,
    /// The JSON Schema that the answer keeps to.
    pub schema: Option<Arc<Json>>,
}

impl CallModel {
    /// Asks this model, with nothing set.
    pub fn of(model: Target) -> Self {
        Self {
            model,
            system: None,
            temperature: None,
            max_tokens: None,
            thinking: None,
            schema: None,
        }
    }

    fn request(&self, messages: Vec<Message>, client: &Request) -> Request {
        let messages = match &self.system {
            None => messages,
            Some(system) => {
                let others = messages.into_iter().filter(|message| message.role != Role::System);
                [Message::system(&**system)].into_iter().chain(others).collect()
            }
        };
        let own = Sampling { temperature: self.temperature, ..Sampling::default() };
        Request {
            sampling: own.or(client.sampling),
            max_tokens: self.max_tokens,
            thinking: match self.thinking {
                None => client.thinking,
                Some(true) => Thinking::Natural,
                Some(false) => Thinking::Off,
            },
            format: match &self.schema {
                None => Format::Text,
                Some(schema) => Format::Schema {
                    name: "answer".to_owned(),
                    schema: Arc::clone(schema),
                    strict: None,
                },
            },
            kind: None,
            ..client.asking(messages)
        }
    }
}

impl Step<Vec<Message>> for CallModel {
    type Output = Solution;

    async fn run(
        &self,
        messages: Vec<Message>,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        self.ask(messages, None, context).await
    }
}

impl CallModel {
    /// Asks a question of this kind, where it is known: a chain then takes it for one question, and does not find out
    /// again what it is about.
    pub(in crate::chain) async fn ask(
        &self,
        messages: Vec<Message>,
        kind: Option<Kind>,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let call = ModelCall {
            target: self.model.clone(),
            request: Request { kind, ..self.request(messages, context.request()) },
            purpose: Purpose::Answer,
            relay: Relay::Everything,
        };
        let called = context.call(call).await?;
        let finish = called.answer.finish;
        let mut text = called.answer.content;
        // A person gets to know why there is nothing; another step works with the nothing.
        if text.trim().is_empty() && context.is_answer() {
            text =
                texts::no_answer(context.language(), context.limits(), called.cut, finish.reason);
            context.content(&text).await;
        }
        let cut = called.cut.is_some();
        let boxed = extract::boxed(&text).map(|found| Outcome::Boxed(found.to_owned()));
        let code = || extract::code(&text).map(|block| Outcome::Code(block.fenced.to_owned()));
        let result = boxed.or_else(code);
        Ok(Solution {
            text,
            result,
            reason: if cut { FinishReason::Length } else { finish.reason },
            thinking_end: finish.thinking_end,
            cause: if cut { None } else { finish.cause },
            confidence: finish.confidence,
            candidates: Vec::new(),
        })
    }
}

impl From<CallModel> for Action {
    fn from(step: CallModel) -> Self {
        Self::CallModel(step)
    }
}
