//! `reason`: asks the reasoning model and finds the final result in its answer.

use crate::{
    chain::{
        budget::{Cut, Purpose},
        context::{Context, ModelCall, Relay},
        extract,
        plan::ModelRole,
        prompt::Prompt,
        texts,
        value::{Outcome, Solution},
    },
    generate::{FinishReason, GenerateError, Kind, Message, Request, Role, ThinkingEnd},
};

use super::{Action, Step, Target};

/// Asks the reasoning model one question.
///
/// The model sees the client's system messages and the question in its prompt template, and no
/// history: reasoning models are trained on single questions. The client's sampling parameters,
/// `max_tokens` and `stop` are meant for this step. Thinking streams as it comes, and so does the
/// answer where it is the chain's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What the question is about: it selects the prompt and the model's recommended sampling.
    pub topic: Topic,
    /// What to look for in the answer.
    pub extract: Extract,
}

/// What a question to the reasoning model is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Mathematics.
    Math,
    /// Programming.
    Code,
}

/// What the final result of an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extract {
    /// The last balanced `\boxed{…}`.
    Boxed,
    /// The last fenced block of code.
    Code,
}

impl Reason {
    /// A mathematical question with a boxed answer.
    pub fn math() -> Self {
        Self { topic: Topic::Math, extract: Extract::Boxed }
    }

    /// A program to write.
    pub fn code() -> Self {
        Self { topic: Topic::Code, extract: Extract::Code }
    }

    /// The request to the model.
    fn request(self, question: &str, client: &Request) -> Result<Request, GenerateError> {
        let (prompt, kind) = match self.topic {
            Topic::Math => (Prompt::Math, Kind::Math),
            Topic::Code => (Prompt::Code, Kind::Code),
        };
        let system = client.messages.iter().filter(|message| message.role == Role::System);
        let question = Message::user(prompt.render(question)?);
        let messages = system.cloned().chain([question]).collect();
        Ok(Request { kind: Some(kind), ..client.asking(messages) })
    }
}

impl Step<String> for Reason {
    type Output = Solution;

    async fn run(
        &self,
        question: String,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        self.ask(&question, context).await.map(|(solution, _)| solution)
    }
}

impl Reason {
    /// The solution, and the thinking that led to it.
    pub(super) async fn ask(
        &self,
        question: &str,
        context: &Context<'_>,
    ) -> Result<(Solution, String), GenerateError> {
        let call = ModelCall {
            target: Target::Role(ModelRole::Reasoner),
            request: self.request(question, context.request())?,
            purpose: Purpose::Answer,
            relay: Relay::Everything,
        };
        let called = context.call(call).await?;
        let cut = called.cut;
        let finish = called.answer.finish;
        let thoughts = called.answer.reasoning;
        let mut text = called.answer.content;
        let result = self.extract.from(&text);
        if result.is_none() {
            context.decided("no final answer", vec![self.missing(cut, finish.reason)]).await;
        }
        if text.trim().is_empty() {
            text = texts::no_answer(context.language(), context.limits(), cut, finish.reason);
            context.content(&text).await;
        }
        let thinking_end = match (cut, finish.thinking_end) {
            (Some(Cut::Time), ThinkingEnd::None) => ThinkingEnd::Budget,
            (_, end) => end,
        };
        let reason = if cut.is_some() { FinishReason::Length } else { finish.reason };
        let cause = if cut.is_some() { None } else { finish.cause };
        let confidence = finish.confidence;
        let candidates = Vec::new();
        let solution =
            Solution { text, result, reason, thinking_end, cause, confidence, candidates };
        Ok((solution, thoughts))
    }

    /// Why there is no final result.
    fn missing(self, cut: Option<Cut>, reason: FinishReason) -> String {
        let wanted = match self.extract {
            Extract::Boxed => "\\boxed{…}",
            Extract::Code => "a closed block of code",
        };
        let why = match (cut, reason) {
            (Some(Cut::Time), _) => "the time limit was reached",
            (Some(Cut::Calls), _) => "the limit of model calls was reached",
            (Some(Cut::Doubt), _) => {
                "it was stopped, for the model was less sure of it than of others"
            }
            (Some(Cut::Tokens), _) | (None, FinishReason::Length) => "the token limit was reached",
            (None, FinishReason::Stop | FinishReason::ToolCalls) => {
                "the model ended its answer without one"
            }
        };
        format!("{wanted} was not found in the answer: {why}")
    }
}

impl Extract {
    fn from(self, text: &str) -> Option<Outcome> {
        match self {
            Self::Boxed => extract::boxed(text).map(|content| Outcome::Boxed(content.to_owned())),
            Self::Code => extract::code(text).map(|block| Outcome::Code(block.fenced.to_owned())),
        }
    }
}

impl From<Reason> for Action {
    fn from(step: Reason) -> Self {
        Self::Reason(step)
    }
}
