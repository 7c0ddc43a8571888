//! A text as the router has read it: what the whole of it and each part of it speaks for.

use super::{
    lexicon::LEXICON,
    observe::{Observed, Seen, Sort, observe, properties},
    shapes::SHAPES,
    tokens::Token,
    weights::{Scores, WEIGHTS},
};

/// A text that was read once; every part of it can then be judged.
pub(in crate::chain) struct Reading<'text> {
    text: &'text str,
    observed: Observed,
}

/// How much a feature contributed, and where it was seen first.
struct Contribution {
    name: &'static str,
    scores: Scores,
    place: Option<(usize, usize)>,
}

impl<'text> Reading<'text> {
    /// Reads `text`.
    pub(in crate::chain) fn of(text: &'text str) -> Self {
        Self { text, observed: observe(text, &mut &*WEIGHTS) }
    }

    /// Its tokens.
    pub(in crate::chain) fn tokens(&self) -> &[Token] {
        &self.observed.tokens
    }

    /// What the tokens from one up to another speak for.
    pub(in crate::chain) fn scores(&self, from: usize, to: usize) -> Scores {
        let mut sum = Scores::default();
        for contribution in self.contributions(from, to) {
            for (sum, score) in sum.iter_mut().zip(contribution.scores) {
                *sum += score;
            }
        }
        sum
    }

    /// Whether a part of the text shows a feature of the group with this name; 1 or 0.
    pub(in crate::chain) fn shows(&self, (from, to): (usize, usize), group: &str) -> u8 {
        let group = WEIGHTS.group(group);
        let found = self.contributions(from, to).iter().any(|seen| group.contains(&seen.name));
        u8::from(found)
    }

    /// Whether a part of the text shows one of these features.
    pub(in crate::chain) fn shows_one_of(
        &self,
        (from, to): (usize, usize),
        names: &[&str],
    ) -> bool {
        self.contributions(from, to).iter().any(|seen| names.contains(&seen.name))
    }

    /// The weight of this circumstance in the decision whether a cut separates two requests.
    pub(in crate::chain) fn of_cuts(&self, name: &str) -> f32 {
        WEIGHTS.of_cuts(name)
    }

    /// The reasons why the whole text is of the kind with this place among the scores, the
    /// strongest first; each with its weight.
    pub(super) fn reasons(&self, kind: usize, most: usize) -> Vec<(f32, String)> {
        let weight = |scores: &Scores| scores.get(kind).copied().unwrap_or_default();
        let mut strongest: Vec<Contribution> = self.contributions(0, self.tokens().len());
        strongest.retain(|contribution| weight(&contribution.scores) > 0.0);
        strongest.sort_by(|a, b| weight(&b.scores).total_cmp(&weight(&a.scores)));
        let mut reasons: Vec<(f32, String)> = Vec::new();
        for contribution in &strongest {
            let Some(reason) = self.in_words(contribution) else { continue };
            if reasons.iter().all(|(_, known)| *known != reason) {
                reasons.push((weight(&contribution.scores), reason));
            }
            if reasons.len() == most {
                break;
            }
        }
        reasons
    }

    /// Every feature of a part of the text once, weighed.
    fn contributions(&self, from: usize, to: usize) -> Vec<Contribution> {
        let tokens = self.observed.tokens.get(from..to).unwrap_or_default();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Vec::new();
        };
        let (start, end) = (first.start, last.end);
        let within = |seen: &&Seen| seen.start >= start && seen.end <= end;
        let mut counted = vec![false; WEIGHTS.count()];
        let mut contributions = Vec::new();
        for seen in self.observed.seen.iter().filter(within) {
            match counted.get_mut(seen.feature) {
                Some(counted) if !*counted => *counted = true,
                _ => continue,
            }
            let scale = scale(tokens.len(), seen.sort);
            let scores = WEIGHTS.scores(seen.feature).map(|score| score * scale);
            let place = Some((seen.start, seen.end));
            contributions.push(Contribution { name: WEIGHTS.name(seen.feature), scores, place });
        }
        for name in properties(tokens).into_iter().chain(["bias"]) {
            contributions.push(Contribution { name, scores: WEIGHTS.named(name), place: None });
        }
        contributions
    }

    /// A contribution in words for a person; `None` for what says nothing to one.
    fn in_words(&self, contribution: &Contribution) -> Option<String> {
        let name = contribution.name;
        if let Some(count) = name.strip_prefix("numbers:") {
            return Some(format!("numbers in it: {count}"));
        }
        let (start, end) = contribution.place?;
        let quoted = quote(self.text.get(start..end)?);
        if let Some(run) = name.strip_prefix('=') {
            let says_something = run.len() > 3 && !run.starts_with('#');
            return says_something.then(|| format!("says {quoted}"));
        }
        if let Some(name) = name.strip_prefix('@') {
            let shape = SHAPES.iter().find(|shape| shape.name == name)?;
            return Some(format!("{}: {quoted}", shape.says));
        }
        if let Some(name) = name.strip_prefix('^') {
            return Some(format!("begins a clause: {}: {quoted}", LEXICON.says(name)?));
        }
        let says: Option<Vec<&str>> = name.split('>').map(|name| LEXICON.says(name)).collect();
        Some(format!("{}: {quoted}", says?.join(", then ")))
    }
}

/// How much a feature counts in a part of so many tokens: a long text shows many.
fn scale(tokens: usize, sort: Sort) -> f32 {
    let tokens = tokens as f32;
    let signal = (30.0 / tokens.max(30.0)).sqrt().sqrt();
    match sort {
        Sort::Run => 3.0 / (tokens + 10.0).sqrt(),
        Sort::Pair => 0.5 * signal,
        Sort::Signal => signal,
    }
}

/// A place of a text, for a reason: one line, and short.
fn quote(text: &str) -> String {
    const MOST: usize = 40;
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MOST) {
        words.truncate(end);
        words.push('…');
    }
    format!("“{words}”")
}
