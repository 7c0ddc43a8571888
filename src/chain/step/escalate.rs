//! `escalate`: what samples do not agree on is asked of the general model, or not answered.

use crate::{
    chain::{
        ballot,
        budget::Purpose,
        context::{Context, ModelCall, Relay},
        extract,
        plan::ModelRole,
        prompt::Prompt,
        texts,
        value::{Contender, Outcome, Solution},
    },
    generate::{Confidence, ConfidenceState, FinishReason, GenerateError, Message, Request, Role},
};

use super::{Action, Step, Target};

/// Gives an answer that was voted on as it is, if it is far enough ahead of the others or was verified; otherwise asks
/// the general model, which is shown the leading answers, and if there is none, or it comes to no result, says in the
/// asker's language that the samples do not agree, with the leading answers and their votes.
///
/// An answer that nobody has voted on stays as it is. One call of the general model at most.
///
/// ```
/// use ponder::chain::{
///     ballot::Stop,
///     compose::{Composer, Voting},
///     step::{Escalate, Reason},
/// };
///
/// let chain = Composer::new("honest", "Says when it does not know.");
/// let question = chain.question();
/// let voting = Voting { samples: 16, at_once: 4, stop: Stop::Adaptive };
/// let agreed = chain.vote("agreed", voting, || question.then("sample", Reason::math()));
/// let plan = chain.finish(agreed.then("answer", Escalate { below: 0.5 }))?;
/// # Ok::<(), ponder::chain::LoadError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Escalate {
    /// The least margin of an answer that is given as it is: from 0 to 1.
    pub below: f64,
}

impl Default for Escalate {
    /// One half: most votes that end early because they are certain are ahead by more.
    fn default() -> Self {
        Self { below: 0.5 }
    }
}

impl Step<Solution> for Escalate {
    type Output = Solution;

    async fn run(
        &self,
        solution: Solution,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let Some(confidence) = solution.confidence else {
            context.decided("kept", vec!["nobody has voted on it".to_owned()]).await;
            return Ok(solution);
        };
        let Confidence { margin, state, .. } = confidence;
        if state == ConfidenceState::Verified || margin >= self.below {
            let why = format!("{}, margin {margin:.3}", state.as_str());
            context.decided("kept", vec![why]).await;
            return Ok(solution);
        }
        let why = format!("margin {margin:.3}, below {}", self.below);
        let contenders = contenders(&solution);
        let missing = if context.has(ModelRole::General) {
            context.decided("asks the general model", vec![why.clone()]).await;
            match ask(&contenders, context).await {
                Ok(Some(answer)) => return Ok(settled(answer, solution, contenders, confidence)),
                Ok(None) => "the general model came to no result".to_owned(),
                Err(error) => error.to_string(),
            }
        } else {
            "no general model is configured".to_owned()
        };
        context.decided("abstains", vec![why, missing]).await;
        Ok(abstained(solution, contenders, confidence, context))
    }
}

/// The answers there are, the leading one first; of a vote that another chain took only that one is known.
fn contenders(solution: &Solution) -> Vec<Contender> {
    if !solution.candidates.is_empty() {
        return solution.candidates.clone();
    }
    let votes = solution.confidence.map_or(0, |confidence| confidence.votes);
    solution.result.clone().map(|result| Contender { result, votes }).into_iter().collect()
}

/// What the general model came to.
struct Asked {
    text: String,
    result: Outcome,
    reason: FinishReason,
}

/// The most of a program that the general model is shown, in characters.
const MOST_OF_PROGRAM: usize = 4_000;

/// The most answers that it is shown.
const MOST_SHOWN: usize = 4;

/// Asks the general model; `None` if it comes to no result.
async fn ask(
    contenders: &[Contender],
    context: &Context<'_>,
) -> Result<Option<Asked>, GenerateError> {
    let programs = matches!(contenders.first(), Some(Contender { result: Outcome::Code(_), .. }));
    let shown = contenders.iter().take(MOST_SHOWN).map(|contender| match &contender.result {
        Outcome::Boxed(value) => format!("- {value}"),
        code @ Outcome::Code(_) => {
            let program: String = code.bare().chars().take(MOST_OF_PROGRAM).collect();
            format!("```\n{program}\n```")
        }
    });
    let shown: Vec<String> = shown.collect();
    let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join("\n") };
    let form = if programs {
        "end with the whole program in one block of code"
    } else {
        "put the final answer within \\boxed{}"
    };
    let prompt = Prompt::Escalate.fill(&[context.question(), &shown, form])?;
    let client = context.request();
    let system = client.messages.iter().filter(|message| message.role == Role::System);
    let call = ModelCall {
        target: Target::Role(ModelRole::General),
        request: Request {
            messages: system.cloned().chain([Message::user(prompt)]).collect(),
            kind: None,
            ..client.clone()
        },
        purpose: Purpose::Answer,
        relay: Relay::Everything,
    };
    // Whether it comes to a result is known only at its end.
    let called = context.sending_to(context.outlet().holding()).call(call).await?;
    let reason = if called.is_cut_off() { FinishReason::Length } else { FinishReason::Stop };
    let text = called.answer.content;
    let result = if programs {
        extract::code(&text).map(|block| Outcome::Code(block.fenced.to_owned()))
    } else {
        extract::boxed(&text).map(|found| Outcome::Boxed(found.to_owned()))
    };
    Ok(result.map(|result| Asked { text, result, reason }))
}

/// The general model's answer, with the votes of the samples that came to the same. Nothing has checked it.
fn settled(
    answer: Asked,
    solution: Solution,
    candidates: Vec<Contender>,
    confidence: Confidence,
) -> Solution {
    let Asked { text, result, reason } = answer;
    let same = candidates.iter().position(|one| ballot::mean_the_same(&one.result, &result));
    let votes = same.and_then(|place| candidates.get(place)).map_or(0, |same| same.votes);
    let confidence = match same {
        Some(0) => confidence,
        _ => Confidence { votes, margin: 0.0, state: ConfidenceState::Disagreed, ..confidence },
    };
    Solution {
        text,
        result: Some(result),
        reason,
        confidence: Some(confidence),
        candidates,
        cause: None,
        ..solution
    }
}

/// That the samples do not agree, in place of an answer. Of programs the leading one stays: it can be tried.
fn abstained(
    solution: Solution,
    candidates: Vec<Contender>,
    confidence: Confidence,
    context: &Context<'_>,
) -> Solution {
    let confidence = Confidence { state: ConfidenceState::Disagreed, ..confidence };
    // A limit of the run kept every sample from a result: its text says which one, and what to do.
    if candidates.is_empty() && solution.reason == FinishReason::Length {
        return Solution { confidence: Some(confidence), ..solution };
    }
    let text = texts::disagreed(context.language(), &candidates, confidence.samples);
    let result = candidates.first().map(|leading| leading.result.clone());
    Solution {
        text,
        result: result.filter(|result| matches!(result, Outcome::Code(_))),
        reason: FinishReason::Stop,
        cause: None,
        confidence: Some(confidence),
        candidates,
        ..solution
    }
}

impl From<Escalate> for Action {
    fn from(step: Escalate) -> Self {
        Self::Escalate(step)
    }
}
