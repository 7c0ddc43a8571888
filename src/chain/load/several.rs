//! Makes the steps that hold others: one of several ways, several at the same time, one for each item.

use crate::{
    chain::{
        plan::{Body, Branch, Ending, Source},
        spec::{self, Placed},
        value::Type,
    },
    generate::Kind,
};

use super::{Gives, Loader, Place, Surroundings};

/// The most items that are worked on at the same time.
pub(in crate::chain) const MOST_AT_ONCE: usize = 64;

impl<'file> Loader<'file> {
    pub(super) fn match_on(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        let on = step.match_on.as_ref().map(|on| self.source(&on.value, place))??;
        let found = self.type_of(&on)?;
        let kinds = [Kind::Math, Kind::Code, Kind::Both, Kind::Other];
        let by_kind = [&step.math, &step.code, &step.both, &step.other];
        let has_kinds = by_kind.iter().any(|arm| arm.is_some());
        let ways: Vec<(String, &Placed<spec::Step>)> = match (&step.cases, found) {
            (None, Type::Kind) => {
                let arms: Option<Vec<_>> = kinds
                    .iter()
                    .zip(by_kind)
                    .filter(|(_, arm)| arm.is_some() || step.or_else.is_none())
                    .map(|(kind, arm)| Some((kind.as_str().to_owned(), &**arm.as_ref()?)))
                    .collect();
                let Some(arms) = arms else {
                    let message = "`match` needs `math`, `code`, `both` and `other`, or `else`";
                    return self.problem(place, message);
                };
                arms
            }
            (_, found) if has_kinds => {
                let message = format!("`match` needs {}, not {found}", Type::Kind);
                return self.problem(place, message);
            }
            (_, Type::Messages) => {
                return self.problem(place, "`match` looks at a value, not at messages");
            }
            (None, _) => return self.problem(place, "`match` needs `cases`"),
            (Some(cases), _) => cases.iter().map(|(name, way)| (name.clone(), way)).collect(),
        };
        let mut gives = Gives::Nothing;
        let arms: Vec<Option<(String, Branch)>> = ways
            .into_iter()
            .map(|(name, way)| Some((name, self.arm(way, place, &mut gives)?)))
            .collect();
        let otherwise = step.or_else.as_ref().map(|way| self.arm(way, place, &mut gives));
        let arms = arms.into_iter().collect::<Option<_>>()?;
        let otherwise = otherwise.map_or(Some(None), |way| way.map(Some))?;
        let Gives::A(gives) = gives else {
            return self.problem(place, "one arm at least must give something");
        };
        Some((Body::Match { on, arms, otherwise }, gives))
    }

    /// An arm, which gives what the others give.
    fn arm(
        &mut self,
        way: &'file Placed<spec::Step>,
        place: Place<'file>,
        gives: &mut Gives,
    ) -> Option<Branch> {
        let (branch, found) = self.way(way, place)?;
        match (*gives, found) {
            (_, Gives::Nothing | Gives::Unknown) => Some(branch),
            (Gives::A(wanted), Gives::A(found)) if wanted != found => {
                let place = Place::of(way, place.step);
                let message = format!("every arm gives {wanted}, as the first does, not {found}");
                self.problem(place, message)
            }
            (_, found) => {
                *gives = found;
                Some(branch)
            }
        }
    }

    pub(super) fn parallel(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        let members = step.parallel.as_ref()?;
        if members.value.len() < 2 {
            return self.problem(place, "`parallel` needs at least two steps");
        }
        let around = self.enter(Surroundings { beside: true, ..self.surroundings });
        let outside = self.visible.clone();
        let mut all = outside.clone();
        let mut planned = Vec::new();
        for member in &members.value {
            // They do not see each other; what comes after them sees them all.
            self.visible.clone_from(&outside);
            planned.push(self.step(member));
            let new = self.visible.split_off(outside.len().min(self.visible.len()));
            if let Some(twice) = new.iter().find(|new| all.iter().any(|old| old.id == new.id)) {
                let id = twice.id.clone();
                if !outside.iter().any(|old| old.id == id) {
                    let message = format!("two steps here are called `{id}`; ids are unique");
                    self.problem::<()>(Place::of(member, place.step), message);
                }
            }
            all.extend(new);
        }
        self.visible = all;
        self.surroundings = around;
        Some((Body::Parallel(planned.into_iter().collect::<Option<_>>()?), Type::Data))
    }

    pub(super) fn map(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        let over = step.map.as_ref().map(|over| self.source(&over.value, place))??;
        let found = self.type_of(&over)?;
        if !matches!(found, Type::Data | Type::Messages) {
            return self.problem(place, format!("`map` takes data that is a list, not {found}"));
        }
        let at_once = step.at_once.as_ref().map_or(1, |at_once| at_once.value);
        if let Some(given) =
            step.at_once.as_ref().filter(|_| !(1..=MOST_AT_ONCE).contains(&at_once))
        {
            let place = Place::of(given, place.step);
            return self.problem(place, format!("`at_once` is 1 to {MOST_AT_ONCE}"));
        }
        let Some(way) = &step.each_does else {
            return self.problem(place, "`map` needs `do`: what is done for each item");
        };
        let around = self.enter(Surroundings { item: true, index: true, beside: true });
        let each = self.way(way, place);
        self.surroundings = around;
        let (each, _) = each?;
        Some((Body::Map { over, each, at_once }, Type::Data))
    }

    pub(super) fn fallback(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        let ways = step.fallback.as_ref()?;
        if ways.value.len() < 2 {
            return self.problem(place, "`fallback` needs at least two alternatives");
        }
        let around = self.enter(Surroundings { beside: true, ..self.surroundings });
        let mut gives = Gives::Nothing;
        let branches: Vec<Option<Branch>> =
            ways.value.iter().map(|way| self.arm(way, place, &mut gives)).collect();
        self.surroundings = around;
        let branches = branches.into_iter().collect::<Option<_>>()?;
        let Gives::A(gives) = gives else { return None };
        Some((Body::Fallback(branches), gives))
    }

    pub(super) fn finish(
        &mut self,
        step: &'file spec::Step,
        place: Place<'file>,
    ) -> Option<(Body, Type)> {
        if self.surroundings.beside {
            let message = "`finish` cannot be inside of `parallel`, `map`, `vote` or `fallback`: other \
                           steps run at the same time or in its place";
            return self.problem(place, message);
        }
        let source = step.finish.as_ref().map(|text| self.source(&text.value, place))??;
        let found = self.type_of(&source)?;
        if !matches!(found, Type::Answer | Type::Text) {
            return self.problem(place, format!("the output is an answer or text, not {found}"));
        }
        let cites = match &step.cite {
            None => None,
            Some(cite) => Some(self.cited(cite, place)?),
        };
        Some((Body::Finish(Ending { answer: source, cites }), found))
    }

    /// The passages that an answer cites.
    fn cited(&mut self, cite: &Placed<String>, place: Place<'_>) -> Option<Source> {
        let place = Place::of(cite, place.step);
        let source = self.source(&cite.value, place)?;
        match self.type_of(&source)? {
            Type::Data => Some(source),
            found => {
                let message = format!("`cite` takes what a `retrieve` step gave, not {found}");
                self.problem(place, message)
            }
        }
    }

    /// Goes inside of a step; gives what was around before.
    pub(super) fn enter(&mut self, surroundings: Surroundings) -> Surroundings {
        std::mem::replace(&mut self.surroundings, surroundings)
    }
}
