//! CLR@k: whether the answer whose solutions are the most reliable among k is right; see [`crate::chain::claims`].
//!
//! Sums of weights cannot be counted as votes can, so it is the mean over random choices of k answers, the same ones
//! every time; over all answers there is only one choice, and of one answer every choice is taken.

use std::collections::BTreeMap;

use super::Random;

/// How many choices of k answers are looked at: the error of a share is then at most 1.6 points.
const CHOICES: usize = 1_000;

/// An answer with a weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed<K> {
    /// What it states; nothing has no vote.
    pub key: Option<K>,
    /// Whether it is right.
    pub right: bool,
    /// How reliable it is, from 0 to 1.
    pub weight: f64,
}

/// CLR@k of these answers; `None` unless there are k, and k is at least 1.
pub fn weighed_at<K: Ord + Copy>(k: usize, answers: &[Weighed<K>]) -> Option<f64> {
    if k == 0 || k > answers.len() {
        return None;
    }
    let right = |chosen: &[Weighed<K>]| if winner(chosen) { 1.0 } else { 0.0 };
    if k == answers.len() {
        return Some(right(answers));
    }
    if k == 1 {
        let all: f64 = answers.iter().map(|one| right(&[*one])).sum();
        return Some(all / answers.len() as f64);
    }
    let mut random = Random::new(k as u64);
    let mut all = answers.to_vec();
    let mut sum = 0.0;
    for _ in 0..CHOICES {
        // The first k of a shuffle (Fisher and Yates).
        for place in 0..k {
            let other = place + random.below(all.len() - place);
            all.swap(place, other);
        }
        sum += right(all.get(..k).unwrap_or_default());
    }
    Some(sum / CHOICES as f64)
}

/// Whether the answer that wins is right: the greatest weight, then the most votes, then the one that came first.
fn winner<K: Ord + Copy>(chosen: &[Weighed<K>]) -> bool {
    struct Sum {
        weight: f64,
        votes: usize,
        first: usize,
        right: bool,
    }
    let mut sums: BTreeMap<K, Sum> = BTreeMap::new();
    for (place, answer) in chosen.iter().enumerate() {
        let Some(key) = answer.key else { continue };
        let new = Sum { weight: 0.0, votes: 0, first: place, right: answer.right };
        let sum = sums.entry(key).or_insert(new);
        sum.weight += answer.weight;
        sum.votes += 1;
    }
    let best = sums.values().max_by(|one, other| {
        one.weight
            .total_cmp(&other.weight)
            .then(one.votes.cmp(&other.votes))
            .then(other.first.cmp(&one.first))
    });
    best.is_some_and(|best| best.right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(key: u8, weight: f64) -> Weighed<u8> {
        Weighed { key: (key > 0).then_some(key), right: key == 1, weight }
    }

    #[test]
    fn weight_decides_and_votes_where_there_is_none() {
        let answers = [weighed(1, 1.0), weighed(2, 0.3), weighed(2, 0.3), weighed(0, 0.0)];
        assert_eq!(weighed_at(4, &answers), Some(1.0));
        assert_eq!(weighed_at(1, &answers), Some(0.25));
        assert_eq!(weighed_at(5, &answers), None);
        let unreliable = [weighed(1, 0.0), weighed(2, 0.0), weighed(2, 0.0)];
        assert_eq!(weighed_at(3, &unreliable), Some(0.0));
        assert_eq!(weighed_at(2, &[weighed(1, 0.0), weighed(2, 0.0)]), Some(1.0), "the first");
    }

    #[test]
    fn choices_are_close_to_all_of_them() {
        // Of the three pairs two hold the right answer, which always wins.
        let answers = [weighed(1, 1.0), weighed(2, 0.1), weighed(3, 0.1)];
        let share = weighed_at(2, &answers).unwrap();
        assert!((share - 2.0 / 3.0).abs() < 0.05, "{share}");
        assert_eq!(weighed_at(2, &answers), Some(share), "the same every time");
    }
}
