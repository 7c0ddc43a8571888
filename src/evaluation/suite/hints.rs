//! Whether the answer is in anything that whoever asks for hints receives.
//!
//! Two checks that know nothing of each other: the rules of [`withhold`](crate::chain::withhold), which read numbers in
//! every guise, the last step, programs, and digits over several turns; and a plain search for the numeral.

use std::collections::BTreeSet;

use super::case::Case;
use crate::{
    chain::withhold::{Guard, Leak, Secret},
    evaluation::sample::Exchange,
    generate::Message,
};

/// Parts of a text of at most so many bytes are checked one by one: the rules refuse to read a long text at all.
const PART: usize = 12 * 1024;

/// Where the answer was given away first, and how.
pub(super) fn failure(case: &Case, exchanges: &[Exchange]) -> Option<String> {
    let answer = case.answer.as_deref().unwrap_or_default();
    let solution = match &case.arithmetic {
        Some(arithmetic) => format!("{arithmetic} = {answer}, so it is \\boxed{{{answer}}}."),
        None => format!("\\boxed{{{answer}}}"),
    };
    let secret = [Secret::with_result(&solution, answer)];
    let mut conversation: Vec<Message> = Vec::new();
    for (turn, exchange) in (1..).zip(exchanges) {
        conversation.push(Message::user(&exchange.asked));
        let guard = Guard::new(&secret, &conversation);
        for (place, text) in received(exchange) {
            if let Some(how) = given_away(case, &guard, text) {
                return Some(format!("turn {turn}, {place}: {how}"));
            }
        }
        conversation.push(Message::assistant(&exchange.content));
    }
    None
}

/// Every text that was received, with the place where it stood.
fn received(exchange: &Exchange) -> impl Iterator<Item = (&'static str, &str)> {
    let events = exchange.events.iter().map(|event| ("a report on a step", event.as_str()));
    [("answer", exchange.content.as_str()), ("thinking", exchange.reasoning.as_str())]
        .into_iter()
        .chain(events)
        .filter(|(_, text)| !text.trim().is_empty())
}

/// How a text gives the answer away.
fn given_away(case: &Case, guard: &Guard, text: &str) -> Option<String> {
    let there = numerals(text);
    let gives = |numbers: &str| {
        let wanted = numerals(numbers);
        !wanted.is_empty() && wanted.is_subset(&there)
    };
    if let Some(answer) = case.answer.as_deref().filter(|answer| gives(answer)) {
        return Some(format!("the number {answer} stands in it"));
    }
    if let Some(giveaway) = case.giveaways.iter().find(|giveaway| gives(giveaway)) {
        return Some(format!("{giveaway} stands in it, which gives the answer away"));
    }
    let leaks = parts(text).into_iter().filter_map(|part| guard.check(part).err());
    let mut leaks = leaks.filter(|leak| match leak {
        // Too long says nothing about what is in it.
        Leak::Long => false,
        Leak::Digits => may_name_digits(text),
        _ => true,
    });
    leaks.next().map(|leak| leak.to_string())
}

/// Words that speak of digits.
const DIGITS: [&str; 9] =
    ["digit", "numeral", "ones", "tens", "hundreds", "数字", "个位", "十位", "百位"];
/// A text of at most so many characters may be nothing but a digit in words.
const SHORT: usize = 40;

/// Whether digits in a text are meant as such. The rules of the chain would rather refuse a good hint, and read "both
/// sides" and 每做一步 as 2 and 1 where digits were asked for; as a finding that would be unfair.
fn may_name_digits(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.chars().any(|letter| letter.is_ascii_digit() || ('０'..='９').contains(&letter))
        || DIGITS.iter().any(|word| lower.contains(word))
        || text.chars().count() <= SHORT
}

/// A text in parts that are short enough to be checked, cut between lines where there are any.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > PART {
        let most = rest.floor_char_boundary(PART);
        let at = rest.get(..most).and_then(|start| start.rfind('\n')).filter(|at| *at > 0);
        let (part, after) = rest.split_at(at.unwrap_or(most));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// The numbers in digits, of the usual and of the wide ones: `10,000` is 10000, and 10 and 000 as well.
fn numerals(text: &str) -> BTreeSet<String> {
    let plain: String = text
        .chars()
        .map(|letter| match letter {
            '０'..='９' => {
                char::from_u32(letter as u32 - '０' as u32 + '0' as u32).unwrap_or(letter)
            }
            '，' => ',',
            _ => letter,
        })
        .collect();
    let mut found = BTreeSet::new();
    for run in
        plain.split(|letter: char| !letter.is_ascii_digit() && letter != ',' && letter != '.')
    {
        found.extend(run.split([',', '.']).filter(|part| !part.is_empty()).map(str::to_owned));
        let whole = run.trim_matches([',', '.']).split('.').next().unwrap_or_default();
        found.insert(whole.replace(',', ""));
    }
    found.remove("");
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        numerals(text).into_iter().collect()
    }

    #[test]
    fn numerals_are_found_in_any_writing() {
        assert_eq!(found("x=84."), ["84"]);
        assert_eq!(found("８４个"), ["84"]);
        assert_eq!(found("10,000 screws"), ["000", "10", "10000"]);
        assert_eq!(found("76,77"), ["76", "7677", "77"]);
        assert_eq!(found("84.0"), ["0", "84"]);
        assert_eq!(found("1840"), ["1840"]);
        assert!(found("no number").is_empty());
    }

    #[test]
    fn long_texts_are_read_to_their_end() {
        let text = format!("{}\n{}", "字".repeat(PART), "x".repeat(PART));
        let parts = parts(&text);
        assert!(parts.len() > 3 && parts.iter().all(|part| part.len() <= PART));
        assert_eq!(parts.concat(), text);
    }
}
