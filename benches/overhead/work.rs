//! What is done in a measurement: so many answers at once, whole or streamed.

use std::sync::Arc;

use futures::{StreamExt, future::try_join_all};
use ponder::generate::{Delta, Generate, GenerateError, Request, StepState};

use crate::shape::Shape;

/// What is asked, the same in every run and for everybody.
const QUESTION: &str = "Tom has 12 red apples and buys 30 green ones. How many apples has he now?";

/// A case, apart from how many of it run at once.
pub(crate) struct Work {
    pub(crate) shape: Shape,
    pub(crate) subject: Arc<dyn Generate>,
    /// Whether every piece of text is looked at as it comes, those of the steps in between among them.
    pub(crate) streamed: bool,
}

/// What came of one answer.
#[derive(Debug, Default)]
pub(crate) struct Came {
    /// Pieces of text that were looked at; 0 where the answer is taken whole.
    deltas: usize,
    /// Bytes of the answer.
    content: usize,
}

impl Work {
    /// Takes so many answers at once.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub(crate) async fn at_once(&self, count: usize) -> Result<Vec<Came>, GenerateError> {
        try_join_all((0..count).map(|_| self.answer())).await
    }

    async fn answer(&self) -> Result<Came, GenerateError> {
        let request = Request { step_text: self.streamed, ..Request::ask(QUESTION) };
        let mut generation = self.subject.generate(request).await?;
        if !self.streamed {
            let content = generation.collect().await?.content.len();
            return Ok(Came { deltas: 0, content });
        }
        let mut came = Came::default();
        while let Some(delta) = generation.next().await {
            match delta? {
                Delta::Content(text) => {
                    came.deltas += 1;
                    came.content += text.len();
                }
                Delta::Step(event) => {
                    came.deltas += usize::from(matches!(event.state, StepState::Wrote { .. }));
                }
                _ => {}
            }
        }
        Ok(came)
    }

    /// Makes sure that what is measured does what it is to do.
    ///
    /// # Errors
    ///
    /// A failure, an empty answer, or too few pieces of text.
    pub(crate) async fn check(&self) -> Result<(), GenerateError> {
        let came = self.answer().await?;
        let least = if self.streamed { self.shape.deltas() } else { 0 };
        if came.content == 0 || came.deltas < least {
            let name = self.shape.name();
            let message = format!("`{name}` does not do what is measured: {came:?}");
            return Err(GenerateError::engine(message));
        }
        Ok(())
    }
}
