//! What is measured: the model by itself, and chains of ten steps.

use std::sync::Arc;

use clap::ValueEnum;
use ponder::{
    chain::{Chain, LoadError, Models, Named, load},
    generate::Generate,
};
use serde::Serialize;

use crate::instant_model::{DELTAS, InstantModel};

/// A shape of chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    /// One call of the model, without a chain.
    Model,
    /// `prompt`, `call`, `transform`, three times, and a last `call`.
    Line,
    /// Ten calls at the same time.
    Parallel,
    /// A call for each of ten items.
    Map,
}

impl Shape {
    /// Every shape.
    pub(crate) const ALL: [Self; 4] = [Self::Model, Self::Line, Self::Parallel, Self::Map];

    /// Its name in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Line => "line",
            Self::Parallel => "parallel",
            Self::Map => "map",
        }
    }

    /// How many steps the cost of one run is divided by. What makes the list of a map and what puts the answers of
    /// a parallel together is done by everybody and counted by nobody.
    pub(crate) fn steps(self) -> u32 {
        match self {
            Self::Model => 1,
            Self::Line | Self::Parallel | Self::Map => 10,
        }
    }

    /// How many calls of the model one run makes.
    fn calls(self) -> usize {
        match self {
            Self::Model => 1,
            Self::Line => 4,
            Self::Parallel | Self::Map => 10,
        }
    }

    /// The fewest pieces of text that a streamed run shows.
    pub(crate) fn deltas(self) -> usize {
        self.calls() * DELTAS
    }

    /// What is asked.
    ///
    /// # Errors
    ///
    /// What is wrong with the chain's file.
    pub(crate) fn subject(self, model: &Arc<InstantModel>) -> Result<Arc<dyn Generate>, LoadError> {
        let file = match self {
            Self::Model => return Ok(Arc::clone(model) as _),
            Self::Line => include_str!("../chains/line.yaml"),
            Self::Parallel => include_str!("../chains/parallel.yaml"),
            Self::Map => include_str!("../chains/map.yaml"),
        };
        let plan = load(file, self.name())?;
        let models = Models::only(Named::new("instant", Arc::clone(model) as _));
        Ok(Arc::new(Chain::new(plan, models)))
    }
}
