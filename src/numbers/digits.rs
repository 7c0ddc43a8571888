//! Numbers in digits: `1,234`, `3.5`, `3/4`, and with a scale behind them: `3万5千`, `1.5 million`.

use super::{Commas, Number, Reader, chinese, english};

/// The most digits that are read as a value; a longer number is compared as text.
const MOST_DIGITS: usize = 30;

/// Reads the number that begins here. Always succeeds on a digit.
pub(super) fn read(reader: &mut Reader<'_>) -> bool {
    let after_slash = reader.before() == Some('/');
    let Some(mut number) = plain(reader) else {
        return false;
    };
    number = chinese::scaled(reader, number);
    number = english::scaled(reader, number);
    if reader.peek(0) == Some('/') && !after_slash && is_digit(reader.peek(1)) {
        let start = reader.at;
        reader.at += 1;
        let fraction = plain(reader).and_then(|denominator| number.over(&denominator));
        // 2024/5/1 is a date, not a fraction.
        match fraction.filter(|_| reader.peek(0) != Some('/')) {
            Some(fraction) => number = fraction,
            None => reader.at = start,
        }
    } else if reader.goes_on_with("分之") {
        reader.at += 2;
        match chinese::value(reader).and_then(|numerator| numerator.over(&number)) {
            Some(fraction) => number = fraction,
            None => reader.at -= 2,
        }
    }
    if !chinese::discount(reader, &number) {
        reader.certain(number);
    }
    true
}

/// Digits with a thousands separator and decimals, without a scale.
pub(super) fn plain(reader: &mut Reader<'_>) -> Option<Number> {
    let mut whole = run(reader);
    if whole.is_empty() {
        return None;
    }
    if reader.commas == Commas::Thousands && whole.len() <= 3 && !whole.starts_with('0') {
        while reader.peek(0) == Some(',')
            && (1..=3).all(|ahead| is_digit(reader.peek(ahead)))
            && !is_digit(reader.peek(4))
        {
            reader.at += 1;
            whole.push_str(&run(reader));
        }
    }
    let mut decimals = String::new();
    if reader.peek(0) == Some('.') && is_digit(reader.peek(1)) {
        reader.at += 1;
        decimals = run(reader);
    }
    let decimals = decimals.trim_end_matches('0');
    let digits = format!("{whole}{decimals}");
    let digits = digits.trim_start_matches('0');
    let fits = digits.len() <= MOST_DIGITS && decimals.len() <= MOST_DIGITS;
    let value = if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let scale = u32::try_from(decimals.len()).ok().and_then(|power| 10_u128.checked_pow(power));
    match (fits, value, scale) {
        (true, Some(value), Some(scale)) => Some(Number::ratio(value, scale)),
        _ if decimals.is_empty() => Some(Number::Long(digits.to_owned())),
        _ => Some(Number::Long(format!("{}.{decimals}", whole.trim_start_matches('0')))),
    }
}

/// The digits from here on.
fn run(reader: &mut Reader<'_>) -> String {
    let mut digits = String::new();
    while let Some(digit) = reader.peek(0).filter(char::is_ascii_digit) {
        digits.push(digit);
        reader.at += 1;
    }
    digits
}

fn is_digit(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_ascii_digit())
}
