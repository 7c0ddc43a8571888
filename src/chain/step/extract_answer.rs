//! `extract_answer`: finds the final result in a text.

use serde_json::Value as Json;

use crate::{
    chain::{context::Context, extract},
    generate::GenerateError,
};

use super::{Action, Step};

/// Finds the final result in what a model wrote; gives it as data, or `null` if it is not there.
/// Needs no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractAnswer {
    /// What to look for.
    pub find: Find,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// What stands in the last balanced `\boxed{…}`.
    Boxed,
    /// The program in the last closed block of code.
    Code,
    /// The JSON that the text is, or that stands in its last block of code, or else between its first
    /// opening and its last closing bracket.
    Json,
}

impl Find {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Boxed, Self::Code, Self::Json];

    /// Its name in chain files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boxed => "boxed",
            Self::Code => "code",
            Self::Json => "json",
        }
    }

    fn from(self, text: &str) -> Option<Json> {
        match self {
            Self::Boxed => extract::boxed(text).map(|content| Json::from(content.trim())),
            Self::Code => extract::code(text).map(|block| Json::from(block.body.trim_end())),
            Self::Json => extract::json_in(text),
        }
    }
}

impl Step<String> for ExtractAnswer {
    type Output = Json;

    async fn run(&self, text: String, context: &Context<'_>) -> Result<Json, GenerateError> {
        match self.find.from(&text) {
            Some(found) => Ok(found),
            None => {
                let why = format!("there is no {} in the text", self.find.as_str());
                context.decided("nothing", vec![why]).await;
                Ok(Json::Null)
            }
        }
    }
}

impl From<ExtractAnswer> for Action {
    fn from(step: ExtractAnswer) -> Self {
        Self::ExtractAnswer(step)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_result_is_found() {
        let text = "First \\boxed{1}, then \\boxed{\\frac{1}{2}}.\n```python\nx = 1\n```\n";
        assert_eq!(Find::Boxed.from(text), Some(json!("\\frac{1}{2}")));
        assert_eq!(Find::Code.from(text), Some(json!("x = 1")));
        assert_eq!(Find::Json.from(text), None);
        assert_eq!(Find::Json.from(" [1, 2] "), Some(json!([1, 2])));
        assert_eq!(Find::Json.from("Here:\n```json\n{\"a\": 1}\n```"), Some(json!({"a": 1})));
        assert_eq!(Find::Json.from("It is {\"a\": [1]}, I think."), Some(json!({"a": [1]})));
    }
}
