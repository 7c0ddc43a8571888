//! `split`: answers each part of an explicitly composite question by itself and joins the answers.

use crate::{
    chain::{context::Context, parts, texts, value::Solution},
    generate::{FinishReason, GenerateError, ThinkingEnd},
};

use super::{Action, Step};

/// Splits a composite question by rule (see [`parts::split`]) and runs each part through the same
/// chain, one after the other.
///
/// All thinking comes before all content: the answers of the earlier parts are held back until the
/// last part has begun to answer. Step events flow at once, with the part's number in their id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split;

impl Step<String> for Split {
    type Output = Solution;

    async fn run(
        &self,
        question: String,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let parts = parts::split(&question).unwrap_or_default();
        let choice = format!("{} parts", parts.len());
        context.decided(&choice, parts.iter().map(|part| part.text.clone()).collect()).await;
        let mut joined = Solution::default();
        let last = parts.len();
        for (part, number) in parts.into_iter().zip(1..) {
            let heading = texts::part_heading(context.language(), number);
            let gap = if number > 1 { "\n\n" } else { "" };
            let before = format!("{}{gap}{heading}\n\n", joined.text);
            let solution = if number < last {
                context.run_part((number, last), part, None).await?
            } else {
                context.run_part((number, last), part, Some(before.clone())).await?
            };
            joined.text = before + &solution.text;
            if solution.reason == FinishReason::Length {
                joined.reason = FinishReason::Length;
            }
            joined.cause = joined.cause.or(solution.cause);
            joined.thinking_end = match (joined.thinking_end, solution.thinking_end) {
                (ThinkingEnd::Budget, _) | (_, ThinkingEnd::Budget) => ThinkingEnd::Budget,
                (ThinkingEnd::Loop, _) | (_, ThinkingEnd::Loop) => ThinkingEnd::Loop,
                (ThinkingEnd::Natural, _) | (_, ThinkingEnd::Natural) => ThinkingEnd::Natural,
                (ThinkingEnd::None, ThinkingEnd::None) => ThinkingEnd::None,
            };
        }
        Ok(joined)
    }
}

impl From<Split> for Action {
    fn from(step: Split) -> Self {
        Self::Split(step)
    }
}
