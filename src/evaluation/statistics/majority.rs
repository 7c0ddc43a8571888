//! maj@k: whether the answer that most of k answers give is right (self-consistency; Wang and others 2022,
//! arXiv:2203.11171).
//!
//! It is computed, not sampled: the mean over all ways to draw k of the answers that are there. For each
//! cluster of answers with a right one, and each number of its votes, the ways to draw the others with fewer
//! votes, or as many, are counted. Where several clusters have the most votes, one of them is chosen by lot,
//! each with the same chance.

use std::collections::BTreeMap;

/// Answers that are the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// How many there are.
    pub size: usize,
    /// Which share of them was judged right: nearly always 0 or 1.
    pub right: f64,
}

/// The votes of all answers to a problem.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Votes {
    clusters: Vec<Cluster>,
    /// Answers that state nothing: they are drawn as the others are, and have no vote.
    abstained: usize,
}

impl Votes {
    /// Counts answers, each with what it states, if anything, and whether it is right.
    pub fn count<K: Ord>(answers: impl IntoIterator<Item = (Option<K>, bool)>) -> Self {
        let mut counted: BTreeMap<K, (usize, usize)> = BTreeMap::new();
        let mut abstained = 0;
        for (key, right) in answers {
            match key {
                None => abstained += 1,
                Some(key) => {
                    let (size, of_them_right) = counted.entry(key).or_default();
                    *size += 1;
                    *of_them_right += usize::from(right);
                }
            }
        }
        let cluster =
            |(size, right): (usize, usize)| Cluster { size, right: right as f64 / size as f64 };
        Self { clusters: counted.into_values().map(cluster).collect(), abstained }
    }

    /// The votes of these clusters and of answers that state nothing.
    pub fn new(clusters: Vec<Cluster>, abstained: usize) -> Self {
        Self { clusters, abstained }
    }

    /// How many answers there are.
    pub fn answers(&self) -> usize {
        self.clusters.iter().map(|cluster| cluster.size).sum::<usize>() + self.abstained
    }

    /// maj@k for every k from 1 to `largest`, or to the number of answers if that is less.
    pub fn majority(&self, largest: usize) -> Vec<f64> {
        let answers = self.answers();
        let largest = largest.min(answers);
        let binomials = Binomials::up_to(answers);
        let mut won = vec![0.0; largest];
        for (number, cluster) in self.clusters.iter().enumerate() {
            if cluster.right == 0.0 {
                continue;
            }
            for votes in 1..=cluster.size.min(largest) {
                let own = cluster.right * binomials.choose(cluster.size, votes);
                let ways = self.ways(number, votes, largest - votes, &binomials);
                for (ties, row) in ways.iter().enumerate() {
                    for (drawn, count) in row.iter().enumerate() {
                        if let Some(sum) = won.get_mut(votes + drawn - 1) {
                            *sum += own * count / (ties + 1) as f64;
                        }
                    }
                }
            }
        }
        let share = |(k, won): (usize, f64)| (won / binomials.choose(answers, k)).clamp(0.0, 1.0);
        (1..).zip(won).map(share).collect()
    }

    /// In how many ways answers outside a cluster can be drawn so that none of theirs has more than `votes`:
    /// by how many clusters have as many, and how many answers are drawn, at most `room`.
    fn ways(
        &self,
        except: usize,
        votes: usize,
        room: usize,
        binomials: &Binomials,
    ) -> Vec<Vec<f64>> {
        let empty = vec![vec![0.0; room + 1]; room / votes + 1];
        let mut ways = empty.clone();
        if let Some(none) = ways.first_mut().and_then(|row| row.first_mut()) {
            *none = 1.0;
        }
        let others = self.clusters.iter().enumerate().filter(|(number, _)| *number != except);
        let others = others.map(|(_, cluster)| (cluster.size, votes));
        // Those that state nothing can never tie.
        for (size, votes) in others.chain([(self.abstained, usize::MAX)]) {
            let mut next = empty.clone();
            for (ties, row) in ways.iter().enumerate() {
                for (drawn, count) in row.iter().enumerate().filter(|(_, count)| **count > 0.0) {
                    for taken in 0..=size.min(votes).min(room - drawn) {
                        let ties = ties + usize::from(taken == votes);
                        let cell = next.get_mut(ties).and_then(|row| row.get_mut(drawn + taken));
                        if let Some(cell) = cell {
                            *cell += count * binomials.choose(size, taken);
                        }
                    }
                }
            }
            ways = next;
        }
        ways
    }
}

/// Pascal's triangle.
struct Binomials(Vec<Vec<f64>>);

impl Binomials {
    /// Up to this row; exact as far as a float is, and finite below a thousand.
    fn up_to(most: usize) -> Self {
        let mut rows = vec![vec![1.0]];
        for _ in 0..most {
            let above: &[f64] = rows.last().map_or(&[], Vec::as_slice);
            let inner = above.windows(2).map(|pair| pair.iter().sum::<f64>());
            let row = std::iter::once(1.0).chain(inner).chain([1.0]).collect();
            rows.push(row);
        }
        Self(rows)
    }

    /// In how many ways `taken` of `size` can be drawn.
    fn choose(&self, size: usize, taken: usize) -> f64 {
        self.0.get(size).and_then(|row| row.get(taken)).copied().unwrap_or(0.0)
    }
}
