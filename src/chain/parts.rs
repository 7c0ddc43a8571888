//! Splits a question that explicitly asks for two things: "Solve 3x+5=20, then write a function
//! that …", "先……,然后写一个函数……".
//!
//! Only a mathematical and a programming request in one text are split, and only where the text
//! says so. A single problem is never cut, however many sentences it has: mathematics without a
//! request for a program has no boundary.

pub(in crate::chain) mod cuts;

use std::sync::LazyLock;

use regex::Regex;

use crate::generate::Kind;

use super::routing::reading::Reading;
use cuts::Cut;

/// One part of a composite question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is about: mathematics or code.
    pub kind: Kind,
    /// The part as a question of its own. Where it refers back ("… and write a program that checks
    /// it"), what it refers to stands behind it.
    pub text: String,
}

/// The longest text that is split, in bytes: longer ones are one problem with much context.
const MOST_BYTES: usize = 4 * 1024;

/// The parts of `question`, at least two of different kinds; `None` if it is one question.
pub fn split(question: &str) -> Option<Vec<Part>> {
    if question.len() > MOST_BYTES {
        return None;
    }
    split_read(question, &Reading::of(question))
}

/// Why a question that no rule splits is one question for certain; `None` if it may be several. Mathematics alone
/// is one problem however many sentences it has, and so is a program that is to be written.
pub(super) fn is_one(question: &str) -> Option<&'static str> {
    let reading = Reading::of(question);
    let whole = (0, reading.tokens().len());
    let asks = |group| reading.shows(whole, group) > 0;
    match super::routing::decide(question).kind {
        Kind::Math if !asks("code asks") => Some("it is mathematics and asks for no program"),
        Kind::Code if !asks("math asks") || asks("contest") => Some("it is one program to write"),
        Kind::Math | Kind::Code | Kind::Both | Kind::Other => None,
    }
}

/// Whether a text asks for a program to be written.
pub(super) fn asks_for_a_program(text: &str) -> bool {
    const ASKS: [&str; 5] =
        ["implement", "make>code", "make>deliverable", "make>function", "make>language"];
    let reading = Reading::of(text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or_default());
    reading.shows_one_of((0, reading.tokens().len()), &ASKS)
}

/// The same for a question that was read before.
pub(super) fn split_read(question: &str, reading: &Reading<'_>) -> Option<Vec<Part>> {
    if question.len() > MOST_BYTES {
        return None;
    }
    let all = reading.tokens().len();
    let best = cuts::cuts(reading.tokens())
        .into_iter()
        .flat_map(|cut| candidates(reading, cut, all))
        .max_by(|a, b| a.rank().total_cmp(&b.rank()))?;
    if best.evidence(reading) <= 0.0 {
        return None;
    }
    let at = reading.tokens().get(best.cut.token)?.start;
    let (first_kind, second_kind) =
        if best.code_first { (Kind::Code, Kind::Math) } else { (Kind::Math, Kind::Code) };
    let first = Part { kind: first_kind, text: tidy(question.get(..at)?)? };
    let second = Part { kind: second_kind, text: tidy(question.get(at..)?)? };
    let second = refer(second, &first);
    Some(vec![first, second])
}

/// A cut with the kinds of its parts.
struct Candidate {
    cut: Cut,
    code_first: bool,
    /// How clear the part is that is less so, and the other one.
    least: f32,
    most: f32,
}

/// Both readings of a cut.
fn candidates(reading: &Reading<'_>, cut: Cut, all: usize) -> [Candidate; 2] {
    let first = reading.scores(0, cut.token);
    let second = reading.scores(cut.token, all);
    [(first, second, false), (second, first, true)].map(|(as_math, as_code, code_first)| {
        let [math, code, other] = as_math;
        let clearly_math = math - code.max(other);
        let [math, code, other] = as_code;
        let clearly_code = code - math.max(other);
        let least = clearly_math.min(clearly_code);
        Candidate { cut, code_first, least, most: clearly_math.max(clearly_code) }
    })
}

impl Candidate {
    /// How good a cut it is among the others: clear parts, and where a text is usually cut.
    fn rank(&self) -> f32 {
        let cues = self.cut.cues;
        let flag = |flag: bool| f32::from(u8::from(flag));
        self.least + flag(cues.sentence) + flag(cues.numbered) + 0.5 * flag(cues.joined)
    }

    /// What speaks for two requests here, less what speaks against; `cut_features` of the training
    /// script is the same.
    fn evidence(&self, reading: &Reading<'_>) -> f32 {
        const LIMIT: f32 = 5.0;
        let all = reading.tokens().len();
        let (first, second) = ((0, self.cut.token), (self.cut.token, all));
        let (math, code) = if self.code_first { (second, first) } else { (first, second) };
        let [as_math, as_code, as_other] = reading.scores(0, all);
        let fact = |part: (usize, usize), name| f32::from(reading.shows(part, name));
        let flag = |flag: bool| f32::from(u8::from(flag));
        [
            ("bias", 1.0),
            ("least", self.least.clamp(-LIMIT, LIMIT)),
            ("most", self.most.clamp(-LIMIT, LIMIT)),
            ("sentence", flag(self.cut.cues.sentence)),
            ("joined", flag(self.cut.cues.joined)),
            ("numbered", flag(self.cut.cues.numbered)),
            ("code first", flag(self.code_first)),
            ("apart", (as_math - as_code).abs().min(LIMIT)),
            ("math asks", fact(math, "math asks")),
            ("math is concrete", fact(math, "math is concrete")),
            ("code asks", fact(code, "code asks")),
            ("contest", fact((0, all), "contest")),
            ("two requests", fact((0, all), "two requests")),
            ("something else", (as_other - as_math.max(as_code)).clamp(-LIMIT, LIMIT)),
        ]
        .into_iter()
        .map(|(name, value)| value * reading.of_cuts(name))
        .sum()
    }
}

/// A part without what is no part of its request; `None` if nothing is left.
fn tidy(text: &str) -> Option<String> {
    let patterns = PATTERNS.as_ref()?;
    let text = patterns.opening.replace(text.trim(), "");
    let text = patterns.closing.replace(text.trim(), "");
    let text = text.trim().trim_end_matches([',', '，', ';', '；', '、', '—', '–']).trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Gives a part that refers back what it refers to.
fn refer(part: Part, to: &Part) -> Part {
    let refers = PATTERNS.as_ref().is_some_and(|patterns| patterns.reference.is_match(&part.text));
    if !refers {
        return part;
    }
    let text = if part.text.contains(super::language::is_han) {
        format!("{}（前文：{}）", part.text, to.text)
    } else {
        format!("{} (This refers to: {})", part.text, to.text)
    };
    Part { text, ..part }
}

struct Patterns {
    /// What may stand at the beginning of a part and is no part of the request.
    opening: Regex,
    /// What may stand at its end and belongs to the next part.
    closing: Regex,
    /// Words that refer to the part before.
    reference: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let opening = r"(?i)^(?:(?:first(?:ly)?|please|now|and|then|also|next|after that|afterwards|finally|additionally|in addition|besides|plus|second(?:ly)?)\b[,:]?\s*|首先[，,]?|然后[，,]?|接着[，,]?|随后[，,]?|最后[，,]?|另外[，,]?|同时[，,]?|此外[，,]?|其次[，,]?|以及|并且?|还要?|请先|先|再|请|帮我)+";
    let reference = r"(?i)\b(?:it|its|this (?:equation|problem|number|sum|result)|the (?:result|same|answer|equation above)|above|verif\w+|checks? the)\b|它|上述|上面|该方程|这个方程|这道题|验证|结果";
    let closing = r"(?i)(?:[\s,，;；](?:and|also|then|plus)|[，,；;、]?(?:然后|并且|以及|另外|再|并))[\s,，:：]*$";
    Some(Patterns {
        opening: Regex::new(opening).ok()?,
        closing: Regex::new(closing).ok()?,
        reference: Regex::new(reference).ok()?,
    })
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(question: &str) -> Vec<String> {
        split(question).unwrap_or_default().into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn explicit_composites_are_split() {
        assert_eq!(
            texts("Solve 3x+5=20, then write a function that doubles a number."),
            ["Solve 3x+5=20", "write a function that doubles a number."]
        );
        assert_eq!(
            texts("先解方程3x-5=16，然后用Python写一个函数返回列表的和。"),
            ["解方程3x-5=16", "用Python写一个函数返回列表的和。"]
        );
        assert_eq!(
            texts("What is 17 * 23? Also write a Python function that verifies it."),
            [
                "What is 17 * 23?",
                "write a Python function that verifies it. (This refers to: What is 17 * 23?)"
            ]
        );
    }

    #[test]
    fn one_question_stays_whole() {
        for question in [
            "Find the sum of the digits of 2^10, and then find its square.",
            "Write a function that reads 3 numbers and then returns their sum.",
            "Let $n$ be a positive integer. Then find all $n$ with $n^2=49$.",
            "求1到100的和，然后求平均数。",
            "",
        ] {
            assert_eq!(split(question), None, "{question}");
        }
    }

    proptest! {
        #[test]
        fn splitting_is_total(text in any::<String>()) {
            split(&text);
        }

        #[test]
        fn splitting_boundaries_is_total(text in r"(Solve 2x=4|, then |write a function|。|然后|写一个函数|and |[.?!] |first ){0,12}") {
            split(&text);
        }
    }
}
