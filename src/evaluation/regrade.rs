//! Judges the answers of a run again, without asking anybody: with a better judge, or with right answers that
//! were mended.

use std::{collections::HashMap, io::Write, path::Path};

use serde_json::Value;

use super::{
    folder::{self, FolderError, RESULTS},
    judge::{Judgement, judge},
    manifest::{AskedProblem, Manifest},
    problems::{Problem, Task},
    programs::Programs,
    sample::{Answered, Mark, Outcome, TestCount},
};

/// Why answers cannot be judged again.
#[derive(Debug, thiserror::Error)]
pub enum RegradeError {
    /// The run's folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The tests of a problem cannot be run.
    #[error("the problem {problem:?}: {why}")]
    Tests {
        /// The problem's id.
        problem: String,
        /// What is wrong, in words.
        why: String,
    },
}

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

/// What came of judging again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regraded {
    /// The marks that are others now, in the order of the problems and their answers.
    pub changes: Vec<Change>,
    /// So many answers to problems with tests kept their marks, for nothing was there to run them on.
    pub left: usize,
}

/// Judges every answer of the run in a folder again. The right answers are those of `problems`, where it has the problem,
/// else those of the run. Tests of programs are in `problems` only: where it has them and there are `programs` to run
/// them, they are run again.
///
/// # Errors
///
/// If the folder holds no run, or cannot be written, or tests cannot be run; then nothing has changed.
pub async fn regrade(
    path: &Path,
    problems: &[Problem],
    programs: Option<&Programs>,
) -> Result<Regraded, RegradeError> {
    let (mut manifest, _) = folder::read(path)?;
    let _lock = folder::locked(path)?;
    mend_answers(&mut manifest, problems);
    let run_again = match programs {
        Some(programs) => {
            let judged = run_again(path, &manifest, problems, programs).await?;
            mend_tests(&mut manifest, problems);
            judged
        }
        None => HashMap::new(),
    };
    let asked: HashMap<&str, &AskedProblem> =
        manifest.problems.iter().map(|asked| (asked.id.as_str(), asked)).collect();
    let file = path.join(RESULTS);
    let failed = |error| FolderError::File { path: file.clone(), error };
    let temporary =
        tempfile::Builder::new().prefix(".ponder-").tempfile_in(path).map_err(failed)?;
    let mut writer = std::io::BufWriter::new(temporary);
    let mut regraded = Regraded { changes: Vec::new(), left: 0 };
    folder::each_sample(path, |mut sample| {
        if let (Some(asked), Outcome::Answered(answered)) =
            (asked.get(sample.problem.as_str()), &mut sample.outcome)
        {
            let judgement = match run_again.get(&(sample.problem.clone(), sample.sample)) {
                Some((judgement, tests)) => {
                    answered.tests = *tests;
                    Some(judgement.clone())
                }
                None if asked.tests => {
                    regraded.left += 1;
                    None
                }
                None => Some(judge(&asked.answer, &answered.content, answered.ending)),
            };
            let changed = judgement.and_then(|judgement| put(answered, judgement));
            regraded.changes.extend(changed.map(|(before, answer)| Change {
                problem: sample.problem.clone(),
                sample: sample.sample,
                answer,
                before,
                now: answered.mark,
            }));
        }
        writer.write_all(&folder::line(&sample).map_err(failed)?).map_err(failed)
    })?;
    let temporary = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    folder::put(temporary, &file).map_err(failed)?;
    folder::write_manifest(path, &manifest)?;
    // The file has answers in the order in which they ended, which is chance.
    let place = |problem: &str| manifest.problems.iter().position(|asked| asked.id == problem);
    regraded.changes.sort_by_cached_key(|change| (place(&change.problem), change.sample));
    Ok(regraded)
}

/// What programs come to, by problem and answer.
type RunAgain = HashMap<(String, u32), (Judgement, Option<TestCount>)>;

/// Runs the programs of a run on the tests of the same questions in a file.
async fn run_again(
    path: &Path,
    manifest: &Manifest,
    problems: &[Problem],
    programs: &Programs,
) -> Result<RunAgain, RegradeError> {
    let mut tests: HashMap<&str, &Value> = HashMap::new();
    for asked in manifest.problems.iter().filter(|asked| asked.tests) {
        if let Some(Problem { task: Task::Tests(found), .. }) = same(asked, problems) {
            tests.insert(&asked.id, found);
        }
    }
    let mut waiting = Vec::new();
    folder::each_sample(path, |sample| {
        if let (true, Outcome::Answered(answered)) =
            (tests.contains_key(sample.problem.as_str()), sample.outcome)
        {
            waiting.push((sample.problem, sample.sample, answered.content));
        }
        Ok(())
    })?;
    let mut judged = RunAgain::new();
    for (problem, sample, content) in waiting {
        let Some(tests) = tests.get(problem.as_str()) else { continue };
        let judgement = programs
            .judge(tests, &content)
            .await
            .map_err(|why| RegradeError::Tests { problem: problem.clone(), why })?;
        judged.insert((problem, sample), judgement);
    }
    Ok(judged)
}

/// The same question in a file. Another one of that name has nothing to say here.
fn same<'a>(asked: &AskedProblem, problems: &'a [Problem]) -> Option<&'a Problem> {
    let found = problems.iter().find(|problem| problem.id == asked.id)?;
    (found.digest() == asked.digest).then_some(found)
}

/// Takes over the right answers of the same questions.
fn mend_answers(manifest: &mut Manifest, problems: &[Problem]) {
    for asked in manifest.problems.iter_mut().filter(|asked| !asked.tests) {
        if let Some(answer) = same(asked, problems).and_then(Problem::answer) {
            asked.answer = answer.to_owned();
        }
    }
}

/// Takes over what the tests of the same questions are, now that programs were run on them.
fn mend_tests(manifest: &mut Manifest, problems: &[Problem]) {
    for asked in manifest.problems.iter_mut().filter(|asked| asked.tests) {
        if let Some(digest) = same(asked, problems).and_then(Problem::tests_digest) {
            asked.tests_digest = Some(digest);
        }
    }
}

/// Puts a judgement into an answer; gives the mark that it had and what it states, if the mark is another one now.
fn put(answered: &mut Answered, judged: Judgement) -> Option<(Mark, Option<String>)> {
    let before = std::mem::replace(&mut answered.mark, judged.mark);
    answered.answer = judged.answer;
    answered.leniency = judged.leniency.map(|leniency| leniency.as_str().to_owned());
    (before != judged.mark).then(|| (before, answered.answer.clone()))
}
