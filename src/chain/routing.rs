//! Decides what a question is about: mathematics, code, both or something else.
//!
//! The rules are signals with weights (see `signals`); a decision is the sum of those that were
//! found, and every one found is a reason. Where the evidence is thin the router abstains to
//! `other`: a reasoning model asked something outside its field thinks without end. It reads
//! Chinese and English, needs no model, and always decides the same.

mod signals;

use crate::generate::Kind;

use super::{mask, numbers, parts};

/// The weight below which the evidence for a kind is too thin.
const ENOUGH: u32 = 4;

/// A decision and why it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What the question is about.
    pub kind: Kind,
    /// Why, most important first; never empty.
    pub reasons: Vec<String>,
}

/// Decides what `question` is about.
pub fn decide(question: &str) -> Decision {
    if question.trim().is_empty() {
        return Decision { kind: Kind::Other, reasons: vec!["the question is empty".to_owned()] };
    }
    if let Some(parts) = parts::split(question) {
        let reasons = parts.iter().zip(1..).map(|(part, number)| {
            format!("part {number} is {}: {}", part.kind, shorten(&part.text))
        });
        return Decision { kind: Kind::Both, reasons: reasons.collect() };
    }
    Evidence::of(question).decide()
}

/// What the signals say about a text that is not composite.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) math: u32,
    pub(super) code: u32,
    other: u32,
    found: Vec<(Kind, u32, &'static str)>,
    /// How many numbers the prose has, at least.
    pub(super) numbers: usize,
}

impl Evidence {
    /// Collects the evidence in `text`.
    pub(super) fn of(text: &str) -> Self {
        let text = beginning(text);
        let numbers = numbers::numbers(&mask::without_marks(text), numbers::Commas::Thousands);
        let mut evidence = Self { numbers: numbers.certain.len(), ..Self::default() };
        for signal in signals::found_in(text, evidence.numbers) {
            let sum = match signal.kind {
                Kind::Math => &mut evidence.math,
                Kind::Code => &mut evidence.code,
                Kind::Both | Kind::Other => &mut evidence.other,
            };
            *sum += signal.weight;
            evidence.found.push((signal.kind, signal.weight, signal.reason));
        }
        evidence
    }

    /// The kind with enough evidence, code before mathematics where they are equal: a program to
    /// write is often about numbers, a sum to compute is never about programs.
    pub(super) fn kind(&self) -> Kind {
        if self.code >= ENOUGH && self.code >= self.math && self.code > self.other {
            Kind::Code
        } else if self.math >= ENOUGH && self.math > self.code && self.math > self.other {
            Kind::Math
        } else {
            Kind::Other
        }
    }

    fn decide(mut self) -> Decision {
        let kind = self.kind();
        self.found.sort_by_key(|(found, weight, _)| (*found != kind, std::cmp::Reverse(*weight)));
        let mut reasons: Vec<String> = self
            .found
            .iter()
            .map(|(kind, weight, reason)| format!("{kind} +{weight}: {reason}"))
            .collect();
        if kind == Kind::Other && self.other == 0 {
            let thin = format!(
                "too little evidence: math {}, code {}, {ENOUGH} needed",
                self.math, self.code
            );
            reasons.insert(0, thin);
        }
        Decision { kind, reasons }
    }
}

/// The part of a text that is looked at: what is asked stands at its beginning, and a long text
/// must not keep others waiting.
fn beginning(text: &str) -> &str {
    const MOST: usize = 32 * 1024;
    text.get(..text.floor_char_boundary(MOST)).unwrap_or(text)
}

/// The beginning of a text, for a reason.
fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_decision_names_its_reasons() {
        insta::assert_debug_snapshot!(decide("What's 15% of 240").reasons, @r#"
            [
                "math +5: a share of a number",
                "math +3: numbers in a question",
            ]
        "#);
        insta::assert_debug_snapshot!(decide("Can you help me?").reasons, @r#"
            [
                "too little evidence: math 0, code 0, 4 needed",
            ]
        "#);
        insta::assert_debug_snapshot!(decide(" ").reasons, @r#"
            [
                "the question is empty",
            ]
        "#);
    }

    proptest! {
        #[test]
        fn every_text_is_decided_with_a_reason(text in any::<String>()) {
            prop_assert!(!decide(&text).reasons.is_empty());
        }
    }
}
