//! Notices an answer that goes in circles.
//!
//! Small models, quantized ones above all, sometimes repeat the same words until their tokens run
//! out. What counts is an exact repetition of tokens at the end of the text: penalties forbid forms
//! and make good answers worse, and a near-repetition may be a table or a proof by cases.

/// How much repetition is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The longest pattern that is looked for, in tokens.
    pub longest: usize,
    /// How many times it must stand at the end, one after the other.
    pub copies: usize,
    /// How many tokens these copies must cover together.
    pub tokens: usize,
}

/// For thinking: what is lost by ending it is little, the answer still comes.
pub const THINKING: Patience = Patience { longest: 128, copies: 4, tokens: 128 };

/// For answers: tables and listings repeat themselves for good reasons.
pub const ANSWER: Patience = Patience { longest: 128, copies: 8, tokens: 384 };

impl Patience {
    /// The length of the pattern that `text` ends with more often than this allows.
    pub fn exhausted_by(self, text: &[u32]) -> Option<usize> {
        (1..=self.longest).find(|&period| {
            let covered = self.tokens.max(self.copies * period);
            // A text that equals itself shifted by the period consists of copies of its end.
            text.len().checked_sub(covered).and_then(|start| text.get(start..)).is_some_and(|end| {
                end.iter().zip(end.iter().skip(period)).all(|(token, later)| token == later)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOON: Patience = Patience { longest: 4, copies: 3, tokens: 6 };

    #[test]
    fn only_whole_repetition_at_the_end_counts() {
        for (text, expected) in [
            (&[1, 2, 1, 2, 1, 2][..], Some(2)),
            (&[9, 9, 1, 2, 1, 2, 1, 2], Some(2)),
            (&[7, 7, 7, 7, 7, 7], Some(1)),
            // Long enough, but not often enough or not at the end.
            (&[1, 2, 3, 1, 2, 3], None),
            (&[1, 2, 1, 2, 1, 2, 3], None),
            (&[7, 7, 7], None),
            (&[], None),
            // A digit that differs makes it another line.
            (&[1, 5, 2, 1, 6, 2, 1, 7, 2], None),
        ] {
            assert_eq!(SOON.exhausted_by(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_loop_is_noticed_whatever_came_before(
            before in prop::collection::vec(0u32..50, 0..80),
            pattern in prop::collection::vec(0u32..50, 1..128),
        ) {
            let mut text = before;
            for _ in 0..THINKING.tokens.div_ceil(pattern.len()).max(THINKING.copies) + 1 {
                text.extend(&pattern);
            }
            let period = THINKING.exhausted_by(&text).expect("a loop");
            prop_assert_eq!(pattern.len() % period, 0, "not a divisor of the pattern");
        }

        #[test]
        fn text_without_a_period_is_left_alone(seed in any::<u32>(), length in 0usize..600) {
            let mut state = seed | 1;
            let text: Vec<u32> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    state >> 8
                })
                .collect();
            prop_assert_eq!(THINKING.exhausted_by(&text), None);
        }
    }
}
