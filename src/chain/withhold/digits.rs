//! Digits of the answer, one after the other: in one text, or over several.

use crate::chain::numbers::{self, Commas, Number};

use super::{Leak, clause::Reading, known::Known, secret::Hidden};

/// Words in whose clause a number is a digit.
const ABOUT_DIGITS: [&str; 27] = [
    "digit",
    "numeral",
    "starts with",
    "begins with",
    "start with",
    "begin with",
    "ends in",
    "ends with",
    "end in",
    "end with",
    "tens place",
    "ones place",
    "units place",
    "hundreds place",
    "leading",
    "数字",
    "数位",
    "首位",
    "末位",
    "个位",
    "十位",
    "百位",
    "千位",
    "第一位",
    "第二位",
    "开头",
    "结尾",
];

/// Checks a text together with what was answered before.
pub(super) fn check(
    hidden: &Hidden,
    known: &Known,
    earlier: &[String],
    asked: &str,
    reading: &Reading,
) -> Result<(), Leak> {
    let digits_wanted = about_digits(&asked.to_lowercase());
    for clause in &reading.clauses {
        let about = about_digits(&clause.text) && !known.says(&clause.text);
        if !about && !digits_wanted {
            continue;
        }
        let named = clause.certain.iter().chain(&clause.possible);
        if named.into_iter().any(|number| begins_or_ends(hidden, number)) {
            return Err(Leak::Digits);
        }
    }
    let own = apart(&reading.text);
    for answer in &hidden.digits {
        let here = |runs: &[String]| runs.iter().any(|run| run.contains(answer.as_str()));
        if here(&own) && !here(&known.apart) {
            return Err(Leak::Digits);
        }
        let before: String = earlier.iter().map(|text| unknown_digits(text, known)).collect();
        let now = unknown_digits(&reading.text, known);
        if completes(answer, &before, &now) {
            return Err(Leak::Digits);
        }
        // A text that says nothing but a piece of the answer.
        let bare = reading.text.trim().trim_matches(|sign: char| !sign.is_alphanumeric());
        let piece = numbers::numbers(bare, Commas::List);
        let words = bare.split_whitespace().count() <= 2;
        let mut named = piece.certain.iter().chain(&piece.possible);
        if words && named.any(|number| begins_or_ends(hidden, number)) {
            return Err(Leak::Digits);
        }
    }
    Ok(())
}

fn about_digits(text: &str) -> bool {
    ABOUT_DIGITS.iter().any(|word| text.contains(word))
}

/// Whether a number is a digit of the answer, or some of its first or last ones.
fn begins_or_ends(hidden: &Hidden, number: &Number) -> bool {
    let Number::Ratio { numerator, denominator: 1 } = number else { return false };
    let piece = numerator.to_string();
    hidden.digits.iter().any(|digits| {
        (piece.len() == 1 && digits.contains(&piece))
            || digits.starts_with(&piece)
            || digits.ends_with(&piece)
    })
}

/// The digits of the whole numbers of a text that the question does not have, without those that only count the
/// items of a list.
fn unknown_digits(text: &str, known: &Known) -> String {
    let mut digits = String::new();
    let mut next_item = 1_u128;
    for line in text.lines() {
        let line = line.trim_start();
        let marker: String = line.chars().take_while(char::is_ascii_digit).collect();
        let rest = line.get(marker.len()..).unwrap_or_default();
        let counts = rest.starts_with(['.', ')', '、', ':']) && marker.parse() == Ok(next_item);
        let line = if counts {
            next_item += 1;
            rest.get(1..).unwrap_or_default()
        } else {
            line
        };
        for number in numbers::numbers(line, Commas::List).certain {
            if let Number::Ratio { numerator, denominator: 1 } = &number
                && !known.numbers.contains(&number)
            {
                digits.push_str(&numerator.to_string());
            }
        }
    }
    digits
}

/// Whether the digits now, behind those before, complete an answer: all of two digits, and all but one of more.
fn completes(answer: &str, before: &str, now: &str) -> bool {
    let least = match answer.len() {
        0 | 1 => return false,
        2 => 2,
        length => length - 1,
    };
    let mut told = 0;
    let mut wanted = answer.chars().peekable();
    let mut last_is_new = false;
    for (digit, new) in
        before.chars().map(|digit| (digit, false)).chain(now.chars().map(|digit| (digit, true)))
    {
        if wanted.next_if(|wanted| *wanted == digit).is_some() {
            told += 1;
            last_is_new = new;
        }
    }
    // What was said before cannot be taken back; what matters is what this text adds.
    last_is_new && told >= least
}

/// Digits that stand one by one with a sign or two between them, as one: `8 4`, `8-4`, `8, 4`.
pub(super) fn apart(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let digit = |at: usize| signs.get(at).copied().filter(char::is_ascii_digit);
    let mut runs = Vec::new();
    let mut run = String::new();
    let mut last: Option<usize> = None;
    for at in 0..signs.len() {
        let alone = at.checked_sub(1).and_then(digit).is_none() && digit(at + 1).is_none();
        let Some(found) = digit(at).filter(|_| alone) else { continue };
        let gap = last.and_then(|last| signs.get(last + 1..at)).unwrap_or_default();
        let near =
            last.is_some() && gap.len() <= 2 && gap.iter().all(|sign| !sign.is_alphanumeric());
        if !near {
            runs.push(std::mem::take(&mut run));
        }
        run.push(found);
        last = Some(at);
    }
    runs.push(run);
    runs.retain(|run| run.len() >= 2);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_apart_are_read_together() {
        assert_eq!(apart("8 4 and 1-2, 3 but 45"), ["84", "123"]);
        assert_eq!(apart("8 then 4"), Vec::<String>::new());
    }

    #[test]
    fn the_text_that_completes_the_answer_is_found() {
        assert!(completes("84", "8", "4"));
        assert!(completes("84", "", "84"));
        assert!(!completes("84", "84", ""), "that was said before");
        assert!(!completes("84", "4", "8"));
        assert!(completes("1729", "17", "2"), "nearly all of it");
        assert!(!completes("1729", "1", "7"));
    }

    #[test]
    fn numbers_of_items_are_no_digits() {
        let known = Known::of("Add 5 and 7.", &[]);
        assert_eq!(unknown_digits("1. Take 5.\n2. Add.\n3) Then 9.", &known), "9");
        assert_eq!(unknown_digits("8. first\n4. second", &known), "84");
    }
}
