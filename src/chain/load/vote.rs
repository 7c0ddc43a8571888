//! Makes the step that votes.

use crate::chain::{
    ballot::Stop,
    certainty::{Certainty, Measure},
    plan::{Body, Branch, Vote},
    spec::{self, Placed, StopAt},
    value::Type,
};

use super::{Gives, Loader, Place, Surroundings, several::MOST_AT_ONCE};

/// The most samples of a vote.
pub(in crate::chain) const MOST_SAMPLES: u32 = 256;

/// How many samples are taken at the same time where the file does not say.
const AT_ONCE: usize = 4;

impl<'file> Loader<'file> {
    pub(super) fn vote(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        let samples = step.vote.as_ref()?;
        if !(2..=MOST_SAMPLES).contains(&samples.value) {
            let message = format!("`vote` takes 2 to {MOST_SAMPLES} samples");
            return self.problem(Place::of(samples, place.step), message);
        }
        let at_once = step.at_once.as_ref().map_or(AT_ONCE, |at_once| at_once.value);
        if let Some(given) =
            step.at_once.as_ref().filter(|_| !(1..=MOST_AT_ONCE).contains(&at_once))
        {
            let place = Place::of(given, place.step);
            return self.problem(place, format!("`at_once` is 1 to {MOST_AT_ONCE}"));
        }
        let Some(way) = &step.each_does else {
            return self.problem(place, "`vote` needs `do`: what gives an answer");
        };
        let item = self.surroundings.item;
        let around = self.enter(Surroundings { item, index: true, beside: true });
        let each = self.way(way, place);
        self.enter(Surroundings { item: true, index: true, beside: true });
        let weigh = step.weigh.as_ref().map(|way| self.weight(way, place));
        self.surroundings = around;
        let (each, gives) = each?;
        if gives != Gives::A(Type::Answer) && gives != Gives::Unknown {
            let message = "`do` of a `vote` gives an answer: use `reason` or `call` last";
            return self.problem(Place::of(way, place.step), message);
        }
        let weigh = weigh.map_or(Some(None), |weigh| weigh.map(Some))?;
        let check = step.check.as_ref().map(|check| self.check(check, place));
        let check = check.map_or(Some(None), |check| check.map(Some))?;
        let certainty =
            step.confidence.as_ref().map(|given| self.certainty(given, (step, &each), place));
        let certainty = certainty.map_or(Some(None), |certainty| certainty.map(Some))?;
        let late = if weigh.is_some() { Some("weigh") } else { needs_all(certainty) };
        let stop = self.stop(step.stop.as_ref(), late, place)?;
        let vote = Vote { samples: samples.value, each, check, weigh, certainty, at_once, stop };
        Some((Body::Vote(Box::new(vote)), Type::Answer))
    }

    /// What an answer weighs.
    fn weight(&mut self, way: &'file Placed<spec::Step>, place: Place<'file>) -> Option<Branch> {
        let (weigh, gives) = self.way(way, place)?;
        if !matches!(gives, Gives::A(Type::Data | Type::Text | Type::Answer) | Gives::Unknown) {
            let message = "`weigh` gives a number: use `transform` or `execute` last, or a `call` that answers with one";
            return self.problem(Place::of(way, place.step), message);
        }
        Some(weigh)
    }

    /// How samples are told apart by how sure the model was of them.
    fn certainty(
        &mut self,
        given: &Placed<spec::Confidence>,
        (step, each): (&spec::Step, &Branch),
        place: Place<'_>,
    ) -> Option<Certainty> {
        let place = Place::of(given, place.step);
        let other = [("weigh", step.weigh.is_some()), ("check", step.check.is_some())];
        if let Some((other, _)) = other.into_iter().find(|(_, given)| *given) {
            let message =
                format!("`confidence` and `{other}` both say what a sample is worth: take one");
            return self.problem(place, message);
        }
        if !each.asks_a_model() {
            let message = "`confidence` needs a model that `do` asks itself, with `reason` or `call`: chains report \
                           no probabilities";
            return self.problem(place, message);
        }
        let usual = Certainty::default();
        let spec::Confidence { measure, window, keep, weigh, warm_up } = given.value;
        let certainty = Certainty {
            measure: measure.map_or(usual.measure, measure_of),
            window: window.unwrap_or(usual.window),
            keep: keep.unwrap_or(usual.keep),
            weigh: weigh.unwrap_or(usual.weigh),
            warm_up,
        };
        let samples = step.vote.as_ref().map_or(0, |samples| samples.value);
        match certainty.problem(samples) {
            Some(message) => self.problem(place, message),
            None => Some(certainty),
        }
    }

    /// When it may end. What is said by all samples together, named by `late`, is known only when all are there.
    fn stop(
        &mut self,
        stop: Option<&Placed<StopAt>>,
        late: Option<&str>,
        place: Place<'_>,
    ) -> Option<Stop> {
        let Some(given) = stop else {
            return Some(if late.is_some() { Stop::Never } else { Stop::Adaptive });
        };
        let place = Place::of(given, place.step);
        let stop = match &given.value {
            StopAt::Rule(rule) if rule == "adaptive" => Stop::Adaptive,
            StopAt::Rule(rule) if rule == "never" => Stop::Never,
            StopAt::Row(row) if *row >= 2 => Stop::Unanimous(*row),
            StopAt::Rule(_) | StopAt::Row(_) => {
                let message = "`stop` is `adaptive`, `never`, or how many samples in a row agree, at \
                               least 2";
                return self.problem(place, message);
            }
        };
        if let Some(late) = late.filter(|_| stop != Stop::Never) {
            let message = format!("with `{late}` every sample is counted: leave `stop` out");
            return self.problem(place, message);
        }
        Some(stop)
    }
}

/// What makes every sample count before anything is decided: who has a vote, and how much it weighs, is known only then,
/// unless the first of them have set it.
pub(in crate::chain) fn needs_all(certainty: Option<Certainty>) -> Option<&'static str> {
    certainty
        .filter(|certainty| certainty.warm_up.is_none() && !certainty.is_idle())
        .map(|_| "confidence")
}

fn measure_of(measure: spec::Measure) -> Measure {
    match measure {
        spec::Measure::Lowest => Measure::Lowest,
        spec::Measure::Bottom => Measure::Bottom,
        spec::Measure::Tail => Measure::Tail,
        spec::Measure::Mean => Measure::Mean,
    }
}
