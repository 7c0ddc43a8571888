//! `decompose`: answers each part of a composite question by itself and puts the answers together.

use std::sync::Arc;

use futures::{
    StreamExt,
    future::{BoxFuture, FutureExt},
    stream::FuturesUnordered,
};

use crate::{
    chain::{
        context::{Context, ModelCall, PartOutlet},
        extract::json_in,
        parts::{self, Part},
        pieces::{self, Piece},
        plan::ModelRole,
        prompt::Prompt,
        routing, texts,
        value::Solution,
    },
    generate::{FinishReason, Format, GenerateError, ThinkingEnd},
};

use super::{Action, FREE_TO_DIFFER, Step};

/// Takes a composite question apart, answers the parts and joins the answers under headings.
///
/// A question that says itself that it has two parts is split by rule (see [`parts::split`]). Any other is taken
/// apart by the general model, if the step may ask it: into questions that can be understood by themselves, with
/// what each needs of the others. Such a plan is checked, and what does not pass is answered as one question, as
/// is a competition problem in any case. Parts that need nothing of each other run at the same time.
///
/// All thinking comes before all content: answers are held back until the last part has begun its own,
/// which streams if nothing else runs any more. Step events flow at once, with the part's number in their id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decompose {
    /// Who answers the parts.
    pub each: Each,
    /// Whether the general model takes a question apart that no rule splits.
    pub asks: bool,
    /// How many parts are answered at the same time; at least 1.
    pub at_once: usize,
}

/// Who answers the parts of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Each {
    /// The same chain, on the same budget.
    Itself,
    /// Another chain, or a model, of this name. A chain takes each for one question of the kind that was found.
    Other(String),
}

impl Decompose {
    /// By rule only, each part answered by the same chain, one after the other.
    pub fn by_rule() -> Self {
        Self { each: Each::Itself, asks: false, at_once: 1 }
    }

    /// The pieces of the question; one, if it is one question.
    async fn pieces(
        &self,
        question: &str,
        context: &Context<'_>,
    ) -> Result<Vec<Piece>, GenerateError> {
        let inside = context.known_kind();
        let split = parts::split(question).filter(|_| inside.is_none());
        if let Some(parts) = split {
            let pieces: Vec<Piece> = parts.into_iter().map(Piece::from).collect();
            report(&pieces, context).await;
            return Ok(pieces);
        }
        let whole = |kind| vec![Piece::from(Part { kind, text: question.to_owned() })];
        let kind = inside.unwrap_or_else(|| routing::decide(question).kind);
        let mut reasons = Vec::new();
        if let Some(reason) = self.keeps_whole(question, context) {
            reasons.push(reason.to_owned());
        } else {
            for attempt in 1..=ATTEMPTS {
                match self.ask(question, attempt, context).await? {
                    Ok(pieces) if pieces.len() > 1 => {
                        report(&pieces, context).await;
                        return Ok(pieces);
                    }
                    Ok(_) => {
                        reasons.push("the general model found one part".to_owned());
                        break;
                    }
                    Err(why) => reasons.push(format!("attempt {attempt}: {why}")),
                }
            }
        }
        context.decided("one question", reasons).await;
        Ok(whole(kind))
    }

    /// Why the general model is not asked.
    fn keeps_whole(&self, question: &str, context: &Context<'_>) -> Option<&'static str> {
        if context.known_kind().is_some() {
            Some("a part of a question is not taken apart again")
        } else if !self.asks {
            Some("no rule splits it")
        } else if !context.has(ModelRole::General) {
            Some("no rule splits it, and there is no general model")
        } else {
            parts::is_one(question)
        }
    }

    /// Asks the general model to take the question apart.
    async fn ask(
        &self,
        question: &str,
        attempt: u8,
        context: &Context<'_>,
    ) -> Result<Result<Vec<Piece>, String>, GenerateError> {
        let prompt = Prompt::Decompose.render(question)?;
        let mut request = context.request().aside(prompt, PLAN_TOKENS);
        if attempt > 1 {
            request.sampling.temperature = Some(FREE_TO_DIFFER);
        }
        request.format = Format::Schema {
            name: "parts".to_owned(),
            schema: Arc::new(pieces::SCHEMA.clone()),
            strict: None,
        };
        let call = ModelCall::preparing(ModelRole::General, request);
        let called = match context.call(call).await {
            Ok(called) if called.is_cut_off() => {
                return Ok(Err("the plan was cut off by a limit".to_owned()));
            }
            Ok(called) => called,
            Err(error) => return Ok(Err(error.to_string())),
        };
        Ok(match json_in(&called.answer.content) {
            Some(plan) => pieces::proposed(plan, question),
            None => Err("the plan is no JSON".to_owned()),
        })
    }

    /// Answers the pieces, each as soon as what it needs is there.
    async fn answers(
        &self,
        pieces: &[Piece],
        context: &Context<'_>,
    ) -> Result<Vec<Solution>, GenerateError> {
        let mut solutions: Vec<Option<Solution>> = vec![None; pieces.len()];
        let mut waiting: Vec<usize> = (0..pieces.len()).collect();
        let mut running: FuturesUnordered<BoxFuture<'_, (usize, Result<Solution, GenerateError>)>> =
            FuturesUnordered::new();
        loop {
            while running.len() < self.at_once.max(1) {
                let there = |needed: &usize| solutions.get(*needed).is_some_and(Option::is_some);
                let ready = waiting.iter().position(|place| {
                    pieces.get(*place).is_some_and(|piece| piece.needs.iter().all(there))
                });
                let Some(place) = ready.map(|at| waiting.remove(at)) else { break };
                let Some(piece) = pieces.get(place) else { break };
                let alone = running.is_empty();
                let outlet = match alone && waiting.is_empty() && place + 1 == pieces.len() {
                    true if pieces.len() == 1 => PartOutlet::Whole,
                    true => PartOutlet::Following(before(&solutions, place, context)),
                    false if alone => PartOutlet::Held,
                    false => PartOutlet::Beside,
                };
                // What is left of the time is for this part and those that come after it.
                let together = self.at_once.min(context.at_once()).max(1);
                let turns = (waiting.len() + 1).div_ceil(together).max(chain_from(place, pieces));
                let turns = u32::try_from(turns).unwrap_or(u32::MAX);
                let part = with_results(piece, pieces, &solutions);
                let answer = self.answer(place + 1, part, turns, outlet, context);
                running.push(answer.map(move |ended| (place, ended)).boxed());
            }
            let Some((place, ended)) = running.next().await else { break };
            if let Some(solution) = solutions.get_mut(place) {
                *solution = Some(ended?);
            }
        }
        Ok(solutions.into_iter().flatten().collect())
    }

    async fn answer(
        &self,
        number: usize,
        part: Part,
        turns: u32,
        outlet: PartOutlet,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        match &self.each {
            Each::Itself => context.run_part((number, turns), part, outlet).await,
            Each::Other(name) => context.call_part((number, turns), name, part, outlet).await,
        }
    }
}

/// How often a plan is asked for.
const ATTEMPTS: u8 = 2;

/// The most tokens of a plan: eight parts that repeat what they need.
const PLAN_TOKENS: u32 = 4096;

async fn report(pieces: &[Piece], context: &Context<'_>) {
    let reasons = pieces.iter().map(|piece| {
        let needs: Vec<String> =
            piece.needs.iter().map(|needed| format!("part {}", needed + 1)).collect();
        match needs.as_slice() {
            [] => piece.part.text.clone(),
            needs => format!("{} (after {})", piece.part.text, needs.join(" and ")),
        }
    });
    context.decided(&format!("{} parts", pieces.len()), reasons.collect()).await;
}

/// How many parts, each in need of the one before, begin with this one.
fn chain_from(place: usize, pieces: &[Piece]) -> usize {
    let after = (0..pieces.len())
        .filter(|other| pieces.get(*other).is_some_and(|piece| piece.needs.contains(&place)));
    1 + after.map(|other| chain_from(other, pieces)).max().unwrap_or(0)
}

/// The most characters of an answer without a result that another part is given.
const MOST_KNOWN: usize = 2000;

/// A part with the results that it needs, behind its question.
fn with_results(piece: &Piece, pieces: &[Piece], solutions: &[Option<Solution>]) -> Part {
    let Part { kind, text } = piece.part.clone();
    let known = piece.needs.iter().filter_map(|needed| {
        let solution = solutions.get(*needed)?.as_ref()?;
        let asked = &pieces.get(*needed)?.part.text;
        let result = match &solution.result {
            Some(result) => result.bare().to_owned(),
            // What was cut off, or says why there is nothing, is no result.
            None if solution.reason == FinishReason::Length => return None,
            None => solution.text.trim().chars().take(MOST_KNOWN).collect(),
        };
        Some(format!("{asked}\n=> {result}"))
    });
    let known: Vec<String> = known.collect();
    if known.is_empty() {
        return Part { kind, text };
    }
    Part { kind, text: format!("{text}\n\nAlready known:\n\n{}", known.join("\n\n")) }
}

/// What stands in front of the answer to the last part.
fn before(solutions: &[Option<Solution>], place: usize, context: &Context<'_>) -> String {
    let earlier = solutions.iter().take(place).flatten();
    let mut text = String::new();
    for (solution, number) in earlier.zip(1..) {
        text.push_str(&headed(number, &solution.text, context));
    }
    text + &headed(place + 1, "", context)
}

fn headed(number: usize, text: &str, context: &Context<'_>) -> String {
    let gap = if number > 1 { "\n\n" } else { "" };
    format!("{gap}{}\n\n{text}", texts::part_heading(context.language(), number))
}

impl Step<String> for Decompose {
    type Output = Solution;

    async fn run(
        &self,
        question: String,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let pieces = self.pieces(&question, context).await?;
        if pieces.len() == 1 && context.known_kind().is_some() && self.each == Each::Itself {
            return Err(GenerateError::engine(
                "the chain takes each part of a question apart again, without end: decompose only \
                 questions of the kind `both`, or name another chain in `each`",
            ));
        }
        let solutions = self.answers(&pieces, context).await?;
        if pieces.len() == 1 {
            return solutions
                .into_iter()
                .next()
                .ok_or_else(|| GenerateError::engine("a question without parts has no answer"));
        }
        let mut joined = Solution::default();
        for (solution, number) in solutions.into_iter().zip(1..) {
            joined.text.push_str(&headed(number, &solution.text, context));
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

impl From<Decompose> for Action {
    fn from(step: Decompose) -> Self {
        Self::Decompose(step)
    }
}
