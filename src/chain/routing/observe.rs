//! Everything that the router sees in a text, as named features with their places.
//!
//! A feature is a word of the lexicon (`make`), two of them in order within a sentence
//! (`make>deliverable`), one at the beginning of a clause (`^make`), a shape (`@equation`), a run of
//! one to three tokens (`=how many`), or a property of a part of the text (`numbers:2`). Places let a
//! part of a text be judged without reading it again.

use super::{
    lexicon::{Hit, LEXICON},
    shapes::{self, SHAPES},
    tokens::{Form, Token, tokens},
};

/// Numbers for the names of features.
pub(super) trait Names {
    /// The number of the feature with this name; `None` if it is of no interest.
    fn number(&mut self, name: &str) -> Option<usize>;
}

/// A feature at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) feature: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sort: Sort,
}

/// How much a feature can say by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word of the lexicon or a shape.
    Signal,
    /// Two words of the lexicon.
    Pair,
    /// A run of tokens; there are many of them, and each counts little.
    Run,
}

/// What is seen in a text.
#[derive(Debug, Default)]
pub(super) struct Observed {
    pub(super) tokens: Vec<Token>,
    pub(super) seen: Vec<Seen>,
}

/// How many tokens may lie between two words of the lexicon that are seen together.
const FAR: usize = 12;

/// How many of the words behind one are seen together with it.
const FOLLOWING: usize = 4;

/// Looks at `text`.
pub(super) fn observe(text: &str, names: &mut impl Names) -> Observed {
    let tokens = tokens(text);
    let hits = LEXICON.hits(&tokens);
    let mut observer = Observer { names, name: String::new(), tokens: &tokens, seen: Vec::new() };
    observer.words(&hits);
    observer.runs();
    for (number, start, end) in shapes::found_in(text) {
        observer.name.clear();
        observer.name.push('@');
        observer.name.push_str(SHAPES.get(number).map_or("", |shape| shape.name));
        observer.see(start, end, Sort::Signal);
    }
    let mut seen = observer.seen;
    if let Some((from, to)) = reworked(text, &tokens, &hits) {
        seen.retain(|seen| seen.end <= from || seen.start >= to);
    }
    Observed { tokens, seen }
}

/// The bytes of a text that is only to be translated, summarized or polished: what it is about does
/// not matter. It is the longest quotation or block, or what stands behind the first colon.
fn reworked(text: &str, tokens: &[Token], hits: &[Hit]) -> Option<(usize, usize)> {
    const LEAST: usize = 24;
    let class = LEXICON.classes.iter().position(|class| class.name == "rework")?;
    let asked = hits.iter().find(|hit| hit.classes.contains(&class))?;
    let asked = tokens.get(asked.from)?.start;
    let quoted = shapes::quotations(text)
        .into_iter()
        .filter(|(from, to)| to - from > LEAST && !(*from..*to).contains(&asked))
        .max_by_key(|(from, to)| to - from);
    quoted.or_else(|| {
        let colon = tokens.iter().find(|token| matches!(token.text.as_str(), ":" | "："))?;
        (colon.start > asked).then_some((colon.end, text.len()))
    })
}

struct Observer<'names, 'tokens, N> {
    names: &'names mut N,
    /// The name of the feature that is being looked at, kept to be written over.
    name: String,
    tokens: &'tokens [Token],
    seen: Vec<Seen>,
}

impl<N: Names> Observer<'_, '_, N> {
    /// Notes the feature that is named, between these bytes.
    fn see(&mut self, start: usize, end: usize, sort: Sort) {
        if let Some(feature) = self.names.number(&self.name) {
            self.seen.push(Seen { feature, start, end, sort });
        }
    }

    /// Notes the feature that is named, from one token up to another.
    fn see_tokens(&mut self, from: usize, to: usize, sort: Sort) {
        let start = self.tokens.get(from).map(|token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|token| token.end);
        if let (Some(start), Some(end)) = (start, end) {
            self.see(start, end, sort);
        }
    }

    /// The words of the lexicon: alone, at the beginning of a clause, and with those behind them.
    fn words(&mut self, hits: &[Hit]) {
        let class = |number: &usize| LEXICON.classes.get(*number).map_or("", |class| class.name);
        for (at, hit) in hits.iter().enumerate() {
            let begins = self.begins_clause(hit.from);
            for first in hit.classes.iter().map(class) {
                self.name.clear();
                self.name.push_str(first);
                self.see_tokens(hit.from, hit.to, Sort::Signal);
                if begins {
                    self.name.insert(0, '^');
                    self.see_tokens(hit.from, hit.to, Sort::Signal);
                }
                for next in hits.iter().skip(at + 1).take(FOLLOWING) {
                    if next.from > hit.to + FAR || self.sentence_ends(hit.to, next.from) {
                        break;
                    }
                    for second in next.classes.iter().map(class) {
                        self.name.clear();
                        self.name.extend([first, ">", second]);
                        self.see_tokens(hit.from, next.to, Sort::Pair);
                    }
                }
            }
        }
    }

    /// Whether a sentence ends within these tokens.
    fn sentence_ends(&self, from: usize, to: usize) -> bool {
        self.tokens.get(from..to).is_some_and(|between| between.iter().any(Token::ends_sentence))
    }

    /// Whether a request may begin at this token.
    fn begins_clause(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.tokens.get(before)) else {
            return true;
        };
        before.ends_clause()
            || matches!(
                before.text.as_str(),
                "and"
                    | "then"
                    | "also"
                    | "please"
                    | "pls"
                    | "you"
                    | "to"
                    | "now"
                    | "请"
                    | "我"
                    | "并"
                    | "再"
                    | "后"
                    | "忙"
                    | "下"
                    | "先"
                    | "要"
                    | "你"
            )
    }

    /// Runs of one to three tokens; numbers are all alike, and only Chinese characters come in threes.
    fn runs(&mut self) {
        let text = |token: &Token| match token.form {
            Form::Number => "#".to_owned(),
            _ => token.text.clone(),
        };
        let texts: Vec<String> = self.tokens.iter().map(text).collect();
        for at in 0..texts.len() {
            self.name.clear();
            self.name.push('=');
            for length in 1..=3 {
                let Some(next) = texts.get(at + length - 1) else { break };
                let han = |token: &Token| token.form == Form::Han;
                let all_han =
                    self.tokens.get(at..at + length).is_some_and(|run| run.iter().all(han));
                if length == 3 && !all_han {
                    break;
                }
                if length > 1 && !all_han {
                    self.name.push(' ');
                }
                self.name.push_str(next);
                let sign = self.tokens.get(at).is_some_and(|token| token.form == Form::Sign);
                if !(length == 1 && sign) {
                    self.see_tokens(at, at + length, Sort::Run);
                }
            }
        }
    }
}

/// The properties of the part of a text with these tokens, as names of features.
pub(super) fn properties(tokens: &[Token]) -> [&'static str; 3] {
    let numbers = tokens.iter().filter(|token| token.form == Form::Number).count();
    let numbers = match numbers {
        0 => "numbers:none",
        1 => "numbers:one",
        2 => "numbers:two",
        3..=5 => "numbers:several",
        _ => "numbers:many",
    };
    let length = match tokens.len() {
        0..=3 => "length:tiny",
        4..=9 => "length:short",
        10..=24 => "length:sentence",
        25..=79 => "length:paragraph",
        _ => "length:long",
    };
    let asks = tokens.last().is_some_and(|token| matches!(token.text.as_str(), "?" | "？"));
    [numbers, length, if asks { "end:question" } else { "end:other" }]
}
