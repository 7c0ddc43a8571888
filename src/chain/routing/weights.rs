//! What the features speak for: the weights that were learned, in `weights.txt`.

use std::{collections::HashMap, sync::LazyLock};

use super::observe::Names;

/// How much a feature speaks for mathematics, code and something else, in this order.
pub(super) type Scores = [f32; 3];

/// Features and their weights.
pub(super) struct Weights {
    numbers: HashMap<&'static str, usize>,
    names: Vec<&'static str>,
    scores: Vec<Scores>,
    /// The weights of the circumstances of a cut.
    cuts: HashMap<&'static str, f32>,
    /// Names of features that tell the same about a part of a text.
    groups: HashMap<&'static str, Vec<&'static str>>,
}

/// The weights that are part of the program.
pub(super) static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| Weights::parse(include_str!("weights.txt")));

impl Weights {
    /// Reads weights. A line is three hundredths and the name of a feature; or `cut`, a hundredth
    /// and the name of a circumstance; or `group`, its name, and the features in it, with `|`
    /// between them. Any other line is passed over.
    fn parse(text: &'static str) -> Self {
        let mut weights = Self {
            numbers: HashMap::new(),
            names: Vec::new(),
            scores: Vec::new(),
            cuts: HashMap::new(),
            groups: HashMap::new(),
        };
        for line in text.lines() {
            weights.read(line);
        }
        weights
    }

    fn read(&mut self, line: &'static str) -> Option<()> {
        let hundredths =
            |field: &str| field.parse::<i16>().ok().map(|value| f32::from(value) / 100.0);
        if let Some(rest) = line.strip_prefix("cut ") {
            let (value, name) = rest.split_once(' ')?;
            self.cuts.insert(name, hundredths(value)?);
        } else if let Some(rest) = line.strip_prefix("group ") {
            let (name, features) = rest.split_once('|')?;
            self.groups.insert(name, features.split('|').collect());
        } else {
            let mut fields = line.splitn(4, ' ');
            let mut score = || hundredths(fields.next()?);
            let scores = [score()?, score()?, score()?];
            let name = fields.next()?;
            self.numbers.insert(name, self.names.len());
            self.names.push(name);
            self.scores.push(scores);
        }
        Some(())
    }

    /// The weight of a circumstance of a cut.
    pub(super) fn of_cuts(&self, name: &str) -> f32 {
        self.cuts.get(name).copied().unwrap_or_default()
    }

    /// The features of a group.
    pub(super) fn group(&self, name: &str) -> &[&'static str] {
        self.groups.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many features have weights.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// The weights of a feature.
    pub(super) fn scores(&self, feature: usize) -> Scores {
        self.scores.get(feature).copied().unwrap_or_default()
    }

    /// The name of a feature.
    pub(super) fn name(&self, feature: usize) -> &'static str {
        self.names.get(feature).copied().unwrap_or_default()
    }

    /// The weights of the feature with this name; none if it was not learned.
    pub(super) fn named(&self, name: &str) -> Scores {
        self.numbers.get(name).map(|number| self.scores(*number)).unwrap_or_default()
    }
}

impl Names for &Weights {
    fn number(&mut self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
}
