//! What the training script of the router needs to know: the features of labelled questions.

use std::{collections::HashMap, fmt::Write as _};

use super::{
    observe::{Names, Observed, Sort, observe, properties},
    tokens::Token,
};
use crate::chain::parts::cuts::cuts;

/// Gives every name a number, in the order in which they come.
#[derive(Debug, Default)]
pub struct Numbering(HashMap<String, usize>);

impl Names for Numbering {
    fn number(&mut self, name: &str) -> Option<usize> {
        if let Some(number) = self.0.get(name) {
            return Some(*number);
        }
        let number = self.0.len();
        self.0.insert(name.to_owned(), number);
        Some(number)
    }
}

impl Numbering {
    /// The names, in the order of their numbers.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<(&usize, &String)> =
            self.0.iter().map(|(name, number)| (number, name)).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name.clone()).collect()
    }

    /// The features of `text` as JSON: of the whole and of both sides of every cut.
    pub fn features(&mut self, text: &str) -> String {
        let text = super::looked_at(text);
        let observed = observe(&text, self);
        let whole = self.part(&observed, 0, observed.tokens.len());
        let mut json = format!("{{\"whole\":{whole},\"cuts\":[");
        for (number, cut) in cuts(&observed.tokens).into_iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let first = self.part(&observed, 0, cut.token);
            let second = self.part(&observed, cut.token, observed.tokens.len());
            let cues = cut.cues;
            let at = observed.tokens.get(cut.token).map_or(0, |token| token.start);
            // Writing to a string cannot fail.
            let _ = write!(
                json,
                "{comma}{{\"at\":{at},\"sentence\":{},\"joined\":{},\"numbered\":{},\"first\":{first},\"second\":{second}}}",
                u8::from(cues.sentence),
                u8::from(cues.joined),
                u8::from(cues.numbered),
            );
        }
        json.push_str("]}");
        json
    }

    fn part(&mut self, observed: &Observed, from: usize, to: usize) -> String {
        let tokens: &[Token] = observed.tokens.get(from..to).unwrap_or_default();
        let (start, end) = match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => (first.start, last.end),
            _ => (0, 0),
        };
        let within = observed.seen.iter().filter(|seen| seen.start >= start && seen.end <= end);
        let (mut signals, mut runs) = (Vec::new(), Vec::new());
        for seen in within {
            if seen.sort == Sort::Run {
                runs.push(seen.feature)
            } else {
                signals.push(seen.feature)
            }
        }
        let properties: Vec<usize> = properties(tokens)
            .into_iter()
            .chain(["bias"])
            .filter_map(|name| self.number(name))
            .collect();
        for list in [&mut signals, &mut runs] {
            list.sort_unstable();
            list.dedup();
        }
        format!(
            "{{\"tokens\":{},\"signals\":{signals:?},\"runs\":{runs:?},\"properties\":{properties:?}}}",
            tokens.len()
        )
    }
}
