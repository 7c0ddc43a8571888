//! Decides what a question is about: mathematics, code, both or something else.
//!
//! Additive evidence: every word, form and run of words that the router knows (`observe`) has a
//! weight for mathematics, for code and for anything else; the weights were learned from labelled
//! questions (`training/router`) and are compiled in. A decision is the greatest sum, and the
//! features that contributed most to it are its reasons. A question is `both` where it can be cut
//! into a mathematical and a programming request (`parts`). Where the evidence is thin the router
//! abstains to `other`: a reasoning model asked something outside its field thinks without end. It
//! reads Chinese and English, needs no model, and always decides the same.

mod characters;
mod lexicon;
mod observe;
pub(in crate::chain) mod reading;
mod shapes;
pub(in crate::chain) mod tokens;
mod training;
mod weights;

use std::borrow::Cow;

use crate::generate::Kind;

use super::parts;
use reading::Reading;

pub use training::Numbering;

/// How much more there must be for mathematics or code than for something else.
const ENOUGH: f32 = 0.0;

/// Evidence for what was decided that exceeds that for anything else by less than this leaves it in doubt.
const DOUBT: f32 = 1.0;

/// How many reasons a decision has at most.
const MOST_REASONS: usize = 4;

/// A decision and why it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What the question is about.
    pub kind: Kind,
    /// Why, most important first; never empty.
    pub reasons: Vec<String>,
    /// Whether a little less evidence would have decided otherwise: of 240 questions that the router had not seen 8 are in
    /// doubt, and 6 of the 9 that it decides wrongly are among them.
    pub in_doubt: bool,
}

/// Decides what `question` is about.
pub fn decide(question: &str) -> Decision {
    if question.trim().is_empty() {
        return Decision {
            kind: Kind::Other,
            reasons: vec!["the question is empty".to_owned()],
            in_doubt: false,
        };
    }
    let text = looked_at(question);
    let reading = Reading::of(&text);
    if let Some(parts) = parts::split_read(question, &reading) {
        let reasons = parts.iter().zip(1..).map(|(part, number)| {
            format!("part {number} is {}: {}", part.kind, shorten(&part.text))
        });
        return Decision { kind: Kind::Both, reasons: reasons.collect(), in_doubt: false };
    }
    decide_one(&reading)
}

/// Decides about a text that is not composite.
fn decide_one(reading: &Reading<'_>) -> Decision {
    let [math, code, other] = reading.scores(0, reading.tokens().len());
    let (kind, place) = match kind_of([math, code, other]) {
        Kind::Math => (Kind::Math, 0),
        Kind::Code => (Kind::Code, 1),
        Kind::Both | Kind::Other => (Kind::Other, 2),
    };
    let mut reasons: Vec<String> = reading
        .reasons(place, MOST_REASONS)
        .into_iter()
        .map(|(weight, reason)| format!("{kind} +{weight:.1}: {reason}"))
        .collect();
    if kind == Kind::Other && (reasons.is_empty() || other < math.max(code)) {
        let thin = format!("too little evidence: math {math:.1}, code {code:.1}, other {other:.1}");
        reasons.insert(0, thin);
    } else if reasons.is_empty() {
        reasons.push(format!("math {math:.1}, code {code:.1}, other {other:.1}"));
    }
    // Mathematics and code go to the same model, in other words: between them it is better to ask, too.
    let mut evidence = [math, code, other];
    evidence.sort_by(f32::total_cmp);
    let in_doubt = matches!(evidence, [_, second, first] if first - second < DOUBT);
    Decision { kind, reasons, in_doubt }
}

/// The kind that the scores for mathematics, code and something else speak for.
pub(in crate::chain) fn kind_of([math, code, other]: [f32; 3]) -> Kind {
    if code >= math && code > other + ENOUGH {
        Kind::Code
    } else if math > code && math > other + ENOUGH {
        Kind::Math
    } else {
        Kind::Other
    }
}

/// The part of a text that is looked at: what is asked stands at its beginning or its end, and a
/// long text must not keep others waiting.
fn looked_at(text: &str) -> Cow<'_, str> {
    const BEGINNING: usize = 5 * 1024;
    const END: usize = 1024;
    if text.len() <= BEGINNING + END {
        return Cow::Borrowed(text);
    }
    let beginning = text.get(..text.floor_char_boundary(BEGINNING)).unwrap_or_default();
    let end = text.get(text.ceil_char_boundary(text.len() - END)..).unwrap_or_default();
    Cow::Owned(format!("{beginning}\n{end}"))
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
                "math +0.6: a percentage: “15%”",
                "math +0.4: numbers in it: two",
                "math +0.2: a share of a number: “15% of”",
                "math +0.2: says “of 240”",
            ]
        "#);
        insta::assert_debug_snapshot!(decide("Can you help me?").reasons, @r#"
            [
                "other +1.1: speaks of the one who asks: “me”",
                "other +0.8: a question: “?”",
                "other +0.5: speaks to the one who answers: “you”",
                "other +0.3: numbers in it: none",
            ]
        "#);
        insta::assert_debug_snapshot!(decide(" ").reasons, @r#"
            [
                "the question is empty",
            ]
        "#);
    }

    #[test]
    fn a_hostile_text_is_decided_in_bounded_time() {
        for text in ["(".repeat(200_000), "求1+1，再写".repeat(20_000), "a.b(".repeat(50_000)] {
            let begun = std::time::Instant::now();
            assert!(!decide(&text).reasons.is_empty());
            assert!(begun.elapsed().as_secs() < 20);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_decided_with_a_reason(text in any::<String>()) {
            prop_assert!(!decide(&text).reasons.is_empty());
        }
    }
}
