//! How sure a model was of an answer, kept with it: small enough for long answers, and enough to vote by afterwards.

use serde::{Deserialize, Serialize};

use crate::chain::certainty::{Measure, mean_of};

/// The windows, in tokens, that are looked at; of each those that are shorter than the answer. From the short answers of
/// the demonstration model to the window of the paper.
pub const WINDOWS: [u32; 6] = [16, 32, 64, 128, 512, 2048];

/// How sure a model was of an answer; see [`crate::chain::certainty`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerConfidence {
    /// The mean of all tokens.
    pub mean: f64,
    /// By the length of the window, the shortest first; windows as long as the answer are the mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowConfidence>,
}

/// What windows of one length say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowConfidence {
    /// The length, in tokens.
    pub window: u32,
    /// The window of the least confidence.
    pub lowest: f64,
    /// The mean of the tenth of the windows with the least.
    pub bottom: f64,
    /// The last window.
    pub tail: f64,
}

impl AnswerConfidence {
    /// From the confidence of every token, in order; `None` without tokens.
    pub fn of(confidences: &[f32]) -> Option<Self> {
        let rounded = |number: f64| (number * 1e4).round() / 1e4;
        let shorter = WINDOWS.into_iter().filter(|window| (*window as usize) < confidences.len());
        let at = |window| {
            let of = |measure: Measure| measure.of(confidences, window).map(rounded);
            Some(WindowConfidence {
                window,
                lowest: of(Measure::Lowest)?,
                bottom: of(Measure::Bottom)?,
                tail: of(Measure::Tail)?,
            })
        };
        let mean = rounded(mean_of(confidences)?);
        Some(Self { mean, windows: shorter.filter_map(at).collect() })
    }

    /// The number of a measure with windows of this length.
    pub fn by(&self, measure: Measure, window: u32) -> f64 {
        let Some(at) = self.windows.iter().find(|at| at.window == window) else { return self.mean };
        match measure {
            Measure::Lowest => at.lowest,
            Measure::Bottom => at.bottom,
            Measure::Tail => at.tail,
            Measure::Mean => self.mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_as_long_as_the_answer_is_the_mean() {
        assert_eq!(AnswerConfidence::of(&[]), None);
        let short = AnswerConfidence::of(&[1.0, 3.0]).unwrap();
        assert_eq!(short, AnswerConfidence { mean: 2.0, windows: Vec::new() });
        assert!((short.by(Measure::Lowest, 16) - 2.0).abs() < 1e-12);
        let mut tokens = vec![4.0; 40];
        tokens.extend([1.0; 16]);
        let long = AnswerConfidence::of(&tokens).unwrap();
        assert_eq!(long.windows.iter().map(|at| at.window).collect::<Vec<_>>(), [16, 32]);
        assert!((long.by(Measure::Tail, 16) - 1.0).abs() < 1e-12);
        assert!((long.by(Measure::Lowest, 32) - 2.5).abs() < 1e-12);
        assert!((long.by(Measure::Lowest, 128) - long.mean).abs() < 1e-12);
    }
}
