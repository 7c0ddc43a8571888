//! Marks a whole class: several works at the same time, each once.

use futures::{StreamExt, stream};

use crate::{
    chain::extract,
    generate::{Generate, GenerateError, Request},
};

use super::{
    class::{Class, Work},
    exercise::{self, Exercise, Reference},
    ledger::{Entry, Ledger, LedgerError},
    marking::{Mark, Marked, MarkingError, Tools, mark},
};

/// After so many failures with nothing between them something is wrong that going on will not mend.
const FAILURES_IN_A_ROW: usize = 5;

/// How often a work is tried again whose model may do better at another time.
const RETRIES: u32 = 3;

/// A work and its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Who.
    pub student: String,
    /// The problem.
    pub problem: String,
    /// The mark; of what failed there is none.
    pub outcome: Result<Marked, String>,
}

/// Told what happens, while it happens.
pub trait Watch: Sync {
    /// A problem without an answer was solved, or not.
    fn solved(&self, problem: &str, answer: Option<&str>);
    /// So many of so many works are marked; this is the last one.
    fn marked(&self, done: usize, all: usize, result: &Judged);
}

/// Why a session stopped before its end. What was marked is kept.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Nothing can be kept any more.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Everything fails.
    #[error("{FAILURES_IN_A_ROW} works in a row could not be marked, the last one so: {0}")]
    Hopeless(MarkingError),
    /// A problem has no answer, and the model that should find one failed.
    #[error("the problem {problem:?} has no answer, and solving it failed: {error}")]
    Unsolved {
        /// The problem.
        problem: String,
        /// Why.
        error: GenerateError,
    },
}

/// Finds an answer to every problem that has none; one without a result stays unknown. Gives the tokens that it
/// took, in earlier sessions as well.
///
/// # Errors
///
/// The model failed, or what it found cannot be kept.
pub async fn solve(
    exercises: &mut [Exercise],
    solver: &dyn Generate,
    ledger: &mut Ledger,
    watch: &dyn Watch,
) -> Result<u64, SessionError> {
    let mut spent = 0;
    for exercise in exercises.iter_mut() {
        if exercise.reference != Reference::Unknown {
            continue;
        }
        let digest = exercise.digest();
        let known = match ledger.find(&digest) {
            Some(Entry::Reference { answer, tokens, .. }) => Some((answer.clone(), *tokens)),
            _ => None,
        };
        let found = match known {
            Some(found) => Some(found),
            None => solved(exercise, solver, &digest, ledger).await?,
        };
        watch.solved(&exercise.id, found.as_ref().map(|(answer, _)| answer.as_str()));
        if let Some((answer, tokens)) = found {
            spent += tokens;
            exercise.reference = Reference::Answer(answer);
        }
    }
    Ok(spent)
}

async fn solved(
    exercise: &Exercise,
    solver: &dyn Generate,
    digest: &str,
    ledger: &mut Ledger,
) -> Result<Option<(String, u64)>, SessionError> {
    let failed = |error| SessionError::Unsolved { problem: exercise.id.clone(), error };
    let generation =
        solver.generate(Request::ask(exercise.statement.clone())).await.map_err(failed)?;
    let said = generation.collect().await.map_err(failed)?;
    let Some(answer) = extract::boxed(&said.content).map(|answer| answer.trim().to_owned()) else {
        return Ok(None);
    };
    let tokens = said.finish.usage.completion_tokens;
    ledger.keep(Entry::Reference {
        problem: exercise.id.clone(),
        digest: digest.to_owned(),
        answer: answer.clone(),
        tokens,
    })?;
    Ok(Some((answer, tokens)))
}

/// Marks everything that the ledger does not have, so many works at the same time; gives all results in the
/// order of the class. `who` says in a word who is asked, for an answer of another model is another answer.
///
/// # Errors
///
/// Nothing can be kept, or everything fails. Single failures are results, and are tried again the next time.
pub async fn run(
    class: &Class,
    exercises: &[Exercise],
    (tools, who): (Tools<'_>, &str),
    (ledger, concurrency): (&mut Ledger, usize),
    watch: &dyn Watch,
) -> Result<Vec<Judged>, SessionError> {
    let mut results: Vec<Option<Judged>> = vec![None; class.works.len()];
    let mut open = Vec::new();
    for (position, work) in class.works.iter().enumerate() {
        let Some(exercise) = exercises.iter().find(|known| known.id == work.problem) else {
            continue;
        };
        let digest = exercise::digest(&[&exercise.digest(), &work.student, &work.text, who]);
        match (ledger.find(&digest), results.get_mut(position)) {
            (Some(Entry::Mark { marked, .. }), Some(place)) => {
                *place = Some(result(work, Ok(marked.clone())));
            }
            _ => open.push((position, work, exercise, digest)),
        }
    }
    let all = class.works.len();
    let mut done = all - open.len();
    let mut failures = 0;
    let mut marks = stream::iter(open)
        .map(|(position, work, exercise, digest)| async move {
            (position, work, digest, tried(work, exercise, tools).await)
        })
        .buffer_unordered(concurrency.max(1));
    while let Some((position, work, digest, marked)) = marks.next().await {
        done += 1;
        let outcome = match marked {
            Ok(marked) => {
                failures = 0;
                // What nobody could say may be said the next time.
                if marked.mark != Mark::Undecided {
                    let (student, problem) = (work.student.clone(), work.problem.clone());
                    ledger.keep(Entry::Mark {
                        student,
                        problem,
                        digest,
                        marked: marked.clone(),
                    })?;
                }
                Ok(marked)
            }
            Err(error) => {
                failures += 1;
                if failures >= FAILURES_IN_A_ROW {
                    return Err(SessionError::Hopeless(error));
                }
                Err(error.to_string())
            }
        };
        let result = result(work, outcome);
        watch.marked(done, all, &result);
        if let Some(place) = results.get_mut(position) {
            *place = Some(result);
        }
    }
    Ok(results.into_iter().flatten().collect())
}

fn result(work: &Work, outcome: Result<Marked, String>) -> Judged {
    Judged { student: work.student.clone(), problem: work.problem.clone(), outcome }
}

async fn tried(work: &Work, exercise: &Exercise, tools: Tools<'_>) -> Result<Marked, MarkingError> {
    let mut attempt = 0;
    loop {
        match mark(work, exercise, tools).await {
            Err(MarkingError::Model(error)) if error.may_pass() && attempt < RETRIES => {
                tokio::time::sleep(std::time::Duration::from_millis(500 << attempt)).await;
                attempt += 1;
            }
            ended => return ended,
        }
    }
}
