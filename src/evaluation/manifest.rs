//! What a run was made from: the first thing in its folder, and what it is held to when it goes on.

use std::{collections::HashMap, time::SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::problems::{Problem, Task};

/// The form of `run.json`.
pub const SCHEMA: &str = "ponder.eval.run/1";

/// What a run was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who answers.
    pub model: String,
    /// The problem file's name.
    pub file: String,
    /// Everything that decides what the answers are: model, words, sampling, seed.
    pub settings: Map<String, Value>,
    /// The SHA-256 of the settings, in hexadecimal.
    pub fingerprint: String,
    /// How often each problem is asked.
    pub samples: u32,
    /// The problems, in their order.
    pub problems: Vec<AskedProblem>,
    /// What tokens cost, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// When the run began, in seconds since 1970.
    pub started: u64,
}

/// A problem of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedProblem {
    /// Its id.
    pub id: String,
    /// The right answer; `tests` where programs are run.
    pub answer: String,
    /// Whether an answer is a program that is to pass tests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tests: bool,
    /// The SHA-256 of those tests; absent in runs of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_digest: Option<String>,
    /// The SHA-256 of what is asked.
    pub digest: String,
}

/// What a million tokens cost, in the currency of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// Of prompts.
    pub input: f64,
    /// Of answers, thinking included.
    pub output: f64,
}

impl Prices {
    /// What these tokens cost.
    pub fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> f64 {
        (prompt_tokens as f64 * self.input + completion_tokens as f64 * self.output) / 1e6
    }
}

/// Why a run cannot go on as it is asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Its answers were made with other settings.
    #[error("its answers were made with other settings: {}", .0.join("; "))]
    Settings(Vec<String>),
    /// A problem is another one now.
    #[error("the problem {0:?} was another one then")]
    Problem(String),
    /// A problem has another right answer than the one by which its answers were judged.
    #[error("the problem {0:?} has another right answer than its answers were judged by")]
    Answer(String),
    /// A problem has other tests than those on which its programs were run.
    #[error("the problem {0:?} has other tests than its answers were judged by")]
    Tests(String),
    /// The problems are neither some of those then, nor those then and more.
    #[error("its problems are those of another file ({0})")]
    File(String),
}

impl Manifest {
    /// The manifest of a run that begins now.
    pub fn new(
        model: &str,
        file: &str,
        settings: Map<String, Value>,
        samples: u32,
        problems: &[Problem],
    ) -> Self {
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            schema: SCHEMA.to_owned(),
            model: model.to_owned(),
            file: file.to_owned(),
            fingerprint: fingerprint(&settings),
            settings,
            samples,
            problems: problems.iter().map(AskedProblem::of).collect(),
            prices: None,
            started: started.map_or(0, |time| time.as_secs()),
        }
    }

    /// This run as it goes on: with as many samples and problems as either has.
    ///
    /// # Errors
    ///
    /// If what is wanted now would mix answers that cannot be compared.
    pub fn continued(mut self, wanted: Self) -> Result<Self, Mismatch> {
        if self.fingerprint != wanted.fingerprint {
            return Err(Mismatch::Settings(differences(&self.settings, &wanted.settings)));
        }
        let then: HashMap<&str, &AskedProblem> =
            self.problems.iter().map(|problem| (problem.id.as_str(), problem)).collect();
        let mut common = 0;
        for problem in &wanted.problems {
            match then.get(problem.id.as_str()) {
                Some(known) if known.digest != problem.digest || known.tests != problem.tests => {
                    return Err(Mismatch::Problem(problem.id.clone()));
                }
                Some(known) if !known.is_judged_as(problem) => {
                    let other = if problem.tests { Mismatch::Tests } else { Mismatch::Answer };
                    return Err(other(problem.id.clone()));
                }
                Some(_) => common += 1,
                None => {}
            }
        }
        // A limit may have been raised or lowered; nothing else keeps one set inside the other.
        let (before, now) = (self.problems.len(), wanted.problems.len());
        if common < before.min(now) {
            return Err(Mismatch::File(self.file));
        }
        if now > before {
            self.problems = wanted.problems;
        } else {
            self.learn_tests(wanted.problems);
        }
        self.samples = self.samples.max(wanted.samples);
        self.prices = wanted.prices.or(self.prices);
        Ok(self)
    }

    /// Keeps from now on what the tests are, where the run is of before that was kept.
    fn learn_tests(&mut self, wanted: Vec<AskedProblem>) {
        let mut wanted: HashMap<String, Option<String>> =
            wanted.into_iter().map(|problem| (problem.id, problem.tests_digest)).collect();
        for problem in self.problems.iter_mut().filter(|problem| problem.tests_digest.is_none()) {
            problem.tests_digest = wanted.remove(&problem.id).flatten();
        }
    }
}

impl AskedProblem {
    fn of(problem: &Problem) -> Self {
        let tests = matches!(problem.task, Task::Tests(_));
        Self {
            id: problem.id.clone(),
            answer: problem.answer().unwrap_or(if tests { "tests" } else { "" }).to_owned(),
            tests,
            tests_digest: problem.tests_digest(),
            digest: problem.digest(),
        }
    }

    /// Whether the same answers are right in both, as far as that is known.
    pub(super) fn is_judged_as(&self, other: &Self) -> bool {
        let tests = self.tests_digest.as_ref().zip(other.tests_digest.as_ref());
        self.answer == other.answer && tests.is_none_or(|(one, other)| one == other)
    }
}

fn fingerprint(settings: &Map<String, Value>) -> String {
    let mut sorted: Vec<_> = settings.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        hash.update(format!("{name}={value}\n"));
    }
    format!("{:x}", hash.finalize())
}

/// In which settings two runs differ, in words.
fn differences(then: &Map<String, Value>, now: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<&String> = then.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let shown = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), shortened);
    names
        .into_iter()
        .filter(|name| then.get(*name) != now.get(*name))
        .map(|name| {
            format!("`{name}` was {} and is {}", shown(then.get(name)), shown(now.get(name)))
        })
        .collect()
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(settings: Value, samples: u32, problems: &[(&str, &str)]) -> Manifest {
        let settings = settings.as_object().cloned().unwrap_or_default();
        let asked = |(id, digest): &(&str, &str)| AskedProblem {
            id: (*id).to_owned(),
            answer: "1".to_owned(),
            tests: false,
            tests_digest: None,
            digest: (*digest).to_owned(),
        };
        let problems = problems.iter().map(asked).collect();
        Manifest { problems, ..Manifest::new("m", "f.jsonl", settings, samples, &[]) }
    }

    #[test]
    fn a_run_goes_on_with_more_but_not_with_others() {
        let run = manifest(json!({"temperature": 1.0}), 2, &[("a", "1"), ("b", "2")]);
        let same = json!({"temperature": 1.0});
        let more = manifest(same.clone(), 4, &[("a", "1"), ("b", "2"), ("c", "3")]);
        let longer = run.clone().continued(more).unwrap();
        assert_eq!((longer.samples, longer.problems.len()), (4, 3));
        let fewer = run.clone().continued(manifest(same.clone(), 1, &[("a", "1")])).unwrap();
        assert_eq!((fewer.samples, fewer.problems.len()), (2, 2));
        let refused = |wanted| run.clone().continued(wanted).unwrap_err().to_string();
        insta::assert_snapshot!(
            refused(manifest(json!({"temperature": 0.5, "seed": 3}), 2, &[("a", "1")])),
            @"its answers were made with other settings: `seed` was absent and is 3; `temperature` was 1.0 and is 0.5"
        );
        insta::assert_snapshot!(
            refused(manifest(same.clone(), 2, &[("a", "9")])),
            @r#"the problem "a" was another one then"#
        );
        insta::assert_snapshot!(
            refused(manifest(same, 2, &[("x", "1"), ("y", "1")])),
            @"its problems are those of another file (f.jsonl)"
        );
    }

    #[test]
    fn what_is_right_stays_the_same() {
        let run = manifest(json!({}), 2, &[("a", "1"), ("b", "2")]);
        let other = |change: fn(&mut AskedProblem)| {
            let mut other = run.clone();
            change(&mut other.problems[1]);
            other
        };
        let refused = |then: Manifest, now: Manifest| then.continued(now).unwrap_err().to_string();
        insta::assert_snapshot!(
            refused(run.clone(), other(|problem| problem.answer = "2".to_owned())),
            @r#"the problem "b" has another right answer than its answers were judged by"#
        );
        let tests = |digest: Option<&'static str>| {
            let mut run = run.clone();
            run.problems[1].tests = true;
            run.problems[1].tests_digest = digest.map(str::to_owned);
            run
        };
        insta::assert_snapshot!(
            refused(tests(Some("1")), tests(Some("2"))),
            @r#"the problem "b" has other tests than its answers were judged by"#
        );
        assert!(matches!(
            run.clone().continued(tests(Some("1"))),
            Err(Mismatch::Problem(problem)) if problem == "b"
        ));
        let old = tests(None).continued(tests(Some("1"))).unwrap();
        assert_eq!(old, tests(Some("1")), "from now on they are known");
        refused(old, tests(Some("2")));
    }

    #[test]
    fn the_order_of_settings_does_not_matter() {
        let first = manifest(json!({"a": 1, "b": 2}), 1, &[]);
        let second = manifest(json!({"b": 2, "a": 1}), 1, &[]);
        assert_eq!(first.fingerprint, second.fingerprint);
    }
}
