//! Intervals for shares, with answers to the same problem counted as the relatives they are.
//!
//! Sixty-four answers to one problem say little more about the next problem than a few do. So the standard
//! error is that of the problems' means (cluster-robust; Miller 2024, "Adding error bars to evals",
//! arXiv:2411.00640), and the interval is Wilson's (1927) for as many independent answers as would have that
//! error (the effective sample size of Korn and Graubard 1998; with Wilson's interval in Dean and Pagano 2015,
//! "Evaluating confidence interval methods for binomial proportions in clustered surveys"). It stays between
//! 0 and 1, holds the share, and is not empty where every answer is right.

use serde::{Deserialize, Serialize};

/// The 97.5 % quantile of the normal distribution: 95 % lie between its negative and itself.
const NORMAL: f64 = 1.959_963_984_540_054;

/// A share, and between which shares it lies with a confidence of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate, from 0 to 1.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Wilson's interval for a share that was seen in so many independent answers, which need not be a whole
/// number; all shares if there were none.
pub fn wilson(share: f64, count: f64) -> Interval {
    if count <= 0.0 {
        return Interval { value: share, low: 0.0, high: 1.0 };
    }
    let square = NORMAL * NORMAL / count;
    let centre = (share + square / 2.0) / (1.0 + square);
    let spread = share * (1.0 - share) / count + square / (4.0 * count);
    let half = NORMAL * spread.max(0.0).sqrt() / (1.0 + square);
    // At 0 and 1 the ends meet the share only up to rounding.
    Interval {
        value: share,
        low: (centre - half).clamp(0.0, share),
        high: (centre + half).clamp(share, 1.0),
    }
}

/// The mean over problems of a share, each estimated from its own answers, of which there were `answers` in
/// all; `None` without a problem.
pub fn over_problems(shares: &[f64], answers: usize) -> Option<Interval> {
    let count = shares.len() as f64;
    if shares.is_empty() {
        return None;
    }
    let mean = (shares.iter().sum::<f64>() / count).clamp(0.0, 1.0);
    Some(wilson(mean, effective(shares, mean, answers.max(shares.len()) as f64)))
}

/// To how many independent answers these shares are worth the same.
fn effective(shares: &[f64], mean: f64, answers: f64) -> f64 {
    let count = shares.len() as f64;
    let spread = mean * (1.0 - mean);
    // Where all problems are alike at an end, or there is one only, nothing tells how they differ.
    if shares.len() < 2 || spread < 1e-12 {
        return count;
    }
    let squares: f64 = shares.iter().map(|share| (share - mean).powi(2)).sum();
    let squared_error = squares / (count - 1.0) / count;
    if squared_error * answers <= spread { answers } else { (spread / squared_error).max(1.0) }
}
