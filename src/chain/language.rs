//! Which language a text is in: Chinese, English or something else.
//!
//! Counting characters decides it. What is not language (formulas, code, quoted strings) is masked
//! first, so that a Chinese question with a page of Python in it stays a Chinese question.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::mask;

/// The language of a text, as far as a chain cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Chinese, in simplified or traditional characters.
    #[serde(rename = "zh")]
    Chinese,
    /// English, and whatever has no words at all, such as `12*7?`.
    #[serde(rename = "en")]
    English,
    /// Any other language.
    #[serde(rename = "other")]
    Other,
}

impl Language {
    /// The language's name in chain files and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
            Self::Other => "other",
        }
    }

    /// Every language, in the order in which messages list them.
    pub const ALL: [Self; 3] = [Self::Chinese, Self::English, Self::Other];
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A language and why the text was taken to be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The language.
    pub language: Language,
    /// Why, for the person who asked.
    pub reason: String,
}

/// Words that only English text is full of.
const ENGLISH: [&str; 14] = [
    "the", "is", "of", "what", "how", "to", "and", "in", "find", "that", "with", "for", "an", "it",
];

/// Words that betray other languages written in Latin letters.
const NOT_ENGLISH: [&str; 28] = [
    "le", "les", "des", "est", "une", "dans", "combien", "der", "die", "das", "und", "ist", "wie",
    "viel", "eine", "el", "los", "las", "cuál", "qué", "es", "cuánto", "della", "che", "quanto",
    "quanti", "qual", "não",
];

/// Decides which language `text` is in. Deterministic, no model.
pub fn detect(text: &str) -> Detection {
    let masked = mask::mask(text);
    let counts = Counts::of(&masked.without_marks());
    let (language, reason) = if counts.kana > 0 && counts.kana * 4 >= counts.han {
        (Language::Other, format!("{} Japanese kana", counts.kana))
    } else if counts.han > 0 && counts.han >= counts.words && counts.han >= counts.foreign {
        (Language::Chinese, format!("{} Chinese characters, {} words", counts.han, counts.words))
    } else if counts.foreign > counts.latin_letters {
        (Language::Other, format!("{} letters of another script", counts.foreign))
    } else if counts.not_english >= 2 && counts.not_english > counts.english {
        (Language::Other, format!("{} words of another language", counts.not_english))
    } else if counts.words == 0 {
        (Language::English, "no words; English is assumed".to_owned())
    } else {
        (Language::English, format!("{} words in Latin letters", counts.words))
    };
    Detection { language, reason }
}

/// Whether `character` is a Chinese character.
pub fn is_han(character: char) -> bool {
    matches!(character,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3134f}' | '\u{3007}')
}

/// What a text is made of.
#[derive(Debug, Default)]
struct Counts {
    han: usize,
    kana: usize,
    /// Letters that are neither Chinese, Japanese nor Latin.
    foreign: usize,
    latin_letters: usize,
    /// Runs of two or more Latin letters; single letters are mostly variables.
    words: usize,
    english: usize,
    not_english: usize,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        for character in text.chars() {
            match character {
                _ if is_han(character) => counts.han += 1,
                '\u{3041}'..='\u{30ff}' => counts.kana += 1,
                'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => counts.latin_letters += 1,
                // Greek letters are variables more often than they are Greek.
                '\u{370}'..='\u{3ff}' => {}
                _ if character.is_alphabetic() => counts.foreign += 1,
                _ => {}
            }
        }
        let is_latin = |character: char| character.is_alphabetic() && character < '\u{250}';
        for word in text.split(|character| !is_latin(character)) {
            if word.chars().nth(1).is_none() {
                continue;
            }
            let word = word.to_lowercase();
            counts.words += 1;
            counts.english += usize::from(ENGLISH.contains(&word.as_str()));
            counts.not_english += usize::from(NOT_ENGLISH.contains(&word.as_str()));
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, language) in [
            ("小明有12个苹果,又买了30个,现在一共有多少个苹果?", Language::Chinese),
            ("用Python实现quicksort", Language::Chinese),
            ("求 $\\int_0^1 x\\,dx$", Language::Chinese),
            ("計算三角形的面積", Language::Chinese),
            (
                "这段代码:\n```python\nprint('hello world, the end')\n```\n输出什么?",
                Language::Chinese,
            ),
            ("What is 12 + 30?", Language::English),
            ("What does 你好 mean in English?", Language::English),
            ("12*7?", Language::English),
            ("", Language::English),
            ("りんごが12個あります。全部でいくつですか", Language::Other),
            ("Сколько будет 2 + 2?", Language::Other),
            ("사과는 몇 개입니까", Language::Other),
            (
                "Combien font 12 et 30 ? Quelle est la somme des nombres dans une liste",
                Language::Other,
            ),
        ] {
            assert_eq!(detect(text).language, language, "{text}");
        }
    }
}
