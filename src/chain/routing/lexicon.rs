//! What words speak of: the classes of `lexicon.txt`, looked up in the tokens of a text.

use std::{collections::HashMap, sync::LazyLock};

use super::tokens::{Form, Token, tokens};

/// One class of words.
#[derive(Debug)]
pub(super) struct Class {
    /// Its name, as the features have it.
    pub(super) name: &'static str,
    /// What its words say, in words for a person.
    pub(super) says: &'static str,
}

/// A word or phrase of the lexicon in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// The classes it belongs to.
    pub(super) classes: &'static [usize],
    /// Its first token and the one behind its last.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The classes and their words.
pub(super) struct Lexicon {
    pub(super) classes: Vec<Class>,
    /// The classes of a phrase, whose tokens are joined by spaces.
    phrases: HashMap<String, Vec<usize>>,
    /// How many tokens the longest phrase has that begins with this one.
    longest: HashMap<String, usize>,
}

/// The lexicon that is part of the program.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::parse(include_str!("lexicon.txt")));

impl Lexicon {
    /// Reads a lexicon; a line that is none of its kinds is passed over.
    fn parse(text: &'static str) -> Self {
        let mut lexicon =
            Self { classes: Vec::new(), phrases: HashMap::new(), longest: HashMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, says)) = line.strip_prefix('[').and_then(|line| line.split_once(']'))
            {
                lexicon.classes.push(Class { name, says: says.trim() });
            } else {
                line.split(',').for_each(|phrase| lexicon.add(phrase));
            }
        }
        lexicon
    }

    /// Adds a phrase to the class that was read last; an English one with its plural.
    fn add(&mut self, phrase: &str) {
        let Some(class) = self.classes.len().checked_sub(1) else { return };
        let mut parts: Vec<Token> = tokens(phrase);
        let Some(last) = parts.last().cloned() else { return };
        self.insert(&parts, class);
        if last.form == Form::Word && last.text.len() > 2 && !last.text.ends_with('s') {
            if let Some(end) = parts.last_mut() {
                end.text.push('s');
            }
            self.insert(&parts, class);
        }
    }

    fn insert(&mut self, parts: &[Token], class: usize) {
        let Some(first) = parts.first() else { return };
        let longest = self.longest.entry(first.text.clone()).or_default();
        *longest = parts.len().max(*longest);
        let classes = self.phrases.entry(joined(parts)).or_default();
        if !classes.contains(&class) {
            classes.push(class);
        }
    }

    /// The words of the lexicon in a text, the longest where several begin at one place.
    pub(super) fn hits(&'static self, tokens: &[Token]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let longest = self.longest.get(&token.text).copied().unwrap_or_default();
            let hit = (1..=longest).rev().find_map(|length| {
                let classes = self.phrases.get(&joined(tokens.get(at..at + length)?))?;
                Some(Hit { classes, from: at, to: at + length })
            });
            at = hit.map_or(at + 1, |hit| hit.to);
            hits.extend(hit);
        }
        hits
    }

    /// What the words of the class with this name say.
    pub(super) fn says(&self, name: &str) -> Option<&'static str> {
        self.classes.iter().find(|class| class.name == name).map(|class| class.says)
    }
}

fn joined(tokens: &[Token]) -> String {
    let mut text = String::with_capacity(tokens.len() * 6);
    for token in tokens {
        text.push_str(&token.text);
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_of_their_own_and_words() {
        let names: std::collections::HashSet<_> =
            LEXICON.classes.iter().map(|class| class.name).collect();
        assert_eq!(names.len(), LEXICON.classes.len());
        assert!(LEXICON.classes.iter().all(|class| !class.says.is_empty()));
        let text = tokens("How many linked lists");
        let spans: Vec<_> = LEXICON.hits(&text).iter().map(|hit| (hit.from, hit.to)).collect();
        assert_eq!(spans, [(0, 2), (2, 4)]);
    }
}
