//! What arrives: LangServe's envelope around what a chain is asked.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    input::{self, Asked},
    schema,
};
use crate::{
    api::chat::{request::PonderOptions, validate::Steps},
    app::ApiSettings,
    catalog::Entry,
    error::ApiError,
};

/// One input.
///
/// Keys that are not listed are accepted and ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct InvokeRequest {
    /// What is asked.
    #[schema(required, schema_with = schema::input)]
    pub input: Option<Value>,
    /// LangChain's configuration of the call; ignored.
    #[schema(value_type = Option<Object>)]
    pub config: Option<Map<String, Value>>,
    /// Further arguments of the call: none can be honoured, so each must be null. Parameters belong into
    /// `input`.
    #[schema(value_type = Option<Object>)]
    pub kwargs: Option<Map<String, Value>>,
    /// What only ponder offers; also taken inside `input`.
    pub ponder: Option<PonderOptions>,
}

/// Several inputs.
///
/// Keys that are not listed are accepted and ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct BatchRequest {
    /// What is asked.
    #[schema(required, schema_with = schema::inputs)]
    pub inputs: Option<Vec<Value>>,
    /// LangChain's configuration of the calls.
    #[schema(schema_with = schema::batch_config)]
    pub config: Option<Value>,
    /// Further arguments of the calls: none can be honoured, so each must be null. Parameters belong into
    /// `inputs`.
    #[schema(value_type = Option<Object>)]
    pub kwargs: Option<Map<String, Value>>,
    /// What only ponder offers; also taken inside each input.
    pub ponder: Option<PonderOptions>,
    /// `true` gives each input its answer or, in its place, its error. Otherwise the first error is the
    /// error of the whole, and what still runs is cancelled.
    pub return_exceptions: Option<bool>,
}

impl InvokeRequest {
    /// What is asked of this chain.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(self, entry: &Entry, settings: &ApiSettings) -> Result<Asked, ApiError> {
        without_arguments(self.kwargs.as_ref())?;
        let mut asked = input::read("input", self.input, &entry.info.id, settings)?;
        if wants_events(self.ponder.as_ref()) {
            asked.style.steps = Steps::Reported;
        }
        Ok(asked)
    }
}

impl BatchRequest {
    /// What is asked of this chain, input by input.
    ///
    /// # Errors
    ///
    /// 400 with the field that is at fault.
    pub(super) fn check(
        self,
        entry: &Entry,
        settings: &ApiSettings,
    ) -> Result<Vec<Asked>, ApiError> {
        without_arguments(self.kwargs.as_ref())?;
        let inputs = self.inputs.ok_or_else(|| {
            ApiError::invalid("inputs", "`inputs` is missing: an array of inputs.")
        })?;
        if inputs.len() > super::batch::MOST_INPUTS {
            let message = format!("`inputs` has at most {} inputs.", super::batch::MOST_INPUTS);
            return Err(ApiError::invalid("inputs", message));
        }
        let events = wants_events(self.ponder.as_ref());
        let numbered = inputs.into_iter().enumerate();
        numbered
            .map(|(index, value)| {
                let place = format!("inputs[{index}]");
                let mut asked = input::read(&place, Some(value), &entry.info.id, settings)?;
                if events {
                    asked.style.steps = Steps::Reported;
                }
                Ok(asked)
            })
            .collect()
    }

    /// How many of the inputs may be worked on at the same time, as far as the request says so.
    ///
    /// # Errors
    ///
    /// 400 if the configuration is none, is not as many as there are inputs, or says something else.
    pub(super) fn at_most_at_once(&self) -> Result<Option<usize>, ApiError> {
        let wrong = || {
            let message = "`config` is an object, or an array of one for each of the inputs.";
            ApiError::invalid("config", message)
        };
        let first = match &self.config {
            None => return Ok(None),
            Some(config @ Value::Object(_)) => Some(config),
            Some(Value::Array(list))
                if Some(list.len()) == self.inputs.as_ref().map(Vec::len)
                    && list.iter().all(Value::is_object) =>
            {
                list.first()
            }
            Some(_) => return Err(wrong()),
        };
        let Some(most) = first.and_then(|config| config.get("max_concurrency")) else {
            return Ok(None);
        };
        let number = most.as_u64().filter(|most| *most > 0);
        if number.is_none() && !most.is_null() {
            let message = "`config.max_concurrency` must be at least 1.";
            return Err(ApiError::invalid("config.max_concurrency", message));
        }
        Ok(number.map(|most| usize::try_from(most).unwrap_or(usize::MAX)))
    }
}

/// Refuses further arguments: those of a method in Python, which mean nothing here.
fn without_arguments(arguments: Option<&Map<String, Value>>) -> Result<(), ApiError> {
    let mut given = arguments.into_iter().flatten().filter(|(_, value)| !value.is_null());
    match given.next() {
        None => Ok(()),
        Some((name, _)) => {
            let name = format!("kwargs.{name}");
            let message = format!(
                "`{name}` cannot be honoured. Parameters belong into `input`, beside the question."
            );
            Err(ApiError::invalid(name, message))
        }
    }
}

fn wants_events(options: Option<&PonderOptions>) -> bool {
    options.and_then(|options| options.events) == Some(true)
}
