//! The pieces of a composite question, and which of them need the results of others.
//!
//! A model's plan is believed only as far as it can be checked: every id once, nothing that needs itself,
//! and no number that the question does not have.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::generate::Kind;

use super::{
    numbers::{Commas, numbers},
    parts::Part,
};

/// The most pieces of a question.
pub(super) const MOST_PIECES: usize = 8;

/// A piece of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// What is asked.
    pub(super) part: Part,
    /// The pieces whose results it needs, by their places.
    pub(super) needs: Vec<usize>,
}

impl From<Part> for Piece {
    fn from(part: Part) -> Self {
        Self { part, needs: Vec::new() }
    }
}

/// What a model is held to when it takes a question apart.
pub(super) static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let text = json!({"type": "string", "minLength": 1});
    json!({
        "type": "object",
        "properties": {
            "parts": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_PIECES,
                "items": {
                    "type": "object",
                    "properties": {
                        "id": text,
                        "kind": {"enum": ["math", "code", "other"]},
                        "question": text,
                        "needs": {"type": "array", "items": text, "maxItems": MOST_PIECES},
                    },
                    "required": ["id", "kind", "question", "needs"],
                    "additionalProperties": false,
                },
            },
        },
        "required": ["parts"],
        "additionalProperties": false,
    })
});

#[derive(Debug, Deserialize)]
struct Proposal {
    parts: Vec<Proposed>,
}

#[derive(Debug, Deserialize)]
struct Proposed {
    id: String,
    kind: ProposedKind,
    question: String,
    #[serde(default)]
    needs: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProposedKind {
    Math,
    Code,
    Other,
}

/// The pieces of `question` that a model proposes.
///
/// # Errors
///
/// Why the proposal is not one.
pub(super) fn proposed(proposal: Json, question: &str) -> Result<Vec<Piece>, String> {
    let Proposal { parts } =
        serde_json::from_value(proposal).map_err(|error| format!("no plan: {error}"))?;
    if parts.is_empty() || parts.len() > MOST_PIECES {
        return Err(format!("a plan has 1 to {MOST_PIECES} parts, not {}", parts.len()));
    }
    let ids: Vec<&str> = parts.iter().map(|part| part.id.trim()).collect();
    let mut pieces = Vec::new();
    for (part, place) in parts.iter().zip(0..) {
        let text = part.question.trim();
        if text.is_empty() {
            return Err(format!("part `{}` asks nothing", part.id));
        }
        if ids.iter().take(place).any(|earlier| *earlier == part.id.trim()) {
            return Err(format!("two parts are called `{}`", part.id));
        }
        if let Some(number) = foreign_number(text, question) {
            return Err(format!("part `{}` has {number}, which the question has not", part.id));
        }
        let mut needs = Vec::new();
        for needed in &part.needs {
            let Some(found) = ids.iter().position(|id| *id == needed.trim()) else {
                return Err(format!("part `{}` needs `{needed}`, and there is none", part.id));
            };
            if !needs.contains(&found) {
                needs.push(found);
            }
        }
        let kind = match part.kind {
            ProposedKind::Math => Kind::Math,
            ProposedKind::Code => Kind::Code,
            ProposedKind::Other => Kind::Other,
        };
        pieces.push(Piece { part: Part { kind, text: text.to_owned() }, needs });
    }
    if !can_be_done(&pieces) {
        return Err("the parts need each other in a circle".to_owned());
    }
    Ok(pieces)
}

/// A number that a part certainly has and the question has not even possibly.
fn foreign_number(part: &str, question: &str) -> Option<String> {
    // However a comma is meant, it must be meant so that the numbers are the same.
    let foreign = |commas| {
        let known = numbers(question, commas);
        let found = numbers(part, commas).certain;
        found
            .into_iter()
            .find(|number| !known.certain.contains(number) && !known.possible.contains(number))
    };
    foreign(Commas::Thousands).and(foreign(Commas::List)).map(|number| number.to_string())
}

/// Whether there is an order in which everything that a piece needs is there.
fn can_be_done(pieces: &[Piece]) -> bool {
    let mut done = vec![false; pieces.len()];
    for _ in pieces {
        for (place, piece) in pieces.iter().enumerate() {
            let ready = piece.needs.iter().all(|needed| done.get(*needed) == Some(&true));
            if let Some(flag) = done.get_mut(place).filter(|_| ready) {
                *flag = true;
            }
        }
    }
    done.iter().all(|done| *done)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(id: &str, question: &str, needs: &[&str]) -> Json {
        json!({"id": id, "kind": "math", "question": question, "needs": needs})
    }

    fn refused(parts: &[Json], question: &str) -> String {
        proposed(json!({"parts": parts}), question).unwrap_err()
    }

    #[test]
    fn what_needs_what_is_read() {
        let question = "Solve 3x=12, then a program for 5 numbers, then their sum with x.";
        let parts = [part("sum", "Add x to the sum.", &["x", "x"]), part("x", "Solve 3x=12.", &[])];
        let pieces = proposed(json!({ "parts": parts }), question).unwrap();
        assert_eq!(pieces[0].needs, [1]);
        assert_eq!(pieces[1].part, Part { kind: Kind::Math, text: "Solve 3x=12.".to_owned() });
    }

    #[test]
    fn a_plan_that_cannot_be_checked_is_refused() {
        let question = "Solve 3x=12 and 4y=8.";
        assert!(refused(&[], question).contains("1 to 8 parts"));
        assert!(refused(&[part("a", " ", &[])], question).contains("asks nothing"));
        let twice = [part("a", "3x=12?", &[]), part("a", "4y=8?", &[])];
        assert!(refused(&twice, question).contains("two parts"));
        assert!(refused(&[part("a", "3x=13?", &[])], question).contains("has 13"));
        assert!(refused(&[part("a", "3x=12?", &["b"])], question).contains("needs `b`"));
        let circle = [part("a", "3x=12?", &["b"]), part("b", "4y=8?", &["a"])];
        assert!(refused(&circle, question).contains("circle"));
        assert!(refused(&[part("a", "3x=12?", &["a"])], question).contains("circle"));
        assert!(proposed(json!({"parts": [{"id": 1}]}), question).unwrap_err().contains("no plan"));
    }

    #[test]
    fn numbers_may_be_written_in_another_way() {
        let parts = [part("a", "What is 12 times 5?", &[])];
        assert!(proposed(json!({ "parts": parts }), "十二乘五是多少，再写一个程序。").is_ok());
        let parts = [part("a", "Add 1,200.", &[])];
        assert!(proposed(json!({ "parts": parts }), "Add 1200 and write a program.").is_ok());
    }

    proptest! {
        #[test]
        fn plans_are_read_without_fail(edges in proptest::collection::vec((0..9_usize, 0..9_usize), 0..20), count in 0..10_usize) {
            let names: Vec<String> = (0..count).map(|place| place.to_string()).collect();
            let parts: Vec<Json> = names.iter().enumerate().map(|(place, name)| {
                let needs: Vec<String> = edges.iter().filter(|(from, _)| *from == place).map(|(_, to)| to.to_string()).collect();
                json!({"id": name, "kind": "code", "question": "q", "needs": needs})
            }).collect();
            if let Ok(pieces) = proposed(json!({ "parts": parts }), "q") {
                // There is an order, and everything needed is one of the pieces.
                prop_assert!(can_be_done(&pieces));
                prop_assert!(pieces.iter().all(|piece| piece.needs.iter().all(|needed| *needed < pieces.len())));
            }
        }
    }
}
