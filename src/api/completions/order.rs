//! From what arrived to what is asked.

use std::sync::Arc;

use super::{reply::Style, request::CompletionRequest};
use crate::{
    api::{
        chat::validate::{Common, Delivery},
        prompts::prompts,
    },
    app::ApiSettings,
    catalog::Entry,
    error::ApiError,
    generate::{Generate, MOST_SCORED_TOKENS, RawPrompt, Request},
};

/// The most prompts of one request.
const MOST_PROMPTS: usize = 128;

/// A checked request.
pub(super) struct Order {
    /// The model's name, as the client spelled it.
    pub(super) model: String,
    /// Whole, or piece by piece.
    pub(super) delivery: Delivery,
    prompts: Vec<RawPrompt>,
    /// How many continuations a prompt has.
    pub(super) each: u32,
    /// Whether the prompt is put before its continuations here.
    echo: bool,
    /// What is asked of every prompt.
    request: Request,
}

impl Order {
    /// Checks a request.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(body: CompletionRequest, settings: &ApiSettings) -> Result<Self, ApiError> {
        let prompts = prompts("prompt", body.prompt.as_ref(), MOST_PROMPTS)?;
        let echo = body.echo == Some(true);
        // Whoever ranks the tokens of a prompt also says them.
        let scored = echo && body.logprobs.is_some();
        if body.suffix.as_ref().is_some_and(|suffix| !suffix.is_empty()) {
            let message =
                "`suffix` cannot be honoured: the models continue a text, they fill no gap.";
            return Err(ApiError::invalid("suffix", message));
        }
        if body.best_of.is_some_and(|best| best != body.n.unwrap_or(1)) {
            let message = "`best_of` cannot be honoured: ask for as many with `n` and choose.";
            return Err(ApiError::invalid("best_of", message));
        }
        if let Some(logprobs) = body.logprobs
            && !(0..=20).contains(&logprobs)
        {
            return Err(ApiError::invalid("logprobs", "`logprobs` must be from 0 to 20."));
        }
        let common = Common::check(body.common(), settings)?;
        if prompts.len() * common.choices as usize > MOST_PROMPTS {
            let message =
                format!("`prompt` times `n` must be at most {MOST_PROMPTS} continuations.");
            return Err(ApiError::invalid("prompt", message));
        }
        Ok(Self {
            model: common.model,
            delivery: common.delivery,
            prompts,
            each: common.choices,
            echo: echo && !scored,
            request: Request { echoes_logprobs: scored, ..common.request },
        })
    }

    /// How many continuations there will be.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.prompts.len()).unwrap_or(u32::MAX).saturating_mul(self.each)
    }

    /// One request a continuation: those of the first prompt, then those of the next.
    pub(super) fn requests(&self) -> impl Iterator<Item = Request> + Send + '_ {
        self.prompts.iter().flat_map(|prompt| {
            let request = Request { raw: Some(prompt.clone()), ..self.request.clone() };
            (0..self.each).map(move |number| request.numbered(number))
        })
    }

    /// Finds what is wrong with one of several prompts before the others are answered.
    ///
    /// # Errors
    ///
    /// If a prompt is too long, or has tokens that the model does not know.
    pub(super) async fn check_prompts(&mut self, model: &dyn Generate) -> Result<(), ApiError> {
        let Some(tokenizer) = model.tokenizer().filter(|_| self.prompts.len() > 1) else {
            return Ok(());
        };
        for prompt in &mut self.prompts {
            let request = Request { raw: Some(prompt.clone()), ..Request::default() };
            let tokens = tokenizer.tokenize(&request).await?;
            if self.request.echoes_logprobs && tokens.len() > MOST_SCORED_TOKENS {
                let message = format!(
                    "`echo` together with `logprobs` takes prompts of at most {MOST_SCORED_TOKENS} tokens, \
                     and one has {}.",
                    tokens.len()
                );
                return Err(ApiError::invalid("prompt", message));
            }
            if !self.echo {
                *prompt = RawPrompt::Tokens(tokens.into());
            }
        }
        Ok(())
    }

    /// The text before the continuations of each prompt, if it was asked for.
    ///
    /// # Errors
    ///
    /// If tokens are to be echoed that the model does not know.
    pub(super) async fn echoed(&self, entry: &Entry) -> Result<Vec<Arc<str>>, ApiError> {
        let mut texts = Vec::new();
        for prompt in self.prompts.iter().filter(|_| self.echo) {
            texts.push(match prompt {
                RawPrompt::Text(text) => Arc::clone(text),
                RawPrompt::Tokens(tokens) => match entry.model.tokenizer() {
                    // What is too long the model itself refuses.
                    Some(tokenizer) if fits(tokens, entry) => {
                        tokenizer.detokenize(tokens.to_vec()).await?.into()
                    }
                    Some(_) | None => "".into(),
                },
            });
        }
        Ok(texts)
    }

    /// How the reply is written.
    pub(super) fn style(&self, echoed: Vec<Arc<str>>) -> Style {
        let logprobs = self.request.logprobs.is_some();
        let scored = self.request.echoes_logprobs;
        Style { count: self.count(), each: self.each, echoed, logprobs, scored }
    }
}

fn fits(tokens: &[u32], entry: &Entry) -> bool {
    entry.info.context_length.is_none_or(|length| tokens.len() <= length as usize)
}
