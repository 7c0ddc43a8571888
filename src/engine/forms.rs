//! What the answers of one model are held to: JSON values and calls of functions, made ready.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use super::{
    call_schema::call_schema,
    calls::{Calls, Tags, Wanted},
    constraint::{CallLimits, Grammars},
    steering::Form,
    tokens::Tokens,
};
use crate::generate::{Format, Function, GenerateError, Request, ToolChoice, Tools};

/// Makes forms ready for one model.
#[derive(Clone)]
pub struct Forms {
    tokens: Arc<Tokens>,
    stop_tokens: Arc<[u32]>,
    tags: Tags,
    /// Prepared when the first request asks for a form.
    grammars: Arc<OnceLock<Result<Grammars, String>>>,
    /// Whether the model has learnt to make several calls: only then it knows when it has made enough.
    several: bool,
    /// How much is compiled at once.
    turns: Arc<Semaphore>,
}

impl Forms {
    /// For a model with these tokens.
    ///
    /// # Errors
    ///
    /// The tokenizer's own words, if it cannot express what is said in the model's place.
    pub fn new(
        tokens: Arc<Tokens>,
        stop_tokens: Arc<[u32]>,
        several: bool,
        turns: Arc<Semaphore>,
    ) -> Result<Self, String> {
        let tags = Tags::new(&tokens)?;
        Ok(Self { tokens, stop_tokens, tags, grammars: Arc::default(), several, turns })
    }

    /// What the answer to a request is held to, of `max_tokens` tokens at most.
    ///
    /// # Errors
    ///
    /// If a schema cannot be followed, or no whole answer has so few tokens.
    pub async fn form(&self, request: &Request, max_tokens: u32) -> Result<Form, GenerateError> {
        if request.format == Format::Text && request.tools.is_empty() {
            return Ok(Form::Free);
        }
        let forms = self.clone();
        let (format, tools) = (request.format.clone(), request.tools.clone());
        // It goes on when the client leaves, so its turn must too.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let compiling = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            forms.compile(&format, &tools)
        });
        let form = compiling
            .await
            .map_err(|_| GenerateError::engine("The schema could not be compiled."))??;
        let needed = form.shortest() + 1;
        if needed > max_tokens as usize {
            return Err(GenerateError::invalid(
                "max_tokens",
                format!(
                    "A whole answer of the form that is asked for needs {needed} tokens, but there \
                     is only room for {max_tokens}. Raise `max_tokens`."
                ),
            ));
        }
        Ok(form)
    }

    fn compile(&self, format: &Format, tools: &Tools) -> Result<Form, GenerateError> {
        let prepared =
            self.grammars.get_or_init(|| Grammars::new(self.tokens.tokenizer(), &self.stop_tokens));
        let grammars = prepared.as_ref().map_err(|error| {
            GenerateError::engine(format!("This model's answers can have no form: {error}"))
        })?;
        let value = grammars.constrain(format).map_err(|error| invalid_format(format, &error))?;
        if tools.is_empty() {
            return Ok(value.map_or(Form::Free, |value| Form::Value(Box::new(value))));
        }
        let wanted = self.wanted(grammars, tools)?;
        let wanted = Wanted { otherwise: value.filter(|_| !wanted.must), ..wanted };
        let (stops, tokens) = (Arc::clone(&self.stop_tokens), Arc::clone(&self.tokens));
        Ok(Form::Calls(Box::new(Calls::new(wanted, self.tags.clone(), stops, tokens))))
    }

    /// What the calls of an answer look like.
    fn wanted(&self, grammars: &Grammars, tools: &Tools) -> Result<Wanted, GenerateError> {
        let several = tools.several && self.several;
        let (named, must, several) = match &tools.choice {
            ToolChoice::Auto => (None, false, several),
            ToolChoice::Required => (None, true, several),
            ToolChoice::Named(name) => (Some(name), true, false),
        };
        let functions: Vec<&Function> = tools
            .functions
            .iter()
            .filter(|function| named.is_none_or(|name| *name == function.name))
            .collect();
        // What a strict function's schema says is kept to the letter, or the function is refused.
        let refuse = |function: &Function, error: String| {
            let name = &function.name;
            let message = format!("Invalid schema for function '{name}': {error}");
            GenerateError::invalid("tools", message)
        };
        let is_strict = |function: &&&Function| function.strict == Some(true);
        for function in functions.iter().filter(is_strict) {
            let limits = CallLimits { lenient: false };
            if let Some(error) = grammars.fault(call_schema([*function]), limits) {
                return Err(refuse(function, error));
            }
        }
        let limits = CallLimits { lenient: !functions.iter().all(|function| is_strict(&function)) };
        let call = grammars.call(call_schema(functions.iter().copied()), limits);
        let call = call.map_err(|error| {
            // Which one is it?
            let at_fault = functions.iter().find_map(|function| {
                Some(refuse(function, grammars.fault(call_schema([*function]), limits)?))
            });
            at_fault.unwrap_or_else(|| {
                let message = format!("The schemas of the functions cannot be followed: {error}");
                GenerateError::invalid("tools", message)
            })
        })?;
        let overrunning = grammars.overrunning();
        Ok(Wanted { call, must, several, otherwise: None, overrunning })
    }
}

fn invalid_format(format: &Format, error: &str) -> GenerateError {
    let name = match format {
        Format::Schema { name, .. } => format!(" '{name}'"),
        Format::Text | Format::Object => String::new(),
    };
    GenerateError::invalid(
        "response_format",
        format!("Invalid schema for response_format{name}: {error}"),
    )
}
