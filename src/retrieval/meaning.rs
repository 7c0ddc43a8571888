//! Search by meaning: passages whose vectors point where the query's does, joined with those that share its words.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What reciprocal rank fusion adds to every rank, so that the first few count about alike. (Cormack, Clarke and
/// Büttcher, 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods")
const SMOOTHING: f32 = 60.0;

/// The most characters of a passage that are turned into a vector: what it is about stands at its beginning, and models
/// that make vectors read some hundred words at most.
pub const MOST_READ: usize = 1500;

/// The vectors of texts, by the model that made them.
#[derive(Debug, Default)]
pub(super) struct Vectors(HashMap<String, HashMap<Arc<str>, Arc<[f32]>>>);

impl Vectors {
    /// The texts, each once, of which there is no vector of this model.
    pub(super) fn lacking<'a>(
        &self,
        model: &str,
        texts: impl Iterator<Item = &'a str>,
    ) -> Vec<String> {
        let known = self.0.get(model);
        let mut seen = HashSet::new();
        texts
            .filter(|text| known.is_none_or(|known| !known.contains_key(*text)))
            .filter(|text| seen.insert(*text))
            .map(str::to_owned)
            .collect()
    }

    /// Keeps vectors of a model.
    pub(super) fn keep(&mut self, model: &str, made: impl Iterator<Item = (String, Vec<f32>)>) {
        let known = self.0.entry(model.to_owned()).or_default();
        known.extend(made.map(|(text, vector)| (text.into(), vector.into())));
    }

    /// Forgets the vectors of all texts but these.
    pub(super) fn only(&mut self, texts: &HashSet<&str>) {
        for known in self.0.values_mut() {
            known.retain(|text, _| texts.contains(&**text));
        }
    }

    /// The numbers of the texts that mean nearly what the query does, nearest first.
    pub(super) fn nearest<'a>(
        &self,
        model: &str,
        query: &[f32],
        texts: impl Iterator<Item = &'a str>,
        most: usize,
    ) -> Vec<usize> {
        let Some(known) = self.0.get(model) else { return Vec::new() };
        let mut near: Vec<(usize, f32)> = texts
            .enumerate()
            .filter_map(|(number, text)| Some((number, cosine(query, known.get(text)?)?)))
            .collect();
        // Equal ones in their order.
        near.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        near.into_iter().take(most).map(|(number, _)| number).collect()
    }
}

/// The cosine of the angle between two vectors; `None` where they have different lengths, or one is no direction.
fn cosine(one: &[f32], other: &[f32]) -> Option<f32> {
    if one.len() != other.len() {
        return None;
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosine = dot(one, other) / (dot(one, one) * dot(other, other)).sqrt();
    cosine.is_finite().then_some(cosine)
}

/// Joins rankings: what stands high in several of them comes first. Each with its score, at most 1/30 for two rankings.
pub(super) fn fused(rankings: &[Vec<usize>]) -> Vec<(usize, f32)> {
    let mut scores: HashMap<usize, f32> = HashMap::new();
    for ranking in rankings {
        for (number, rank) in ranking.iter().zip(1_u16..) {
            *scores.entry(*number).or_default() += 1.0 / (SMOOTHING + f32::from(rank));
        }
    }
    let mut fused: Vec<(usize, f32)> = scores.into_iter().collect();
    fused.sort_by(|(number, score), (other, than)| than.total_cmp(score).then(number.cmp(other)));
    fused
}

/// The part of a text that is turned into a vector.
pub(super) fn read(text: &str) -> &str {
    text.char_indices().nth(MOST_READ).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_high_in_both_rankings_comes_first() {
        let order: Vec<usize> =
            fused(&[vec![3, 1, 2], vec![1, 4]]).into_iter().map(|(number, _)| number).collect();
        assert_eq!(order, [1, 3, 4, 2]);
        assert!(fused(&[vec![], vec![]]).is_empty());
    }

    #[test]
    fn the_nearest_text_points_the_same_way() {
        let mut vectors = Vectors::default();
        let texts = ["east", "north", "nowhere", "other model"];
        assert_eq!(vectors.lacking("m", texts.into_iter().chain(["east"])).len(), 4);
        let made =
            [("east", vec![2.0, 0.1]), ("north", vec![0.0, 1.0]), ("nowhere", vec![0.0, 0.0])];
        vectors.keep("m", made.into_iter().map(|(text, vector)| (text.to_owned(), vector)));
        vectors.keep("n", [("other model".to_owned(), vec![1.0, 0.0])].into_iter());
        assert_eq!(vectors.lacking("m", texts.into_iter()), ["other model"]);
        assert_eq!(vectors.nearest("m", &[1.0, 0.0], texts.into_iter(), 5), [0, 1]);
        assert_eq!(
            vectors.nearest("m", &[1.0, 0.0, 0.0], texts.into_iter(), 5),
            [0; 0],
            "another length"
        );
        vectors.only(&HashSet::from(["north"]));
        assert_eq!(vectors.nearest("m", &[1.0, 0.0], texts.into_iter(), 5), [1]);
    }
}
