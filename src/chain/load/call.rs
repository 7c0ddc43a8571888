//! Makes an action of the keys of a step: which one, on what, with which options.

use serde_saphyr::Spanned;

use crate::chain::{
    language::Language,
    plan::{Call, ModelRole},
    spec::{self, Options},
    step::{
        Action, Chat, DetectLanguage, Extract, Reason, Route, Split, Topic, Translate,
        TranslateAnswer,
    },
};

use super::{Loader, Place};

/// The actions there are, for messages.
const ACTIONS: &str =
    "detect_language, route, translate, reason, split, chat, translate_answer, match";

/// The most attempts at a translation.
const MOST_ATTEMPTS: u8 = 8;

impl Loader<'_> {
    /// The call that a step or an arm makes.
    pub(super) fn call(
        &mut self,
        actions: Vec<(&'static str, &Spanned<String>)>,
        options: Options<'_>,
        place: Place<'_>,
        chain: &str,
    ) -> Option<Call> {
        let (name, input) = match actions.as_slice() {
            [action] => *action,
            [] => return self.problem(place, format!("says not what to do; one of: {ACTIONS}")),
            [(first, _), (second, at), ..] => {
                let place = Place::of(at, place.step);
                return self
                    .problem(place, format!("does `{first}` and `{second}`; one is enough"));
            }
        };
        let place = Place::of(input, place.step);
        let action = self.action(name, options, place, chain);
        let source = self.source(&input.value, place);
        let (action, source) = (action?, source?);
        let (wanted, found) = (action.input(), self.type_of(source)?);
        if wanted != found {
            let message = format!("`{name}` takes {wanted}, but {} is {found}", input.value);
            return self.problem(place, message);
        }
        if let Some(role) = action.role()
            && !self.roles.iter().any(|declared| declared.role == role)
        {
            let message = format!("`{name}` uses the model `{role}`, which `models` does not list");
            return self.problem(place, message);
        }
        Some(Call { input: source, action })
    }

    fn action(
        &mut self,
        name: &'static str,
        options: Options<'_>,
        place: Place<'_>,
        chain: &str,
    ) -> Option<Action> {
        let (role, known): (_, &[&str]) = match name {
            "translate" | "translate_answer" => {
                (Some(ModelRole::Translator), &["to", "attempts", "model"])
            }
            "reason" => (Some(ModelRole::Reasoner), &["as", "extract", "model"]),
            "chat" => (Some(ModelRole::General), &["model"]),
            "split" => (None, &["each"]),
            _ => (None, &[]),
        };
        self.refuse_foreign_options(name, options, known, place)?;
        if let (Some(role), Some(model)) = (role, options.model)
            && model.value != role.as_str()
        {
            let message = format!("`{name}` runs on the model `{role}`, not `{}`", model.value);
            return self.problem(Place::of(model, place.step), message);
        }
        let attempts = self.attempts(options, place)?;
        match name {
            "detect_language" => Some(DetectLanguage.into()),
            "route" => Some(Route.into()),
            "translate" => {
                self.target(options, Language::English, place)?;
                Some(Translate { attempts }.into())
            }
            "translate_answer" => {
                self.target(options, Language::Chinese, place)?;
                Some(TranslateAnswer { attempts }.into())
            }
            "reason" => self.reason(options, place),
            "chat" => Some(Chat.into()),
            _ => self.split(options, place, chain),
        }
    }

    fn reason(&mut self, options: Options<'_>, place: Place<'_>) -> Option<Action> {
        let Some(topic) = options.topic else {
            return self.problem(place, "`reason` needs `as: math` or `as: code`");
        };
        let topic = match topic.value {
            spec::Topic::Math => Topic::Math,
            spec::Topic::Code => Topic::Code,
        };
        let extract = match (options.extract.map(|extract| extract.value), topic) {
            (Some(spec::Extract::Boxed), _) | (None, Topic::Math) => Extract::Boxed,
            (Some(spec::Extract::Code), _) | (None, Topic::Code) => Extract::Code,
        };
        Some(Reason { topic, extract }.into())
    }

    fn split(&mut self, options: Options<'_>, place: Place<'_>, chain: &str) -> Option<Action> {
        let own = format!("chain/{chain}");
        match options.each {
            Some(each) if each.value == own => Some(Split.into()),
            Some(each) => {
                let message = format!("`each` is the chain itself, `{own}`, not `{}`", each.value);
                self.problem(Place::of(each, place.step), message)
            }
            None => self.problem(place, format!("`split` needs `each: {own}`")),
        }
    }

    /// The language of a translation must be the one the action translates into.
    fn target(&mut self, options: Options<'_>, only: Language, place: Place<'_>) -> Option<()> {
        match options.to {
            Some(to) if to.value == only => Some(()),
            Some(to) => {
                let message = format!("translates into `{only}` only");
                self.problem(Place::of(to, place.step), message)
            }
            None => self.problem(place, format!("needs `to: {only}`")),
        }
    }

    fn attempts(&mut self, options: Options<'_>, place: Place<'_>) -> Option<u8> {
        let Some(attempts) = options.attempts else {
            return Some(Translate::to_english().attempts);
        };
        if (1..=MOST_ATTEMPTS).contains(&attempts.value) {
            return Some(attempts.value);
        }
        let message = format!("`attempts` is 1 to {MOST_ATTEMPTS}");
        self.problem(Place::of(attempts, place.step), message)
    }

    /// Options that the action does not have are problems: they would be ignored in silence.
    fn refuse_foreign_options(
        &mut self,
        name: &str,
        options: Options<'_>,
        known: &[&str],
        place: Place<'_>,
    ) -> Option<()> {
        let given = [
            ("model", options.model.map(|value| Place::of(value, place.step))),
            ("to", options.to.map(|value| Place::of(value, place.step))),
            ("attempts", options.attempts.map(|value| Place::of(value, place.step))),
            ("as", options.topic.map(|value| Place::of(value, place.step))),
            ("extract", options.extract.map(|value| Place::of(value, place.step))),
            ("each", options.each.map(|value| Place::of(value, place.step))),
        ];
        let foreign = given.into_iter().find(|(key, at)| at.is_some() && !known.contains(key));
        let Some((key, Some(at))) = foreign else { return Some(()) };
        let list = if known.is_empty() { "no options".to_owned() } else { known.join(", ") };
        self.problem(at, format!("`{key}` does not belong to `{name}`, which takes {list}"))
    }
}
