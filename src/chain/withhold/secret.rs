//! What is hidden: the values, the last step and the program of a solution.

use crate::{
    chain::{
        extract, formulas,
        numbers::{self, Commas, Number},
    },
    equivalence::{Answer, Key},
};

use super::{plain::plain, program};

/// A solution that is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    result: Option<String>,
}

impl Secret {
    /// A solution as it was written; a text without a box or a program is the answer itself.
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), result: None }
    }

    /// A solution whose final result is known: a value, or a program.
    pub fn with_result(text: &str, result: &str) -> Self {
        Self { text: text.to_owned(), result: Some(result.to_owned()) }
    }

    /// The hidden program, if the solution is one.
    fn program(&self) -> Option<String> {
        extract::code(&self.text).map(|block| block.body.to_owned())
    }
}

/// Everything that is hidden.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Values and expressions, by what they mean.
    pub(super) keys: Vec<Key>,
    /// Rational numbers among them, without signs.
    pub(super) numbers: Vec<Number>,
    /// Irrational or endless values, about.
    pub(super) near: Vec<f64>,
    /// The digits of numbers with at least two.
    pub(super) digits: Vec<String>,
    /// Numerators and denominators.
    pub(super) halves: Vec<Number>,
    /// Letters of choices.
    pub(super) letters: Vec<char>,
    /// Answers in words: what they mean, and how they are written, in lower case.
    pub(super) words: Vec<(Key, String)>,
    /// The last steps, as [`formulas::squeezed`] writes them.
    pub(super) last_steps: Vec<String>,
    /// Programs, as their lines are compared.
    pub(super) programs: Vec<Vec<Vec<String>>>,
}

impl Hidden {
    pub(super) fn of(secrets: &[Secret]) -> Self {
        let mut hidden = Self::default();
        for secret in secrets {
            hidden.add(secret);
        }
        hidden
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.programs.is_empty() && self.words.is_empty()
    }

    fn add(&mut self, secret: &Secret) {
        let boxes = boxes(&secret.text);
        if let Some(program) = secret.program() {
            self.programs.push(program::lines(&program));
            // A program that solves a mathematical problem has a box as well.
            if boxes.is_empty() {
                return;
            }
        }
        match (&secret.result, boxes.is_empty()) {
            (Some(result), _) => self.value(result),
            (None, true) => self.value(&secret.text),
            (None, false) => {}
        }
        boxes.iter().for_each(|content| self.value(content));
        self.last_step(&secret.text);
    }

    /// A value that is an answer, and the values that it is made of.
    fn value(&mut self, text: &str) {
        let text = plain(text);
        let answer = Answer::parse(&text);
        if let Some(key) = answer.key().filter(Key::is_words) {
            self.words.push((key, in_words(answer.text())));
        }
        let right = text.rsplit(['=', '≈']).next().unwrap_or(&text);
        for key in [answer.key(), Answer::parse(right).key()].into_iter().flatten() {
            for part in key.parts() {
                self.key(&part);
            }
        }
        let text = in_words(&text);
        let found = numbers::numbers(&text, Commas::Thousands).certain;
        // "84 apples", "50 %", "x > 5": the number counts without what is around it.
        if let [only] = found.as_slice()
            && !text.contains(['^', '√', '\\', '*', '!'])
        {
            self.number(only);
            if let Some(digits) = run_of_digits(&text) {
                self.digits.push(digits);
            }
        }
    }

    fn key(&mut self, key: &Key) {
        if let Some((numerator, denominator)) = key.ratio() {
            self.number(&Number::ratio(numerator, denominator));
            if denominator > 1 {
                self.halves.extend([numerator, denominator].map(Number::whole));
                self.near.extend(key.approximately());
            }
        } else if let Some(value) = key.approximately() {
            self.near.push(value);
        }
        if let Some(letter) = key.choice() {
            self.letters.push(letter);
        } else if !key.is_words() && !key.is_equation() && !self.keys.contains(key) {
            self.keys.push(key.clone());
        }
    }

    fn number(&mut self, number: &Number) {
        if let Number::Ratio { numerator, denominator: 1 } = number
            && *numerator >= 10
        {
            self.digits.push(numerator.to_string());
        }
        if !self.numbers.contains(number) {
            self.numbers.push(number.clone());
        }
        let written = Answer::parse(&number.to_string());
        if let Some(key) = written.key()
            && !self.keys.contains(&key)
        {
            self.keys.push(key);
        }
    }

    /// The last equation of the solution, and what it comes to: whoever has the solver box something else still
    /// does not get the answer.
    fn last_step(&mut self, text: &str) {
        let text = plain(text);
        let last = text.lines().rev().find_map(|line| formulas::relations(line).pop());
        if let Some(last) = last {
            if let Some(key) = last.sides.last().and_then(|side| Answer::parse(side).key())
                && key.ratio().is_some()
            {
                self.key(&key);
            }
            self.last_steps.push(last.squeezed);
        }
    }
}

/// The contents of all boxes.
fn boxes(text: &str) -> Vec<String> {
    let mut rest = text;
    let mut found = Vec::new();
    while let Some(content) = extract::boxed(rest) {
        found.push(content.to_owned());
        let Some(at) = ["\\boxed", "\\fbox"].iter().filter_map(|name| rest.rfind(name)).max()
        else {
            break;
        };
        rest = rest.get(..at).unwrap_or_default();
    }
    found
}

/// An answer in words without what LaTeX has around it, in lower case.
fn in_words(text: &str) -> String {
    let bare = ["\\text", "\\mathrm", "\\mathbf", "\\textbf", "\\mbox"]
        .iter()
        .fold(text.to_lowercase(), |text, command| text.replace(command, ""));
    bare.replace(['{', '}', '$'], "").trim().to_owned()
}

/// The digits of the only number in digits, if it has at least two.
fn run_of_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 2).then_some(digits)
}
