//! Asks the same several times and takes the answer that most agree on.

use futures::{StreamExt, future::FutureExt, stream};
use serde_json::Value as Json;

use crate::{
    chain::{
        ballot::Stop,
        certainty::Trace,
        context::{Context, PartOutlet},
        outlet::Outlet,
        plan::Vote,
        run::Scope,
        value::{Solution, Type, Typed, Value},
    },
    generate::GenerateError,
};

use super::{several::outlet_of, walk::Walk};

mod check;
mod count;
mod sieve;

use check::{Checked, Checker};
use count::{Count, Standing};

/// What came of a sample.
struct Sample {
    solution: Solution,
    weight: f64,
    /// What came of its program, where programs are checked.
    checked: Option<Checked>,
    /// What was heard of how sure its model was.
    trace: Option<Trace>,
}

/// What checks the programs of a vote, where they are checked and something can tell them apart.
async fn checker<'run>(
    vote: &'run Vote,
    scope: &Scope<'_>,
    context: &'run Context<'_>,
) -> Result<Option<Checker<'run>>, GenerateError> {
    let Some(check) = &vote.check else { return Ok(None) };
    match Checker::start(check, scope, context).await? {
        Ok(checker) => Ok(Some(checker)),
        Err(why) => {
            context.decided("one sample, for nothing can tell programs apart", vec![why]).await;
            Ok(None)
        }
    }
}

/// The answer of a sample. One that was stopped has none to be compared, whatever its steps made of what there was.
fn solution_of(
    ended: Result<Value, GenerateError>,
    trace: Option<&Trace>,
) -> Result<Solution, GenerateError> {
    let stopped = trace.is_some_and(|trace| trace.stopped().is_some());
    let value = match ended {
        Err(_) if stopped => return Ok(Solution::default()),
        ended => ended?,
    };
    let solution = value
        .coerced(Type::Answer)
        .and_then(Solution::from_value)
        .ok_or_else(|| GenerateError::engine("a sample of a vote is not an answer"))?;
    if stopped {
        return Ok(Solution { result: None, ..solution });
    }
    let unheard = trace.is_some_and(|trace| trace.confidences().is_empty());
    if unheard && solution.result.is_some() {
        return Err(GenerateError::invalid(LOGPROBS, "the model reports no probabilities"));
    }
    Ok(solution)
}

/// The parameter that a model is asked for, and that one without probabilities refuses.
const LOGPROBS: &str = "logprobs";

fn gives_no_probabilities(error: &GenerateError) -> bool {
    matches!(error, GenerateError::Invalid { param: LOGPROBS, .. })
}

/// Samples cannot be told apart by what nobody reports, and to vote as if they could would be a lie.
fn no_probabilities(context: &Context<'_>) -> GenerateError {
    let step = context.id();
    GenerateError::invalid(
        LOGPROBS,
        format!(
            "The step `{step}` of the chain tells samples apart by how sure the model is of them (`confidence`), and \
             the model that it asks reports no probabilities. Take `confidence` out of the step, or let it ask a model \
             that reports them: a hosted one, or an endpoint that takes `top_logprobs`."
        ),
    )
}

impl Walk<'_> {
    /// Takes samples, several at the same time, until the vote is decided; the others are dropped then with
    /// all they do.
    ///
    /// They are counted in the order in which they were begun: what the vote comes to does not depend on how fast
    /// each of them was, and short answers are not counted before long ones. A sample that fails has no
    /// vote; if none has an answer, the first failure is the step's. A limit of the run ends the vote: what it
    /// cut says nothing about the question.
    ///
    /// Where the first samples set how sure a model must be of the others, those begin when the first have ended.
    pub(super) async fn vote(
        &self,
        vote: &Vote,
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        let checker = checker(vote, scope, context).await?;
        let samples = match (&vote.check, &checker) {
            (Some(_), None) => 1,
            _ => self.samples(vote),
        };
        let checker = checker.as_ref();
        let mut count = Count::new(vote, samples, checker);
        // More than the model works on would only wait, and be begun for nothing when the vote is decided.
        let at_once = vote.at_once.min(self.run.reasoner_at_once()).max(1);
        'samples: for phase in count.phases() {
            let heard = count.heard();
            let runs = phase.clone().map(|index| {
                let own = scope.numbered(index.into());
                let outlet = outlet_of(context.outlet(), index.into());
                let turns = self.turns_at(vote, index, at_once);
                let walk = Self { turns, ..self.varied(u64::from(index) + 1) };
                let trace = heard.map(|(window, least)| Trace::new(window, least));
                async move {
                        walk.sample((vote, checker, trace), index, own, (outlet, context)).await
                    }
                    .boxed()
            });
            let mut running = stream::iter(runs).buffered(at_once);
            for index in phase {
                let Some(ended) = running.next().await else { break };
                let nothing = !matches!(&ended, Ok(sample) if sample.solution.result.is_some());
                if nothing && index > 0 && self.run.is_spent() {
                    let why = "a limit of the run was reached".to_owned();
                    context.decided(&count.ballot().standing().0, vec![why]).await;
                    break 'samples;
                }
                if let Err(error) = &ended
                    && heard.is_some()
                    && gives_no_probabilities(error)
                {
                    return Err(no_probabilities(context));
                }
                let Standing { leading, others, decided } = count.take(index, ended);
                context.decided(&leading, others).await;
                if decided {
                    break 'samples;
                }
            }
            count.phase_ended();
        }
        count.end().map(Value::Answer)
    }

    /// How many samples there are at most. At temperature 0 all of them would be the same.
    fn samples(&self, vote: &Vote) -> u32 {
        let asked = &self.run.request.sampling;
        let greedy = asked.is_greedy()
            || (asked.temperature.is_none()
                && self.run.models.reasoner.model.is_greedy()
                && vote.each.asks_the_reasoner_only());
        if greedy && !vote.each.sets_temperature() { 1 } else { vote.samples }
    }

    /// For how many turns the time must do that is left when sample `index` begins: those that the vote is likely
    /// to need.
    fn turns_at(&self, vote: &Vote, index: u32, at_once: usize) -> u32 {
        // With none against it an answer is certain after four.
        let likely = match vote.stop {
            Stop::Never => vote.samples,
            Stop::Adaptive => vote.samples.min(4),
            Stop::Unanimous(row) => vote.samples.min(row),
        };
        let together = u32::try_from(at_once).unwrap_or(u32::MAX).max(1);
        self.turns.saturating_mul(likely.saturating_sub(index).max(1).div_ceil(together))
    }

    /// One sample, and what it weighs.
    async fn sample(
        &self,
        (vote, checker, trace): (&Vote, Option<&Checker<'_>>, Option<Trace>),
        index: u32,
        mut scope: Scope<'_>,
        (outlet, whole): (Outlet, &Context<'_>),
    ) -> Result<Sample, GenerateError> {
        let number = (u64::from(index) + 1).to_string();
        let surroundings = (outlet.clone(), whole);
        let solution = {
            let walk = Walk { trace: trace.as_ref(), ..self.clone() };
            let ended = walk.branch(&vote.each, &number, &mut scope, surroundings).await;
            solution_of(ended, trace.as_ref())?
        };
        let checked = match checker {
            None => None,
            Some(checker) => {
                let name = format!("{number}/check");
                let variation = u64::from(index) + 1;
                let own = whole.part((&name, "execute"), variation, 1, PartOutlet::Beside);
                match checker.check(&solution, &own).await {
                    Ok(checked) => Some(checked),
                    // The program is there all the same; only nothing speaks for it.
                    Err(error) => {
                        own.decided("it was not run to its end", vec![error.to_string()]).await;
                        Some(Checked::Fails)
                    }
                }
            }
        };
        let counts = solution.result.is_some() && checked != Some(Checked::Fails);
        let Some(weigh) = vote.weigh.as_ref().filter(|_| counts) else {
            return Ok(Sample { solution, weight: 1.0, checked, trace });
        };
        let mut own = scope.at(Value::Answer(solution.clone()).to_json(), index.into());
        let name = format!("{number}/weigh");
        let weight = self.branch(weigh, &name, &mut own, (outlet.beside(), whole)).await?;
        let weight = match weight {
            // The result of an answer, or all that it says.
            Value::Answer(Solution { result: Some(result), .. }) => Json::from(result.bare()),
            Value::Answer(solution) => Json::from(solution.text),
            weight => weight.to_json(),
        };
        let weight = number_of(&weight).ok_or_else(|| {
            let got: String = weight.to_string().chars().take(80).collect();
            GenerateError::engine(format!(
                "`weigh` of the step `{}` needs a number, at least 0, and got {got}",
                whole.id(),
            ))
        })?;
        Ok(Sample { solution, weight, checked, trace })
    }
}

/// A number that is none below 0, also where it is written as a text.
fn number_of(value: &Json) -> Option<f64> {
    let number = match value {
        Json::String(text) => text.trim().parse().ok(),
        Json::Bool(holds) => Some(f64::from(u8::from(*holds))),
        // What `execute` gives.
        Json::Object(ran) => ran.get("share").and_then(Json::as_f64),
        value => value.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite() && *number >= 0.0)
}
