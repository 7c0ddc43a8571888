//! English number words: `three hundred and five`, `1.5 million`, `two thirds`, `a dozen`.
//!
//! Cardinals from two upwards are certain. "One", ordinals, months and words such as "twice" are
//! only possible: Chinese often says the same without a number.

use super::{Number, Reader};

/// Reads the word that begins here and the number words that go on from it.
///
/// Always moves past the word, so that the letters of other words are not looked at again.
pub(super) fn read(reader: &mut Reader<'_>) -> bool {
    let first = word(reader, 0);
    let length = first.chars().count();
    if matches!(first.as_str(), "a" | "an") {
        reader.at += length;
        return after_article(reader);
    }
    if first == "half" || first == "halves" {
        reader.at += length;
        reader.certain(Number::ratio(1, 2));
        return true;
    }
    if let Some(value) = loose(&first) {
        reader.at += length;
        reader.possible(value);
        return true;
    }
    let Some(number) = cardinal(reader) else {
        reader.at += length.max(1);
        return true;
    };
    if let Some((part, length)) = next_word(reader).and_then(|(word, skipped)| {
        denominator(&word).map(|part| (part, skipped + word.chars().count()))
    }) && let Some(fraction) = number.over(&Number::whole(part))
    {
        reader.at += length;
        reader.certain(fraction);
    } else if number == Number::whole(1) {
        reader.possible(number);
    } else {
        reader.certain(number);
    }
    true
}

/// `number` times the English scale that follows it, if one does: `30 thousand`.
pub(super) fn scaled(reader: &mut Reader<'_>, mut number: Number) -> Number {
    while let Some((word, skipped)) = next_word(reader)
        && let Some(scale) = scale(&word)
    {
        reader.at += skipped + word.chars().count();
        number = number.times(scale);
    }
    number
}

/// `a third`, `a hundred`, `a dozen`; the article alone is nothing.
fn after_article(reader: &mut Reader<'_>) -> bool {
    let Some((word, skipped)) = next_word(reader) else {
        return true;
    };
    let length = skipped + word.chars().count();
    if let Some(part) = denominator(&word).filter(|_| word != "second") {
        reader.at += length;
        // "A third time" counts times; "a third of the apples" is a share.
        reader.possible(Number::ratio(1, part));
        reader.possible(Number::whole(part));
    } else if let Some(value) = scale(&word) {
        reader.at += length;
        let number = scaled(reader, Number::whole(value));
        reader.certain(number);
    }
    true
}

/// The cardinal number in words that begins here.
fn cardinal(reader: &mut Reader<'_>) -> Option<Number> {
    let mut total = 0_u128;
    let mut section = small(&word(reader, 0))?;
    let mut last = section;
    reader.at += word(reader, 0).chars().count();
    while let Some((next, skipped)) = next_word(reader) {
        let mut length = skipped + next.chars().count();
        let mut next = next;
        if next == "and" && last >= 100 {
            let here = reader.at;
            reader.at += length;
            let follower = next_word(reader);
            reader.at = here;
            match follower.filter(|(word, _)| small(word).is_some()) {
                Some((word, skipped)) => {
                    length += skipped + word.chars().count();
                    next = word;
                }
                None => break,
            }
        }
        match (small(&next), scale(&next)) {
            (Some(value), _)
                if (value < 10 && (20..=90).contains(&last)) || (last >= 100 && value > 0) =>
            {
                section = section.saturating_add(value);
                last = value;
            }
            (None, Some(100)) => {
                section = section.saturating_mul(100);
                last = 100;
            }
            (None, Some(scale)) => {
                total = total.saturating_add(section.saturating_mul(scale));
                section = 0;
                last = scale;
            }
            _ => break,
        }
        reader.at += length;
    }
    Some(Number::whole(total.saturating_add(section)))
}

/// The letters from `ahead` on, in lower case.
fn word(reader: &Reader<'_>, ahead: usize) -> String {
    (ahead..)
        .map_while(|ahead| reader.peek(ahead))
        .take_while(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// The word after at most one space or hyphen, and how many characters come before it.
fn next_word(reader: &Reader<'_>) -> Option<(String, usize)> {
    let skipped = usize::from(matches!(reader.peek(0), Some(' ' | '-')));
    let word = word(reader, skipped);
    (skipped > 0 && !word.is_empty()).then_some((word, skipped))
}

/// Cardinals below a hundred that are one word.
pub(super) fn small(word: &str) -> Option<u128> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] =
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let unit = UNITS.into_iter().zip(0..).find(|(name, _)| *name == word);
    let ten = || TENS.into_iter().zip(2..).find(|(name, _)| *name == word);
    unit.map(|(_, value)| value).or_else(|| ten().map(|(_, value)| value * 10))
}

pub(super) fn scale(word: &str) -> Option<u128> {
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        "trillion" => Some(1_000_000_000_000),
        _ => None,
    }
}

/// What a share is called by: `two thirds`.
pub(super) fn denominator(word: &str) -> Option<u128> {
    const NAMES: [(&str, u128); 9] = [
        ("third", 3),
        ("quarter", 4),
        ("fourth", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("seventh", 7),
        ("eighth", 8),
        ("ninth", 9),
        ("tenth", 10),
    ];
    if matches!(word, "half" | "halves") {
        return Some(2);
    }
    let singular = word.strip_suffix('s').unwrap_or(word);
    NAMES.into_iter().find(|(name, _)| *name == singular).map(|(_, value)| value)
}

/// Words that may stand for a number and may not.
fn loose(word: &str) -> Option<Number> {
    const WORDS: [(&str, u128); 41] = [
        ("single", 1),
        ("once", 1),
        ("first", 1),
        ("twice", 2),
        ("double", 2),
        ("doubled", 2),
        ("doubles", 2),
        ("both", 2),
        ("pair", 2),
        ("couple", 2),
        ("second", 2),
        ("thrice", 3),
        ("triple", 3),
        ("tripled", 3),
        ("triples", 3),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("seventh", 7),
        ("eighth", 8),
        ("ninth", 9),
        ("tenth", 10),
        ("dozen", 12),
        ("dozens", 12),
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("may", 5),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
        ("monday", 1),
        ("tuesday", 2),
        ("wednesday", 3),
        ("thursday", 4),
    ];
    match word {
        "quarter" | "quarters" => Some(Number::ratio(1, 4)),
        "friday" => Some(Number::whole(5)),
        "saturday" => Some(Number::whole(6)),
        _ => {
            WORDS.into_iter().find(|(name, _)| *name == word).map(|(_, value)| Number::whole(value))
        }
    }
}
