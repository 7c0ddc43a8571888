//! Proves that a translation says the same as its original, as far as that can be proved without a
//! model: the marks, the numbers, the language and the length.

use std::fmt;

use super::{
    language::{Language, is_han},
    mask::{self, Masked},
    numbers,
};

/// Why a translation is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// There is nothing in it.
    Empty,
    /// A mark is missing, doubled or invented.
    Marks {
        /// How many marks there should be, each once.
        expected: usize,
        /// The numbers of the marks that were found, in order.
        found: Vec<usize>,
    },
    /// Numbers were lost or added.
    Numbers(numbers::Mismatch),
    /// Names of programs were lost: they are called like that and not otherwise.
    Names(Vec<String>),
    /// It is not in the language it should be in.
    Language(Language),
    /// It is far longer or shorter than such a translation is.
    Length {
        /// Characters of the original, a mark counting as one.
        original: usize,
        /// Characters of the translation.
        translation: usize,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the translation is empty"),
            Self::Marks { expected, found } => write!(
                formatter,
                "the translation has marks {found:?} where each of 1 to {expected} belongs once"
            ),
            Self::Numbers(mismatch) => write!(formatter, "the translation {mismatch}"),
            Self::Names(names) => write!(formatter, "the translation lost {}", names.join(", ")),
            Self::Language(Language::Chinese) => {
                formatter.write_str("the translation has no Chinese in it")
            }
            Self::Language(_) => formatter.write_str("the translation still has Chinese in it"),
            Self::Length { original, translation } => write!(
                formatter,
                "{translation} characters cannot translate {original} characters faithfully"
            ),
        }
    }
}

/// Holds `translation`, marks still in it, against the masked original.
///
/// # Errors
///
/// Every doubt, not only the first, so that a reader of the run sees what was wrong.
pub fn prove(original: &Masked, translation: &str, to: Language) -> Result<(), Vec<Doubt>> {
    if translation.trim().is_empty() {
        return Err(vec![Doubt::Empty]);
    }
    let mut doubts = Vec::new();
    let found = mask::marks(translation);
    let mut sorted = found.clone();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(1..=original.count()) {
        doubts.push(Doubt::Marks { expected: original.count(), found });
    }
    let before = original.without_marks();
    let after = mask::without_marks(translation);
    if let Err(mismatch) = numbers::same(&before, &after) {
        doubts.push(Doubt::Numbers(mismatch));
    }
    let kept: Vec<&str> = words(&after).map(|(word, _)| word).collect();
    let lost: Vec<String> =
        names(&before).filter(|name| !kept.contains(name)).map(str::to_owned).collect();
    if !lost.is_empty() {
        doubts.push(Doubt::Names(lost));
    }
    if after.contains(is_han) != (to == Language::Chinese) {
        doubts.push(Doubt::Language(to));
    }
    let (original, translation) = (before.trim().chars().count(), after.trim().chars().count());
    if !length_is_sane(original, translation, to) {
        doubts.push(Doubt::Length { original, translation });
    }
    if doubts.is_empty() { Ok(()) } else { Err(doubts) }
}

/// The names of functions and values of programs that stand in a text outside of code: what is called, what has
/// a `_` in it, and the constants that functions are asked to return.
fn names(text: &str) -> impl Iterator<Item = &str> {
    words(text)
        .filter(|(word, called)| {
            let is_name = word.len() > 1 && !word.starts_with(|first: char| first.is_ascii_digit());
            let constant = matches!(*word, "True" | "False" | "None");
            is_name && (*called || word.trim_matches('_').contains('_') || constant)
        })
        .map(|(word, _)| word)
}

/// The runs of Latin letters, digits and `_` in a text, and whether each is called: `name(`.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split_inclusive(move |c: char| !inside(c)).filter_map(move |piece| {
        let word = piece.trim_end_matches(move |c: char| !inside(c));
        (!word.is_empty()).then(|| (word, piece.ends_with('(')))
    })
}

/// Whether a text of `translation` characters can translate one of `original` characters.
///
/// English takes about three letters for a Chinese character, and hardly ever fewer letters than
/// the Chinese has characters. The bounds leave room for short texts, where a name can be most of
/// the length.
fn length_is_sane(original: usize, translation: usize, to: Language) -> bool {
    let (chinese, english) =
        if to == Language::Chinese { (translation, original) } else { (original, translation) };
    english <= chinese * 12 + 60 && chinese <= english + 10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_english(original: &str, translation: &str) -> Result<(), Vec<Doubt>> {
        prove(&mask::mask(original), translation, Language::English)
    }

    #[test]
    fn a_faithful_translation_passes() {
        let original = "小明有12个苹果,又买了$x$个,现在一共有多少个苹果?";
        let translation = "Xiaoming has 12 apples and buys ⟦M1⟧ more. How many are there now?";
        assert_eq!(to_english(original, translation), Ok(()));
    }

    #[test]
    fn names_of_programs_are_kept() {
        let original = "写函数is_prime(n)，n是质数就返回True，否则返回False。";
        let faithful =
            "Write a function is_prime(n) that returns True if n is prime and False otherwise.";
        assert_eq!(to_english(original, faithful), Ok(()));
        let names = |translation: &str| to_english(original, translation).expect_err(translation);
        let lost = vec!["is_prime".to_owned(), "False".to_owned()];
        assert_eq!(
            names("Write a function prime(n) that returns True or not."),
            [Doubt::Names(lost)]
        );
        assert_eq!(
            to_english("求f(2)的值，并写出GDP。", "Find the value of f(2), and write out."),
            Ok(())
        );
    }

    #[test]
    fn each_fault_is_named() {
        let original = "小明有12个苹果,又买了$x$个,一共有多少个?";
        let fault = |translation: &str| {
            let doubts = to_english(original, translation).expect_err(translation);
            doubts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(fault(" "), "the translation is empty");
        assert_eq!(
            fault("He has 12 apples and buys some more. How many?"),
            "the translation has marks [] where each of 1 to 1 belongs once"
        );
        assert_eq!(
            fault("He has 13 apples and buys ⟦M1⟧ more. How many?"),
            "the translation lost 12, added 13"
        );
        assert_eq!(
            fault("小明 has 12 apples and buys ⟦M1⟧ more"),
            "the translation still has Chinese in it"
        );
        assert_eq!(fault("12 ⟦M1⟧"), "2 characters cannot translate 22 characters faithfully");
    }
}
