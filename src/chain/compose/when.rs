//! Conditions on values.

use crate::chain::plan::{Choice, Condition, Source};

/// Conditions that must all hold.
#[derive(Debug, Clone)]
pub struct When {
    pub(super) conditions: Vec<Condition>,
}

impl When {
    /// Holds when the value is one of these.
    pub(super) fn on(on: Source, one_of: Choice) -> Self {
        Self { conditions: vec![Condition { on, one_of, negated: false }] }
    }

    /// Holds when both hold.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self
    }

    /// Holds when none of the conditions does.
    #[must_use]
    pub fn none(mut self) -> Self {
        for condition in &mut self.conditions {
            condition.negated = !condition.negated;
        }
        self
    }
}
