//! How good a reviewer is, on changes with planted faults: `tests/data/review/README.md` says how it is counted.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Category, Finding, Review};

/// A change with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The folder's name.
    pub id: String,
    /// The change.
    pub diff: String,
    /// What there is to find.
    pub expected: Vec<Expected>,
}

/// A fault that there is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Expected {
    /// The file, as the diff names it.
    pub file: String,
    /// The first and the last line that may be named.
    pub lines: (u32, u32),
    /// What it is about.
    pub category: Category,
}

/// What is in `expected.json`.
#[derive(Debug, Deserialize)]
struct Sheet {
    findings: Vec<Expected>,
}

/// How good the reviews were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Score {
    /// Changes that were reviewed.
    pub cases: usize,
    /// Faults at a boundary: how many were found, of how many.
    pub boundary: Share,
    /// Redundant work: how much was found, of how much.
    pub redundant: Share,
    /// Findings that are none.
    pub wrong: usize,
    /// Changes without a fault in which one was found, of how many.
    pub false_alarms: Share,
    /// Files about which the model said nothing that can be read.
    pub undecided: usize,
    /// Findings at lines that the diff does not show.
    pub dropped: usize,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// How many.
    pub found: usize,
    /// Of how many.
    pub of: usize,
}

/// How far from the accepted lines a finding may be.
const TOLERANCE: u32 = 2;

/// The cases of a folder, by name.
///
/// # Errors
///
/// A folder or a file that cannot be read.
pub fn cases(folder: &Path) -> io::Result<Vec<Case>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .filter(|path| path.as_ref().is_ok_and(|path| path.join("expected.json").is_file()))
        .collect::<io::Result<_>>()?;
    folders.sort();
    folders.iter().map(|folder| case(folder)).collect()
}

fn case(folder: &Path) -> io::Result<Case> {
    let diff = fs::read_to_string(folder.join("change.diff"))?;
    let sheet: Sheet = serde_json::from_str(&fs::read_to_string(folder.join("expected.json"))?)?;
    let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Case { id, diff, expected: sheet.findings })
}

impl Expected {
    /// Whether a finding is this fault.
    pub fn is(&self, finding: &Finding) -> bool {
        let (first, last) = self.lines;
        self.file == finding.file
            && self.category == finding.category
            && (first.saturating_sub(TOLERANCE)..=last.saturating_add(TOLERANCE))
                .contains(&finding.line)
    }
}

impl Score {
    /// Counts a review.
    pub fn add(&mut self, case: &Case, review: &Review) {
        self.cases += 1;
        self.undecided += review.undecided.len();
        self.dropped += review.dropped;
        for expected in &case.expected {
            let share = match expected.category {
                Category::Boundary => &mut self.boundary,
                Category::Redundant => &mut self.redundant,
            };
            share.of += 1;
            share.found += usize::from(review.findings.iter().any(|finding| expected.is(finding)));
        }
        let is_wrong =
            |finding: &&Finding| !case.expected.iter().any(|expected| expected.is(finding));
        self.wrong += review.findings.iter().filter(is_wrong).count();
        if case.expected.is_empty() {
            self.false_alarms.of += 1;
            self.false_alarms.found += usize::from(!review.findings.is_empty());
        }
    }

    /// All faults: how many were found, of how many.
    pub fn recall(&self) -> Share {
        Share {
            found: self.boundary.found + self.redundant.found,
            of: self.boundary.of + self.redundant.of,
        }
    }

    /// Of the findings, how many are faults; what matches the same fault is one.
    pub fn precision(&self) -> Share {
        let found = self.recall().found;
        Share { found, of: found + self.wrong }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {}", self.found, self.of)
    }
}
