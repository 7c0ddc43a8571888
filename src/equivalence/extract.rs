//! Finds the final answer in a text: the last balanced `\boxed{…}`, else what the text states in
//! words, else the whole text.

use std::borrow::Cow;

use crate::equivalence::prose;

/// Words that may stand around a formula without changing what the answer is.
pub(crate) const FRAME: [&str; 34] = [
    "the",
    "answer",
    "answers",
    "is",
    "are",
    "so",
    "thus",
    "hence",
    "therefore",
    "solution",
    "solutions",
    "final",
    "result",
    "our",
    "we",
    "find",
    "that",
    "get",
    "have",
    "value",
    "which",
    "equals",
    "be",
    "to",
    "it",
    "follows",
    "must",
    "a",
    "values",
    "obtain",
    "this",
    "gives",
    "as",
    "conclude",
];

/// The part of `text` that states the answer.
///
/// The content of the last balanced `\boxed` or `\fbox` wins. Nested boxes give the outermost one,
/// and boxes with nothing but "and" or a comma between them are one list.
pub(crate) fn final_answer(text: &str) -> Cow<'_, str> {
    let boxes = boxes(text);
    if let Some(last) = boxes.last() {
        return joined(text, &boxes, last);
    }
    let marked = prose::stated(text).unwrap_or(text);
    Cow::Borrowed(framed_formula(marked).unwrap_or(marked))
}

/// A box: its content, and where it starts and ends with its command.
struct Boxed<'a> {
    content: &'a str,
    start: usize,
    end: usize,
}

/// The last box, with those before it that belong to the same list.
fn joined<'a>(text: &str, boxes: &[Boxed<'a>], last: &Boxed<'a>) -> Cow<'a, str> {
    let mut contents = vec![last.content];
    let mut start = last.start;
    for previous in boxes.iter().rev().skip(1) {
        let between = text.get(previous.end..start).unwrap_or("?");
        if previous.end > start || !is_connector(between) || contents.len() >= 50 {
            break;
        }
        contents.push(previous.content);
        start = previous.start;
    }
    if contents.len() == 1 {
        return Cow::Borrowed(last.content);
    }
    contents.reverse();
    Cow::Owned(contents.join(", "))
}

fn is_connector(between: &str) -> bool {
    if between.len() > 60 {
        return false;
    }
    let mut rest = between.to_lowercase();
    for part in [
        "\\quad", "\\qquad", "\\text", "\\mbox", "\\(", "\\)", "\\[", "\\]", "\\,", "\\;", "\\ ",
        "and", "or", "和", "或", "与",
    ] {
        rest = rest.replace(part, " ");
    }
    rest.chars().all(|c| c.is_whitespace() || "$,;{}、，".contains(c))
}

/// All boxes that are in no other box, found in one pass over the text.
fn boxes(text: &str) -> Vec<Boxed<'_>> {
    let mut open: Vec<Option<(usize, usize)>> = Vec::new();
    let mut found: Vec<Boxed<'_>> = Vec::new();
    let mut pending = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                let rest = text.get(at + 1..).unwrap_or("");
                let name = ["boxed", "fbox"].into_iter().find(|name| is_command(rest, name));
                pending = name.map(|_| at);
                // Escaped braces are not structure.
                for _ in 0..name.map_or(1, str::len) {
                    characters.next();
                }
            }
            '{' => open.push(pending.take().map(|start| (start, at + 1))),
            '}' => {
                pending = None;
                if let Some(Some((start, inner))) = open.pop() {
                    let content = text.get(inner..at).unwrap_or("");
                    // An outer box replaces those inside it.
                    while found.last().is_some_and(|inside| inside.start > start) {
                        found.pop();
                    }
                    found.push(Boxed { content, start, end: at + 1 });
                }
            }
            _ if character.is_whitespace() => {}
            _ => {
                if let Some(start) = pending.take() {
                    // `\boxed 5` boxes one character.
                    let end = at + character.len_utf8();
                    let content = text.get(at..end).unwrap_or("");
                    found.push(Boxed { content, start, end });
                }
            }
        }
    }
    found
}

/// The only formula of a sentence that otherwise consists of framing words.
fn framed_formula(text: &str) -> Option<&str> {
    if text.len() > 2_000 {
        return None;
    }
    for (open, close) in [("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")] {
        let Some((before, rest)) = text.split_once(open) else { continue };
        let (formula, after) = rest.split_once(close)?;
        let framing = |words: &str| {
            words
                .split(|c: char| c.is_whitespace() || ".,:;!*".contains(c))
                .filter(|word| !word.is_empty())
                .all(|word| FRAME.contains(&word.to_lowercase().as_str()))
        };
        let has_words = before.chars().chain(after.chars()).any(char::is_alphabetic);
        let framed = has_words && framing(before) && framing(after);
        return (framed && !formula.trim().is_empty()).then_some(formula);
    }
    None
}

fn is_command(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::final_answer;

    #[test]
    fn the_last_balanced_box_wins() {
        assert_eq!(final_answer(r"\boxed{1} so \boxed{\frac{1}{2}}."), r"\frac{1}{2}");
        assert_eq!(final_answer(r"\boxed{\{1,2\}}"), r"\{1,2\}");
        assert_eq!(final_answer(r"\boxed{3} then \boxed{4"), "3");
        assert_eq!(final_answer(r"\boxed{\boxed{5}}"), r"\boxed{5}");
        assert_eq!(final_answer(r"\boxed 7"), "7");
        assert_eq!(final_answer(r"\fbox{8}"), "8");
        assert_eq!(final_answer(r"$\boxed{1}$ and $\boxed{2}$."), "1, 2");
        assert_eq!(final_answer(r"\boxed{1} for (a), then \boxed{2}"), "2");
    }

    #[test]
    fn framing_words_are_dropped() {
        assert_eq!(final_answer("Therefore $x > 5$ is the solution."), "x > 5");
        assert_eq!(final_answer("all $n$ that are even"), "all $n$ that are even");
    }
}
