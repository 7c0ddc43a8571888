//! Asks the same several times and takes the answer that most agree on.

use futures::{StreamExt, future::FutureExt, stream};
use serde_json::Value as Json;

use crate::{
    chain::{
        ballot::Ballot,
        context::Context,
        outlet::Outlet,
        plan::Vote,
        run::Scope,
        value::{Solution, Type, Typed, Value},
    },
    generate::GenerateError,
};

use super::{several::outlet_of, walk::Walk};

/// What came of a sample.
struct Sample {
    solution: Solution,
    weight: f64,
}

impl Walk<'_> {
    /// Takes samples, several at the same time, until the vote is decided; the others are dropped then with
    /// all they do.
    ///
    /// They are counted in the order in which they were begun: what the vote comes to does not depend on how fast
    /// each of them was, and short answers are not counted before long ones. A sample that fails has no
    /// vote; if none has an answer, the first failure is the step's.
    pub(super) async fn vote(
        &self,
        vote: &Vote,
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        let runs = (0..vote.samples).map(|index| {
            let own = scope.at(index.into(), index.into());
            let outlet = outlet_of(context.outlet(), index.into());
            let walk = self.varied(u64::from(index) + 1);
            async move { walk.sample(vote, index, own, (outlet, context)).await }.boxed()
        });
        let mut running = stream::iter(runs).buffered(vote.at_once.max(1));
        let mut ballot = Ballot::default();
        let mut solutions: Vec<Option<Solution>> = Vec::new();
        let mut failure = None;
        for (index, left) in (0..vote.samples).zip((0..vote.samples).rev()) {
            let Some(ended) = running.next().await else { break };
            match ended {
                Ok(Sample { solution, weight }) => {
                    ballot.count(index, solution.result.as_ref(), weight);
                    solutions.push(Some(solution));
                }
                Err(error) => {
                    ballot.count(index, None, 0.0);
                    solutions.push(None);
                    failure.get_or_insert(error);
                }
            }
            let (leading, mut others) = ballot.standing();
            let decided = left > 0 && ballot.is_decided(vote.stop, left);
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
                Ok(Value::Answer(Solution { confidence: Some(ballot.confidence()), ..solution }))
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(GenerateError::engine("a vote without samples has no answer")),
        }
    }

    /// One sample, and what it weighs.
    async fn sample(
        &self,
        vote: &Vote,
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
        let Some(weigh) = vote.weigh.as_ref().filter(|_| solution.result.is_some()) else {
            return Ok(Sample { solution, weight: 1.0 });
        };
        let mut own = scope.at(Value::Answer(solution.clone()).to_json(), index.into());
        let name = format!("{number}/weigh");
        let weight = self.branch(weigh, &name, &mut own, (outlet.beside(), whole)).await?;
        let weight = number_of(&weight.to_json()).ok_or_else(|| {
            GenerateError::engine(format!(
                "`weigh` of the step `{}` needs a number, at least 0, and got {}",
                whole.id(),
                weight.to_json()
            ))
        })?;
        Ok(Sample { solution, weight })
    }
}

/// A number that is none below 0, also where it is written as a text.
fn number_of(value: &Json) -> Option<f64> {
    let number = match value {
        Json::String(text) => text.trim().parse().ok(),
        Json::Bool(holds) => Some(f64::from(u8::from(*holds))),
        value => value.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite() && *number >= 0.0)
}
