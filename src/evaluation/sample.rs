//! One answer of a run, as a line of `results.jsonl` keeps it.

use serde::{Deserialize, Serialize};

use super::confidence::AnswerConfidence;
use crate::generate::{Finish, FinishReason, StopCause, ThinkingEnd, Usage};

/// One answer to one problem, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The problem's id.
    pub problem: String,
    /// The answer's number among those to its problem, from 0.
    pub sample: u32,
    /// How often it was asked for until it came, or until that was given up.
    pub attempts: u32,
    /// How long the last attempt took, in seconds, with its claims where they were checked.
    pub seconds: f64,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// No answer: it is asked for again when the run goes on.
    Failed {
        /// Why.
        error: String,
    },
    /// An answer.
    Answered(Box<Answered>),
}

/// An answer, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Whether it is right.
    pub mark: Mark,
    /// The final answer that was found in it; absent if there is none.
    pub answer: Option<String>,
    /// What was forgiven when it was judged right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leniency: Option<String>,
    /// How it ended.
    pub ending: Ending,
    /// How its thinking ended.
    pub thinking_end: Thought,
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens written, thinking included.
    pub completion_tokens: u64,
    /// The part of them that was thinking.
    pub reasoning_tokens: u64,
    /// How many tests its program passes, where it is to be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestCount>,
    /// What it claims, where claims were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<CheckedClaims>,
    /// How sure the model was of it, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<AnswerConfidence>,
    /// What was said in all turns, where a case of a suite has several; emptied where only numbers are needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// The text of the answer; emptied where only numbers are needed.
    #[serde(default)]
    pub content: String,
    /// The text of the thinking; emptied where only numbers are needed.
    #[serde(default)]
    pub reasoning: String,
}

/// A turn of a conversation: what was asked, and everything that whoever asked received.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exchange {
    /// What was asked.
    pub asked: String,
    /// The text of the answer.
    pub content: String,
    /// The text of the thinking.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// What a chain reported about its steps: every text in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

/// How many tests a program passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCount {
    /// It passes so many.
    pub passed: usize,
    /// So many were run: none after the first ones that fail.
    pub run: usize,
    /// So many there are.
    pub all: usize,
}

/// The claims of an answer, found true or false.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckedClaims {
    /// How reliable they make the answer, from 0 to 1.
    pub reliability: f64,
    /// Each with its verdict; none where they could not be asked for.
    #[serde(default)]
    pub claims: Vec<ClaimVerdict>,
    /// Tokens read for claims and verdicts.
    pub prompt_tokens: u64,
    /// Tokens written for them.
    pub completion_tokens: u64,
}

/// A claim and the verdict on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimVerdict {
    /// The claim; emptied where only numbers are needed.
    pub claim: String,
    /// Whether it was found true; `null` for a verdict that is neither word, or that failed.
    pub holds: Option<bool>,
}

/// Whether an answer is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It means the same as the right answer.
    Right,
    /// It does not.
    Wrong,
    /// That could not be decided; it counts as wrong.
    Unknown,
    /// There is no final answer in it; it counts as wrong and has no vote.
    Abstained,
}

impl Mark {
    /// The mark's name in results and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
            Self::Abstained => "abstained",
        }
    }
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The model said that it was done.
    Stop,
    /// The limit of tokens, or the end of the context, cut it off.
    Length,
    /// It went in circles and was ended.
    Repetition,
    /// It called a function, which nobody offered.
    ToolCalls,
}

impl From<&Finish> for Ending {
    fn from(finish: &Finish) -> Self {
        match (&finish.cause, finish.reason) {
            (Some(StopCause::Repetition), _) => Self::Repetition,
            (_, FinishReason::Stop) => Self::Stop,
            (_, FinishReason::Length) => Self::Length,
            (_, FinishReason::ToolCalls) => Self::ToolCalls,
        }
    }
}

/// How the thinking of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thought {
    /// The model closed it.
    Natural,
    /// A limit closed it.
    Budget,
    /// It went in circles and was closed.
    Loop,
    /// There was none.
    None,
}

impl From<ThinkingEnd> for Thought {
    fn from(end: ThinkingEnd) -> Self {
        match end {
            ThinkingEnd::Natural => Self::Natural,
            ThinkingEnd::Budget => Self::Budget,
            ThinkingEnd::Loop => Self::Loop,
            ThinkingEnd::None => Self::None,
        }
    }
}

impl Sample {
    /// The answer, if there is one.
    pub fn answered(&self) -> Option<&Answered> {
        match &self.outcome {
            Outcome::Answered(answered) => Some(answered),
            Outcome::Failed { .. } => None,
        }
    }

    /// The same without its texts: a long run's would not fit into memory.
    #[must_use]
    pub fn without_texts(mut self) -> Self {
        if let Outcome::Answered(answered) = &mut self.outcome {
            answered.content = String::new();
            answered.reasoning = String::new();
            answered.exchanges = Vec::new();
            for verdict in answered.checked.iter_mut().flat_map(|checked| &mut checked.claims) {
                verdict.claim = String::new();
            }
        }
        self
    }
}

impl Answered {
    /// Whether it is right.
    pub fn is_right(&self) -> bool {
        self.mark == Mark::Right
    }

    /// Whether a limit of tokens cut it off.
    pub fn is_truncated(&self) -> bool {
        self.ending == Ending::Length
    }

    /// Whether it, or its thinking, went in circles.
    pub fn is_looped(&self) -> bool {
        self.ending == Ending::Repetition || self.thinking_end == Thought::Loop
    }

    /// What it took in all, with the claims; of these it is not known which tokens were thinking.
    pub fn usage(&self) -> Usage {
        let (read, written) = self
            .checked
            .as_ref()
            .map_or((0, 0), |checked| (checked.prompt_tokens, checked.completion_tokens));
        Usage {
            prompt_tokens: self.prompt_tokens + read,
            completion_tokens: self.completion_tokens + written,
            reasoning_tokens: self.reasoning_tokens,
        }
    }
}
