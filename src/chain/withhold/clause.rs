//! The numbers, letters and words that a text names, clause by clause.

use crate::{
    chain::{
        language::is_han,
        numbers::{self, Commas, Number},
    },
    equivalence::Answer,
};

use super::{Leak, known::Known, secret::Hidden};

/// Words in whose clause a number is the answer.
const ABOUT_ANSWERS: [&str; 19] = [
    "answer",
    "result",
    "solution",
    "final",
    "conclude",
    "therefore",
    "equals",
    "equal to",
    "works out to",
    "comes to",
    "答案",
    "结果",
    "解是",
    "解为",
    "等于",
    "最终",
    "最后得",
    "因此",
    "所以",
];

/// Words behind which something is stated, if not much follows.
const COPULAS: [&str; 17] = [
    "is", "are", "be", "was", "gives", "give", "get", "makes", "become", "becomes", "say", "=",
    "是", "为", "得", "成", "选",
];

/// Words that count as a share of a hundred.
const PERCENT: [&str; 4] = ["%", "percent", "per cent", "百分"];

/// How much may stand beside a number for it to be all that is said; a word counts 2, a Chinese sign 1.
const SHORT: usize = 8;

/// A text that is looked at.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) clauses: Vec<Clause>,
    /// All of it.
    pub(super) text: String,
}

/// A part of a sentence.
#[derive(Debug)]
pub(super) struct Clause {
    /// In lower case.
    pub(super) text: String,
    /// As it was written.
    written: String,
    pub(super) certain: Vec<Number>,
    pub(super) possible: Vec<Number>,
}

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        let spelled = joined_letters(text);
        let whole = if spelled.is_empty() { text.to_owned() } else { format!("{text}\n{spelled}") };
        let clauses = split(&whole).into_iter().map(Clause::of).collect();
        Self { clauses, text: whole }
    }
}

impl Clause {
    fn of(text: &str) -> Self {
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for commas in [Commas::Thousands, Commas::List] {
            let found = numbers::numbers(text, commas);
            certain.extend(found.certain);
            possible.extend(found.possible);
        }
        let written = text.to_owned();
        let text = text.to_lowercase();
        if PERCENT.iter().any(|word| text.contains(word)) {
            let shares: Vec<Number> = certain.iter().filter_map(hundredth).collect();
            certain.extend(shares);
        }
        Self { text, written, certain, possible }
    }
}

fn hundredth(number: &Number) -> Option<Number> {
    match number {
        Number::Ratio { numerator, denominator } => {
            Some(Number::ratio(*numerator, denominator.checked_mul(100)?))
        }
        Number::Long(_) => None,
    }
}

/// Whether a text names the secret.
pub(super) fn check(hidden: &Hidden, known: &Known, reading: &Reading) -> Result<(), Leak> {
    for clause in &reading.clauses {
        for number in clause.certain.iter().filter(|number| hidden.numbers.contains(number)) {
            if !known.numbers.contains(number) {
                return Err(Leak::Answer);
            }
        }
        // "Pair" and "first" are numbers only where next to nothing stands beside them.
        for (numbers, most) in [(&clause.certain, SHORT), (&clause.possible, SHORT / 2)] {
            for number in numbers.iter().filter(|number| hidden.numbers.contains(number)) {
                if is_stated(clause, number, known, most) {
                    return Err(Leak::Stated);
                }
            }
        }
        letters(hidden, known, clause)?;
        words(hidden, known, clause)?;
        halves(hidden, known, clause)?;
    }
    if weight(&reading.text) <= SHORT {
        let named =
            reading.clauses.iter().flat_map(|clause| clause.certain.iter().chain(&clause.possible));
        let letter = |letter: &char| has_letter(&reading.text, *letter);
        if named.into_iter().any(|number| hidden.numbers.contains(number))
            || hidden.letters.iter().any(letter)
        {
            return Err(Leak::Stated);
        }
    }
    Ok(())
}

/// Whether a number that the question has is said to be the answer.
fn is_stated(clause: &Clause, number: &Number, known: &Known, most: usize) -> bool {
    if known.says(&clause.text) {
        return false;
    }
    let about = ABOUT_ANSWERS.iter().any(|word| holds(&clause.text, word).next().is_some());
    about || tails(clause, known).any(|tail| weight(tail) <= most && names(tail, number))
}

fn names(text: &str, number: &Number) -> bool {
    let found = numbers::numbers(text, Commas::Thousands);
    found.certain.contains(number) || found.possible.contains(number)
}

/// The short ends of a clause that are stated and not the question's own words.
fn tails<'clause>(
    clause: &'clause Clause,
    known: &'clause Known,
) -> impl Iterator<Item = &'clause str> {
    COPULAS.iter().flat_map(move |copula| {
        holds(&clause.text, copula).filter_map(move |at| {
            let tail = clause.text.get(at + copula.len()..)?;
            // With the word before: "the exponent is 2" says nothing about "the root is 2".
            let from = clause.text.get(word_before(&clause.text, at)..)?;
            (weight(tail) <= SHORT && !known.says(from)).then_some(tail)
        })
    })
}

/// Where the word before a place begins; of Chinese, two signs before it.
fn word_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let mut signs = before.char_indices().rev();
    match before.chars().last() {
        Some(last) if is_han(last) => {
            signs.nth(1).or(before.char_indices().next()).map_or(0, |(at, _)| at)
        }
        _ => signs
            .find(|(_, sign)| sign.is_whitespace())
            .map_or(0, |(at, sign)| at + sign.len_utf8()),
    }
}

/// Where a text has a word: one in Latin letters stands by itself.
fn holds<'text>(text: &'text str, word: &'text str) -> impl Iterator<Item = usize> + 'text {
    let latin = word.starts_with(|first: char| first.is_ascii_alphabetic());
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|before| before.chars().last());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        let apart = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_ascii_alphanumeric());
        // "answers" and "results" are about answers as well.
        let ends = apart(after) || (word.len() > 4 && after == Some('s'));
        !latin || (apart(before) && ends)
    })
}

/// How much a text says: 2 for a word or a number, 1 for a Chinese sign.
fn weight(text: &str) -> usize {
    let mut weight = 0;
    let mut inside = false;
    for sign in text.chars() {
        let word = sign.is_alphanumeric() && !is_han(sign);
        weight += usize::from(is_han(sign)) + if word && !inside { 2 } else { 0 };
        inside = word || (inside && ".,'".contains(sign));
    }
    weight
}

/// The letter of a choice, said to be the answer.
fn letters(hidden: &Hidden, known: &Known, clause: &Clause) -> Result<(), Leak> {
    for letter in &hidden.letters {
        let about = ABOUT_ANSWERS.iter().any(|word| holds(&clause.text, word).next().is_some());
        let chosen = ["choose", "pick", "option", "choice", "select"];
        let chosen = chosen.iter().any(|word| clause.text.contains(word));
        let stated = tails(clause, known).any(|tail| has_letter(&tail.to_uppercase(), *letter));
        let alone = only_letter(&clause.written, *letter);
        if (stated || about || (chosen && alone)) && has_letter(&clause.written, *letter) {
            return Err(Leak::Stated);
        }
    }
    Ok(())
}

/// Whether the letter stands by itself; "A box" has an article and no letter.
fn has_letter(text: &str, letter: char) -> bool {
    const VERBS: [&str; 9] = ["is", "was", "has", "gives", "because", "since", "and", "or", "as"];
    let capital = letter.to_ascii_uppercase().to_string();
    let small = letter.to_ascii_lowercase().to_string();
    let article = capital == "A" || capital == "I";
    let stands = |wanted: &str| {
        holds(text, wanted).any(|at| {
            let after = text.get(at + 1..).unwrap_or_default();
            let next: String = after
                .trim_start_matches(' ')
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect();
            !article || next.is_empty() || VERBS.contains(&next.to_lowercase().as_str())
        })
    };
    stands(&capital) || (!article && stands(&small))
}

/// Whether no other letter of a choice stands in the text.
fn only_letter(text: &str, letter: char) -> bool {
    ('A'..='F')
        .filter(|other| *other != letter)
        .all(|other| other == 'A' || !has_letter(text, other))
}

/// An answer in words: stated, or, where it is long enough to be nothing else, named.
fn words(hidden: &Hidden, known: &Known, clause: &Clause) -> Result<(), Leak> {
    const LONG_WORD: usize = 6;
    for (key, word) in &hidden.words {
        let stated = || {
            let whole = std::iter::once(clause.text.as_str());
            whole.chain(tails(clause, known)).any(|tail| {
                let tail = tail.trim_matches(|sign: char| !sign.is_alphanumeric());
                !tail.is_empty() && Answer::parse(tail).key().as_ref() == Some(key)
            })
        };
        let size = word.chars().map(|sign| if is_han(sign) { 3 } else { 1 }).sum::<usize>();
        let named =
            || size >= LONG_WORD && !known.says(word) && holds(&clause.text, word).next().is_some();
        if stated() || named() {
            return Err(Leak::Answer);
        }
    }
    Ok(())
}

/// The numerator or the denominator of the answer, called so.
fn halves(hidden: &Hidden, known: &Known, clause: &Clause) -> Result<(), Leak> {
    let about =
        ["numerator", "denominator", "分子", "分母"].iter().any(|word| clause.text.contains(word));
    let named =
        clause.certain.iter().chain(&clause.possible).any(|number| hidden.halves.contains(number));
    if about && named && !known.says(&clause.text) { Err(Leak::Digits) } else { Ok(()) }
}

/// The clauses of a text; a point or a comma between digits ends none.
fn split(text: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, sign) in text.char_indices() {
        let next = text.get(at + sign.len_utf8()..).and_then(|rest| rest.chars().next());
        let digits = before.is_some_and(|sign| sign.is_ascii_digit())
            && next.is_some_and(|sign| sign.is_ascii_digit());
        if "\n;!?。；！？，".contains(sign) || (".,".contains(sign) && !digits) {
            clauses.push(text.get(start..at).unwrap_or_default());
            start = at + sign.len_utf8();
        }
        before = Some(sign);
    }
    clauses.push(text.get(start..).unwrap_or_default());
    clauses.retain(|clause| !clause.trim().is_empty());
    clauses
}

/// Words that are spelled letter by letter: `e-i-g-h-t`.
fn joined_letters(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let letter = |at: usize| signs.get(at).copied().filter(char::is_ascii_alphabetic);
    let alone = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| signs.get(at));
        let after = signs.get(at + 1);
        let apart = |sign: Option<&char>| sign.is_none_or(|sign| !sign.is_ascii_alphabetic());
        letter(at).filter(|_| apart(before) && apart(after))
    };
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last: Option<usize> = None;
    // What stands between the letters of a word; something else begins the next one.
    let mut between: Option<&[char]> = None;
    for at in 0..signs.len() {
        let Some(found) = alone(at) else { continue };
        let gap = last.and_then(|last| signs.get(last + 1..at)).unwrap_or_default();
        let goes_on =
            last.is_some() && gap.len() <= 3 && between.is_none_or(|between| between == gap);
        if goes_on {
            between = Some(gap);
        } else {
            words.push(std::mem::take(&mut word));
            between = None;
        }
        word.push(found);
        last = Some(at);
    }
    words.push(word);
    words.retain(|word| word.len() >= 3);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_at_clauses() {
        assert_eq!(
            split("Take 1,000 and 2.5. Then, what?"),
            ["Take 1,000 and 2.5", " Then", " what"]
        );
        assert_eq!(split("先看一看，再想想。"), ["先看一看", "再想想"]);
    }

    #[test]
    fn spelled_words_are_read() {
        assert_eq!(joined_letters("It is e-i-g-h-t-y f-o-u-r, ok"), "eighty four");
        assert_eq!(joined_letters("a b, or nothing"), "");
        assert_eq!(joined_letters("T W O"), "TWO");
    }

    #[test]
    fn the_weight_is_how_much_is_said() {
        assert_eq!(weight(" 84."), 2);
        assert_eq!(weight("答案是 84"), 5);
        assert_eq!(weight("think about sevens"), 6);
    }
}
