//! Reviews of changes: a diff is shown to a model file by file, and what it finds is checked against the diff.
//!
//! A reasoning model that is strong at algorithms finds two kinds of faults that people overlook: wrong boundaries
//! and work that is done again and again. Each finding names a line that the diff shows; what does not is
//! dropped and counted, never guessed at.

use serde::{Deserialize, Serialize};

use crate::generate::{Answer, Generate, GenerateError, Request, Usage};

pub mod diff;
pub mod score;

use diff::FileDiff;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Some input at the edge is treated wrongly.
    Boundary,
    /// Work is done again that was done already, or could be done once.
    Redundant,
}

impl Category {
    /// The category's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Redundant => "redundant",
        }
    }
}

/// A fault in a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, as the diff names it.
    pub file: String,
    /// The line in the new file.
    pub line: u32,
    /// What it is about.
    pub category: Category,
    /// The fault, in a sentence.
    pub what: String,
    /// An input that shows it, where there is one.
    pub failing_input: Option<String>,
}

/// What came of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Review {
    /// The faults, by file and line.
    pub findings: Vec<Finding>,
    /// How many files were looked at.
    pub files: usize,
    /// Files about which the model said nothing that can be read, and why.
    pub undecided: Vec<Undecided>,
    /// Findings that were dropped, because they name a line that the diff does not show.
    pub dropped: usize,
    /// What it cost.
    #[serde(serialize_with = "tokens")]
    pub usage: Usage,
}

/// A file about which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undecided {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// What the model answers.
#[derive(Debug, Deserialize)]
struct Answered {
    findings: Vec<Reported>,
}

#[derive(Debug, Deserialize)]
struct Reported {
    line: u32,
    category: Category,
    what: String,
    #[serde(default)]
    failing_input: Option<String>,
}

/// Shows each file of a diff to `model`, one after the other, and collects what it finds.
///
/// # Errors
///
/// What the model reports; one that cannot be asked about one file, because it is too long, is no error: the file
/// is undecided then.
pub async fn review(
    model: &dyn Generate,
    files: &[FileDiff],
    mut progress: impl FnMut(&FileDiff),
) -> Result<Review, GenerateError> {
    let mut review = Review { files: files.len(), ..Review::default() };
    for file in files {
        progress(file);
        let asked = match model.generate(Request::ask(file.numbered())).await {
            Ok(generation) => generation.collect().await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(answer) => review.add(file, &answer),
            Err(
                error @ (GenerateError::ContextLength { .. }
                | GenerateError::PromptTooLong { .. }
                | GenerateError::Invalid { .. }),
            ) => review.undecided(file, error.to_string()),
            Err(error) => return Err(error),
        }
    }
    review.findings.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    Ok(review)
}

impl Review {
    fn add(&mut self, file: &FileDiff, answer: &Answer) {
        self.usage += answer.finish.usage;
        let answered: Answered = match serde_json::from_str(answer.content.trim()) {
            Ok(answered) => answered,
            Err(_) => {
                return self.undecided(file, "the model gave no list of findings".to_owned());
            }
        };
        for reported in answered.findings {
            if !file.shows(reported.line) {
                self.dropped += 1;
                continue;
            }
            let finding = Finding {
                file: file.path.clone(),
                line: reported.line,
                category: reported.category,
                what: plain(&reported.what),
                failing_input: reported
                    .failing_input
                    .map(|input| plain(&input))
                    .filter(|input| !input.is_empty()),
            };
            let known = |known: &Finding| {
                (&known.file, known.line, known.category)
                    == (&finding.file, finding.line, finding.category)
            };
            if !self.findings.iter().any(known) {
                self.findings.push(finding);
            }
        }
    }

    fn undecided(&mut self, file: &FileDiff, reason: String) {
        self.undecided.push(Undecided { file: file.path.clone(), reason });
    }
}

/// A text of a model as it may stand in a line of a terminal or a log: what it was shown may come from strangers.
fn plain(text: &str) -> String {
    let signs: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    signs.trim().to_owned()
}

fn tokens<S: serde::Serializer>(usage: &Usage, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;

    let mut map = serializer.serialize_map(Some(3))?;
    map.serialize_entry("prompt_tokens", &usage.prompt_tokens)?;
    map.serialize_entry("completion_tokens", &usage.completion_tokens)?;
    map.serialize_entry("reasoning_tokens", &usage.reasoning_tokens)?;
    map.end()
}
