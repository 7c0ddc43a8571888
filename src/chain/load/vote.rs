//! Makes the step that votes.

use crate::chain::{
    ballot::Stop,
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
        let stop = self.stop(step.stop.as_ref(), weigh.is_some(), place)?;
        let vote = Vote { samples: samples.value, each, check, weigh, at_once, stop };
        Some((Body::Vote(vote), Type::Answer))
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

    /// When it may end. Weights are known only when all are there.
    fn stop(
        &mut self,
        stop: Option<&Placed<StopAt>>,
        weighed: bool,
        place: Place<'_>,
    ) -> Option<Stop> {
        let Some(given) = stop else {
            return Some(if weighed { Stop::Never } else { Stop::Adaptive });
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
        if weighed && stop != Stop::Never {
            let message = "with `weigh` every sample is counted: leave `stop` out";
            return self.problem(place, message);
        }
        Some(stop)
    }
}
