//! `route`: what a question is about.

use crate::{
    chain::{
        context::{Context, ModelCall},
        plan::ModelRole,
        prompt::Prompt,
        routing,
    },
    generate::{GenerateError, Kind},
};

use super::{Action, Step};

/// The most tokens of a word.
const WORD_TOKENS: u32 = 16;

/// The most characters of a question that the model is shown: what is asked stands at its beginning or its end.
const MOST_SHOWN: usize = 4000;

/// Gives the kind of a question by rules; see [`routing::decide`]. Needs no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Route {
    /// Whether the general model, if there is one, is asked about questions of which the rules are in doubt. What it says
    /// counts if it is one of the kinds in a word; else, and if it fails, the rules decide.
    pub asks: bool,
}

impl Route {
    /// By rules alone.
    pub fn by_rules() -> Self {
        Self { asks: false }
    }

    /// By rules, and where they are in doubt by the general model.
    pub fn asking_in_doubt() -> Self {
        Self { asks: true }
    }

    /// What the general model says, with the reason to give for it; the kind is missing where it says nothing that can
    /// be used.
    async fn ask(
        question: &str,
        context: &Context<'_>,
    ) -> Result<(Option<Kind>, String), GenerateError> {
        let prompt = Prompt::Route.render(&shown(question))?;
        let request = context.request().aside(prompt, WORD_TOKENS);
        let call = ModelCall::preparing(ModelRole::General, request);
        Ok(match context.call(call).await {
            Ok(called) => match kind_in(&called.answer.content) {
                Some(kind) => {
                    (Some(kind), format!("the rules are in doubt, the general model says {kind}"))
                }
                None => (
                    None,
                    "in doubt, and the general model names no kind: the rules decide".to_owned(),
                ),
            },
            // Something that a run would have to refuse, also when it is run again.
            Err(error @ (GenerateError::Invalid { .. } | GenerateError::Cancelled)) => {
                return Err(error);
            }
            // The rules have an answer: whatever a model fails at keeps nobody waiting for another one.
            Err(_) => (
                None,
                "in doubt, and the general model cannot be asked: the rules decide".to_owned(),
            ),
        })
    }
}

/// What the model is shown of a question.
fn shown(question: &str) -> String {
    let characters = question.chars().count();
    if characters <= MOST_SHOWN {
        return question.to_owned();
    }
    let beginning = question.chars().take(MOST_SHOWN / 2);
    let end = question.chars().skip(characters - MOST_SHOWN / 2);
    beginning.chain(['\n', '…', '\n']).chain(end).collect()
}

/// The kind that an answer names: its only word, whatever signs are around it.
fn kind_in(answer: &str) -> Option<Kind> {
    let mut words =
        answer.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let (word, None) = (words.next()?.to_lowercase(), words.next()) else { return None };
    [Kind::Math, Kind::Code, Kind::Other].into_iter().find(|kind| kind.as_str() == word)
}

impl Step<String> for Route {
    type Output = Kind;

    async fn run(&self, question: String, context: &Context<'_>) -> Result<Kind, GenerateError> {
        if let Some(kind) = context.known_kind() {
            context.decided(kind.as_str(), vec!["a part of a composite question".to_owned()]).await;
            return Ok(kind);
        }
        let mut decision = routing::decide(&question);
        if self.asks && decision.in_doubt && context.has(ModelRole::General) {
            let (kind, why) = Self::ask(&question, context).await?;
            decision.kind = kind.unwrap_or(decision.kind);
            decision.reasons.insert(0, why);
        }
        context.decided(decision.kind.as_str(), decision.reasons).await;
        Ok(decision.kind)
    }
}

impl From<Route> for Action {
    fn from(step: Route) -> Self {
        Self::Route(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_kind_in_a_word_counts() {
        for (answer, kind) in [
            ("math", Some(Kind::Math)),
            (" **Code**.\n", Some(Kind::Code)),
            ("\"other\"", Some(Kind::Other)),
            ("both", None),
            ("It is math", None),
            ("math or code", None),
            ("", None),
        ] {
            assert_eq!(kind_in(answer), kind, "{answer}");
        }
    }

    #[test]
    fn a_long_question_is_shown_at_both_ends() {
        let long = format!("begin{}end", "字".repeat(10_000));
        let shown = shown(&long);
        assert!(shown.starts_with("begin") && shown.ends_with("end"));
        assert!(shown.chars().count() <= MOST_SHOWN + 3);
    }
}
