//! The numbers of a report in words: the same ones in the terminal, in Markdown and in HTML.

use super::{AtK, ClaimTokens, Distribution, Report, VerdictCounts, confidence};
use crate::evaluation::statistics::Interval;

/// A number and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was measured.
    pub name: String,
    /// How much it is.
    pub value: String,
}

/// What a run measured, the most important first.
pub fn headlines(report: &Report) -> Vec<Line> {
    let mut lines = Lines(Vec::new());
    let counts = &report.counts;
    let mut answers =
        format!("{} of {}", counts.answers, counts.problems * counts.samples as usize);
    if counts.failed > 0 {
        answers += &format!(", {} failed", counts.failed);
    }
    lines.add("answers", answers);
    if let Some(share) = &report.pass_at_1 {
        lines.add("pass@1", interval(share));
    }
    for (name, curve) in [
        ("pass", &report.pass),
        ("maj", &report.majority),
        ("maj by spelling", &report.majority_by_text),
    ] {
        // The first point is pass@1, but for lots among answers that are judged differently.
        if let Some(AtK { k, share, .. }) = curve.last().filter(|last| last.k > 1) {
            let name = match name.split_once(' ') {
                Some((name, how)) => format!("{name}@{k} {how}"),
                None => format!("{name}@{k}"),
            };
            lines.add(&name, interval(share));
        }
    }
    // The largest number of answers with a vote for as many tokens beside it, else the largest one.
    let with = report.clr.iter().rev().find(|at| at.majority.is_some()).or(report.clr.last());
    if let Some(at) = with {
        lines.add(&format!("CLR@{}", at.k), interval(&at.share));
        if let (Some(k), Some(share)) = (at.majority_k, &at.majority) {
            lines.add(&format!("maj@{k}, as many tokens"), interval(share));
        }
    }
    if let Some(verdicts) = &report.verdicts {
        lines.add("verdicts undecided", undecided(verdicts));
    }
    // What a chain does unless told otherwise, and not the best of many ways, which is best by chance.
    if let Some(vote) = confidence::usual(&report.by_confidence) {
        lines.add(&format!("maj@{} of the surest 90 %", vote.k), interval(&vote.share));
    }
    if let Some(rates) = &report.rates {
        lines.add("cut off by the limit", interval(&rates.truncated));
        lines.add("went in circles", interval(&rates.looped));
        if rates.out_of_budget.value > 0.0 {
            lines.add("thinking out of budget", interval(&rates.out_of_budget));
        }
        lines.add("stated nothing", interval(&rates.abstained));
        if rates.undecided.value > 0.0 {
            lines.add("could not be judged", interval(&rates.undecided));
        }
    }
    if let Some(tokens) = &report.tokens.per_answer {
        lines.add("tokens an answer", distribution(tokens, 0, ""));
    }
    if let Some((right, other)) = report.tokens.right.zip(report.tokens.not_right) {
        let text = format!("{} and {}", thousands(right), thousands(other));
        lines.add("right and other answers", format!("{text} tokens in the mean"));
    }
    if let Some(seconds) = &report.seconds {
        lines.add("seconds an answer", distribution(seconds, 1, ""));
    }
    lines.add(
        "tokens in all",
        format!(
            "{} read, {} written",
            thousands(report.tokens.prompt as f64),
            thousands(report.tokens.completion as f64)
        ),
    );
    if let Some(ClaimTokens { prompt, completion }) = report.tokens.claims {
        let text = format!(
            "{} read, {} written: part of those in all, not of those of an answer",
            thousands(prompt as f64),
            thousands(completion as f64)
        );
        lines.add("tokens for claims", text);
    }
    if let Some(cost) = report.cost {
        lines.add("cost", format!("{cost:.4}"));
    }
    lines.0
}

fn undecided(verdicts: &VerdictCounts) -> String {
    let share = verdicts.share.map_or_else(|| "–".to_owned(), percent);
    let text = format!("{share} of {}", thousands(verdicts.asked as f64));
    match verdicts.answers_without_claims {
        0 => text,
        answers => format!("{text}; {answers} answers have no claims"),
    }
}

struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, name: &str, value: String) {
        self.0.push(Line { name: name.to_owned(), value });
    }
}

/// A share in per cent.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A share with its interval.
pub(super) fn interval(share: &Interval) -> String {
    format!("{} ({:.1} to {:.1})", percent(share.value), share.low * 100.0, share.high * 100.0)
}

fn distribution(numbers: &Distribution, decimals: usize, unit: &str) -> String {
    let shown = |number: f64| match decimals {
        0 => thousands(number),
        _ => format!("{number:.decimals$}"),
    };
    format!(
        "{}{unit} in the mean, median {}, nine of ten up to {}, at most {}",
        shown(numbers.mean),
        shown(numbers.median),
        shown(numbers.p90),
        shown(numbers.max)
    )
}

/// A whole number with its thousands apart.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits.as_str()),
    };
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
