//! The prompts a chain sends, shared with the training data of the embedded model.
//!
//! Templates are strict: a placeholder without a value is an error, never an empty string.

use minijinja::{Environment, UndefinedBehavior, context};

use crate::generate::GenerateError;

/// A prompt of the `prompts/` folder, with the name of the one value it takes.
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
}

impl Prompt {
    /// Every prompt.
    pub const ALL: [Self; 5] = [
        Self::Math,
        Self::Code,
        Self::Decompose,
        Self::TranslateToEnglish,
        Self::TranslateToChinese,
    ];

    /// The template as it stands in the repository.
    pub fn source(self) -> &'static str {
        match self {
            Self::Math => include_str!("../../prompts/math.j2"),
            Self::Code => include_str!("../../prompts/code.j2"),
            Self::Decompose => include_str!("../../prompts/decompose.j2"),
            Self::TranslateToEnglish => include_str!("../../prompts/translate-to-english.j2"),
            Self::TranslateToChinese => include_str!("../../prompts/translate-to-chinese.j2"),
        }
    }

    /// The prompt around `text`.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Engine`] if the template cannot be rendered, which is a fault of the
    /// program and never of the text.
    pub fn render(self, text: &str) -> Result<String, GenerateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let values = match self {
            Self::Math | Self::Code | Self::Decompose | Self::TranslateToEnglish => {
                context! { question => text }
            }
            Self::TranslateToChinese => context! { solution => text },
        };
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
            let text = prompt.render("Is $a<b$ & \"c\" {{ x }}?").expect("a strict template");
            assert!(text.contains("Is $a<b$ & \"c\" {{ x }}?"), "{text}");
            assert!(!text.ends_with('\n'), "{text:?}");
        }
    }
}
