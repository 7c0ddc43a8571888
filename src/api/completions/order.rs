//! From what arrived to what is asked.

use super::{prompt::prompts, reply::Style, request::CompletionRequest};
use crate::{
    api::chat::validate::{Common, Delivery},
    app::ApiSettings,
    error::ApiError,
    generate::{Generate, RawPrompt, Request},
};

/// A checked request.
pub(super) struct Order {
    /// The model's name, as the client spelled it.
    pub(super) model: String,
    /// One request a continuation: those of the first prompt, then those of the next.
    pub(super) requests: Vec<Request>,
    /// Whole, or piece by piece.
    pub(super) delivery: Delivery,
    prompts: Vec<RawPrompt>,
    /// How many continuations a prompt has.
    each: u32,
    echo: bool,
    logprobs: bool,
}

impl Order {
    /// Checks a request.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(body: CompletionRequest, settings: &ApiSettings) -> Result<Self, ApiError> {
        let prompts = prompts(body.prompt.as_ref())?;
        let echo = body.echo == Some(true);
        if body.suffix.as_ref().is_some_and(|suffix| !suffix.is_empty()) {
            let message =
                "`suffix` cannot be honoured: the models continue a text, they fill no gap.";
            return Err(ApiError::invalid("suffix", message));
        }
        if body.best_of.is_some_and(|best| best != body.n.unwrap_or(1)) {
            let message = "`best_of` cannot be honoured: ask for as many with `n` and choose.";
            return Err(ApiError::invalid("best_of", message));
        }
        if echo && body.logprobs.is_some() {
            let message = "`echo` together with `logprobs` cannot be honoured: the probabilities of a \
                           prompt's tokens are not computed. Leave out one of them.";
            return Err(ApiError::invalid("echo", message));
        }
        if let Some(logprobs) = body.logprobs
            && !(0..=20).contains(&logprobs)
        {
            return Err(ApiError::invalid("logprobs", "`logprobs` must be from 0 to 20."));
        }
        let common = Common::check(body.common(), settings)?;
        let requests = prompts
            .iter()
            .flat_map(|prompt| {
                let request = Request { raw: Some(prompt.clone()), ..common.request.clone() };
                (0..common.choices).map(move |number| request.numbered(number))
            })
            .collect();
        Ok(Self {
            model: common.model,
            requests,
            delivery: common.delivery,
            prompts,
            each: common.choices,
            echo,
            logprobs: common.request.logprobs.is_some(),
        })
    }

    /// How many continuations there will be.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.requests.len()).unwrap_or(u32::MAX)
    }

    /// The text before each continuation, if it was asked for.
    ///
    /// # Errors
    ///
    /// If tokens are to be echoed that the model does not know.
    pub(super) async fn echoed(&self, model: &dyn Generate) -> Result<Vec<String>, ApiError> {
        let mut texts = Vec::new();
        for prompt in self.prompts.iter().filter(|_| self.echo) {
            let text = match prompt {
                RawPrompt::Text(text) => text.clone(),
                RawPrompt::Tokens(tokens) => match model.tokenizer() {
                    Some(tokenizer) => tokenizer.detokenize(tokens.to_vec()).await?,
                    // The model itself says why it does not take them.
                    None => String::new(),
                },
            };
            texts.extend((0..self.each).map(|_| text.clone()));
        }
        Ok(texts)
    }

    /// How the reply is written.
    pub(super) fn style(&self, echoed: Vec<String>) -> Style {
        Style { count: self.count(), each: self.each, echoed, logprobs: self.logprobs }
    }
}
