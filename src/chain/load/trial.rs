//! Makes what runs programs: `execute`, and `check` of a vote.

use serde_json::Value as Json;

use crate::{
    chain::{
        plan::{Call, Check, Source, Tests, Trial},
        spec::{self, Placed},
        value::Type,
    },
    execution::cases::{self, PrivateTests},
};

use super::{Loader, Place};

/// The most inputs that tell programs apart.
pub(in crate::chain) const MOST_INPUTS: u32 = 32;

/// How many there are where the file does not say.
const INPUTS: u32 = 8;

impl Loader<'_> {
    /// Runs the program of an answer.
    pub(super) fn execute(
        &mut self,
        answer: &Placed<String>,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<Call> {
        let answer = self.text_source(answer, place)?;
        let trial = self.trial(step.statement.as_ref(), step.tests.as_ref(), place)?;
        Some(Call::Execute { answer, trial })
    }

    /// How the programs of a vote are checked.
    pub(super) fn check(&mut self, check: &Placed<spec::Check>, place: Place<'_>) -> Option<Check> {
        let spec::Check { statement, tests, inputs } = &check.value;
        let place = Place::of(check, place.step);
        let trial = self.trial(statement.as_ref(), tests.as_ref(), place)?;
        let inputs = inputs.unwrap_or(INPUTS);
        if inputs > MOST_INPUTS {
            return self.problem(place, format!("`inputs` is 0 to {MOST_INPUTS}"));
        }
        Some(Check { trial, inputs })
    }

    fn trial(
        &mut self,
        statement: Option<&Placed<String>>,
        tests: Option<&Placed<Json>>,
        place: Place<'_>,
    ) -> Option<Trial> {
        let statement = match statement {
            Some(statement) => self.text_source(statement, place)?,
            None => Source::Question,
        };
        let tests = match tests.map(|tests| (&tests.value, Place::of(tests, place.step))) {
            None => None,
            Some((Json::String(reference), place)) => {
                Some(Tests::Of(self.source(reference, place)?))
            }
            Some((tests, place)) => {
                if let Err(error) = cases::read(&tests.to_string(), PrivateTests::Run) {
                    return self.problem(place, error.to_string());
                }
                Some(Tests::Given(tests.clone().into()))
            }
        };
        Some(Trial { statement, tests })
    }

    /// A source that gives something that can be read as text.
    fn text_source(&mut self, text: &Placed<String>, place: Place<'_>) -> Option<Source> {
        let place = Place::of(text, place.step);
        let source = self.source(&text.value, place)?;
        let found = self.type_of(&source)?;
        if !found.fits(Type::Text) {
            return self.problem(place, format!("{} is {found}, and text is needed", text.value));
        }
        Some(source)
    }
}
