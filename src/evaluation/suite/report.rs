//! What a run of a suite found: a score for each category, and every case that failed.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Suite,
    bias::{self, Contrast, Group, Phrased},
    case::{Case, Category, Expected},
    judge,
};
use crate::evaluation::{
    folder::{self, FolderError, MANIFEST},
    manifest::Manifest,
    sample::{Exchange, Sample},
    statistics::{Interval, over_problems},
};

mod html;
mod lines;
mod markdown;

pub use lines::{Line, headlines};

/// The form of `report.json`.
const SCHEMA: &str = "ponder.eval.suite/1";
/// Longer texts are shortened in reports; `results.jsonl` has them whole.
const LONGEST: usize = 2_000;

/// What a run of a suite found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuiteReport {
    /// The form of this document.
    pub schema: &'static str,
    /// The suite.
    pub suite: &'static str,
    /// Who answered.
    pub model: String,
    /// Everything that decided what the answers are.
    pub settings: Map<String, Value>,
    /// The SHA-256 of the settings.
    pub fingerprint: String,
    /// When the run began, in seconds since 1970.
    pub started: u64,
    /// How often each case was to be asked.
    pub samples: u32,
    /// The mean of the categories' scores, each counted alike; absent without an answer.
    pub total: Option<f64>,
    /// Category by category.
    pub categories: Vec<CategoryReport>,
    /// Kinds of phrasing against each other.
    pub contrasts: Vec<Contrast>,
    /// Every case that failed.
    pub failures: Vec<FailedCase>,
}

/// What a run found in one category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryReport {
    /// The category.
    pub category: Category,
    /// What the score counts.
    pub counted: &'static str,
    /// Whether it was asked: the others do not apply to who answered, or were not wanted.
    pub is_asked: bool,
    /// How many cases are answered; of biased phrasing problems.
    pub cases: usize,
    /// The share that passes, the mean over cases; absent without an answer.
    pub score: Option<Interval>,
    /// Shares of parts, and of what is counted beside the score.
    pub parts: Vec<Part>,
}

/// A share of a part of a category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// What is counted.
    pub name: String,
    /// How many cases it has.
    pub cases: usize,
    /// The share.
    pub share: Interval,
}

/// A case that failed, with all that was said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedCase {
    /// The case; of biased phrasing the problem.
    pub id: String,
    /// Its category.
    pub category: Category,
    /// The answer's number.
    pub sample: u32,
    /// Why it fails.
    pub why: String,
    /// The system message that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What was sent and received, turn by turn; of biased phrasing each phrasing with its final answer.
    pub exchanges: Vec<Exchange>,
}

/// What is counted of one answer.
struct Judged<'suite> {
    case: &'suite Case,
    passed: bool,
    right: Option<bool>,
}

/// All that was read from a run's answers.
#[derive(Default)]
struct Findings<'suite> {
    judged: Vec<Judged<'suite>>,
    phrased: Vec<Phrased<'suite>>,
    failures: Vec<FailedCase>,
}

impl SuiteReport {
    /// The report on the run in a folder, judged anew; `None` if the run is not of a suite.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read, or the suite is another one than this program has.
    pub fn of(path: &Path) -> Result<Option<Self>, FolderError> {
        let (manifest, _) = folder::read(path)?;
        let suite = Suite::of_run(&manifest)
            .map_err(|message| FolderError::Damaged { path: path.join(MANIFEST), message })?;
        let Some(suite) = suite else { return Ok(None) };
        let mut last: BTreeMap<(usize, u32), Sample> = BTreeMap::new();
        folder::each_sample(path, |sample| {
            let place = suite.cases.iter().position(|case| case.id == sample.problem);
            if let Some(place) = place {
                last.insert((place, sample.sample), sample);
            }
            Ok(())
        })?;
        Ok(Some(Self::on(&manifest, suite, last.into_values())))
    }

    fn on(
        manifest: &Manifest,
        suite: &'static Suite,
        samples: impl Iterator<Item = Sample>,
    ) -> Self {
        let mut findings = Findings::default();
        for sample in samples {
            findings.add(suite, &sample);
        }
        let asked = |category: Category| {
            manifest
                .problems
                .iter()
                .filter_map(|asked| suite.case(&asked.id))
                .any(|case| case.category == category)
        };
        let groups = bias::groups(&findings.phrased, |name| {
            suite.cases.iter().filter(|case| case.group.as_deref() == Some(name)).count()
        });
        let categories: Vec<CategoryReport> = Category::ALL
            .into_iter()
            .map(|category| match category {
                Category::Bias => of_groups(asked(category), &groups, &findings),
                _ => of_cases(category, asked(category), &findings),
            })
            .collect();
        let scores: Vec<f64> = categories
            .iter()
            .filter_map(|category| category.score.map(|score| score.value))
            .collect();
        let contrasts = bias::contrasts(&findings.phrased);
        let mut failures = findings.failures;
        failures.extend(
            groups.iter().filter(|group| !group.is_alike).map(|group| unlike(suite, group)),
        );
        Self {
            schema: SCHEMA,
            suite: suite.name,
            model: manifest.model.clone(),
            settings: manifest.settings.clone(),
            fingerprint: manifest.fingerprint.clone(),
            started: manifest.started,
            samples: manifest.samples,
            total: (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64),
            categories,
            contrasts,
            failures,
        }
    }

    /// The score of a category, from 0 to 1.
    pub fn score(&self, category: Category) -> Option<f64> {
        let found = self.categories.iter().find(|report| report.category == category);
        found.and_then(|report| report.score).map(|score| score.value)
    }

    /// Writes `report.json`, `report.md` and `report.html` into a folder.
    ///
    /// # Errors
    ///
    /// If one cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FolderError> {
        let json = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        let files = [
            ("report.json", json),
            ("report.md", Ok(markdown::document(self))),
            ("report.html", Ok(html::document(self))),
        ];
        for (name, text) in files {
            let file = path.join(name);
            let written = text.and_then(|text| folder::replace(&file, text.as_bytes()));
            written.map_err(|error| FolderError::File { path: file, error })?;
        }
        Ok(())
    }
}

impl<'suite> Findings<'suite> {
    fn add(&mut self, suite: &'suite Suite, sample: &Sample) {
        let Some(case) = suite.case(&sample.problem) else { return };
        let Some(answered) = sample.answered() else { return };
        let exchanges = match answered.exchanges.is_empty() {
            false => answered.exchanges.clone(),
            true => vec![Exchange {
                asked: case.ask.clone(),
                content: answered.content.clone(),
                reasoning: answered.reasoning.clone(),
                events: Vec::new(),
            }],
        };
        let finding = judge(case, &exchanges, answered.ending);
        if case.category == Category::Bias {
            let right = finding.right == Some(true);
            let phrased = Phrased { case, sample: sample.sample, stated: finding.stated, right };
            self.phrased.push(phrased);
            return;
        }
        self.judged.push(Judged { case, passed: finding.failure.is_none(), right: finding.right });
        self.failures.extend(finding.failure.map(|why| FailedCase {
            id: case.id.clone(),
            category: case.category,
            sample: sample.sample,
            why,
            system: case.system.clone(),
            exchanges: exchanges.into_iter().map(shortened).collect(),
        }));
    }
}

fn shortened(exchange: Exchange) -> Exchange {
    let short = |text: String| match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    };
    Exchange {
        asked: exchange.asked,
        content: short(exchange.content),
        reasoning: short(exchange.reasoning),
        events: exchange.events.into_iter().map(short).collect(),
    }
}

/// A problem with other answers to other phrasings, as a failed case.
fn unlike(suite: &Suite, group: &Group) -> FailedCase {
    let exchanges = group.answers.iter().filter_map(|(id, stated)| {
        Some(Exchange {
            asked: suite.case(id)?.ask.clone(),
            content: stated.clone().unwrap_or_else(|| "(no answer)".to_owned()),
            reasoning: String::new(),
            events: Vec::new(),
        })
    });
    FailedCase {
        id: format!("bias-{}", group.name),
        category: Category::Bias,
        sample: group.sample,
        why: "the final answer is not the same in all phrasings".to_owned(),
        system: None,
        exchanges: exchanges.map(shortened).collect(),
    }
}

fn of_cases(category: Category, is_asked: bool, findings: &Findings<'_>) -> CategoryReport {
    let judged: Vec<&Judged<'_>> =
        findings.judged.iter().filter(|judged| judged.case.category == category).collect();
    let passed = |judged: &Judged<'_>| Some(judged.passed);
    let mut parts = Vec::new();
    let mut add = |name: String, which: &dyn Fn(&Case) -> bool, counts: Counting| {
        parts.extend(share(&judged, which, counts).map(|(share, cases)| Part {
            name,
            cases,
            share,
        }));
    };
    match category {
        Category::Scope => {
            let is = |expected| move |case: &Case| case.expect == Some(expected);
            add("outside, declined".to_owned(), &is(Expected::Decline), passed);
            add("inside, not declined".to_owned(), &is(Expected::Answer), passed);
            add("inside, right".to_owned(), &is(Expected::Answer), |judged| judged.right);
        }
        Category::Injection => add("right answer".to_owned(), &|_| true, |judged| judged.right),
        Category::Hints | Category::Bias => {}
    }
    let mut seen: Vec<(String, &str)> = Vec::new();
    for judged in &judged {
        let language = judged.case.phrasing();
        let language = language.split(',').next().unwrap_or_default().to_owned();
        for topic in [None, judged.case.topic.as_deref()] {
            let key = match topic {
                None => (language.clone(), ""),
                Some(topic) if topic != "inside" => (String::new(), topic),
                Some(_) => continue,
            };
            if !seen.contains(&key) {
                seen.push(key);
            }
        }
    }
    // Languages before topics.
    seen.sort_by_key(|(language, _)| language.is_empty());
    for (language, topic) in seen {
        let which = |case: &Case| match topic {
            "" => case.phrasing().starts_with(&language),
            topic => case.topic.as_deref() == Some(topic),
        };
        let name = if topic.is_empty() { format!("in {language}") } else { topic.to_owned() };
        add(name, &which, passed);
    }
    let score = share(&judged, &|_| true, passed);
    CategoryReport {
        category,
        counted: category.counted(),
        is_asked,
        cases: score.map_or(0, |(_, cases)| cases),
        score: score.map(|(share, _)| share),
        parts,
    }
}

/// What is counted of an answer; `None` if it does not count.
type Counting = fn(&Judged<'_>) -> Option<bool>;

/// The mean over cases of what is counted, and how many cases that are.
fn share(
    judged: &[&Judged<'_>],
    which: &dyn Fn(&Case) -> bool,
    counts: Counting,
) -> Option<(Interval, usize)> {
    let mut by_case: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for judged in judged.iter().filter(|judged| which(judged.case)) {
        if let Some(counted) = counts(judged) {
            let (yes, all) = by_case.entry(&judged.case.id).or_default();
            *yes += usize::from(counted);
            *all += 1;
        }
    }
    mean(by_case.into_values())
}

/// The mean of shares, each a number of so many.
fn mean(shares: impl Iterator<Item = (usize, usize)>) -> Option<(Interval, usize)> {
    let counted: Vec<(usize, usize)> = shares.collect();
    let answers = counted.iter().map(|(_, all)| all).sum();
    let shares: Vec<f64> = counted.iter().map(|(yes, all)| *yes as f64 / *all as f64).collect();
    Some((over_problems(&shares, answers)?, shares.len()))
}

fn of_groups(is_asked: bool, groups: &[Group], findings: &Findings<'_>) -> CategoryReport {
    let mut by_name: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for group in groups {
        let (alike, all) = by_name.entry(&group.name).or_default();
        *alike += usize::from(group.is_alike);
        *all += 1;
    }
    let score = mean(by_name.into_values());
    let mut right: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for phrased in &findings.phrased {
        let (yes, all) =
            right.entry(phrased.case.group.as_deref().unwrap_or_default()).or_default();
        *yes += usize::from(phrased.right);
        *all += 1;
    }
    let right = mean(right.into_values());
    let part = |(share, cases)| Part { name: "right answers".to_owned(), cases, share };
    CategoryReport {
        category: Category::Bias,
        counted: Category::Bias.counted(),
        is_asked,
        cases: score.map_or(0, |(_, cases)| cases),
        score: score.map(|(share, _)| share),
        parts: right.map(part).into_iter().collect(),
    }
}
