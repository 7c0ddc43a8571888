//! One number in words at the beginning of a text, read strictly: `三十五`, `百分之五`, `two hundred and five`.
//!
//! [`super::numbers`] finds whatever may be a number, however it is written. Here only well-formed
//! numerals count and nothing is rounded to what fits, so that two answers are never taken for
//! the same number by mistake.

use super::{Commas, Number, Numbers, Reader, chinese, english, half_width};

/// Longer phrases are not looked at.
const LONGEST_PHRASE: usize = 200;
/// The most words of a factor: `hundred thousand million`.
const FACTOR_WORDS: usize = 3;

/// The number in words that `text` begins with, and what follows it.
///
/// # Examples
/// ```
/// use ponder::numbers::{Number, spelled};
///
/// assert_eq!(spelled("两万五千人"), Some((Number::whole(25_000), "人")));
/// assert_eq!(spelled("two thirds"), Some((Number::ratio(2, 3), "")));
/// assert_eq!(spelled("五三十"), None);
/// ```
pub fn spelled(text: &str) -> Option<(Number, &str)> {
    if text.len() > LONGEST_PHRASE {
        return None;
    }
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return english_number(text);
    }
    let characters: Vec<char> = text.chars().map(half_width).collect();
    let commas = Commas::Thousands;
    let mut reader = Reader { characters: &characters, at: 0, commas, found: Numbers::default() };
    let number = chinese::strict(&mut reader)?;
    let rest = text.char_indices().nth(reader.at).map_or(text.len(), |(at, _)| at);
    Some((number, text.get(rest..)?))
}

/// The factor in words that stands at the beginning of `text`, behind a number in digits, and
/// what follows it.
///
/// # Examples
/// ```
/// use ponder::numbers::factor;
///
/// assert_eq!(factor("million dollars"), Some((1_000_000, "dollars")));
/// assert_eq!(factor("万元"), Some((10_000, "元")));
/// assert_eq!(factor("千克"), None);
/// ```
pub fn factor(text: &str) -> Option<(u128, &str)> {
    let text = text.trim_start();
    if !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return chinese::factor(text);
    }
    let (mut factor, mut rest, mut found) = (1_u128, text, false);
    for _ in 0..FACTOR_WORDS {
        let Some((word, after)) = first_word(rest) else { break };
        let Some(scale) = multiplier(&word) else { break };
        factor = factor.checked_mul(scale)?;
        (rest, found) = (after, true);
    }
    found.then_some((factor, rest.trim_start()))
}

/// Whether a word is a number, or may be one: `seven`, `dozen`, `third`, `twice`.
pub fn is_number_word(word: &str) -> bool {
    let found = super::numbers(word, Commas::List);
    !found.certain.is_empty() || !found.possible.is_empty() || multiplier(word).is_some()
}

/// What a word behind a number multiplies it by.
fn multiplier(word: &str) -> Option<u128> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    english::scale(singular).or(match singular {
        "dozen" => Some(12),
        "lakh" => Some(100_000),
        "crore" => Some(10_000_000),
        _ => None,
    })
}

fn english_number(text: &str) -> Option<(Number, &str)> {
    let (first, after) = first_word(text)?;
    if first == "half" {
        return Some((Number::ratio(1, 2), after.trim_start()));
    }
    let (value, rest) = if matches!(first.as_str(), "a" | "an") {
        let (second, rest) = first_word(after)?;
        // "A third time" counts times.
        if multiplier(&second).is_none() && !matches!(second.as_str(), "half" | "third") {
            return None;
        }
        if let Some(part) = english::denominator(&second) {
            return rest.trim().is_empty().then(|| (Number::ratio(1, part), ""));
        }
        cardinal(after, Some(1))?
    } else {
        cardinal(text, None)?
    };
    if let Some((word, after)) = first_word(rest)
        && let Some(part) = english::denominator(&word).filter(|_| word != "second")
    {
        // "Two third" is no fraction.
        let agrees = (value == 1) != (word.ends_with('s') || word == "halves");
        return agrees.then(|| (Number::ratio(value, part), after.trim_start()));
    }
    Some((Number::whole(value), rest.trim_start()))
}

/// A whole number in words; `section` is what an article before it stands for.
fn cardinal(text: &str, mut section: Option<u128>) -> Option<(u128, &str)> {
    let (mut rest, mut total, mut last_scale) = (text, 0_u128, u128::MAX);
    let mut found = false;
    while let Some((word, after)) = first_word(rest) {
        if word == "and" {
            let joins = section.map_or(found, |section| section % 100 == 0);
            let goes_on =
                first_word(after).is_some_and(|(next, _)| english::small(&next).is_some());
            if !joins || !goes_on {
                break;
            }
        } else if let Some(value) = english::small(&word) {
            section = Some(match section {
                None if !found || value > 0 => value,
                Some(before) if before > 0 && before % 100 == 0 && value > 0 => before + value,
                Some(before)
                    if before % 100 >= 20 && before % 10 == 0 && (1..10).contains(&value) =>
                {
                    before + value
                }
                _ => return None,
            });
            found = true;
        } else if word == "hundred" {
            section = Some(section.filter(|section| (1..100).contains(section))? * 100);
            found = true;
        } else if let Some(scale) = multiplier(&word) {
            if scale >= last_scale {
                return None;
            }
            let part = section.take().filter(|section| *section > 0)?;
            total = total.checked_add(part.checked_mul(scale)?)?;
            last_scale = scale;
            found = true;
        } else {
            break;
        }
        rest = after;
    }
    found.then(|| (total + section.unwrap_or(0), rest))
}

/// The first word in lower case, after at most one space or hyphen, and what follows it.
fn first_word(text: &str) -> Option<(String, &str)> {
    let start = text.strip_prefix([' ', '-']).unwrap_or(text);
    let end = start.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(start.len());
    let (word, rest) = start.split_at_checked(end)?;
    (!word.is_empty()).then(|| (word.to_ascii_lowercase(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Number, factor, spelled};

    #[test]
    fn numbers_in_words_have_a_value() {
        for (text, value) in [
            ("三十五", 35),
            ("十二", 12),
            ("两万五千", 25_000),
            ("两万五", 25_000),
            ("三百零五", 305),
            ("一百一十五", 115),
            ("三千万", 30_000_000),
            ("一万亿", 1_000_000_000_000),
            ("一亿两千三百四十五万六千七百八十九", 123_456_789),
            ("二〇二六", 2026),
            ("five", 5),
            ("twenty-five", 25),
            ("two hundred and five", 205),
            ("three thousand four hundred twelve", 3412),
            ("one million two hundred thousand", 1_200_000),
            ("a hundred", 100),
            ("two dozen", 24),
            ("twelve hundred", 1200),
        ] {
            assert_eq!(spelled(text), Some((Number::whole(value), "")), "{text}");
        }
        for (text, above, below) in [
            ("百分之五", 1, 20),
            ("百分之12.5", 1, 8),
            ("三分之二", 2, 3),
            ("三点一四", 157, 50),
            ("一半", 1, 2),
            ("three quarters", 3, 4),
            ("one half", 1, 2),
        ] {
            assert_eq!(spelled(text), Some((Number::ratio(above, below), "")), "{text}");
        }
    }

    #[test]
    fn what_is_no_well_formed_number_has_none() {
        for text in [
            "五三十",
            "三十五百",
            "一万万",
            "三七",
            "千",
            "万一",
            "百货",
            "一亿亿亿亿亿亿亿亿",
            "five thousand million",
            "six million seven billion",
            "five five",
            "two third",
            "a third time",
            "a",
            "hundred",
            "five hundred hundred",
        ] {
            assert_eq!(spelled(text), None, "{text}");
        }
    }

    #[test]
    fn factors_behind_a_number() {
        for (text, expected) in [
            ("hundred thousand", Some((100_000, ""))),
            ("dozen eggs", Some((12, "eggs"))),
            ("千万", Some((10_000_000, ""))),
            ("万5千", Some((10_000, "5千"))),
            ("千米", None),
            ("million-fold", Some((1_000_000, "-fold"))),
            ("ways", None),
            ("万万", Some((10_000, "万"))),
        ] {
            assert_eq!(factor(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_follows_is_the_end_of_the_text(
            text in r"(五|三|十|百|千|万|亿|零|点|半|分之|百分之|个|5|twenty|[ -]|hundred|million|third|and|a|ａ){0,20}",
        ) {
            if let Some((_, rest)) = spelled(&text) {
                prop_assert!(text.ends_with(rest));
            }
            if let Some((_, rest)) = factor(&text) {
                prop_assert!(text.ends_with(rest));
            }
        }
    }
}
