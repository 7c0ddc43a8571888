//! Asks the same several times and takes the answer that most agree on.

use futures::{StreamExt, future::FutureExt, stream};
use serde_json::Value as Json;

use crate::{
    chain::{
        ballot::{Ballot, Stop},
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

use check::{Checked, Checker};

/// What came of a sample.
struct Sample {
    solution: Solution,
    weight: f64,
    /// What came of its program, where programs are checked.
    checked: Option<Checked>,
}

impl Sample {
    fn count(&self, ballot: &mut Ballot, index: u32) {
        let result = self.solution.result.as_ref();
        match (&self.checked, result) {
            (Some(Checked::Fails), _) => ballot.count(index, None, 0.0),
            (Some(Checked::Passes(Some(does))), Some(result)) => {
                ballot.count_behaviour(index, result, does, self.weight);
            }
            _ => ballot.count(index, result, self.weight),
        }
    }
}

impl Walk<'_> {
    /// Takes samples, several at the same time, until the vote is decided; the others are dropped then with
    /// all they do.
    ///
    /// They are counted in the order in which they were begun: what the vote comes to does not depend on how fast
    /// each of them was, and short answers are not counted before long ones. A sample that fails has no
    /// vote; if none has an answer, the first failure is the step's. A limit of the run ends the vote: what it
    /// cut says nothing about the question.
    pub(super) async fn vote(
        &self,
        vote: &Vote,
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        let checker = match &vote.check {
            None => None,
            Some(check) => match Checker::start(check, scope, context).await? {
                Ok(checker) => Some(checker),
                Err(why) => {
                    context
                        .decided("one sample, for nothing can tell programs apart", vec![why])
                        .await;
                    None
                }
            },
        };
        let samples = match (&vote.check, &checker) {
            (Some(_), None) => 1,
            _ => self.samples(vote),
        };
        let checker = checker.as_ref();
        // More than the model works on would only wait, and be begun for nothing when the vote is decided.
        let at_once = vote.at_once.min(self.run.reasoner_at_once()).max(1);
        let runs = (0..samples).map(|index| {
            let own = scope.numbered(index.into());
            let outlet = outlet_of(context.outlet(), index.into());
            let turns = self.turns_at(vote, index, at_once);
            let walk = Self { turns, ..self.varied(u64::from(index) + 1) };
            async move { walk.sample((vote, checker), index, own, (outlet, context)).await }.boxed()
        });
        let mut running = stream::iter(runs).buffered(at_once);
        let mut ballot = Ballot::default();
        let mut solutions: Vec<Option<Solution>> = Vec::new();
        let mut failure = None;
        for (index, left) in (0..samples).zip((0..samples).rev()) {
            let Some(ended) = running.next().await else { break };
            let nothing = !matches!(&ended, Ok(sample) if sample.solution.result.is_some());
            if nothing && index > 0 && self.run.is_spent() {
                let why = "a limit of the run was reached".to_owned();
                context.decided(&ballot.standing().0, vec![why]).await;
                break;
            }
            let mut passes = false;
            match ended {
                Ok(sample) => {
                    sample.count(&mut ballot, index);
                    let answers = sample.solution.result.is_some();
                    passes = answers && matches!(sample.checked, Some(Checked::Passes(_)));
                    solutions.push(Some(sample.solution));
                }
                Err(error) => {
                    ballot.count(index, None, 0.0);
                    solutions.push(None);
                    failure.get_or_insert(error);
                }
            }
            let (leading, mut others) = ballot.standing();
            let proved = passes && checker.is_some_and(Checker::tests_are_enough);
            let decided = left > 0
                && (ballot.is_decided(vote.stop, left) || (proved && vote.stop != Stop::Never));
            if decided {
                others.push(format!("decided; {left} more samples are not needed"));
            }
            context.decided(&leading, others).await;
            if decided {
                break;
            }
        }
        drop(running);
        let chosen = ballot.winner().and_then(|winner| solutions.get_mut(winner as usize)?.take());
        // Without a result in any of them, an answer that was cut says more than nothing.
        let chosen = chosen.or_else(|| solutions.into_iter().flatten().next());
        match (chosen, failure) {
            (Some(solution), _) => {
                let confidence = match checker {
                    Some(checker) => Some(ballot.confidence_of_programs(checker.has_tests())),
                    // One sample is no vote.
                    None => Some(ballot.confidence()).filter(|_| samples > 1),
                };
                Ok(Value::Answer(Solution { confidence, ..solution }))
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(GenerateError::engine("a vote without samples has no answer")),
        }
    }

    /// How many samples there are at most. At temperature 0 all of them would be the same.
    fn samples(&self, vote: &Vote) -> u32 {
        let greedy = self.run.request.sampling.temperature == Some(0.0);
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
        (vote, checker): (&Vote, Option<&Checker<'_>>),
        index: u32,
        mut scope: Scope<'_>,
        (outlet, whole): (Outlet, &Context<'_>),
    ) -> Result<Sample, GenerateError> {
        let number = (u64::from(index) + 1).to_string();
        let surroundings = (outlet.clone(), whole);
        let value = self.branch(&vote.each, &number, &mut scope, surroundings).await?;
        let solution = value
            .coerced(Type::Answer)
            .and_then(Solution::from_value)
            .ok_or_else(|| GenerateError::engine("a sample of a vote is not an answer"))?;
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
            return Ok(Sample { solution, weight: 1.0, checked });
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
        Ok(Sample { solution, weight, checked })
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
