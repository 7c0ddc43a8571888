//! `detect_language`: which language a text is in.

use crate::{
    chain::{
        context::Context,
        language::{self, Language},
    },
    generate::GenerateError,
};

use super::{Action, Step};

/// Gives the language of a text; see [`language::detect`]. Needs no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectLanguage;

impl Step<String> for DetectLanguage {
    type Output = Language;

    async fn run(&self, text: String, context: &Context<'_>) -> Result<Language, GenerateError> {
        let detection = language::detect(&text);
        context.decided(detection.language.as_str(), vec![detection.reason]).await;
        Ok(detection.language)
    }
}

impl From<DetectLanguage> for Action {
    fn from(step: DetectLanguage) -> Self {
        Self::DetectLanguage(step)
    }
}
