//! Makes the step that weighs solutions by their claims.

use crate::chain::{
    spec,
    step::{Action, Clr, Verdicts},
};

use super::{Loader, MOST_AT_ONCE, MOST_SAMPLES, Place};

impl Loader<'_> {
    pub(super) fn clr(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let reason = self.reason(step, place)?;
        let usual = Clr::of(reason);
        let samples = step.samples.as_ref().map_or(usual.samples, |samples| samples.value);
        if let Some(given) =
            step.samples.as_ref().filter(|_| !(2..=MOST_SAMPLES).contains(&samples))
        {
            let message = format!("`samples` is 2 to {MOST_SAMPLES}");
            return self.problem(Place::of(given, place.step), message);
        }
        let at_once = step.at_once.as_ref().map_or(usual.at_once, |at_once| at_once.value);
        if let Some(given) =
            step.at_once.as_ref().filter(|_| !(1..=MOST_AT_ONCE).contains(&at_once))
        {
            let message = format!("`at_once` is 1 to {MOST_AT_ONCE}");
            return self.problem(Place::of(given, place.step), message);
        }
        let mut verdicts = usual.verdicts;
        if let Some(given) = &step.verdicts {
            let spec::Verdicts { thinking, max_tokens } = given.value;
            verdicts = Verdicts {
                thinking: thinking.unwrap_or(verdicts.thinking),
                max_tokens: max_tokens.unwrap_or(verdicts.max_tokens),
            };
            if verdicts.max_tokens == 0 {
                let message = "`max_tokens` of a verdict is at least 1";
                return self.problem(Place::of(given, place.step), message);
            }
        }
        Some(Clr { reason, samples, at_once, verdicts }.into())
    }
}
