//! `translate_answer`: puts the prose of an answer into Chinese, its result untouched.

use crate::{
    chain::{
        context::Context,
        language::{self, Language},
        mask, texts,
        value::Solution,
    },
    generate::GenerateError,
};

use super::{
    Action, Step,
    translate::{Attempts, Translation},
};

/// Translates the prose of an answer into Chinese.
///
/// The boxed value, formulas and code are masked and put back as they were. If no translation
/// passes the proof, a plain Chinese frame around the result takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TranslateAnswer {
    /// How often a translation is asked for; at least 1.
    pub attempts: u8,
}

impl TranslateAnswer {
    /// Into Chinese, with one retry.
    pub fn to_chinese() -> Self {
        Self { attempts: 2 }
    }
}

impl Step<Solution> for TranslateAnswer {
    type Output = Solution;

    async fn run(
        &self,
        solution: Solution,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let masked = mask::mask(&solution.text);
        let prose = masked.without_marks();
        if language::detect(&prose).language == Language::Chinese {
            context.decided("original", vec!["the answer is in Chinese already".to_owned()]).await;
            return Ok(solution);
        }
        let frame = || texts::chinese_frame(solution.result.as_ref(), &solution.text);
        if !prose.contains(char::is_alphabetic) {
            context.decided("frame", vec!["there is no prose to translate".to_owned()]).await;
            return Ok(Solution { text: frame(), ..solution });
        }
        let attempts = Attempts { to: Language::Chinese, count: self.attempts };
        let text = match attempts.translate(&masked, context).await? {
            Translation::Proved { text, mut doubts } => {
                doubts.insert(0, "the translation passed the proof".to_owned());
                context.decided("translation", doubts).await;
                masked.restore(&text)
            }
            Translation::Failed { doubts } => {
                context.decided("frame", doubts).await;
                frame()
            }
        };
        Ok(Solution { text, ..solution })
    }
}

impl From<TranslateAnswer> for Action {
    fn from(step: TranslateAnswer) -> Self {
        Self::TranslateAnswer(step)
    }
}
