//! Resolves what a chain file names: references, conditions, the names in templates.

use crate::{
    chain::{
        language::Language,
        plan::{Choice, Condition, Form, Render, Source},
        reference::{self, Comparison, Reference, Root},
        render,
        spec::Placed,
        value::Type,
    },
    generate::Kind,
};

use super::{Gives, Loader, Place};

impl Loader<'_> {
    pub(super) fn source(&mut self, text: &str, place: Place<'_>) -> Option<Source> {
        match reference::reference(text) {
            Ok(reference) => self.resolve(&reference, place),
            Err(message) => self.problem(place, message),
        }
    }

    fn resolve(&mut self, reference: &Reference<'_>, place: Place<'_>) -> Option<Source> {
        let root = self.root(reference.root, place)?;
        if reference.path.is_empty() {
            return Some(root);
        }
        match self.type_of(&root)? {
            Type::Data | Type::Answer | Type::Messages => {
                let path = reference.path.iter().map(|&key| key.to_owned()).collect();
                Some(Source::Inside(Box::new(root), path))
            }
            found => {
                let key = reference.path.join(".");
                self.problem(place, format!("there is no `{key}` in {found}"))
            }
        }
    }

    fn root(&mut self, root: Root<'_>, place: Place<'_>) -> Option<Source> {
        let name = match root {
            Root::Question => return Some(Source::Question),
            Root::Messages => return Some(Source::Messages),
            Root::Item if !self.surroundings.item => {
                let message =
                    "`${item}` is there inside of a `map`, and in `weigh` of a `vote`, only";
                return self.problem(place, message);
            }
            Root::Index if !self.surroundings.index => {
                let message = "`${index}` is there inside of a `map` or a `vote` only";
                return self.problem(place, message);
            }
            Root::Item => return Some(Source::Item),
            Root::Index => return Some(Source::Index),
            Root::Step(name) => name,
        };
        let Some(step) = self.visible.iter().rev().find(|step| step.id == name) else {
            let earlier: Vec<&str> = self.visible.iter().map(|step| step.id.as_str()).collect();
            let list = if earlier.is_empty() { "none".to_owned() } else { earlier.join(", ") };
            let message = format!("no earlier step is called `{name}`; earlier steps: {list}");
            return self.problem(place, message);
        };
        if step.gives == Gives::Nothing {
            return self.problem(place, format!("`{name}` ends the chain and gives nothing"));
        }
        Some(Source::Step(step.slot))
    }

    /// The type of what a source gives; `None` where its step has problems, which are listed.
    pub(super) fn type_of(&self, source: &Source) -> Option<Type> {
        match source {
            Source::Question => Some(Type::Text),
            Source::Messages => Some(Type::Messages),
            Source::Item | Source::Index | Source::Inside(..) => Some(Type::Data),
            Source::Step(slot) => {
                match self.visible.iter().find(|step| step.slot == *slot)?.gives {
                    Gives::A(found) => Some(found),
                    Gives::Nothing | Gives::Unknown => None,
                }
            }
        }
    }

    pub(super) fn conditions(
        &mut self,
        when: &Placed<String>,
        place: Place<'_>,
    ) -> Option<Vec<Condition>> {
        let comparisons = match reference::conditions(&when.value) {
            Ok(comparisons) => comparisons,
            Err(message) => return self.problem(place, message),
        };
        comparisons.iter().map(|comparison| self.condition(comparison, place)).collect()
    }

    fn condition(&mut self, comparison: &Comparison<'_>, place: Place<'_>) -> Option<Condition> {
        let on = self.resolve(&comparison.on, place)?;
        let texts: Vec<String> = comparison.one_of.iter().map(reference::Literal::text).collect();
        let values = texts.iter().map(String::as_str);
        let one_of = match self.type_of(&on)? {
            Type::Language => {
                let find =
                    |name: &str| Language::ALL.into_iter().find(|item| item.as_str() == name);
                values.map(find).collect::<Option<_>>().map(Choice::Languages)
            }
            Type::Kind => {
                values.map(|name| name.parse().ok()).collect::<Option<_>>().map(Choice::Kinds)
            }
            Type::Text | Type::Answer => {
                let texts = comparison.one_of.iter().map(|value| value.text().into());
                Some(Choice::Values(texts.collect()))
            }
            Type::Data => {
                let values = comparison.one_of.iter().map(|value| value.json());
                Some(Choice::Values(values.collect()))
            }
            Type::Messages => {
                return self.problem(place, "a condition looks at a value, not at messages");
            }
        };
        let Some(one_of) = one_of else {
            let kinds = [Kind::Math, Kind::Code, Kind::Both, Kind::Other].map(Kind::as_str);
            let message = format!(
                "a language is one of {}; a kind is one of {}",
                Language::ALL.map(Language::as_str).join(", "),
                kinds.join(", ")
            );
            return self.problem(place, message);
        };
        Some(Condition { on, one_of, negated: comparison.negated })
    }

    /// A template or an expression, with what its names stand for.
    pub(super) fn render(&mut self, form: Form, text: &str, place: Place<'_>) -> Option<Render> {
        let found = match render::names_in(form, text) {
            Ok(found) => found,
            Err(message) => return self.problem(place, message),
        };
        let mut names: Vec<(String, Source)> = Vec::new();
        for name in found {
            let whole = if name.starts_with("input.") { name.as_str() } else { root_of(&name) };
            let source = match reference::dotted(whole) {
                Some(Ok(reference)) => self.root(reference.root, place)?,
                Some(Err(message)) => return self.problem(place, message),
                None => {
                    let message = format!(
                        "`{name}` is the name of no step; ids with `-` cannot be used here"
                    );
                    return self.problem(place, message);
                }
            };
            let known = names.iter().any(|(_, known)| *known == source);
            if !known {
                let name = if whole.starts_with("input.") { whole } else { root_of(whole) };
                names.push((name.to_owned(), source));
            }
        }
        Some(Render::new(form, text, names))
    }
}

/// The first part of a dotted name.
fn root_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
