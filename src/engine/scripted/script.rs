//! What a scripted engine says, and when: rules that can be written in a file.

use std::time::Duration;

use serde::Deserialize;

use crate::generate::{GenerateError, Request};

/// Rules and the replies they give; the first rule that fits wins.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    /// Tried in order.
    pub rules: Vec<Rule>,
    /// The reply when no rule fits.
    pub otherwise: Reply,
    /// The most tokens of prompt and answer together.
    pub context_length: u64,
}

/// A condition and the reply it gives.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// When the rule fits.
    pub when: When,
    /// What is then replied.
    pub reply: Reply,
}

/// When a rule fits: every condition given must hold; with none it always fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Text that the last user message contains.
    pub question: Option<String>,
    /// Text that some message of the conversation contains.
    pub conversation: Option<String>,
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reply {
    /// The thinking; left out when the request turns thinking off.
    pub reasoning: String,
    /// The answer; `{question}` in it becomes the last user message.
    pub content: String,
    /// Functions that it calls after that, where the request offers functions.
    pub tool_calls: Vec<ScriptedCall>,
    /// How sure it is of its tokens, one after the other, thinking first, and the last number for all that follow: the
    /// negative mean of the logarithms of the likeliest tokens' probabilities, at least 0. Without any, every token has
    /// the probability 1.
    pub confidence: Vec<f32>,
    /// Milliseconds before the first token.
    pub first_token_ms: u64,
    /// Milliseconds before each token.
    pub per_token_ms: u64,
    /// How the reply ends.
    pub ending: Ending,
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScriptedCall {
    /// The function.
    pub name: String,
    /// Its arguments.
    pub arguments: serde_json::Map<String, serde_json::Value>,
}

/// How a reply ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It finishes properly.
    #[default]
    Finish,
    /// It fails before its first token.
    FailBefore(Failure),
    /// It fails after some tokens, or at its end if it has fewer.
    FailAfter {
        /// How many tokens are produced first.
        tokens: u64,
        /// What then happens.
        failure: Failure,
    },
    /// Its stream stops after some tokens without a finish, as if the engine had died.
    BreakOffAfter {
        /// How many tokens are produced first.
        tokens: u64,
    },
    /// Nothing comes any more after some tokens, for ever.
    HangAfter {
        /// How many tokens are produced first.
        tokens: u64,
    },
}

/// A failure to play.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Too many requests.
    Overloaded,
    /// Not there at the moment.
    Unavailable,
    /// Took too long.
    Timeout,
    /// The engine failed.
    Engine,
    /// A remote endpoint failed.
    Remote,
    /// A panic in the engine's own code.
    Panic,
    /// Exactly this error; only from Rust.
    #[serde(skip)]
    Exactly(GenerateError),
}

impl Failure {
    /// Lets the failure happen.
    pub(super) fn happen(&self) -> GenerateError {
        let retry_after = Duration::from_secs(1);
        match self {
            Self::Overloaded => {
                let message = "The script says that too many requests run.".to_owned();
                GenerateError::Overloaded { message, retry_after }
            }
            Self::Unavailable => {
                let message = "The script says that the model is not there.".to_owned();
                GenerateError::Unavailable { message, retry_after }
            }
            Self::Timeout => {
                let message = "The script says that the answer took too long.".to_owned();
                GenerateError::Timeout { message }
            }
            Self::Engine => GenerateError::engine("The script says that the engine failed."),
            Self::Remote => {
                let message = "The script says that the remote endpoint failed.".to_owned();
                GenerateError::Remote { message, status: Some(500) }
            }
            Self::Panic => panic_as_scripted(),
            Self::Exactly(error) => error.clone(),
        }
    }
}

#[expect(clippy::panic, reason = "proves that a panic inside an engine costs one request only")]
fn panic_as_scripted() -> ! {
    panic!("the script says that the engine panics")
}

impl Script {
    /// A script that always gives one reply.
    pub fn answering(reply: Reply) -> Self {
        Self { otherwise: reply, ..Self::default() }
    }

    /// The reply to a request.
    pub fn reply(&self, request: &Request) -> &Reply {
        self.rules
            .iter()
            .find(|rule| rule.when.fits(request))
            .map_or(&self.otherwise, |rule| &rule.reply)
    }
}

impl Default for Script {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            otherwise: Reply {
                reasoning: "No model is loaded, so there is nothing to think with.".to_owned(),
                content: "This is ponder's scripted engine: it repeats questions and solves none. \
                          Start ponder with a model to get an answer. You asked: {question}"
                    .to_owned(),
                ..Reply::default()
            },
            context_length: 4096,
        }
    }
}

impl Reply {
    /// A reply without thinking.
    pub fn saying(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }
}

impl When {
    fn fits(&self, request: &Request) -> bool {
        let question = self.question.as_deref();
        let conversation = self.conversation.as_deref();
        question.is_none_or(|text| request.question().contains(text))
            && conversation.is_none_or(|text| {
                request.messages.iter().any(|message| message.content.contains(text))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_can_be_written_in_a_file() {
        let script: Script = serde_saphyr::from_str(
            "rules:\n\
             - when: { question: apples }\n  \
               reply: { reasoning: add, content: '\\boxed{42}', per_token_ms: 5 }\n\
             - when: { conversation: doom }\n  \
               reply: { ending: { fail_after: { tokens: 3, failure: engine } } }\n",
        )
        .expect("a valid script");
        assert_eq!(script.reply(&Request::ask("12 apples")).content, "\\boxed{42}");
        let ending = &script.reply(&Request::ask("doom")).ending;
        assert_eq!(*ending, Ending::FailAfter { tokens: 3, failure: Failure::Engine });
        assert!(script.reply(&Request::ask("else")).content.contains("scripted"));
    }
}
