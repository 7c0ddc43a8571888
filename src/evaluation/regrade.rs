//! Judges the answers of a run again, without asking anybody: with a better judge, or with right answers that
//! were mended.

use std::{collections::HashMap, io::Write, path::Path};

use super::{
    folder::{self, FolderError, RESULTS},
    judge::judge,
    manifest::Manifest,
    problems::Problem,
    sample::{Mark, Outcome, Sample},
};

/// An answer whose mark is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The problem's id.
    pub problem: String,
    /// The answer's number.
    pub sample: u32,
    /// What it states.
    pub answer: Option<String>,
    /// The mark it had.
    pub before: Mark,
    /// The mark it has.
    pub now: Mark,
}

/// Judges every answer of the run in a folder again, but for programs. The right answers are those of `problems`, where it has
/// the problem, else those of the run.
///
/// # Errors
///
/// If the folder holds no run, or cannot be written; then nothing has changed.
pub fn regrade(path: &Path, problems: &[Problem]) -> Result<Vec<Change>, FolderError> {
    let (mut manifest, _) = folder::read(path)?;
    let _lock = folder::locked(path)?;
    mend_answers(&mut manifest, problems);
    let gold: HashMap<&str, &str> = manifest
        .problems
        .iter()
        // Programs would have to be run again: their marks stay.
        .filter(|asked| !asked.tests)
        .map(|asked| (asked.id.as_str(), asked.answer.as_str()))
        .collect();
    let file = path.join(RESULTS);
    let failed = |error| FolderError::File { path: file.clone(), error };
    let temporary =
        tempfile::Builder::new().prefix(".ponder-").tempfile_in(path).map_err(failed)?;
    let mut writer = std::io::BufWriter::new(temporary);
    let mut changes = Vec::new();
    folder::each_sample(path, |mut sample| {
        if let Some(gold) = gold.get(sample.problem.as_str()) {
            changes.extend(judge_again(&mut sample, gold));
        }
        writer.write_all(&folder::line(&sample).map_err(failed)?).map_err(failed)
    })?;
    let temporary = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    folder::put(temporary, &file).map_err(failed)?;
    folder::write_manifest(path, &manifest)?;
    Ok(changes)
}

/// Takes over the right answers of the same questions.
fn mend_answers(manifest: &mut Manifest, problems: &[Problem]) {
    for asked in &mut manifest.problems {
        let found = problems.iter().find(|problem| problem.id == asked.id);
        // Another question of that name has nothing to say here.
        let found = found.filter(|problem| problem.digest() == asked.digest);
        if let Some(answer) = found.and_then(Problem::answer) {
            asked.answer = answer.to_owned();
        }
    }
}

fn judge_again(sample: &mut Sample, gold: &str) -> Option<Change> {
    let Outcome::Answered(answered) = &mut sample.outcome else { return None };
    let judged = judge(gold, &answered.content, answered.ending);
    let before = std::mem::replace(&mut answered.mark, judged.mark);
    answered.answer = judged.answer;
    answered.leniency = judged.leniency.map(|leniency| leniency.as_str().to_owned());
    (before != judged.mark).then(|| Change {
        problem: sample.problem.clone(),
        sample: sample.sample,
        answer: answered.answer.clone(),
        before,
        now: judged.mark,
    })
}
