//! The prompts a chain sends, shared with the training data of the embedded model.
//!
//! Templates are strict: a placeholder without a value is an error, never an empty string.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};

use crate::generate::GenerateError;

/// A prompt of the `prompts/` folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// A mathematical question.
    Math,
    /// A program to write.
    Code,
    /// A question to take apart.
    Decompose,
    /// Chinese to English.
    TranslateToEnglish,
    /// English to Chinese.
    TranslateToChinese,
    /// A solution whose claims are to be stated.
    Claims,
    /// A claim to find true or false.
    Judge,
    /// A problem whose programs are to be told apart.
    Inputs,
    /// A question of which the rules do not know what it is about.
    Route,
    /// A problem on which attempts do not agree.
    Escalate,
}

impl Prompt {
    /// Every prompt.
    pub const ALL: [Self; 10] = [
        Self::Math,
        Self::Code,
        Self::Decompose,
        Self::TranslateToEnglish,
        Self::TranslateToChinese,
        Self::Claims,
        Self::Judge,
        Self::Inputs,
        Self::Route,
        Self::Escalate,
    ];

    /// The template as it stands in the repository.
    pub fn source(self) -> &'static str {
        match self {
            Self::Math => include_str!("../../prompts/math.j2"),
            Self::Code => include_str!("../../prompts/code.j2"),
            Self::Decompose => include_str!("../../prompts/decompose.j2"),
            Self::TranslateToEnglish => include_str!("../../prompts/translate-to-english.j2"),
            Self::TranslateToChinese => include_str!("../../prompts/translate-to-chinese.j2"),
            Self::Claims => include_str!("../../prompts/claims.j2"),
            Self::Judge => include_str!("../../prompts/judge.j2"),
            Self::Inputs => include_str!("../../prompts/inputs.j2"),
            Self::Route => include_str!("../../prompts/route.j2"),
            Self::Escalate => include_str!("../../prompts/escalate.j2"),
        }
    }

    /// The names of the values that the template takes.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Math
            | Self::Code
            | Self::Decompose
            | Self::TranslateToEnglish
            | Self::Inputs
            | Self::Route => &["question"],
            Self::TranslateToChinese => &["solution"],
            Self::Claims => &["question", "solution"],
            Self::Judge => &["question", "claim"],
            Self::Escalate => &["question", "candidates", "form"],
        }
    }

    /// The prompt around `text`, for the prompts that take one value.
    ///
    /// # Errors
    ///
    /// As for [`Prompt::fill`].
    pub fn render(self, text: &str) -> Result<String, GenerateError> {
        self.fill(&[text])
    }

    /// The prompt with these values, in the order of its [`Prompt::names`].
    ///
    /// # Errors
    ///
    /// [`GenerateError::Engine`] if the template cannot be rendered or a value is missing, which is a fault
    /// of the program and never of the texts.
    pub fn fill(self, texts: &[&str]) -> Result<String, GenerateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let values: BTreeMap<&str, &str> =
            self.names().iter().copied().zip(texts.iter().copied()).collect();
        environment
            .render_str(self.source(), values)
            .map_err(|error| GenerateError::engine(format!("the prompt {self:?} failed: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prompt_renders_and_escapes_nothing() {
        for prompt in Prompt::ALL {
            let texts = vec!["Is $a<b$ & \"c\" {{ x }}?"; prompt.names().len()];
            let text = prompt.fill(&texts).expect("a strict template");
            assert!(text.contains("Is $a<b$ & \"c\" {{ x }}?"), "{text}");
            assert!(!text.ends_with('\n'), "{text:?}");
        }
    }

    #[test]
    fn a_value_that_is_missing_is_an_error() {
        assert!(Prompt::Judge.render("only the question").is_err());
        let filled = Prompt::Judge.fill(&["What is 2 + 2?", "2 + 2 = 4"]).expect("both are there");
        assert!(filled.ends_with("Problem:\nWhat is 2 + 2?\n\nClaim:\n2 + 2 = 4"), "{filled}");
    }
}
