//! Splits a question that explicitly asks for two things: "Solve 3x+5=20, then write a function
//! that …", "先……,然后写一个函数……".
//!
//! Only a mathematical and a programming request in one text are split, and only where the text
//! says so. A single problem is never cut, however many sentences it has: mathematics without a
//! request for a program has no boundary.

use std::sync::LazyLock;

use regex::Regex;

use crate::generate::Kind;

use super::routing::Evidence;

/// One part of a composite question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is about: mathematics or code.
    pub kind: Kind,
    /// The part as a question of its own. Where it refers back ("… and write a program that checks
    /// it"), what it refers to stands behind it.
    pub text: String,
}

/// The most boundaries that are tried, so that a long text costs no more than a short one.
const MOST_BOUNDARIES: usize = 24;

/// The longest text that is split, in bytes: longer ones are one problem with much context.
const MOST_BYTES: usize = 8 * 1024;

/// The evidence of a request for a program in so many words.
const EXPLICIT: u32 = 9;

/// The parts of `question`, at least two of different kinds; `None` if it is one question.
pub fn split(question: &str) -> Option<Vec<Part>> {
    if question.len() > MOST_BYTES {
        return None;
    }
    let (first, second) = boundaries(question).find_map(|(end, start)| {
        let first = part(question.get(..end)?)?;
        let second = part(question.get(start..)?)?;
        (first.kind != second.kind).then_some((first, second))
    })?;
    let second = refer(second, &first);
    Some(vec![first, second])
}

/// A part, if `text` is clearly a request of one kind.
fn part(text: &str) -> Option<Part> {
    let text = PATTERNS.as_ref()?.opening.replace(text.trim(), "");
    let text = text.trim().trim_end_matches([',', '，', ';', '；', '、']).trim_end();
    let evidence = Evidence::of(text);
    let has_formula = text.contains(['$', '=', '\\', '^', '!']);
    let kind = evidence.kind();
    let clear = match kind {
        Kind::Code => evidence.code >= EXPLICIT,
        Kind::Math => evidence.code < EXPLICIT && (evidence.numbers > 0 || has_formula),
        Kind::Both | Kind::Other => false,
    };
    clear.then(|| Part { kind, text: text.to_owned() })
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

/// Where the text may be cut: the end of the first part and the start of the second.
fn boundaries(question: &str) -> impl Iterator<Item = (usize, usize)> {
    PATTERNS
        .iter()
        .flat_map(|patterns| patterns.boundary.captures_iter(question))
        .take(MOST_BOUNDARIES)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let start = found.iter().skip(1).flatten().next()?.start();
            let sign = whole.as_str().chars().next().filter(|c| "?？.。!！".contains(*c));
            Some((whole.start() + sign.map_or(0, char::len_utf8), start))
        })
}

struct Patterns {
    /// A word that says another request follows, and the verb of that request as a group.
    boundary: Regex,
    /// What may stand at the beginning of a part and is no part of the request.
    opening: Regex,
    /// Words that refer to the part before.
    reference: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    const ENGLISH: &str = "write|implement|create|develop|code|design|give|show|define|compute|calculate|\
                           find|solve|determine|evaluate|prove|what|how|tell|use|using";
    const CHINESE: &str = "写|编写|编程|编|实现|设计|给出|计算|求|解|证明|算|用|使用|问";
    let boundary = format!(
        r"(?i)(?:[,;.?!:]\s*|\s)(?:and\s+)?(?:then|also|after that|afterwards?|next|finally|additionally|in addition|as well as|and|second(?:ly)?)[,:]?\s+(?:(?:please|also|then|after that)[,]?\s+)*({ENGLISH})\b|[.?!;]\s+(?:please\s+)?({ENGLISH})\b|[，,。;；？?！!、\s]*(?:然后|接着|之后|随后|再|最后|另外|同时|还要?|并且?|以及|其次)\s*[，,]?\s*(?:请|帮我|也|再|要)*\s*({CHINESE})|[。；;？?！!]\s*(?:请|帮我)*({CHINESE})"
    );
    let opening = r"(?i)^(?:(?:first(?:ly)?|please|now)\b[,:]?\s*|首先[，,]?|请先|先|请|帮我)+";
    let reference = r"(?i)\b(?:it|its|this (?:equation|problem|number|sum|result)|the (?:result|same|answer|equation above)|above|verif\w+|checks? the)\b|它|上述|上面|该方程|这个方程|这道题|验证|结果";
    Some(Patterns {
        boundary: Regex::new(&boundary).ok()?,
        opening: Regex::new(opening).ok()?,
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
