//! Where a text may be cut into two requests, and what speaks for cutting there.

use crate::chain::routing::tokens::{Form, Token};

/// A place where a second request may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chain) struct Cut {
    /// The first token of the second part.
    pub(in crate::chain) token: usize,
    /// What stands there.
    pub(in crate::chain) cues: Cues,
}

/// What stands at a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::chain) struct Cues {
    /// A sentence or a line ends before it.
    pub(in crate::chain) sentence: bool,
    /// It begins with a word that joins requests: "then", "also", 另外.
    pub(in crate::chain) joined: bool,
    /// It begins with the number of a second part: "(b)", "2.", 第二.
    pub(in crate::chain) numbered: bool,
}

/// The most cuts that are tried, so that a long text costs no more than a short one.
const MOST_CUTS: usize = 32;

/// The fewest tokens of a part.
const SHORTEST: usize = 3;

/// Words that join a second request to a first.
const JOINING: [&str; 25] = [
    "and",
    "then",
    "also",
    "plus",
    "next",
    "after",
    "afterwards",
    "finally",
    "additionally",
    "besides",
    "separately",
    "unrelated",
    "another",
    "second",
    "secondly",
    "once",
    "when",
    "furthermore",
    "lastly",
    "with",
    "as",
    "the",
    "too",
    "followed",
    "in",
];

/// The same in Chinese, as the characters that such words begin with.
const JOINING_CHINESE: [&str; 22] = [
    "然后", "接着", "之后", "随后", "再", "最后", "另", "同时", "还", "并", "以及", "其次", "此外",
    "顺便", "顺带", "除此", "完了", "第二", "二是", "哦对", "求完", "写完",
];

/// The cuts of a text, in order.
pub(in crate::chain) fn cuts(tokens: &[Token]) -> Vec<Cut> {
    let mut found: Vec<Cut> = Vec::new();
    let mut fenced = false;
    for at in 1..tokens.len() {
        if ticks(tokens, at) {
            fenced = !fenced;
        }
        if !fenced && at >= SHORTEST && at + SHORTEST <= tokens.len() {
            found.extend(cut(tokens, at));
        }
    }
    if found.len() > MOST_CUTS {
        // The likeliest stay, in their order.
        let mut ranks: Vec<(u8, usize)> =
            found.iter().map(|cut| (rank(cut.cues), cut.token)).collect();
        ranks.sort_unstable();
        let kept: Vec<usize> = ranks.iter().take(MOST_CUTS).map(|(_, token)| *token).collect();
        found.retain(|cut| kept.contains(&cut.token));
    }
    found
}

fn rank(cues: Cues) -> u8 {
    3 - u8::from(cues.sentence) - u8::from(cues.joined) - u8::from(cues.numbered)
}

/// Whether the third tick of a fence stands here.
fn ticks(tokens: &[Token], at: usize) -> bool {
    let tick = |back: usize| {
        at.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(|token| token.text == "`")
    };
    tick(0) && tick(1) && tick(2) && !tick(3)
}

/// The cut before this token, if there is one.
fn cut(tokens: &[Token], at: usize) -> Option<Cut> {
    let before = tokens.get(at - 1)?;
    let token = tokens.get(at)?;
    let sentence = before.ends_sentence();
    let joined = joins(tokens, at);
    let strong = joined && !matches!(token.text.as_str(), "with" | "as" | "the" | "in" | "when");
    let numbered = numbered(tokens, at);
    if (token.form == Form::Sign && !numbered) || before.text == "(" || before.text == "（" {
        return None;
    }
    let clause = before.ends_clause() && before.text != ")";
    (sentence || clause || strong || numbered)
        .then_some(Cut { token: at, cues: Cues { sentence, joined, numbered } })
}

fn joins(tokens: &[Token], at: usize) -> bool {
    let Some(first) = tokens.get(at) else { return false };
    let listed = tokens.get(at + 1).is_some_and(|next| next.form == Form::Number);
    match first.form {
        // "252 and 105" is no second request.
        Form::Word if listed => false,
        Form::Word => JOINING.contains(&first.text.as_str()),
        Form::Han => {
            let next = tokens.get(at + 1).map_or("", |next| next.text.as_str());
            JOINING_CHINESE.iter().any(|word| {
                word.strip_prefix(first.text.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest == next)
            })
        }
        Form::Number | Form::Sign => false,
    }
}

/// Whether the number of a second part stands here.
fn numbered(tokens: &[Token], at: usize) -> bool {
    let text = |ahead: usize| tokens.get(at + ahead).map_or("", |token| token.text.as_str());
    // The 2 of a power ends no sentence.
    let open = at.checked_sub(1).and_then(|before| tokens.get(before));
    if open.is_some_and(|before| !before.ends_clause()) {
        return false;
    }
    let closes = |text: &str| matches!(text, "." | ")" | "）" | "、" | ":" | "：" | "，" | "．");
    match text(0) {
        "②" => true,
        "q2" | "2" | "b" | "ii" | "二" => closes(text(1)),
        "(" | "（" => matches!(text(1), "2" | "b" | "ii" | "二") && closes(text(2)),
        "part" | "question" | "task" | "problem" => matches!(text(1), "two" | "2" | "b" | "ii"),
        "第" | "题" | "任" => matches!(text(1), "二" | "2") || matches!(text(2), "二" | "2"),
        "编" => text(1) == "程" && closes(text(2)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::routing::tokens::tokens;

    #[test]
    fn cuts_stand_between_requests() {
        let places = |text: &str| {
            let read = tokens(text);
            cuts(&read)
                .iter()
                .map(|cut| text[read[cut.token].start..].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(places("Solve 2x=4 and write code."), ["and write code."]);
        assert_eq!(places("求1到9的和，并写一个程序。"), ["并写一个程序。"]);
        assert_eq!(places("no cut"), Vec::<String>::new());
    }
}
