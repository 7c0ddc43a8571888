//! The numbers of a text, however they are written, so that a translation can be held against its
//! original: `三百零五`, `305`, `３０５` and `three hundred and five` are one number.
//!
//! Some words are numbers only sometimes: the 三 of 三角形 is no number in "triangle", the "one" of
//! "which one" none in Chinese. So a text has numbers that are certain and numbers that are
//! possible, and two texts agree if every certain number of one is a certain or possible number of
//! the other, each used once. Signs and the unit of percentages are not compared.

mod chinese;
mod digits;
mod english;
mod spelled;

use std::{collections::BTreeMap, fmt};

pub use spelled::{factor, is_number_word, spelled};

/// A number as a value; not how it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// A fraction in lowest terms; whole numbers have the denominator 1.
    Ratio {
        /// The numerator.
        numerator: u128,
        /// The denominator, at least 1.
        denominator: u128,
    },
    /// More digits than fit, without leading zeros.
    Long(String),
}

impl Number {
    /// A whole number.
    pub fn whole(value: u128) -> Self {
        Self::Ratio { numerator: value, denominator: 1 }
    }

    /// A fraction, in lowest terms; a denominator of 0 is taken for 1.
    pub fn ratio(numerator: u128, denominator: u128) -> Self {
        let denominator = denominator.max(1);
        let (mut a, mut b) = (numerator, denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1);
        Self::Ratio { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// This number times `factor`; unchanged if it does not fit.
    fn times(self, factor: u128) -> Self {
        match self {
            Self::Ratio { numerator, denominator } => match numerator.checked_mul(factor) {
                Some(product) => Self::ratio(product, denominator),
                None => self,
            },
            Self::Long(_) => self,
        }
    }

    /// This number divided by another; `None` if either is too long or the other is 0.
    fn over(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (
                Self::Ratio { numerator: a, denominator: b },
                Self::Ratio { numerator: c, denominator: d },
            ) if *c > 0 => Some(Self::ratio(a.checked_mul(*d)?, b.checked_mul(*c)?)),
            _ => None,
        }
    }

    /// The sum of two numbers; `None` if it does not fit.
    fn plus(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (
                Self::Ratio { numerator: a, denominator: b },
                Self::Ratio { numerator: c, denominator: d },
            ) => Some(Self::ratio(
                a.checked_mul(*d)?.checked_add(c.checked_mul(*b)?)?,
                b.checked_mul(*d)?,
            )),
            _ => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio { numerator, denominator: 1 } => write!(formatter, "{numerator}"),
            Self::Ratio { numerator, denominator } => {
                write!(formatter, "{numerator}/{denominator}")
            }
            Self::Long(digits) => formatter.write_str(digits),
        }
    }
}

/// The numbers of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Numbers beyond doubt.
    pub certain: Vec<Number>,
    /// Numbers that another language may not write as numbers.
    pub possible: Vec<Number>,
}

/// What a comma between digits means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commas {
    /// `1,234` is one number.
    Thousands,
    /// `100,200` is a list.
    List,
}

/// Numbers that two texts do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// In the first text only.
    pub missing: Vec<Number>,
    /// In the second text only.
    pub added: Vec<Number>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |numbers: &[Number]| {
            numbers.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        match (self.missing.is_empty(), self.added.is_empty()) {
            (false, true) => write!(formatter, "lost {}", list(&self.missing)),
            (true, _) => write!(formatter, "added {}", list(&self.added)),
            (false, false) => {
                write!(formatter, "lost {}, added {}", list(&self.missing), list(&self.added))
            }
        }
    }
}

/// Reads the numbers of `text`. Total, and linear in the length of the text.
pub fn numbers(text: &str, commas: Commas) -> Numbers {
    let characters: Vec<char> = text.chars().map(half_width).collect();
    let mut reader = Reader { characters: &characters, at: 0, commas, found: Numbers::default() };
    while let Some(character) = reader.peek(0) {
        let read = match character {
            '0'..='9' => digits::read(&mut reader),
            'a'..='z' | 'A'..='Z' => english::read(&mut reader),
            _ => chinese::read(&mut reader),
        };
        if !read {
            reader.at += 1;
        }
    }
    reader.found
}

/// Holds the numbers of two texts against each other.
///
/// # Errors
///
/// The numbers that are certain in one text and not to be found in the other, in the reading of
/// commas that comes nearest.
pub fn same(first: &str, second: &str) -> Result<(), Mismatch> {
    const READINGS: [Commas; 2] = [Commas::Thousands, Commas::List];
    let mut nearest: Option<Mismatch> = None;
    for first_commas in READINGS {
        let left = numbers(first, first_commas);
        for second_commas in READINGS {
            let right = numbers(second, second_commas);
            let found =
                Mismatch { missing: unmatched(&left, &right), added: unmatched(&right, &left) };
            let size = |mismatch: &Mismatch| mismatch.missing.len() + mismatch.added.len();
            if size(&found) == 0 {
                return Ok(());
            }
            if nearest.as_ref().is_none_or(|best| size(&found) < size(best)) {
                nearest = Some(found);
            }
        }
    }
    nearest.map_or(Ok(()), Err)
}

/// The certain numbers of `wanted` that `given` does not have, each of its numbers used once.
fn unmatched(wanted: &Numbers, given: &Numbers) -> Vec<Number> {
    let mut left: BTreeMap<&Number, usize> = BTreeMap::new();
    for number in given.certain.iter().chain(&given.possible) {
        *left.entry(number).or_default() += 1;
    }
    let missing = wanted.certain.iter().filter(|number| match left.get_mut(number) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    missing.cloned().collect()
}

/// Full-width digits and signs as their ASCII twins.
fn half_width(character: char) -> char {
    match character {
        '０'..='９' | '．' | '％' | '／' => {
            char::from_u32(character as u32 - 0xfee0).unwrap_or(character)
        }
        other => other,
    }
}

/// Reads numbers off a text from left to right.
struct Reader<'text> {
    characters: &'text [char],
    at: usize,
    commas: Commas,
    found: Numbers,
}

impl Reader<'_> {
    /// The character `ahead` of the current one.
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    /// The character before the current one.
    fn before(&self) -> Option<char> {
        self.characters.get(self.at.checked_sub(1)?).copied()
    }

    /// Whether the text goes on with `words` here.
    fn goes_on_with(&self, words: &str) -> bool {
        words.chars().enumerate().all(|(ahead, character)| self.peek(ahead) == Some(character))
    }

    fn certain(&mut self, number: Number) {
        self.found.certain.push(number);
    }

    fn possible(&mut self, number: Number) {
        self.found.possible.push(number);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_numbers_in_two_languages_agree() {
        for (chinese, english) in [
            ("小明有12个苹果,又买了30个", "Xiaoming has 12 apples and buys 30 more"),
            ("三个苹果", "three apples"),
            ("三个苹果", "3 apples"),
            ("一共有多少个", "How many are there in total?"),
            ("一个长方形的长是十二厘米", "A rectangle is 12 cm long"),
            ("三百零五加上二十七", "What is three hundred and five plus twenty-seven?"),
            ("两万五千人", "25,000 people"),
            ("3万元", "30 thousand yuan"),
            ("1.5亿", "150 million"),
            ("１２和１８", "12 and 18"),
            ("用去四分之一", "a quarter was used"),
            ("三分之一和四分之三", "one third and 3/4"),
            ("百分之五十", "50%"),
            ("一元二次方程 x^2-5x+6=0", "the quadratic equation x^2-5x+6=0"),
            ("三角形的三条边", "the three sides of a triangle"),
            ("走了5千克", "5 kilograms"),
            ("一半的苹果", "half of the apples"),
            ("小明的苹果是小红的两倍", "Xiaoming has twice as many apples as Xiaohong"),
            ("列表[100,200,300]", "the list [100, 200, 300]"),
            ("三点一四", "3.14"),
            ("十分钟", "ten minutes"),
            ("第一次用去5米，第二次用去3米", "5 m the first time and 3 m the second time"),
            ("原价200元，打八折", "It costs 200 yuan and is 20% off"),
            ("原价200元，打85折", "85% of 200 yuan"),
            ("从二月到三月", "from February to March"),
        ] {
            assert_eq!(same(chinese, english), Ok(()), "{chinese} / {english}");
        }
    }

    #[test]
    fn a_changed_number_is_found() {
        for (chinese, english, message) in [
            ("有12个苹果,又买了30个", "has 12 apples and buys 13", "lost 30, added 13"),
            ("三个苹果", "four apples", "lost 3, added 4"),
            ("三百零五", "350", "lost 305, added 350"),
            ("有5个和5个", "5 of them", "lost 5"),
            ("多少个", "7 apples", "added 7"),
            ("四分之一", "one third", "lost 1/4, added 1/3"),
        ] {
            let mismatch = same(chinese, english).expect_err(chinese);
            assert_eq!(mismatch.to_string(), message, "{chinese} / {english}");
        }
    }

    proptest! {
        #[test]
        fn reading_numbers_is_total(text in any::<String>()) {
            numbers(&text, Commas::Thousands);
        }

        #[test]
        fn reading_number_words_is_total(
            text in r"([0-9]{1,45}|[,./%点又半一二三十百千万亿两零]|分之|百分之|twenty|[ -]|hundred|million|third|and|a){0,30}",
        ) {
            numbers(&text, Commas::Thousands);
            prop_assert_eq!(same(&text, &text), Ok(()));
        }
    }
}
