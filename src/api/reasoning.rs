//! Where the thinking appears in a reply.
//!
//! Clients disagree about the name of the field, and some read only the answer; so it is a setting
//! of the server, and a request can choose otherwise.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Where the thinking appears in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ReasoningOutput {
    /// In `reasoning_content` and, with the same text, in `reasoning`: every client finds it.
    #[default]
    Both,
    /// In `reasoning_content` only.
    ReasoningContent,
    /// In `reasoning` only.
    Reasoning,
    /// In the answer itself, between `<think>` and `</think>`.
    #[serde(rename = "none")]
    #[value(name = "none")]
    Raw,
    /// Nowhere.
    Hidden,
}

/// The thinking's two fields; each is left out when it would be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct ReasoningFields {
    /// The thinking, or a piece of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasoning_content: Option<String>,
    /// The same text under its other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasoning: Option<String>,
}

/// Places the thinking of one answer, whole or piece by piece.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReasoningPlacer {
    output: ReasoningOutput,
    /// Whether `<think>` stands in the answer and `</think>` does not yet.
    open: bool,
}

/// What a piece of thinking becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Fields of its own.
    Fields(ReasoningFields),
    /// Text of the answer.
    Content(String),
    /// Nothing.
    Nothing,
}

impl ReasoningPlacer {
    pub(crate) fn new(output: ReasoningOutput) -> Self {
        Self { output, open: false }
    }

    /// Places a piece of thinking.
    pub(crate) fn place(&mut self, text: String) -> Placed {
        if text.is_empty() {
            return Placed::Nothing;
        }
        match self.output {
            ReasoningOutput::Both => Placed::Fields(ReasoningFields {
                reasoning_content: Some(text.clone()),
                reasoning: Some(text),
            }),
            ReasoningOutput::ReasoningContent => {
                Placed::Fields(ReasoningFields { reasoning_content: Some(text), reasoning: None })
            }
            ReasoningOutput::Reasoning => {
                Placed::Fields(ReasoningFields { reasoning_content: None, reasoning: Some(text) })
            }
            ReasoningOutput::Raw if self.open => Placed::Content(text),
            ReasoningOutput::Raw => {
                self.open = true;
                Placed::Content(format!("{OPEN}{text}"))
            }
            ReasoningOutput::Hidden => Placed::Nothing,
        }
    }

    /// What a piece of answer becomes: the first one closes the thinking that stands before it.
    pub(crate) fn before_content(&mut self, text: String) -> String {
        if std::mem::take(&mut self.open) { format!("{CLOSE}\n\n{text}") } else { text }
    }
}

/// Removes the thinking from an answer that comes back as history: models are trained not to see it,
/// and it fills the context.
pub(crate) fn without_thinking(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    // A template may have opened the thinking in the prompt, so that only its end is in the text.
    if let Some((before, after)) = rest.split_once(CLOSE)
        && !before.contains(OPEN)
    {
        rest = after;
    }
    while let Some((before, inside)) = rest.split_once(OPEN) {
        kept.push_str(before);
        rest = inside.split_once(CLOSE).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    if kept.len() == text.len() { kept } else { kept.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_removed_from_history_and_nothing_else() {
        for (text, expected) in [
            ("<think>a</think>\n\nb", "b"),
            ("a</think>\n\nb", "b"),
            ("<think>never closed", ""),
            ("x <think>a</think>y<think>b</think> z", "x y z"),
            ("  no thinking  ", "  no thinking  "),
        ] {
            assert_eq!(without_thinking(text), expected, "{text}");
        }
    }

    #[test]
    fn raw_thinking_is_opened_and_closed_once() {
        let mut placer = ReasoningPlacer::new(ReasoningOutput::Raw);
        assert_eq!(placer.place("a".to_owned()), Placed::Content("<think>a".to_owned()));
        assert_eq!(placer.place("b".to_owned()), Placed::Content("b".to_owned()));
        assert_eq!(placer.before_content("c".to_owned()), "</think>\n\nc");
        assert_eq!(placer.before_content("d".to_owned()), "d");
    }
}
