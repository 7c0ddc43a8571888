//! A plan as it is shown: the list of its steps, and a Mermaid flowchart.
//!
//! What looks inside a plan only to show it is here.

use std::fmt::Write;

use super::{
    plan::{Block, Body, Branch, Call, Choice, Plan, PlannedStep, Source, Tests},
    step::Target,
};

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlinedStep {
    /// Its id; for a step inside of another one behind that one's: `answer/draft`.
    pub id: String,
    /// What it does, for example `translate`; `match` if that depends on a value.
    pub action: &'static str,
    /// The model that it calls, by its role or its name, if it calls one itself.
    pub model: Option<String>,
    /// What it asks that is no model, if it does: the name of a folder.
    pub uses: Option<String>,
    /// What it does in each case, if that depends on a value.
    pub cases: Vec<OutlinedCase>,
}

/// What a step does in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlinedCase {
    /// The case: a value, `else`, or the number of an alternative.
    pub case: String,
    /// What is done then; `steps` where that is more than one thing.
    pub action: &'static str,
    /// The model that is then called, by its role or its name, if one is.
    pub model: Option<String>,
    /// What is then asked that is no model, if it is.
    pub uses: Option<String>,
}

impl Plan {
    /// The steps, in the order in which they run; those inside of a step behind it.
    pub fn outline(&self) -> Vec<OutlinedStep> {
        let mut outline = Outline::default();
        outline.block(&self.block, "");
        outline.steps.into_iter().map(|(_, step)| step).collect()
    }

    /// The plan as a Mermaid flowchart: a box for each step, an arrow for what it works on, a dotted
    /// arrow for what decides about it.
    pub fn diagram(&self) -> String {
        let mut outline = Outline::default();
        outline.block(&self.block, "");
        outline.arrow(&self.block.output, "answer", "", false);
        let mut chart = "flowchart TD\n".to_owned();
        for (name, shape) in
            [("question", "question([question])"), ("messages", "messages([conversation])")]
        {
            if outline.arrows.iter().any(|arrow| arrow.from == name) {
                // Writing into a text cannot fail.
                let _ = writeln!(chart, "    {shape}");
            }
        }
        for (slot, step) in &outline.steps {
            let _ = writeln!(chart, "    step{slot}[\"{}\"]", label(step));
        }
        chart.push_str("    answer([answer])\n");
        for arrow in &outline.arrows {
            let _ = writeln!(chart, "    {}", arrow.drawn());
        }
        chart
    }
}

/// Collects what is shown.
#[derive(Default)]
struct Outline {
    /// The steps with their slots.
    steps: Vec<(usize, OutlinedStep)>,
    arrows: Vec<Arrow>,
    /// What the items of the `map` steps around are items of.
    items: Vec<Source>,
}

impl Outline {
    fn block(&mut self, block: &Block, path: &str) {
        block.steps.iter().for_each(|step| self.step(step, path));
    }

    fn step(&mut self, step: &PlannedStep, path: &str) {
        let id = format!("{path}{}", step.id);
        let to = format!("step{}", step.slot);
        let inside = format!("{id}/");
        let (action, model, cases) = match &step.body {
            Body::Call(call) => (call.name(), model(call), Vec::new()),
            Body::Match { arms, otherwise, .. } => {
                let arms = arms.iter().map(|(name, arm)| (name.clone(), arm));
                let otherwise = otherwise.iter().map(|arm| ("else".to_owned(), arm));
                ("match", None, arms.chain(otherwise).map(|(name, arm)| case(name, arm)).collect())
            }
            Body::Parallel(_) => ("parallel", None, Vec::new()),
            Body::Map { each, .. } => ("map", None, vec![case("each".to_owned(), each)]),
            Body::Vote(vote) => {
                let kept = vote
                    .certainty
                    .map_or_else(String::new, |certainty| format!(", keep {}", certainty.keep));
                let each = case(format!("{} samples{kept}", vote.samples), &vote.each);
                let weigh = vote.weigh.iter().map(|weigh| case("weigh".to_owned(), weigh));
                ("vote", None, std::iter::once(each).chain(weigh).collect())
            }
            Body::Fallback(branches) => {
                let numbered = branches.iter().zip(1..);
                let cases = numbered.map(|(branch, number)| case(number.to_string(), branch));
                ("fallback", None, cases.collect())
            }
            Body::Finish(_) => ("finish", None, Vec::new()),
        };
        let uses = match &step.body {
            Body::Call(call) => call.uses(),
            _ => None,
        };
        self.steps.push((step.slot, OutlinedStep { id, action, model, uses, cases }));
        match &step.body {
            Body::Call(call) => self.inputs(call, &to, ""),
            Body::Match { on, arms, otherwise } => {
                self.arrow(on, &to, "", true);
                let arms = arms.iter().map(|(name, arm)| (name.as_str(), arm));
                for (name, arm) in arms.chain(otherwise.iter().map(|arm| ("else", arm))) {
                    self.branch(arm, &to, name, &inside);
                }
            }
            Body::Parallel(steps) => {
                for member in steps {
                    self.step(member, path);
                    self.arrow(&Source::Step(member.slot), &to, "", false);
                }
            }
            Body::Map { over, each, .. } => {
                self.arrow(over, &to, "each", false);
                self.items.push(over.clone());
                self.branch(each, &to, "", &inside);
                self.items.pop();
            }
            Body::Vote(vote) => {
                self.items.push(Source::Step(step.slot));
                self.branch(&vote.each, &to, "", &inside);
                if let Some(weigh) = &vote.weigh {
                    self.branch(weigh, &to, "weigh", &inside);
                }
                self.items.pop();
            }
            Body::Fallback(branches) => {
                for (branch, number) in branches.iter().zip(1..) {
                    self.branch(branch, &to, &number.to_string(), &inside);
                }
            }
            Body::Finish(ending) => {
                self.arrow(&ending.answer, &to, "", false);
                if let Some(cites) = &ending.cites {
                    self.arrow(cites, &to, "cites", false);
                }
                self.arrow(&Source::Step(step.slot), "answer", "", false);
            }
        }
        self.conditions(step, &to);
    }

    fn conditions(&mut self, step: &PlannedStep, to: &str) {
        for condition in &step.when {
            let accepted: Vec<String> = match &condition.one_of {
                Choice::Languages(languages) => {
                    languages.iter().map(|one| one.as_str().to_owned()).collect()
                }
                Choice::Kinds(kinds) => kinds.iter().map(|one| one.as_str().to_owned()).collect(),
                Choice::Values(values) => values
                    .iter()
                    .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
                    .collect(),
            };
            let not = if condition.negated { "not " } else { "" };
            let text = format!("if {not}{}", accepted.join(" or "));
            self.arrow(&condition.on, to, &text, true);
        }
        // A step that is skipped mostly gives what it would have worked on.
        if let Some(otherwise) = &step.otherwise {
            let from = self.origin(otherwise);
            let known = |arrow: &Arrow| !arrow.dotted && arrow.from == from && arrow.to == to;
            if !self.arrows.iter().any(known) {
                self.arrow(otherwise, to, "otherwise", false);
            }
        }
    }

    /// A way of a step: what it works on, or the steps in it, which end in that step.
    fn branch(&mut self, branch: &Branch, to: &str, name: &str, inside: &str) {
        match branch {
            Branch::Call(call) => self.inputs(call, to, name),
            Branch::Steps(block) => {
                self.block(block, inside);
                self.arrow(&block.output, to, name, false);
            }
        }
    }

    fn inputs(&mut self, call: &Call, to: &str, name: &str) {
        match call {
            Call::Action { input, .. } => {
                input.visit(&mut |source| self.arrow(source, to, name, false));
            }
            Call::Execute { answer, trial } => {
                self.arrow(answer, to, name, false);
                if let Some(Tests::Of(tests)) = &trial.tests {
                    self.arrow(tests, to, "tests", false);
                }
            }
            Call::Render(render) => {
                for (_, source) in &render.names {
                    self.arrow(source, to, name, false);
                }
            }
            Call::Withhold(guarded) => {
                self.arrow(&guarded.text, to, name, false);
                self.arrow(&guarded.secret, to, "secret", true);
                self.arrow(&guarded.conversation, to, "", true);
            }
        }
    }

    /// An arrow; what several arrows would say stands at one.
    fn arrow(&mut self, source: &Source, to: &str, text: &str, dotted: bool) {
        let from = self.origin(source);
        if from == to {
            // What a sample is weighed by comes from the vote itself.
            return;
        }
        let same =
            |arrow: &&mut Arrow| arrow.from == from && arrow.to == to && arrow.dotted == dotted;
        match self.arrows.iter_mut().find(same) {
            Some(arrow) if !arrow.text.is_empty() && !text.is_empty() => {
                arrow.text = format!("{}, {text}", arrow.text);
            }
            Some(_) => {}
            None => {
                let (to, text) = (to.to_owned(), text.to_owned());
                self.arrows.push(Arrow { from, to, text, dotted });
            }
        }
    }

    /// The box that a value comes from.
    fn origin(&self, source: &Source) -> String {
        match source {
            Source::Question => "question".to_owned(),
            Source::Messages => "messages".to_owned(),
            Source::Step(slot) => format!("step{slot}"),
            Source::Inside(whole, _) => self.origin(whole),
            Source::Item | Source::Index => match self.items.last() {
                Some(Source::Item | Source::Index) | None => "question".to_owned(),
                Some(over) => self.origin(over),
            },
        }
    }
}

/// The model that a call asks, by its role or its name.
fn model(call: &Call) -> Option<String> {
    call.target().map(|target| match target {
        Target::Role(role) => role.as_str().to_owned(),
        Target::Named(name) => name,
    })
}

fn case(case: String, branch: &Branch) -> OutlinedCase {
    match branch {
        Branch::Call(call) => {
            OutlinedCase { case, action: call.name(), model: model(call), uses: call.uses() }
        }
        Branch::Steps(_) => OutlinedCase { case, action: "steps", model: None, uses: None },
    }
}

/// What a step's box says.
fn label(step: &OutlinedStep) -> String {
    let does = |action: &str, model: &Option<String>, uses: &Option<String>| {
        let asked: Vec<&str> = uses.iter().chain(model).map(String::as_str).collect();
        if asked.is_empty() {
            action.to_owned()
        } else {
            format!("{action} ({})", asked.join(", "))
        }
    };
    let mut lines = vec![step.id.clone()];
    if step.action != "match" {
        lines.push(does(step.action, &step.model, &step.uses));
    }
    lines.extend(
        step.cases
            .iter()
            .map(|case| format!("{}: {}", case.case, does(case.action, &case.model, &case.uses))),
    );
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}

/// An arrow of the chart.
struct Arrow {
    from: String,
    to: String,
    text: String,
    dotted: bool,
}

impl Arrow {
    fn drawn(&self) -> String {
        let line = if self.dotted { "-.->" } else { "-->" };
        let text = escaped(&self.text);
        let text = if text.is_empty() { text } else { format!("|\"{text}\"|") };
        format!("{} {line}{text} {}", self.from, self.to)
    }
}

/// A text between quotation marks: whatever might mean something to Mermaid is written as its number.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, sign| {
        if sign.is_alphanumeric() || " _-.,:()/".contains(sign) {
            escaped.push(sign);
        } else {
            let _ = write!(escaped, "#{};", u32::from(sign));
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::shipped;

    #[test]
    fn shipped_chains_are_drawn() {
        let drawn = |name: &str| {
            let file = shipped().iter().find(|file| file.file.ends_with(name)).unwrap();
            file.plan().unwrap().diagram()
        };
        insta::assert_snapshot!(drawn("solve.yaml"), @r#"
            flowchart TD
                question([question])
                messages([conversation])
                step0["language<br/>detect_language"]
                step1["kind<br/>route"]
                step2["question<br/>translate (translator)"]
                step3["answer<br/>math: reason (reasoner)<br/>code: reason (reasoner)<br/>both: decompose<br/>other: chat (general)"]
                step4["reply<br/>translate_answer (translator)"]
                answer([answer])
                question --> step0
                question --> step1
                question --> step2
                step0 -.->|"if zh"| step2
                step1 -.->|"if math or code"| step2
                step1 -.-> step3
                step2 -->|"math, code"| step3
                question -->|"both"| step3
                messages -->|"other"| step3
                step3 --> step4
                step0 -.->|"if zh"| step4
                step1 -.->|"if math or code"| step4
                step4 --> answer
            "#);
        insta::assert_snapshot!(drawn("general-with-reasoner.yaml"), @r#"
            flowchart TD
                messages([conversation])
                step0["look<br/>prompt"]
                step1["looked<br/>call (general)"]
                step2["found<br/>extract_answer"]
                step3["problems<br/>transform"]
                step4["solutions<br/>map<br/>each: call (chain/solve)"]
                step5["ask<br/>prompt"]
                step6["answer<br/>call (general)"]
                answer([answer])
                messages --> step0
                step0 --> step1
                step1 --> step2
                step2 --> step3
                step3 -->|"each"| step4
                messages --> step5
                step3 --> step5
                step4 --> step5
                step5 --> step6
                step6 --> answer
            "#);
    }

    #[test]
    fn a_text_cannot_break_out_of_its_box() {
        assert_eq!(super::escaped("a\"]\n x --> <b>#"), "a#34;#93;#10; x --#62; #60;b#62;#35;");
    }
}
