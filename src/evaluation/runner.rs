//! Asks: every problem as often as it is to be asked, several at the same time.
//!
//! The first answers to all problems come before the second ones, so that a run that is cut short has
//! measured something. Dropping the future cancels what is being made; what has ended is kept.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};

use super::{
    claims::{self, Patience},
    confidence::AnswerConfidence,
    folder::{Folder, FolderError},
    judge::{Judgement, judge},
    problems::{Problem, Task},
    programs::Programs,
    protocol::{Protocol, Seed},
    sample::{Answered, Ending, Outcome, Sample},
};
use crate::{
    chain::certainty::{self, ALTERNATIVES},
    generate::{Answer, Delta, Generate, GenerateError, Request},
};

mod conversation;

/// After so many failures with nothing between them something is wrong that asking on will not mend.
const FAILURES_IN_A_ROW: u32 = 10;
/// The longest wait before asking again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How to ask.
#[derive(Debug, Clone)]
pub struct Order {
    /// The words, the sampling, and how often.
    pub protocol: Protocol,
    /// From what the seeds follow.
    pub seed: Seed,
    /// How many answers are made at the same time; at least 1.
    pub concurrency: usize,
    /// How often an answer that failed is asked for again, where that may help.
    pub retries: u32,
    /// What runs the programs of problems that have tests.
    pub programs: Option<Programs>,
    /// Whether five claims of each answer are found true or false, by the model that is measured.
    pub clr: bool,
    /// Whether the model is asked how likely its tokens were, and how sure it was of an answer is kept.
    pub confidence: bool,
}

/// Told what happens, while it happens.
pub trait Watch: Sync {
    /// A piece of some answer has come: about a token.
    fn wrote(&self);
    /// An answer failed and is asked for again after this time.
    fn waits(&self, error: &GenerateError, time: Duration);
    /// An answer has ended.
    fn ended(&self, sample: &Sample);
}

/// Why a run stopped before its end. What was answered is kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nothing can be kept any more.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// Everything fails.
    #[error("{FAILURES_IN_A_ROW} answers in a row failed, the last one so: {0}")]
    Hopeless(GenerateError),
}

/// One answer to make.
#[derive(Debug, Clone, Copy)]
struct Job<'run> {
    problem: &'run Problem,
    sample: u32,
}

/// Asks for every answer that the folder does not have.
///
/// # Errors
///
/// If answers cannot be kept, or everything fails. Single failures are kept as such, and asked for again when
/// the run goes on.
pub async fn run(
    model: &dyn Generate,
    problems: &[Problem],
    order: &Order,
    folder: &mut Folder,
    watch: &dyn Watch,
) -> Result<(), RunError> {
    let jobs = missing(problems, order.protocol.samples, folder);
    let mut answers = stream::iter(jobs)
        .map(|job| sample(model, job, order, watch))
        .buffer_unordered(order.concurrency.max(1));
    let mut failures = 0;
    while let Some((sample, error)) = answers.next().await {
        watch.ended(&sample);
        folder.keep(sample)?;
        match error {
            None => failures = 0,
            // Problems that are too long say nothing about those after them.
            Some(GenerateError::ContextLength { .. } | GenerateError::PromptTooLong { .. }) => {}
            Some(error) => {
                failures += 1;
                if failures >= FAILURES_IN_A_ROW {
                    return Err(RunError::Hopeless(error));
                }
            }
        }
    }
    Ok(())
}

/// How many answers the folder does not have yet.
pub fn remaining(problems: &[Problem], samples: u32, folder: &Folder) -> usize {
    missing(problems, samples, folder).len()
}

fn missing<'run>(problems: &'run [Problem], samples: u32, folder: &Folder) -> Vec<Job<'run>> {
    let there = |problem: &Problem, sample: u32| {
        let found = folder.samples().get(&(problem.id.clone(), sample));
        found.is_some_and(|sample| sample.answered().is_some())
    };
    (0..samples)
        .flat_map(|sample| problems.iter().map(move |problem| (problem, sample)))
        .filter(|(problem, sample)| !there(problem, *sample))
        .map(|(problem, sample)| Job { problem, sample })
        .collect()
}

/// Makes one answer, or gives the last error.
async fn sample(
    model: &dyn Generate,
    job: Job<'_>,
    order: &Order,
    watch: &dyn Watch,
) -> (Sample, Option<GenerateError>) {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let started = Instant::now();
        let mut request = order.protocol.request(job.problem, order.seed, job.sample);
        if order.confidence {
            request.logprobs = Some(ALTERNATIVES);
            request.ranks_thinking = true;
        }
        let made = async {
            if let Task::Case(case) = &job.problem.task {
                return conversation::held(model, case, request, watch).await;
            }
            let written = answer(model, request, watch).await?;
            let patience = Patience { retries: order.retries, watch };
            judged(model, job.problem, order, written, patience).await
        };
        let made = made.await;
        let seconds = (started.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let whole = |outcome| Sample {
            problem: job.problem.id.clone(),
            sample: job.sample,
            attempts,
            seconds,
            outcome,
        };
        match made {
            Ok(outcome) => return (whole(outcome), None),
            Err(error) if error.may_pass() && attempts <= order.retries => {
                pause(&error, attempts, watch).await;
            }
            Err(error) => {
                let outcome = Outcome::Failed { error: error.to_string() };
                return (whole(outcome), Some(error));
            }
        }
    }
}

/// An answer, and how sure the model was of it where it was asked.
struct Written {
    answer: Answer,
    confidence: Option<AnswerConfidence>,
}

async fn answer(
    model: &dyn Generate,
    request: Request,
    watch: &dyn Watch,
) -> Result<Written, GenerateError> {
    let asked = request.logprobs.is_some();
    let mut generation = model.generate(request).await?;
    let mut answer = Answer::default();
    let mut confidences = Vec::new();
    while let Some(delta) = generation.next().await {
        match delta? {
            // Of the alternatives of every token nothing else is kept: there are many.
            Delta::Logprobs(tokens) => {
                confidences.extend(tokens.iter().filter_map(certainty::of_token));
            }
            delta => {
                if matches!(delta, Delta::Reasoning(_) | Delta::Content(_)) {
                    watch.wrote();
                }
                answer.add(delta);
            }
        }
    }
    let confidence = AnswerConfidence::of(&confidences);
    if asked && confidence.is_none() && !answer.content.is_empty() {
        let message = "the model does not report how likely its tokens are, which `--confidence` needs: take a hosted \
                       one, or an endpoint that takes `top_logprobs`";
        return Err(GenerateError::invalid("logprobs", message));
    }
    Ok(Written { answer, confidence })
}

/// Tells that a call failed, and waits before it is made again.
pub(super) async fn pause(error: &GenerateError, attempts: u32, watch: &dyn Watch) {
    let time = wait(error, attempts);
    watch.waits(error, time);
    tokio::time::sleep(time).await;
}

/// How long to wait after the attempt of this number: what the other side says, else twice as long each time.
fn wait(error: &GenerateError, attempt: u32) -> Duration {
    let doubled = Duration::from_secs(1 << (attempt - 1).min(6));
    let asked = match error {
        GenerateError::Overloaded { retry_after, .. }
        | GenerateError::Unavailable { retry_after, .. } => *retry_after,
        _ => Duration::ZERO,
    };
    doubled.max(asked).min(LONGEST_WAIT)
}

/// Judges an answer, and finds out what its claims are worth where that is wanted.
///
/// # Errors
///
/// The program cannot be run. Claims that cannot be checked are none.
async fn judged(
    model: &dyn Generate,
    problem: &Problem,
    order: &Order,
    Written { answer, confidence }: Written,
    patience: Patience<'_>,
) -> Result<Outcome, GenerateError> {
    let ending = Ending::from(&answer.finish);
    let (judgement, tests) = match (&problem.task, &order.programs) {
        (Task::Answer(gold), _) => (compared(gold, &answer.content, ending).await?, None),
        (Task::Tests(tests), Some(programs)) => {
            let judged = programs.judge(tests, &answer.content).await;
            judged.map_err(|why| GenerateError::invalid("tests", why))?
        }
        (Task::Tests(_), None) => {
            return Err(GenerateError::invalid("tests", "nothing is there to run programs with"));
        }
        (Task::Case(case), _) => {
            let message = format!("the case {} is a conversation, and none was held", case.id);
            return Err(GenerateError::engine(message));
        }
    };
    let Judgement { mark, answer: stated, leniency } = judgement;
    let checked = match problem.messages.last() {
        Some(asked) if order.clr && stated.is_some() => {
            Some(claims::check(model, &asked.content, &answer, patience).await?)
        }
        _ => None,
    };
    let usage = answer.finish.usage;
    Ok(Outcome::Answered(Box::new(Answered {
        mark,
        answer: stated,
        leniency: leniency.map(|leniency| leniency.as_str().to_owned()),
        ending,
        thinking_end: answer.finish.thinking_end.into(),
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        tests,
        checked,
        confidence,
        exchanges: Vec::new(),
        content: answer.content,
        reasoning: answer.reasoning,
    })))
}

/// Judges by the right answer, away from the tasks that stream others: some take a moment.
async fn compared(gold: &str, content: &str, ending: Ending) -> Result<Judgement, GenerateError> {
    let (gold, content) = (gold.to_owned(), content.to_owned());
    let judgement = tokio::task::spawn_blocking(move || judge(&gold, &content, ending)).await;
    judgement.map_err(|_| GenerateError::invalid("answer", "the answer could not be judged"))
}

#[cfg(test)]
mod tests;
