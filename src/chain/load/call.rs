//! Makes an action of the keys of a step: which one, on what, with which options.

use crate::chain::{
    language::Language,
    pieces::MOST_PIECES,
    plan::{Call, Form, ModelRole, Withhold},
    spec::{self, Placed},
    step::{
        Action, CallModel, Chat, Decompose, DetectLanguage, Each, Escalate, Extract, ExtractAnswer,
        Find, FindProblems, Reason, Route, Target, Topic, Translate, TranslateAnswer,
    },
    value::Type,
};

use super::{Loader, Place, input::input_of};

/// The most attempts at a translation.
const MOST_ATTEMPTS: u8 = 8;

/// How many parts of a question are answered at the same time where the file does not say.
const PARTS_AT_ONCE: usize = 4;

/// The options of each action.
fn options_of(action: &str) -> &'static [&'static str] {
    match action {
        "match" => &["math", "code", "both", "other", "cases", "else"],
        "map" => &["do", "at_once"],
        "vote" => &["do", "at_once", "stop", "check", "weigh", "confidence"],
        "execute" => &["statement", "tests"],
        "translate" | "translate_answer" => &["to", "attempts", "model"],
        "reason" => &["as", "extract", "model"],
        "clr" => &["as", "extract", "samples", "at_once", "verdicts", "model"],
        "chat" | "route" => &["model"],
        "escalate" => &["below", "model"],
        "call" => &["model", "system", "temperature", "max_tokens", "thinking", "schema"],
        "extract_answer" => &["as"],
        "tool" => &["arguments"],
        "retrieve" => &["from", "top", "max_characters", "model"],
        "finish" => &["cite"],
        "decompose" => &["each", "model", "at_once"],
        "withhold" => &["secret", "conversation"],
        _ => &[],
    }
}

impl Loader<'_> {
    /// Options that the action does not have are problems: they would be ignored in silence.
    pub(super) fn refuse_foreign_options(
        &mut self,
        name: &str,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<()> {
        let known = options_of(name);
        let foreign = step.options().into_iter().find(|(key, _)| !known.contains(key));
        let Some((key, at)) = foreign else { return Some(()) };
        let list = if known.is_empty() { "no options".to_owned() } else { known.join(", ") };
        let message = format!("`{key}` does not belong to `{name}`, which takes {list}");
        self.problem(place.at(at), message)
    }

    /// The call that a step or a way makes.
    pub(super) fn call(
        &mut self,
        name: &'static str,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<Call> {
        if let Some((form, text)) = template_of(step) {
            return self.render(form, &text.value, place).map(Call::Render);
        }
        if let Some(answer) = &step.execute {
            return self.execute(answer, step, place);
        }
        if let Some(text) = &step.withhold {
            return self.withhold(text, step, place).map(Call::Withhold);
        }
        let action = self.action(name, step, place);
        let input = self.input(name, step, place);
        let (action, input) = (action?, input?);
        let (wanted, found) = (action.input(), self.type_of_input(&input)?);
        if !found.fits(wanted) {
            let given = input_of(step).map_or("it", |input| input.value.as_str());
            return self.problem(place, format!("`{name}` takes {wanted}, but {given} is {found}"));
        }
        if let Some(role) = action.role()
            && !self.roles.iter().any(|declared| declared.role == role)
        {
            let message = format!("`{name}` uses the model `{role}`, which `models` does not list");
            return self.problem(place, message);
        }
        Some(Call::Action { input, action })
    }

    fn action(
        &mut self,
        name: &'static str,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<Action> {
        let role = match name {
            "translate" | "translate_answer" => Some(ModelRole::Translator),
            "reason" | "clr" => Some(ModelRole::Reasoner),
            "chat" | "decompose" | "escalate" | "route" => Some(ModelRole::General),
            "retrieve" => Some(ModelRole::Embedder),
            _ => None,
        };
        if let (Some(role), Some(model)) = (role, &step.model)
            && model.value != role.as_str()
        {
            let message = format!("`{name}` runs on the model `{role}`, not `{}`", model.value);
            return self.problem(Place::of(model, place.step), message);
        }
        let attempts = self.attempts(step, place)?;
        match name {
            "detect_language" => Some(DetectLanguage.into()),
            "route" => Some(Route { asks: step.model.is_some() }.into()),
            "translate" => {
                let to = self.target(step, &[Language::English, Language::Chinese], place)?;
                Some(Translate { to, attempts }.into())
            }
            "translate_answer" => {
                self.target(step, &[Language::Chinese], place)?;
                Some(TranslateAnswer { attempts }.into())
            }
            "reason" => self.reason(step, place).map(Action::from),
            "clr" => self.clr(step, place),
            "chat" => Some(Chat.into()),
            "call" => self.call_model(step, place),
            "extract_answer" => self.extract_answer(step, place),
            "escalate" => self.escalate(step, place),
            "find_problems" => Some(FindProblems.into()),
            "retrieve" => self.retrieve(step, place),
            "tool" => self.tool(step, place),
            _ => self.decompose(step, place),
        }
    }

    /// What the reasoning model is asked; only `clr` asks about mathematics where nothing else is said.
    pub(super) fn reason(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Reason> {
        let topic = match step.topic.as_ref().map(|topic| topic.value.as_str()) {
            Some("math") => Topic::Math,
            None if step.clr.is_some() => Topic::Math,
            Some("code") => Topic::Code,
            _ => {
                let at = step.topic.as_ref().map_or(place, |topic| Place::of(topic, place.step));
                return self.problem(at, "needs `as: math` or `as: code`");
            }
        };
        let extract = match (step.extract.as_ref().map(|extract| extract.value.as_str()), topic) {
            (Some("boxed"), _) | (None, Topic::Math) => Extract::Boxed,
            (Some("code"), _) | (None, Topic::Code) => Extract::Code,
            (Some(other), _) => {
                let message = format!("`extract` is `boxed` or `code`, not `{other}`");
                let at = step.extract.as_ref().map_or(place, |at| Place::of(at, place.step));
                return self.problem(at, message);
            }
        };
        Some(Reason { topic, extract })
    }

    fn extract_answer(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let named = step.topic.as_ref().map_or("", |find| find.value.as_str());
        match Find::ALL.into_iter().find(|find| find.as_str() == named) {
            Some(find) => Some(ExtractAnswer { find }.into()),
            None => {
                let at = step.topic.as_ref().map_or(place, |at| Place::of(at, place.step));
                self.problem(at, "`extract_answer` needs `as: boxed`, `as: code` or `as: json`")
            }
        }
    }

    fn call_model(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let Some(model) = &step.model else {
            let message = "`call` needs `model`: a role (reasoner, translator, general), `chain/NAME` or \
                           the name of a model";
            return self.problem(place, message);
        };
        let role = ModelRole::ALL.into_iter().find(|role| role.as_str() == model.value);
        let target = role.map_or_else(|| Target::Named(model.value.clone()), Target::Role);
        if role == Some(ModelRole::Embedder) {
            let message = "the `embedder` makes embeddings for `retrieve` and answers nothing";
            return self.problem(Place::of(model, place.step), message);
        }
        if model.value == format!("chain/{}", self.chain) {
            let message =
                "a chain cannot call itself; `decompose` answers parts of a question with it";
            return self.problem(Place::of(model, place.step), message);
        }
        let temperature = step.temperature.as_ref().map(|temperature| temperature.value);
        if temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
            return self.problem(place, "`temperature` is 0 to 2");
        }
        let max_tokens = step.max_tokens.as_ref().map(|max_tokens| max_tokens.value);
        if max_tokens == Some(0) {
            return self.problem(place, "`max_tokens` is at least 1");
        }
        let schema = match &step.schema {
            None => None,
            Some(schema) if schema.value.is_object() => Some(schema.value.clone().into()),
            Some(schema) => {
                return self.problem(Place::of(schema, place.step), "`schema` is a JSON Schema");
            }
        };
        let thinking = step.thinking.as_ref().map(|thinking| thinking.value);
        let system = step.system.as_ref().map(|system| system.value.as_str().into());
        Some(CallModel { model: target, system, temperature, max_tokens, thinking, schema }.into())
    }

    fn escalate(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let Some(below) = &step.below else { return Some(Escalate::default().into()) };
        if !(0.0..=1.0).contains(&below.value) {
            let message = "`below` is a margin: 0 to 1";
            return self.problem(Place::of(below, place.step), message);
        }
        Some(Escalate { below: below.value }.into())
    }

    fn withhold(
        &mut self,
        text: &Placed<String>,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<Withhold> {
        if !self.private {
            let message = "`withhold` needs `private: true` at the top of the chain: otherwise the thinking and \
                           the steps show what is withheld";
            return self.problem(place, message);
        }
        let (Some(secret), Some(conversation)) = (&step.secret, &step.conversation) else {
            let message = "`withhold` needs `secret`, what must not be said, and `conversation`, for example \
                           `conversation: ${input.messages}`";
            return self.problem(place, message);
        };
        let mut source = |given: &Placed<String>, wanted: &[Type], name: &str| {
            let place = Place::of(given, place.step);
            let source = self.source(&given.value, place)?;
            let found = self.type_of(&source)?;
            if wanted.iter().any(|wanted| found.fits(*wanted)) {
                return Some(source);
            }
            self.problem(place, format!("`{name}` cannot be {found}"))
        };
        let text = source(text, &[Type::Text], "withhold");
        let secret = source(secret, &[Type::Answer, Type::Text, Type::Data], "secret");
        let conversation = source(conversation, &[Type::Messages], "conversation");
        Some(Withhold { text: text?, secret: secret?, conversation: conversation? })
    }

    fn decompose(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let own = format!("chain/{}", self.chain);
        let Some(each) = &step.each else {
            let message = format!(
                "`decompose` needs `each`: what answers each part, for example `each: {own}`"
            );
            return self.problem(place, message);
        };
        let at_once = step.at_once.as_ref().map_or(PARTS_AT_ONCE, |at_once| at_once.value);
        if let Some(given) = step.at_once.as_ref().filter(|_| !(1..=MOST_PIECES).contains(&at_once))
        {
            let place = Place::of(given, place.step);
            return self.problem(place, format!("`at_once` is 1 to {MOST_PIECES} here"));
        }
        let each = match each.value == own {
            true => Each::Itself,
            false => Each::Other(each.value.clone()),
        };
        let asks = step.model.is_some();
        if asks && each == Each::Itself {
            let message =
                "`model` needs another chain in `each`: this one would take every part apart again";
            return self.problem(place, message);
        }
        Some(Decompose { each, asks, at_once }.into())
    }

    /// The language of a translation, which must be one that the action translates into.
    fn target(
        &mut self,
        step: &spec::Step,
        possible: &[Language],
        place: Place<'_>,
    ) -> Option<Language> {
        let given = step.to.as_ref();
        let named = given.map_or("", |to| to.value.as_str());
        if let Some(found) = possible.iter().find(|language| language.as_str() == named) {
            return Some(*found);
        }
        let list: Vec<String> =
            possible.iter().map(|language| format!("`to: {language}`")).collect();
        let at = given.map_or(place, |to| Place::of(to, place.step));
        self.problem(at, format!("needs {}", list.join(" or ")))
    }

    fn attempts(&mut self, step: &spec::Step, place: Place<'_>) -> Option<u8> {
        let Some(attempts) = &step.attempts else {
            return Some(Translate::to_english().attempts);
        };
        if (1..=MOST_ATTEMPTS).contains(&attempts.value) {
            return Some(attempts.value);
        }
        let message = format!("`attempts` is 1 to {MOST_ATTEMPTS}");
        self.problem(Place::of(attempts, place.step), message)
    }
}

/// The template or expression of a step that has one.
fn template_of(step: &spec::Step) -> Option<(Form, &Placed<String>)> {
    let prompt = step.prompt.as_ref().map(|text| (Form::Prompt, text));
    prompt.or_else(|| step.transform.as_ref().map(|text| (Form::Transform, text)))
}
