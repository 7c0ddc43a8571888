//! The answer that a text without a box states: what follows the last "answer is", else the
//! conclusion in its last sentence, as in "Therefore x = 3."
//!
//! Nothing is taken where the sentence doubts it, where it is taken back, or where there are
//! several that it could be.

use crate::equivalence::extract::FRAME;

/// Phrases after which the answer stands, in lower case.
const MARKERS: [&str; 9] = [
    "answer is",
    "answers are",
    "answer:",
    "answer：",
    "答案是",
    "答案为",
    "答案：",
    "答案:",
    "answer =",
];

/// Words with which a conclusion begins.
const CONCLUSIONS: [&str; 11] = [
    "therefore",
    "consequently",
    "hence",
    "thus",
    "so",
    "所以",
    "因此",
    "因而",
    "从而",
    "于是",
    "故",
];

/// What a Chinese conclusion may say before its value.
const CHINESE_FRAME: [&str; 10] =
    ["我们", "可以", "可得", "可知", "得到", "解得", "得", "一共有", "总共有", "共有"];

/// Words before "the answer is" that leave open whether it is.
const DOUBTS: &str = " not no never hardly cannot doubt if whether unless suppose supposing assume assuming wrong \
    incorrect false some others nobody guess might maybe perhaps possible ";
const CHINESE_DOUBTS: [&str; 9] =
    ["不", "如果", "假设", "假如", "若", "错", "怀疑", "是否", "可能"];

/// Words with which an answer is taken back.
const RETRACTIONS: &str = " wait wrong incorrect mistake correction impossible no sorry ";
/// Words that may take it back where another number follows.
const TURNS: &str = " actually however instead but rather ";
const CHINESE_RETRACTIONS: [&str; 7] = ["更正", "不对", "错", "等等", "不，", "不,", "不可能"];

/// Longer texts are searched for markers only.
const LONGEST_TEXT: usize = 20_000;

/// The part of `text` that states the answer, if exactly one does.
pub(crate) fn stated(text: &str) -> Option<&str> {
    // Only ASCII is lowered, so positions stay the same.
    let lower = text.to_ascii_lowercase();
    let last = MARKERS.iter().filter_map(|m| lower.rfind(m).map(|at| (at, at + m.len()))).max();
    match last {
        Some((start, end)) => after_marker(text, &lower, start, end),
        None => conclusion(text, &lower),
    }
}

/// What follows the last marker, up to the end of its line or sentence.
fn after_marker<'a>(text: &'a str, lower: &str, start: usize, end: usize) -> Option<&'a str> {
    let before = lower.get(..start)?;
    let sentence = before.rsplit(ends_sentence).next().unwrap_or("");
    let sentence = sentence.rsplit(". ").next().unwrap_or("");
    if is_doubtful(last_clause(sentence)) || MARKERS.iter().any(|marker| sentence.contains(marker))
    {
        return None;
    }
    let rest = text.get(end..)?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":：*".contains(c));
    let line = rest.lines().next().unwrap_or("");
    let ends = [line.find(". "), line.find(['。', '！'])];
    let length = ends.into_iter().flatten().min().unwrap_or(line.len());
    let answer = rest.get(..length)?;
    let after = lower.get(lower.len() - rest.len() + length..)?;
    let answer = answer.trim();
    (!answer.is_empty() && !is_taken_back(after)).then_some(answer)
}

/// The part of a sentence behind its last comma: what stands before says why, and doubts nothing; unless the part hangs
/// on it.
fn last_clause(sentence: &str) -> &str {
    let clause = sentence.rsplit([',', '，']).next().unwrap_or(sentence);
    let first = clause.split_whitespace().next().unwrap_or("");
    if matches!(first, "that" | "whether" | "if") { sentence } else { clause }
}

/// Whether what follows an answer, in lower case, takes it back.
fn is_taken_back(after: &str) -> bool {
    let is = |list: &str, word: &str| list.split(' ').any(|entry| entry == word);
    let numbers = || after.contains(|c: char| c.is_ascii_digit());
    let words = after.split(|c: char| !c.is_alphabetic() && c != '\'');
    let mut words = words.filter(|word| !word.is_empty());
    let chinese = after.replace("没错", "").replace("不错", "");
    words.any(|word| is(RETRACTIONS, word) || (is(TURNS, word) && numbers()))
        || ["not right", "not correct"].iter().any(|phrase| after.contains(phrase))
        || CHINESE_RETRACTIONS.iter().any(|word| chinese.contains(word))
}

/// What the last sentence concludes, if it is the only one that concludes anything.
fn conclusion<'a>(text: &'a str, lower: &str) -> Option<&'a str> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let end = lower.trim_end_matches(|c: char| c.is_whitespace() || ".。!！*".contains(c)).len();
    let (text, lower) = (text.get(..end)?, lower.get(..end)?);
    let start = [
        lower.rfind(ends_sentence).map(|at| at + lower.get(at..).map_or(0, first_length)),
        lower.rfind(". ").map(|at| at + 2),
    ];
    let start = start.into_iter().flatten().max().unwrap_or(0);
    let mut others = lower.get(..start)?.split(ends_sentence).flat_map(|line| line.split(". "));
    if others.any(|sentence| after_conclusion_word(sentence).is_some()) {
        return None;
    }
    let length = after_conclusion_word(lower.get(start..)?)?.len();
    let mut rest = text.get(text.len() - length..)?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ",，:：*".contains(c));
        let word: &str = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let framing = word.len() > 1 && FRAME.contains(&word.to_ascii_lowercase().as_str());
        let chinese = CHINESE_FRAME.iter().find(|word| rest.starts_with(**word));
        let skipped = if framing { word.len() } else { chinese.map_or(0, |word| word.len()) };
        if skipped == 0 {
            break;
        }
        rest = rest.get(skipped..)?;
    }
    let rest = rest.trim();
    (!rest.is_empty()).then_some(rest)
}

/// What follows the conclusion word that a sentence in lower case begins with.
fn after_conclusion_word(sentence: &str) -> Option<&str> {
    let sentence = sentence.trim_start_matches(|c: char| c.is_whitespace() || c == '*');
    CONCLUSIONS.iter().find_map(|word| {
        let rest = sentence.strip_prefix(word)?;
        // "Sofia" and "solving" do not begin with "so".
        (!word.is_ascii() || !rest.starts_with(|c: char| c.is_alphanumeric())).then_some(rest)
    })
}

fn is_doubtful(sentence: &str) -> bool {
    let words = sentence.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’');
    let mut words = words.filter(|word| !word.is_empty());
    let negated = |word: &str| word.ends_with("n't") || word.ends_with("n’t");
    let chinese = sentence.replace("不难", "").replace("不同", "");
    words.any(|word| negated(word) || DOUBTS.split(' ').any(|doubt| doubt == word))
        || CHINESE_DOUBTS.iter().any(|doubt| chinese.contains(doubt))
}

fn ends_sentence(character: char) -> bool {
    matches!(character, '\n' | '。' | '！' | '？' | '!' | '?' | ';' | '；')
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn what_follows_the_last_marker_is_stated() {
        for (text, answer) in [
            ("So the answer is **42**. Done", "42**"),
            ("所以答案是：12", "12"),
            ("The answer is 4. After checking, the answer is 5.", "5."),
            ("不难看出答案是 7", "7"),
            ("Since 4 is not prime, the answer is 5.", "5."),
            ("As x can't be negative, the answer is 5", "5"),
            ("因为x不能为负，所以答案是5。", "5"),
            ("若a=1，则答案是5", "5"),
            ("不同的排法共有5种，答案是5", "5"),
            ("The answer is 5. The waiter gets the rest.", "5"),
            ("The answer is 5. Note that actually x > y was not needed.", "5"),
        ] {
            assert_eq!(stated(text), Some(answer), "{text}");
        }
    }

    #[test]
    fn a_single_conclusion_is_stated() {
        for (text, answer) in [
            ("Therefore x = 3.", "x = 3"),
            ("We have 2x = 6. Therefore, we get x = 3.", "x = 3"),
            ("2x = 6\nThus the value is 3.5", "3.5"),
            ("由题意得 2x=6。所以 x = 3。", "x = 3"),
            ("因此,一共有12个苹果。", "12个苹果"),
            ("Hence $x = 3$.", "$x = 3$"),
        ] {
            assert_eq!(stated(text), Some(answer), "{text}");
        }
    }

    #[test]
    fn doubts_retractions_and_several_candidates_state_nothing() {
        for text in [
            "x+1",
            "Sofia has 5",
            "I doubt the answer is 5.",
            "I don't think that the answer is 5.",
            "It is not true that the answer is 5",
            "If the answer is 5, then fine",
            "Wrong answer: 5",
            "不是说答案是5",
            "The answer is 5 or the answer is 6",
            "The answer is 5. Wait, that is wrong.",
            "The answer is 5. No, it is 6.",
            "The answer is 5. Sorry, 6.",
            "The answer is 5. But that is impossible.",
            "The answer is 5. However, with care it is 6.",
            "答案是5。不，是6。",
            "答案是5。这不可能。",
            "It is not true, that the answer is 5",
            "答案是5。不对,再算一次。",
            "So x = 3. So y = 4.",
            "Therefore x = 3. Let me check: 2x = 7.",
            "So",
        ] {
            assert_eq!(stated(text), None, "{text}");
        }
    }
}
