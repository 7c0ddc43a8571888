//! `translate`: puts a text into English or Chinese, proves the translation, and falls back to the
//! original.

use crate::{
    chain::{
        context::{Context, ModelCall},
        language::Language,
        mask::{self, Masked},
        plan::ModelRole,
        prompt::Prompt,
        proof, texts,
    },
    generate::GenerateError,
};

use super::{Action, FREE_TO_DIFFER, Step};

/// Translates a text into English or Chinese.
///
/// Formulas, code, sample input and output, links and quoted strings are masked before and proved
/// intact afterwards, the numbers with them. A translation that fails the proof is asked for again;
/// if none passes, the text stays as it is, and the step's decision says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Translate {
    /// English or Chinese.
    pub to: Language,
    /// How often a translation is asked for; at least 1.
    pub attempts: u8,
}

impl Translate {
    /// Into English, with one retry.
    pub fn to_english() -> Self {
        Self { to: Language::English, attempts: 2 }
    }

    /// Into Chinese, with one retry.
    pub fn to_chinese() -> Self {
        Self { to: Language::Chinese, attempts: 2 }
    }
}

impl Step<String> for Translate {
    type Output = String;

    async fn run(&self, question: String, context: &Context<'_>) -> Result<String, GenerateError> {
        let masked = mask::mask(&question);
        let attempts = Attempts { to: self.to, count: self.attempts };
        match attempts.translate(&masked, context).await? {
            Translation::Proved { text, mut doubts } => {
                doubts.insert(0, "the translation passed the proof".to_owned());
                context.decided("translation", doubts).await;
                Ok(masked.restore(&text))
            }
            Translation::Failed { doubts } => {
                context.decided("original", doubts).await;
                context.remark(&texts::untranslated(context.language())).await;
                Ok(question)
            }
        }
    }
}

impl From<Translate> for Action {
    fn from(step: Translate) -> Self {
        Self::Translate(step)
    }
}

/// Asks for a translation and proves it, up to a number of times.
pub(super) struct Attempts {
    pub(super) to: Language,
    pub(super) count: u8,
}

/// What came of it.
pub(super) enum Translation {
    /// A translation, marks still in it, that passed the proof; and what was wrong before.
    Proved { text: String, doubts: Vec<String> },
    /// None that passed, and why.
    Failed { doubts: Vec<String> },
}

impl Attempts {
    /// Translates a masked text.
    ///
    /// # Errors
    ///
    /// Only a prompt that cannot be rendered: a model that fails is a reason to go on without it.
    pub(super) async fn translate(
        &self,
        masked: &Masked,
        context: &Context<'_>,
    ) -> Result<Translation, GenerateError> {
        let mut doubts = Vec::new();
        for attempt in 1..=self.count.max(1) {
            match self.attempt(masked, attempt, context).await? {
                Ok(text) => return Ok(Translation::Proved { text, doubts }),
                Err(why) => doubts.push(format!("attempt {attempt}: {why}")),
            }
        }
        Ok(Translation::Failed { doubts })
    }

    async fn attempt(
        &self,
        masked: &Masked,
        attempt: u8,
        context: &Context<'_>,
    ) -> Result<Result<String, String>, GenerateError> {
        let prompt = match self.to {
            Language::Chinese => Prompt::TranslateToChinese,
            Language::English | Language::Other => Prompt::TranslateToEnglish,
        };
        let limit = token_limit(&masked.text, context.translates_for_itself());
        let mut request = context.request().aside(prompt.render(&masked.text)?, limit);
        if attempt > 1 {
            request.sampling.temperature = Some(FREE_TO_DIFFER);
        }
        let call = ModelCall::preparing(ModelRole::Translator, request);
        let called = match context.call(call).await {
            Ok(called) => called,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if called.is_cut_off() {
            return Ok(Err("the translation was cut off by a limit".to_owned()));
        }
        let text = called.answer.content.trim().to_owned();
        let join = |doubts: Vec<proof::Doubt>| {
            doubts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        Ok(proof::prove(masked, &text, self.to).map(|()| text).map_err(join))
    }
}

/// Tokens a translation of `text` may have: several times what a faithful one needs, so that only
/// a model that does not stop meets the limit. A translator of its own may be one that thinks
/// although it was asked not to, and gets room for that.
fn token_limit(text: &str, by_reasoner: bool) -> u32 {
    const MOST: usize = 2048;
    const THINKING: usize = 4096;
    let room = (64 + 4 * text.chars().count()).min(MOST) + if by_reasoner { 0 } else { THINKING };
    u32::try_from(room).unwrap_or(u32::MAX)
}
