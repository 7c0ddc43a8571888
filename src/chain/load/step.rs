//! Makes a step of a plan of a step of a file, and a way of a step.

use std::time::Duration;

use crate::chain::{
    plan::{Block, Body, Branch, Call, PlannedStep, Retry, Source},
    reference,
    spec::{self, Placed, Spot},
    value::Type,
};

use super::{Gives, Loader, Place, Visible};

/// The actions there are, for messages.
const ACTIONS: &str = "prompt, transform, detect_language, route, translate, reason, clr, decompose, chat, call, \
                       execute, extract_answer, retrieve, tool, translate_answer, escalate, find_problems, withhold, match, \
                       parallel, map, vote, fallback, finish";

impl<'file> Loader<'file> {
    /// A step, which can be named from now on.
    pub(super) fn step(&mut self, step: &'file Placed<spec::Step>) -> Option<PlannedStep> {
        let Some(id) = &step.value.id else {
            return self.problem(Place::of(step, None), "a step needs an `id`");
        };
        let place = Place::of(id, Some(&id.value));
        let planned = self.unnamed(&step.value, place);
        let slot = self.slots;
        self.slots += 1;
        let planned = planned.map(|planned| PlannedStep { slot, ..planned });
        self.name(&id.value, slot, planned.as_ref(), place);
        planned
    }

    /// Gives a step its name.
    fn name(&mut self, id: &str, slot: usize, planned: Option<&PlannedStep>, place: Place<'_>) {
        if !reference::is_id(id) {
            let message = "an id is letters, digits, `_` and `-`, beginning with a letter, and not \
                           `input`, `item` or `index`";
            self.problem::<()>(place, message);
        }
        if self.visible.iter().any(|earlier| earlier.id == id) {
            self.problem::<()>(place, "an earlier step has this id; ids are unique");
        }
        let gives = match planned {
            None => Gives::Unknown,
            Some(PlannedStep { body: Body::Finish(_), .. }) => Gives::Nothing,
            Some(planned) => Gives::A(planned.gives),
        };
        self.visible.push(Visible { id: id.to_owned(), slot, gives });
    }

    fn unnamed(&mut self, step: &'file spec::Step, place: Place<'file>) -> Option<PlannedStep> {
        let body = self.body(step, place);
        let when = match &step.when {
            Some(when) => self.conditions(when, Place::of(when, place.step)),
            None => Some(Vec::new()),
        };
        let retry = self.retry(step.retry.as_ref(), place);
        let (body, gives) = body?;
        let otherwise = match (&step.otherwise, &step.when) {
            (Some(otherwise), Some(_)) => Some(self.otherwise(otherwise, place, gives)?),
            (Some(otherwise), None) => {
                let place = Place::of(otherwise, place.step);
                return self.problem(place, "`otherwise` belongs to `when`, and there is none");
            }
            (None, Some(_)) if matches!(body, Body::Finish(_)) => None,
            (None, Some(when)) => {
                let place = Place::of(when, place.step);
                let message = "a step with `when` needs `otherwise`: what it gives when it is \
                               skipped, for example `otherwise: ${input.question}`";
                return self.problem(place, message);
            }
            (None, None) => None,
        };
        let id = place.step.unwrap_or_default().to_owned();
        Some(PlannedStep { id, slot: 0, gives, when: when?, otherwise, retry: retry?, body })
    }

    fn retry(
        &mut self,
        retry: Option<&Placed<spec::Retry>>,
        place: Place<'_>,
    ) -> Option<Option<Retry>> {
        let Some(retry) = retry else { return Some(None) };
        let place = Place::of(retry, place.step);
        let seconds = retry.value.wait.unwrap_or(0.5);
        if !(2..=10).contains(&retry.value.attempts) || !(0.0..=60.0).contains(&seconds) {
            let message = "`retry` has `attempts`, 2 to 10, and `wait`, 0 to 60 seconds";
            return self.problem(place, message);
        }
        let wait = Duration::from_secs_f64(seconds);
        Some(Some(Retry { attempts: retry.value.attempts, wait }))
    }

    /// What a skipped step gives: it must fit where the step's value is used.
    fn otherwise(
        &mut self,
        text: &Placed<String>,
        place: Place<'_>,
        wanted: Type,
    ) -> Option<Source> {
        let place = Place::of(text, place.step);
        let source = self.source(&text.value, place)?;
        let found = self.type_of(&source)?;
        if !found.fits(wanted) {
            return self.problem(place, format!("the step gives {wanted}, `otherwise` {found}"));
        }
        Some(source)
    }

    /// The one action that a step or a way has.
    fn only_action(&mut self, step: &spec::Step, place: Place<'_>) -> Option<(&'static str, Spot)> {
        match step.actions().as_slice() {
            [action] => Some(*action),
            [] => self.problem(place, format!("says not what to do; one of: {ACTIONS}")),
            [(first, _), (second, at), ..] => {
                let message = format!("does `{first}` and `{second}`; one is enough");
                self.problem(place.at(*at), message)
            }
        }
    }

    fn body(&mut self, step: &'file spec::Step, place: Place<'file>) -> Option<(Body, Type)> {
        let (name, at) = self.only_action(step, place)?;
        let place = place.at(at);
        self.refuse_foreign_options(name, step, place)?;
        match name {
            "match" => self.match_on(step, place),
            "parallel" => self.parallel(step, place),
            "map" => self.map(step, place),
            "vote" => self.vote(step, place),
            "fallback" => self.fallback(step, place),
            "finish" => self.finish(step, place),
            "steps" => self.problem(place, "`steps` belongs to one of several ways, not to a step"),
            _ => {
                let call = self.call(name, step, place)?;
                let gives = call.gives();
                Some((Body::Call(call), gives))
            }
        }
    }

    /// One of several ways of a step, and what it gives.
    pub(super) fn way(
        &mut self,
        way: &'file Placed<spec::Step>,
        place: Place<'file>,
    ) -> Option<(Branch, Gives)> {
        let place = Place::of(way, place.step);
        if let Some((key, at)) = way.value.head().first() {
            let message = format!(
                "`{key}` does not belong here: this is one action, or `steps` that have ids"
            );
            return self.problem(place.at(*at), message);
        }
        let (name, at) = self.only_action(&way.value, place)?;
        let place = place.at(at);
        self.refuse_foreign_options(name, &way.value, place)?;
        match (name, &way.value.steps) {
            (_, Some(steps)) => {
                let (block, gives) = self.block(&steps.value, place)?;
                Some((Branch::Steps(block), gives))
            }
            ("match" | "parallel" | "map" | "vote" | "fallback" | "finish", None) => {
                let message = format!("`{name}` needs an id here: put it into `steps`");
                self.problem(place, message)
            }
            _ => {
                let call: Call = self.call(name, &way.value, place)?;
                let gives = Gives::A(call.gives());
                Some((Branch::Call(call), gives))
            }
        }
    }

    /// Steps inside of a step; what they are called is known inside only.
    fn block(
        &mut self,
        steps: &'file [Placed<spec::Step>],
        place: Place<'_>,
    ) -> Option<(Block, Gives)> {
        let outside = self.visible.len();
        let planned: Vec<Option<PlannedStep>> = steps.iter().map(|step| self.step(step)).collect();
        let last = self.visible.last().filter(|_| self.visible.len() > outside).cloned();
        self.visible.truncate(outside);
        let planned: Vec<PlannedStep> = planned.into_iter().collect::<Option<_>>()?;
        let Some(last) = last else {
            return self.problem(place, "`steps` needs at least one step");
        };
        let skips = planned
            .last()
            .is_some_and(|step| matches!(step.body, Body::Finish(_)) && !step.when.is_empty());
        if skips {
            let message = "the last step may be skipped, and then these steps give nothing: put a step \
                           behind it";
            return self.problem(place, message);
        }
        Some((Block { steps: planned, output: Source::Step(last.slot) }, last.gives))
    }
}
