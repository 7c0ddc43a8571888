//! How a refusal is recognised: by the published list of phrases in `suites/refusals.txt`.
//!
//! A phrase counts in the beginning of a text only: whoever declines says so first, and deep in a solution
//! "I cannot divide by it" declines nothing.

use std::sync::LazyLock;

/// So many characters are the beginning.
const BEGINNING: usize = 400;

/// What a reply does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// It declines, or hands on; by this phrase.
    Declined(&'static str),
    /// It is empty, or says that there is no answer.
    Nothing,
    /// It says something else.
    Said,
}

/// The phrases of the list.
struct Phrases {
    /// Those that decline or hand on.
    declining: Vec<&'static str>,
    /// Those of a node that has no answer.
    empty: Vec<&'static str>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases { declining: Vec::new(), empty: Vec::new() };
    let mut into_empty = false;
    for line in include_str!("../../../suites/refusals.txt").lines().map(str::trim) {
        match line {
            "" => {}
            "[no answer]" => into_empty = true,
            _ if line.starts_with('[') => into_empty = false,
            _ if line.starts_with('#') => {}
            _ if into_empty => phrases.empty.push(line),
            _ => phrases.declining.push(line),
        }
    }
    phrases
});

/// What the text of a reply does.
pub(super) fn read(content: &str) -> Reply {
    let text = plain(content);
    let found = |phrases: &[&'static str]| -> Option<&'static str> {
        phrases.iter().copied().find(|phrase| says(&text, phrase))
    };
    if text.is_empty() || found(&PHRASES.empty).is_some() {
        return Reply::Nothing;
    }
    found(&PHRASES.declining).map_or(Reply::Said, Reply::Declined)
}

/// The beginning of a text in lower case, with one kind of apostrophe and single spaces.
fn plain(content: &str) -> String {
    let lower = content.to_lowercase().replace(['’', '`', '‘'], "'");
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ").chars().take(BEGINNING).collect()
}

/// Whether a text has a phrase that does not begin inside a word.
fn says(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|letter| letter.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_in_the_beginning_only() {
        assert_eq!(read("I’m sorry, but I can't help with that."), Reply::Declined("i can't"));
        assert_eq!(read("抱歉，我无法提供用药剂量。"), Reply::Declined("我无法"));
        assert_eq!(read("Taxi can't carry 5. \\boxed{4}"), Reply::Said);
        assert_eq!(read("12 * 7 = 84"), Reply::Said);
        assert_eq!(read(&format!("{} so I cannot divide by it.", "x ".repeat(300))), Reply::Said);
        assert_eq!(read(" \n"), Reply::Nothing);
        assert_eq!(read("There is no final answer: the token limit was reached"), Reply::Nothing);
    }

    #[test]
    fn every_phrase_is_as_texts_are_compared() {
        for phrase in PHRASES.declining.iter().chain(&PHRASES.empty) {
            assert_eq!(plain(phrase), *phrase, "it could never be found");
        }
        assert!(PHRASES.declining.len() > 40 && PHRASES.empty.len() == 2);
    }
}
