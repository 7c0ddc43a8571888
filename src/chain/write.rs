//! Writes a plan as a chain file: what typed Rust has composed can be kept, read and run as YAML.

use serde_json::{Map, Value as Json, json};

use super::{
    ballot::Stop,
    certainty::Certainty,
    load::MOST_AT_ONCE,
    pieces::MOST_PIECES,
    plan::{
        Block, Body, Branch, Call, Check, Choice, Condition, Form, Plan, PlannedStep, Retry,
        Source, Tests, Trial,
    },
    step::{Action, Each, Extract, Reason, Target, Topic, Verdicts},
    value::Type,
};

impl Plan {
    /// The plan as the text of a chain file; [`super::load()`] makes the same plan of it.
    ///
    /// # Errors
    ///
    /// If the YAML cannot be written.
    pub fn to_yaml(&self) -> Result<String, String> {
        let mut steps = vec![(String::new(), Type::Data); self.slots];
        name_all(&self.block, &mut steps);
        let writer = Writer { names: &steps, chain: &self.name };
        serde_saphyr::to_string(&writer.plan(self)).map_err(|error| error.to_string())
    }
}

/// Notes the ids of all steps and what they give, by their slots.
fn name_all(block: &Block, names: &mut [(String, Type)]) {
    block.steps.iter().for_each(|step| name(step, names));
}

fn name(step: &PlannedStep, names: &mut [(String, Type)]) {
    if let Some(place) = names.get_mut(step.slot) {
        *place = (step.id.clone(), step.gives);
    }
    let mut inside = |branch: &Branch| {
        if let Branch::Steps(block) = branch {
            name_all(block, names);
        }
    };
    match &step.body {
        Body::Match { arms, otherwise, .. } => {
            arms.iter().map(|(_, arm)| arm).chain(otherwise).for_each(inside);
        }
        Body::Map { each, .. } => inside(each),
        Body::Vote(vote) => {
            inside(&vote.each);
            vote.weigh.iter().for_each(inside);
        }
        Body::Fallback(branches) => branches.iter().for_each(inside),
        Body::Parallel(steps) => steps.iter().for_each(|step| name(step, names)),
        Body::Call(_) | Body::Finish(_) => {}
    }
}

/// Writes parts of a plan as the keys of a file.
struct Writer<'plan> {
    names: &'plan [(String, Type)],
    chain: &'plan str,
}

impl Writer<'_> {
    fn plan(&self, plan: &Plan) -> Json {
        let mut models = Map::new();
        for used in &plan.roles {
            let need = if used.optional { "optional" } else { "required" };
            models.insert(used.role.as_str().to_owned(), need.into());
        }
        let mut limits = Map::new();
        if let Some(tokens) = plan.limits.tokens {
            limits.insert("tokens".to_owned(), tokens.into());
        }
        if let Some(time) = plan.limits.time {
            limits.insert("seconds".to_owned(), time.as_secs().into());
        }
        if let Some(calls) = plan.limits.calls {
            limits.insert("calls".to_owned(), calls.into());
        }
        let mut chain = json!({
            "version": 1,
            "name": plan.name,
            "description": plan.description,
            "models": models,
            "steps": self.steps(&plan.block.steps),
            "limits": limits,
            "output": self.source(&plan.block.output),
        });
        if let Some(keys) = chain.as_object_mut().filter(|_| plan.private) {
            keys.insert("private".to_owned(), true.into());
        }
        chain
    }

    fn steps(&self, steps: &[PlannedStep]) -> Vec<Json> {
        steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &PlannedStep) -> Json {
        let mut keys = Map::new();
        keys.insert("id".to_owned(), step.id.as_str().into());
        if !step.when.is_empty() {
            let when: Vec<String> = step.when.iter().map(|when| self.condition(when)).collect();
            keys.insert("when".to_owned(), when.join(" and ").into());
        }
        if let Some(otherwise) = &step.otherwise {
            keys.insert("otherwise".to_owned(), self.source(otherwise).into());
        }
        if let Some(Retry { attempts, wait }) = step.retry {
            let retry = json!({"attempts": attempts, "wait": wait.as_secs_f64()});
            keys.insert("retry".to_owned(), retry);
        }
        self.body(&step.body, &mut keys);
        Json::Object(keys)
    }

    fn body(&self, body: &Body, keys: &mut Map<String, Json>) {
        let mut put = |key: &str, value: Json| keys.insert(key.to_owned(), value);
        match body {
            Body::Call(call) => self.call(call, keys),
            Body::Match { on, arms, otherwise } => {
                put("match", self.source(on).into());
                let by_kind = match on {
                    Source::Step(slot) => {
                        self.names.get(*slot).is_some_and(|(_, gives)| *gives == Type::Kind)
                    }
                    _ => false,
                };
                if by_kind {
                    for (name, arm) in arms {
                        put(name, self.branch(arm));
                    }
                } else {
                    let cases = arms.iter().map(|(name, arm)| (name.clone(), self.branch(arm)));
                    put("cases", Json::Object(cases.collect()));
                }
                if let Some(otherwise) = otherwise {
                    put("else", self.branch(otherwise));
                }
            }
            Body::Parallel(steps) => {
                put("parallel", self.steps(steps).into());
            }
            Body::Map { over, each, at_once } => {
                put("map", self.source(over).into());
                put("do", self.branch(each));
                put("at_once", (*at_once).into());
            }
            Body::Fallback(branches) => {
                let branches: Vec<Json> =
                    branches.iter().map(|branch| self.branch(branch)).collect();
                put("fallback", branches.into());
            }
            Body::Vote(vote) => {
                put("vote", vote.samples.into());
                put("do", self.branch(&vote.each));
                put("at_once", vote.at_once.into());
                let stop = match vote.stop {
                    Stop::Never => "never".into(),
                    Stop::Adaptive => "adaptive".into(),
                    Stop::Unanimous(row) => Json::from(row),
                };
                put("stop", stop);
                if let Some(Check { trial, inputs }) = &vote.check {
                    let mut check = Map::new();
                    self.trial(trial, &mut check);
                    check.insert("inputs".to_owned(), (*inputs).into());
                    put("check", check.into());
                }
                if let Some(weigh) = &vote.weigh {
                    put("weigh", self.branch(weigh));
                }
                if let Some(Certainty { measure, window, keep, weigh, warm_up }) = vote.certainty {
                    let measure = measure.as_str();
                    let mut certainty = json!({
                        "measure": measure, "window": window, "keep": keep, "weigh": weigh,
                    });
                    if let (Some(keys), Some(warm_up)) = (certainty.as_object_mut(), warm_up) {
                        keys.insert("warm_up".to_owned(), warm_up.into());
                    }
                    put("confidence", certainty);
                }
            }
            Body::Finish(ending) => {
                put("finish", self.source(&ending.answer).into());
                if let Some(cites) = &ending.cites {
                    put("cite", self.source(cites).into());
                }
            }
        }
    }

    fn branch(&self, branch: &Branch) -> Json {
        let mut keys = Map::new();
        match branch {
            Branch::Call(call) => self.call(call, &mut keys),
            Branch::Steps(block) => {
                keys.insert("steps".to_owned(), self.steps(&block.steps).into());
            }
        }
        Json::Object(keys)
    }

    fn call(&self, call: &Call, keys: &mut Map<String, Json>) {
        match call {
            Call::Render(render) => {
                let key = match render.form {
                    Form::Prompt => "prompt",
                    Form::Transform => "transform",
                };
                keys.insert(key.to_owned(), render.text.as_ref().into());
            }
            Call::Execute { answer, trial } => {
                keys.insert("execute".to_owned(), self.source(answer).into());
                self.trial(trial, keys);
            }
            Call::Withhold(guarded) => {
                for (key, source) in [
                    ("withhold", &guarded.text),
                    ("secret", &guarded.secret),
                    ("conversation", &guarded.conversation),
                ] {
                    keys.insert(key.to_owned(), self.source(source).into());
                }
            }
            Call::Action { input, action: Action::Tool(step) } => {
                let arguments = input.written(&|source| self.source(source));
                keys.insert("tool".to_owned(), step.name().into());
                keys.insert("arguments".to_owned(), arguments);
            }
            Call::Action { input, action } => {
                let input = input.written(&|source| self.source(source));
                keys.insert(action.name().to_owned(), input);
                for (key, value) in self.options(action) {
                    keys.insert(key.to_owned(), value);
                }
            }
        }
    }

    /// What a program is run on.
    fn trial(&self, trial: &Trial, keys: &mut Map<String, Json>) {
        keys.insert("statement".to_owned(), self.source(&trial.statement).into());
        let tests = match &trial.tests {
            None => return,
            Some(Tests::Of(source)) => self.source(source).into(),
            Some(Tests::Given(tests)) => tests.as_ref().clone(),
        };
        keys.insert("tests".to_owned(), tests);
    }

    fn options(&self, action: &Action) -> Vec<(&'static str, Json)> {
        match action {
            Action::DetectLanguage(_) | Action::FindProblems(_) | Action::Tool(_) => Vec::new(),
            Action::Route(step) if !step.asks => Vec::new(),
            Action::Route(_) | Action::Chat(_) => vec![("model", "general".into())],
            Action::Translate(step) => {
                vec![("to", step.to.as_str().into()), ("attempts", step.attempts.into())]
            }
            Action::Escalate(step) => {
                vec![("below", step.below.into()), ("model", "general".into())]
            }
            Action::TranslateAnswer(step) => {
                vec![("to", "zh".into()), ("attempts", step.attempts.into())]
            }
            Action::Reason(step) => reason(*step),
            Action::Clr(step) => {
                let mut options = reason(step.reason);
                options.push(("samples", step.samples.into()));
                options.push(("at_once", step.at_once.clamp(1, MOST_AT_ONCE).into()));
                let Verdicts { thinking, max_tokens } = step.verdicts;
                let verdicts = json!({"thinking": thinking, "max_tokens": max_tokens.max(1)});
                options.push(("verdicts", verdicts));
                options
            }
            Action::Decompose(step) => {
                let each = match &step.each {
                    Each::Itself => format!("chain/{}", self.chain),
                    Each::Other(name) => name.clone(),
                };
                let model = step.asks.then(|| ("model", "general".into()));
                let options =
                    [("each", each.into()), ("at_once", step.at_once.clamp(1, MOST_PIECES).into())];
                options.into_iter().chain(model).collect()
            }
            Action::ExtractAnswer(step) => vec![("as", step.find.as_str().into())],
            Action::Retrieve(step) => {
                let model = step.by_meaning.then(|| ("model", "embedder".into()));
                let options = [
                    ("from", step.folder().to_string_lossy().into()),
                    ("top", step.top.into()),
                    ("max_characters", step.max_characters.into()),
                ];
                options.into_iter().chain(model).collect()
            }
            Action::CallModel(step) => {
                let model = match &step.model {
                    Target::Role(role) => role.as_str(),
                    Target::Named(name) => name,
                };
                let options = [
                    ("model", Some(model.into())),
                    ("system", step.system.as_deref().map(Json::from)),
                    ("temperature", step.temperature.map(shortest)),
                    ("max_tokens", step.max_tokens.map(Json::from)),
                    ("thinking", step.thinking.map(Json::from)),
                    ("schema", step.schema.as_deref().cloned()),
                ];
                options.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
            }
        }
    }

    fn source(&self, source: &Source) -> String {
        format!("${{{}}}", self.path(source))
    }

    fn path(&self, source: &Source) -> String {
        match source {
            Source::Question => "input.question".to_owned(),
            Source::Messages => "input.messages".to_owned(),
            Source::Item => "item".to_owned(),
            Source::Index => "index".to_owned(),
            Source::Step(slot) => {
                self.names.get(*slot).map(|(id, _)| id.clone()).unwrap_or_default()
            }
            Source::Inside(whole, path) => format!("{}.{}", self.path(whole), path.join(".")),
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let values: Vec<String> = match &condition.one_of {
            Choice::Languages(languages) => {
                languages.iter().map(|language| language.as_str().to_owned()).collect()
            }
            Choice::Kinds(kinds) => kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            Choice::Values(values) => values.iter().map(Json::to_string).collect(),
        };
        let on = self.source(&condition.on);
        match (values.as_slice(), condition.negated) {
            ([value], false) => format!("{on} == {value}"),
            ([value], true) => format!("{on} != {value}"),
            (values, false) => format!("{on} in [{}]", values.join(", ")),
            (values, true) => format!("{on} not in [{}]", values.join(", ")),
        }
    }
}

/// How the reasoning model is asked.
fn reason(step: Reason) -> Vec<(&'static str, Json)> {
    let topic = match step.topic {
        Topic::Math => "math",
        Topic::Code => "code",
    };
    let extract = match step.extract {
        Extract::Boxed => "boxed",
        Extract::Code => "code",
    };
    vec![("model", "reasoner".into()), ("as", topic.into()), ("extract", extract.into())]
}

/// A number as a person would write it: 0.1 and not what is nearest to it in other precision.
fn shortest(number: f32) -> Json {
    number.to_string().parse::<f64>().map_or(Json::Null, Json::from)
}
