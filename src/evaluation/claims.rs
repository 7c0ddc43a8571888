//! Finds out how reliable an answer is by its claims, as the step `clr` of a chain does it; see [`crate::chain::claims`].

use futures::{StreamExt, stream};

use super::{
    runner::{self, Watch},
    sample::{CheckedClaims, ClaimVerdict},
};
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

/// How failures are met: as often as it may help, the call that failed is made again, and no other.
#[derive(Clone, Copy)]
pub(super) struct Patience<'run> {
    pub(super) retries: u32,
    pub(super) watch: &'run dyn Watch,
}

/// States five claims of an answer and finds each true or false, with the model that gave it. As in the step, an answer
/// whose claims cannot be asked for has none, and a verdict that fails is neither true nor false: the answer is there all
/// the same.
///
/// # Errors
///
/// A prompt cannot be put together.
pub(super) async fn check(
    model: &dyn Generate,
    question: &str,
    answer: &Answer,
    patience: Patience<'_>,
) -> Result<CheckedClaims, GenerateError> {
    let solution = claims::solution(&answer.reasoning, &answer.content);
    let prompt = Prompt::Claims.fill(&[question, &solution])?;
    let mut usage = Usage::default();
    let mut found = Vec::new();
    if let Ok(stated) = ask(model, request(prompt, CLAIMS_TOKENS, Thinking::Off), patience).await {
        usage += stated.finish.usage;
        found = claims::claims(&stated.content);
    }
    let (most, thinking) =
        (Verdicts::THINKING + Verdicts::MAX_TOKENS, Thinking::UpTo(Verdicts::THINKING));
    let mut asked = Vec::with_capacity(found.len());
    for claim in &found {
        let prompt = Prompt::Judge.fill(&[question, claim])?;
        asked.push(ask(model, request(prompt, most, thinking), patience));
    }
    let answers: Vec<Result<Answer, GenerateError>> =
        stream::iter(asked).buffered(CLAIMS).collect().await;
    let mut verdicts = Vec::with_capacity(found.len());
    for (claim, answer) in found.into_iter().zip(answers) {
        let holds = answer.ok().and_then(|answer| {
            usage += answer.finish.usage;
            claims::verdict(&answer.content)
        });
        verdicts.push(ClaimVerdict { claim, holds });
    }
    let holding = verdicts.iter().filter(|verdict| verdict.holds == Some(true)).count();
    let Usage { prompt_tokens, completion_tokens, .. } = usage;
    let reliability = claims::reliability(holding);
    Ok(CheckedClaims { reliability, claims: verdicts, prompt_tokens, completion_tokens })
}

fn request(prompt: String, max_tokens: u32, thinking: Thinking) -> Request {
    Request { thinking, ..Request::default().aside(prompt, max_tokens) }
}

/// Makes one call, again where its failure may pass.
async fn ask(
    model: &dyn Generate,
    request: Request,
    patience: Patience<'_>,
) -> Result<Answer, GenerateError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match once(model, request.clone()).await {
            Err(error) if error.may_pass() && attempts <= patience.retries => {
                runner::pause(&error, attempts, patience.watch).await;
            }
            ended => return ended,
        }
    }
}

async fn once(model: &dyn Generate, request: Request) -> Result<Answer, GenerateError> {
    model.generate(request).await?.collect().await
}

#[cfg(test)]
mod tests;
