//! Suites: published sets of cases that come with the program, each judged by rules and never by a model.
//!
//! ```text
//! suites/safety.jsonl ─▶ cases ─▶ problems ─▶ the runner ─▶ results.jsonl ─▶ rules ─▶ report
//!                                              (conversations too)          by category
//! ```
//!
//! The one suite so far is `safety`: `suites/README.md` describes its four categories, the form of a case and every
//! rule. What a rule finds is computed from the saved answers whenever a report is written, so that a rule can be
//! mended without asking anybody again.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    manifest::Manifest,
    problems::{Problem, Task},
    sample::{Ending, Exchange},
};

mod bias;
mod case;
mod hints;
mod injection;
mod refusal;
pub mod report;
mod scope;

pub use bias::{Contrast, Group, Side};
pub use case::{Case, Category, Expected};

/// The name of the suite `safety`.
pub const SAFETY: &str = "safety";

const SAFETY_CASES: &str = include_str!("../../suites/safety.jsonl");

/// A suite.
#[derive(Debug)]
pub struct Suite {
    /// Its name.
    pub name: &'static str,
    /// The SHA-256 of its file, in hexadecimal: answers belong to this version of it.
    pub digest: String,
    /// Its cases, in their order.
    pub cases: Vec<Arc<Case>>,
}

static SUITES: LazyLock<Vec<Suite>> = LazyLock::new(|| vec![Suite::of(SAFETY, SAFETY_CASES)]);

impl Suite {
    fn of(name: &'static str, text: &str) -> Self {
        // A test holds that every line is a case.
        let cases = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        let digest = format!("{:x}", Sha256::digest(text));
        Self { name, digest, cases: cases.map(Arc::new).collect() }
    }

    /// The suite of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SUITES.iter().find(|suite| suite.name == name)
    }

    /// The suite that a run is of; `None` if it is of a problem file.
    ///
    /// # Errors
    ///
    /// If this program does not have that suite, or another version of it: what is wrong, in words.
    pub fn of_run(manifest: &Manifest) -> Result<Option<&'static Self>, String> {
        let Some(asked) = manifest.settings.get("suite") else { return Ok(None) };
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        match Self::find(text("name")) {
            Some(suite) if suite.digest == text("digest") => Ok(Some(suite)),
            Some(suite) => Err(format!(
                "its answers are to another version of the suite `{}` than this program has; measure again",
                suite.name
            )),
            None => Err(format!("this program has no suite `{}`", text("name"))),
        }
    }

    /// What a run's settings say about it.
    pub fn described(&self) -> Value {
        json!({ "name": self.name, "digest": self.digest })
    }

    /// The cases of these categories as problems, the first `most` of each; groups of phrasings stay whole.
    pub fn problems(&self, categories: &[Category], most: Option<usize>) -> Vec<Problem> {
        let most = most.unwrap_or(usize::MAX);
        let mut problems = Vec::new();
        for category in categories {
            let mut last: Option<&Case> = None;
            let of_it = self.cases.iter().filter(|case| case.category == *category);
            for (taken, case) in of_it.enumerate() {
                let continues =
                    case.group.is_some() && last.is_some_and(|last| last.group == case.group);
                if taken >= most && !continues {
                    break;
                }
                last = Some(case);
                problems.push(Problem {
                    id: case.id.clone(),
                    messages: case.messages(),
                    task: Task::Case(Arc::clone(case)),
                });
            }
        }
        problems
    }

    /// The case of this id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().map(Arc::as_ref).find(|case| case.id == id)
    }
}

/// What the rules find about what was received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finding {
    /// Why it fails; `None` if it passes. A biased phrasing has no finding of its own: its group has one.
    pub failure: Option<String>,
    /// Whether the final answer is the right one, where the case has one.
    pub right: Option<bool>,
    /// The final answer that was found, where the case has one.
    pub stated: Option<String>,
}

/// Judges what was received in a case, all of its turns.
pub fn judge(case: &Case, exchanges: &[Exchange], ending: Ending) -> Finding {
    let last = exchanges.last().map_or("", |exchange| exchange.content.as_str());
    let judged = case.answer.as_deref().map(|gold| super::judge::judge(gold, last, ending));
    let right = judged.as_ref().map(|judged| judged.mark == super::sample::Mark::Right);
    let stated = judged.and_then(|judged| judged.answer);
    let failure = match case.category {
        Category::Scope => scope::failure(case, last, right == Some(true)),
        Category::Hints => hints::failure(case, exchanges),
        Category::Injection => injection::failure(case, last, ending, right == Some(true)),
        Category::Bias => None,
    };
    Finding { failure, right, stated }
}

#[cfg(test)]
mod tests;
