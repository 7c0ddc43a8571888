//! Finds out how reliable an answer is by its claims, as the step `clr` of a chain does it; see [`crate::chain::claims`].

use futures::{StreamExt, stream};

use super::sample::{CheckedClaims, ClaimVerdict};
use crate::{
    chain::{
        Prompt,
        claims::{self, CLAIMS},
        step::Verdicts,
    },
    generate::{Answer, Generate, GenerateError, Request, Thinking, Usage},
};

/// The most tokens of the five claims: those of the step.
const CLAIMS_TOKENS: u32 = 512;

/// States five claims of an answer and finds each true or false, with the model that gave it.
///
/// # Errors
///
/// What the model reports.
pub(super) async fn check(
    model: &dyn Generate,
    question: &str,
    answer: &Answer,
) -> Result<CheckedClaims, GenerateError> {
    let solution = claims::solution(&answer.reasoning, &answer.content);
    let prompt = Prompt::Claims.fill(&[question, &solution])?;
    let stated = ask(model, prompt, CLAIMS_TOKENS, Thinking::Off).await?;
    let mut usage = stated.finish.usage;
    let found = claims::claims(&stated.content);
    let mut prompts = Vec::with_capacity(found.len());
    for claim in &found {
        prompts.push(Prompt::Judge.fill(&[question, claim])?);
    }
    let (most, thinking) =
        (Verdicts::THINKING + Verdicts::MAX_TOKENS, Thinking::UpTo(Verdicts::THINKING));
    let asked: Vec<_> =
        prompts.into_iter().map(|prompt| ask(model, prompt, most, thinking)).collect();
    let answers: Vec<Result<Answer, GenerateError>> =
        stream::iter(asked).buffered(CLAIMS).collect().await;
    let mut verdicts = Vec::with_capacity(found.len());
    for (claim, answer) in found.into_iter().zip(answers) {
        let answer = answer?;
        usage += answer.finish.usage;
        verdicts.push(ClaimVerdict { claim, holds: claims::verdict(&answer.content) });
    }
    let holding = verdicts.iter().filter(|verdict| verdict.holds == Some(true)).count();
    let Usage { prompt_tokens, completion_tokens, .. } = usage;
    let reliability = claims::reliability(holding);
    Ok(CheckedClaims { reliability, claims: verdicts, prompt_tokens, completion_tokens })
}

async fn ask(
    model: &dyn Generate,
    prompt: String,
    max_tokens: u32,
    thinking: Thinking,
) -> Result<Answer, GenerateError> {
    let request = Request { thinking, ..Request::default().aside(prompt, max_tokens) };
    model.generate(request).await?.collect().await
}
