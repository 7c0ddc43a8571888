//! A request as the domain sees it: validated, with no trace of the wire it came by.

use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{GenerateError, ToolCall, ToolChoice, Tools, TraceContext};

/// A validated request for an answer.
///
/// `None` in [`Sampling`] and [`Request::max_tokens`] means "what the model recommends".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// The conversation, oldest first; never empty when it comes from the edge, unless there is a raw
    /// prompt.
    pub messages: Vec<Message>,
    /// A prompt that is continued as it is, in place of a conversation.
    pub raw: Option<RawPrompt>,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// The most tokens to generate, thinking included; at least 1.
    pub max_tokens: Option<u32>,
    /// In how long the answer should be there once it is worked on. Without `max_tokens` a hosted model
    /// writes no more than it can in this time, by its measured speed, and keeps some of it for the
    /// answer; others pay no attention.
    pub within: Option<Duration>,
    /// When the answer should be there, whatever it had to wait for; otherwise as `within`.
    pub until: Option<Instant>,
    /// Sequences that end the answer; matched in the answer only, never in the thinking.
    pub stop: Vec<String>,
    /// Whether the model thinks first.
    pub thinking: Thinking,
    /// What the question is about, where somebody knows: it selects the model's recommended sampling, and a chain
    /// takes it for one question of that kind.
    pub kind: Option<Kind>,
    /// Added to the scores of these tokens before one is chosen; each from -100 to 100.
    pub logit_bias: Vec<(u32, f32)>,
    /// Whether the answer's tokens are reported with their probabilities, each with this many
    /// alternatives.
    pub logprobs: Option<u32>,
    /// Whether the tokens of the thinking are reported as well, as `logprobs` says: every token by itself, in front of
    /// the text that it becomes. Only chains ask for it.
    pub ranks_thinking: bool,
    /// Whether the answer begins with its raw prompt, of which the tokens are reported as `logprobs` says.
    /// Nothing is said of the first one: the logarithm of its probability is 0, and there are no
    /// alternatives.
    pub echoes_logprobs: bool,
    /// What form the answer has; the thinking is free.
    pub format: Format,
    /// The functions that the answer may call in place of text.
    pub tools: Tools,
    /// Whether the seed was not asked for, but chosen so that the answer can be made again: a remote endpoint, of
    /// which nobody knows whether it takes one, is not sent it.
    pub chosen_seed: bool,
    /// Whether a chain reports what its steps write while they write it, where that is neither its thinking
    /// nor its answer; see [`StepState::Wrote`](super::StepState::Wrote).
    pub step_text: bool,
    /// Whose it is, where records of what is done are kept by that.
    pub origin: Option<Arc<Origin>>,
    /// Where in a trace it is asked.
    pub trace: Option<TraceContext>,
}

/// Whose request it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The run that it is answered in; `None` where it is a part of one.
    pub run: Option<String>,
    /// The name of the key it came with; `None` where no key is needed.
    pub owner: Option<Arc<str>>,
}

/// A prompt that is continued as it is, without a chat template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawPrompt {
    /// A text; special tokens in it are recognised.
    Text(Arc<str>),
    /// A model's own tokens.
    Tokens(Arc<[u32]>),
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Format {
    /// Any text.
    #[default]
    Text,
    /// A JSON object.
    Object,
    /// A JSON value that this schema describes.
    Schema {
        /// What it is called.
        name: String,
        /// The schema.
        schema: Arc<Value>,
        /// Whether the client wants it kept to the letter, which a hosted model always does.
        strict: Option<bool>,
    },
}

impl Request {
    /// The same request with another conversation.
    #[must_use]
    pub fn asking(&self, messages: Vec<Message>) -> Self {
        // Every field by its name, so that the conversation, usually the most of it, is not copied first.
        Self {
            messages,
            raw: self.raw.clone(),
            sampling: self.sampling,
            max_tokens: self.max_tokens,
            within: self.within,
            until: self.until,
            stop: self.stop.clone(),
            thinking: self.thinking,
            kind: self.kind,
            logit_bias: self.logit_bias.clone(),
            logprobs: self.logprobs,
            ranks_thinking: self.ranks_thinking,
            echoes_logprobs: self.echoes_logprobs,
            format: self.format.clone(),
            tools: self.tools.clone(),
            chosen_seed: self.chosen_seed,
            step_text: self.step_text,
            origin: self.origin.clone(),
            trace: self.trace.clone(),
        }
    }

    /// A short question of a step's own on the way to the answer: the likeliest answer to it, without thinking. Of
    /// this request only the seed stays, so that the whole can be made again.
    #[must_use]
    pub fn aside(&self, prompt: String, max_tokens: u32) -> Self {
        Self {
            messages: vec![Message::user(prompt)],
            sampling: Sampling {
                temperature: Some(0.0),
                seed: self.sampling.seed,
                ..Sampling::default()
            },
            chosen_seed: self.chosen_seed,
            max_tokens: Some(max_tokens),
            thinking: Thinking::Off,
            ..Self::default()
        }
    }

    /// Refuses what only a model whose own tokens are the answer can honour.
    ///
    /// # Errors
    ///
    /// The parameter, and `whose` tokens it cannot be applied to, for example "a chain".
    pub fn without_token_options(&self, whose: &str) -> Result<(), GenerateError> {
        let refused = if self.logprobs.is_some() {
            "logprobs"
        } else if !self.logit_bias.is_empty() {
            "logit_bias"
        } else {
            return Ok(());
        };
        Err(Self::refusal(refused, whose))
    }

    /// The request for a composition of models: refuses what only a model itself can honour. Functions that
    /// may be called are passed over, for calling none is allowed; chat interfaces offer theirs with
    /// every question.
    ///
    /// # Errors
    ///
    /// The parameter, and who cannot honour it, for example "a chain".
    pub fn without_form(mut self, whose: &str) -> Result<Self, GenerateError> {
        self.without_token_options(whose)?;
        if self.format != Format::Text {
            return Err(Self::refusal("response_format", whose));
        }
        let conversed = self
            .messages
            .iter()
            .any(|message| message.role == Role::Tool || !message.tool_calls.is_empty());
        if conversed {
            return Err(Self::refusal("tools", whose));
        }
        if !self.tools.is_empty() && self.tools.choice != ToolChoice::Auto {
            return Err(Self::refusal("tool_choice", whose));
        }
        self.tools = Tools::default();
        Ok(self)
    }

    fn refusal(parameter: &'static str, whose: &str) -> GenerateError {
        GenerateError::invalid(
            parameter,
            format!("`{parameter}` cannot be honoured by {whose}: ask a hosted model instead."),
        )
    }

    /// The same request for what answers only in conversations: a text to be continued becomes a
    /// user's message.
    ///
    /// # Errors
    ///
    /// If the prompt is made of tokens, or its tokens are asked for, and whose they are not, for example
    /// "a chain".
    pub fn conversing(mut self, whose: &str) -> Result<Self, GenerateError> {
        if self.echoes_logprobs {
            return Err(GenerateError::invalid(
                "echo",
                format!(
                    "`echo` together with `logprobs` cannot be honoured by {whose}, which has no prompt of \
                     tokens: leave out one of them, or ask a hosted model."
                ),
            ));
        }
        match self.raw.take() {
            None => {}
            Some(RawPrompt::Text(text)) => self.messages.push(Message::user(&*text)),
            Some(RawPrompt::Tokens(_)) => return Err(Self::refusal("prompt", whose)),
        }
        Ok(self)
    }

    /// The request of one of several answers: with a seed each gets its own, or all would be the same.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let mut request = self.clone();
        request.sampling.seed = request.sampling.seed.map(|seed| seed.wrapping_add(number.into()));
        request
    }

    /// A request with one user message and the model's own settings.
    pub fn ask(question: impl Into<String>) -> Self {
        Self { messages: vec![Message::user(question)], ..Self::default() }
    }

    /// The text of the last user message; empty if there is none.
    pub fn question(&self) -> &str {
        self.messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User)
            .map_or("", |message| message.content.as_str())
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said; text only.
    pub content: String,
    /// The functions that this earlier answer called; empty unless the model says it.
    pub tool_calls: Vec<ToolCall>,
    /// The id of the call that this is the result of; only with [`Role::Tool`].
    pub tool_call_id: Option<String>,
}

impl Message {
    /// A message of the user.
    pub fn user(content: impl Into<String>) -> Self {
        Self::of(Role::User, content)
    }

    /// A system message.
    pub fn system(content: impl Into<String>) -> Self {
        Self::of(Role::System, content)
    }

    /// An earlier answer of the model, without its thinking.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::of(Role::Assistant, content)
    }

    /// A message of this role.
    pub fn of(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Instructions that hold for the whole conversation (`system` and `developer` on the wire).
    System,
    /// The person who asks.
    User,
    /// The model.
    Assistant,
    /// The result of a function that the model called.
    Tool,
}

impl Role {
    /// The role's name in a chat template.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// How the next token is chosen; `None` leaves it to the model's recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sampling {
    /// 0 to 2; 0 always takes the likeliest token.
    pub temperature: Option<f32>,
    /// Over 0, up to 1: keep the likeliest tokens that together reach this probability.
    pub top_p: Option<f32>,
    /// Keep this many of the likeliest tokens; at least 1.
    pub top_k: Option<u32>,
    /// 0 to 1: drop tokens less likely than this share of the likeliest one.
    pub min_p: Option<f32>,
    /// -2 to 2: lower tokens by how often they appeared.
    pub frequency_penalty: Option<f32>,
    /// -2 to 2: lower tokens that appeared.
    pub presence_penalty: Option<f32>,
    /// Over 0: divide the scores of tokens that appeared.
    pub repetition_penalty: Option<f32>,
    /// Starts the random choices; the same request with the same seed should give the same answer.
    /// Best effort: an engine that has no use for it ignores it.
    pub seed: Option<u64>,
}

impl Sampling {
    /// Whether the likeliest token is asked for; so near to 0 nothing else is ever drawn.
    pub fn is_greedy(&self) -> bool {
        self.temperature.is_some_and(|temperature| temperature <= f32::EPSILON)
    }

    /// These settings, and where one is not given, that of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            temperature: self.temperature.or(other.temperature),
            top_p: self.top_p.or(other.top_p),
            top_k: self.top_k.or(other.top_k),
            min_p: self.min_p.or(other.min_p),
            frequency_penalty: self.frequency_penalty.or(other.frequency_penalty),
            presence_penalty: self.presence_penalty.or(other.presence_penalty),
            repetition_penalty: self.repetition_penalty.or(other.repetition_penalty),
            seed: self.seed.or(other.seed),
        }
    }
}

/// Whether a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Thinking {
    /// As the model does by itself.
    #[default]
    Natural,
    /// At most so many tokens, at least 1; then it is made to answer.
    UpTo(u32),
    /// Not at all: the thinking is closed before it begins.
    Off,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A mathematical question with an answer to compute.
    Math,
    /// A program to write.
    Code,
    /// An explicitly composite question with both.
    Both,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind's name on the wire and in chain files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Math => "math",
            Self::Code => "code",
            Self::Both => "both",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Math, Self::Code, Self::Both, Self::Other]
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| format!("`{name}` is not a kind of question: math, code, both or other"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_conversation_changes_nothing_else() {
        let client = Request {
            sampling: Sampling { temperature: Some(0.5), seed: Some(7), ..Sampling::default() },
            max_tokens: Some(9),
            within: Some(Duration::from_secs(1)),
            until: Some(Instant::now()),
            stop: vec!["END".to_owned()],
            thinking: Thinking::Off,
            kind: Some(Kind::Code),
            logit_bias: vec![(1, 2.0)],
            logprobs: Some(3),
            echoes_logprobs: true,
            format: Format::Object,
            chosen_seed: true,
            step_text: true,
            raw: Some(RawPrompt::Text("raw".into())),
            origin: Some(Arc::default()),
            ..Request::ask("What is 2+2?")
        };
        let messages = vec![Message::user("And 3+3?")];
        let expected = Request { messages: messages.clone(), ..client.clone() };
        assert_eq!(client.asking(messages), expected);
    }
}
