//! What every [`Generate`] promises, as checks that run against any of them.
//!
//! One suite for the scripted engine, the hosted one, the remote one and chains. It needs a subject
//! that answers the same request in the same way each time (temperature 0 is set for it), with at
//! least three words and, better, with some thinking.
//!
//! What hides how it comes to its answer keeps the same promises in another place: a limit binds the hidden work, not
//! the text that is sent in the end, which may be no model's; where a hidden text ends cannot be asked for; and what is
//! cancelled is work that nobody sees.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;

use super::{
    Answer, Delta, Finish, FinishReason, Generate, GenerateError, Generation, Message, Request,
    StepState, Thinking, ThinkingEnd,
};

/// How long one answer may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often an answer is begun to find it at work: what works in other tasks may have ended when a reader wakes late.
const BEGINNINGS: usize = 20;

/// What is checked, and how it is asked.
pub struct Subject {
    model: Arc<dyn Generate>,
    request: Request,
    running: Option<Box<dyn Fn() -> usize + Send + Sync>>,
    written: Option<Box<dyn Fn() -> u64 + Send + Sync>>,
    private: bool,
}

impl Subject {
    /// A model and a request that it answers in at least three words.
    pub fn new(model: Arc<dyn Generate>, request: Request) -> Self {
        let mut request = request;
        request.sampling.temperature = Some(0.0);
        Self { model, request, running: None, written: None, private: false }
    }

    /// Says how many answers the model works on at the moment: lets cancelling be checked.
    #[must_use]
    pub fn counting(mut self, running: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        self.running = Some(Box::new(running));
        self
    }

    /// Says how many tokens its models have ever written: lets limits of hidden work be checked, and that a cancelled
    /// answer writes no more.
    #[must_use]
    pub fn counting_tokens(mut self, written: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.written = Some(Box::new(written));
        self
    }

    /// It shows nothing but its answer: no thinking, and of steps only that they run.
    #[must_use]
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    fn written(&self) -> Option<u64> {
        self.written.as_ref().map(|written| written())
    }
}

/// Runs every check and returns what was violated, in words; empty is good.
pub async fn violations(subject: &Subject) -> Vec<String> {
    let checks = [
        ("order and usage", order_and_usage(subject).await),
        ("token limit", token_limit(subject).await),
        ("stop sequence", stop_sequence(subject).await),
        ("thinking off", thinking_off(subject).await),
        ("cancelling", cancelling(subject).await),
        ("empty question", empty_question(subject).await),
        ("two at once", two_at_once(subject).await),
    ];
    checks
        .into_iter()
        .filter_map(|(name, result)| result.err().map(|problem| format!("{name}: {problem}")))
        .collect()
}

type Check = Result<(), String>;

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(problem()) }
}

/// Thinking comes before the answer, the finish is last and the only one, and usage adds up.
async fn order_and_usage(subject: &Subject) -> Check {
    let deltas = deltas(subject, subject.request.clone()).await?;
    let mut content_seen = false;
    for delta in &deltas {
        if subject.private {
            hides(delta)?;
        }
        match delta {
            Delta::Reasoning(text) => {
                ensure(!content_seen, || "thinking after the answer began".to_owned())?;
                ensure(!text.is_empty(), || "an empty piece of thinking".to_owned())?;
            }
            Delta::Content(text) => {
                content_seen = true;
                ensure(!text.is_empty(), || "an empty piece of answer".to_owned())?;
            }
            Delta::Logprobs(_)
            | Delta::ToolCall { .. }
            | Delta::ToolArguments { .. }
            | Delta::Step(_)
            | Delta::Finished(_) => {}
        }
    }
    let finishes = deltas.iter().filter(|delta| matches!(delta, Delta::Finished(_))).count();
    ensure(finishes == 1, || format!("{finishes} finishes instead of one"))?;
    let Some(Delta::Finished(finish)) = deltas.last() else {
        return Err("the finish is not last".to_owned());
    };
    let thought = deltas.iter().any(|delta| matches!(delta, Delta::Reasoning(_)));
    usage_adds_up(finish, thought)
}

/// What is private says nothing but its answer.
fn hides(delta: &Delta) -> Check {
    let hidden = match delta {
        Delta::Reasoning(_) => false,
        Delta::Step(event) => match &event.state {
            StepState::Started | StepState::Skipped { .. } | StepState::Failed { .. } => true,
            StepState::Finished { output, usage, .. } => {
                output.is_empty() && usage.reasoning_tokens == 0
            }
            StepState::Decided { .. } | StepState::Wrote { .. } => false,
        },
        _ => true,
    };
    ensure(hidden, || format!("it is private and tells {delta:?}"))
}

fn usage_adds_up(finish: &Finish, thought: bool) -> Check {
    let usage = finish.usage;
    ensure(usage.prompt_tokens > 0, || "no prompt tokens were counted".to_owned())?;
    ensure(usage.completion_tokens > 0, || "no completion tokens were counted".to_owned())?;
    ensure(usage.completion_tokens >= usage.reasoning_tokens, || {
        format!("more thinking than tokens altogether: {usage:?}")
    })?;
    ensure(thought == (usage.reasoning_tokens > 0), || {
        format!("thinking was shown: {thought}, but counted: {}", usage.reasoning_tokens)
    })?;
    ensure(thought == (finish.thinking_end != ThinkingEnd::None), || {
        format!("thinking was shown: {thought}, but ended: {:?}", finish.thinking_end)
    })
}

/// A limit of two tokens binds, and says so.
async fn token_limit(subject: &Subject) -> Check {
    let request = Request { max_tokens: Some(2), ..subject.request.clone() };
    let before = subject.written();
    let answer = answer(subject, request).await?;
    if let (Some(before), Some(after)) = (before, subject.written()) {
        let (really, said) = (after - before, answer.finish.usage.completion_tokens);
        ensure(really <= 2, || format!("{really} tokens were written where 2 were allowed"))?;
        ensure(really == said, || format!("{really} tokens were written, and {said} counted"))?;
    }
    if subject.private {
        return ensure(!answer.content.is_empty(), || {
            "there is no answer within the limit".to_owned()
        });
    }
    ensure(answer.finish.reason == FinishReason::Length, || {
        format!("the limit bound, but the reason is {:?}", answer.finish.reason)
    })?;
    let tokens = answer.finish.usage.completion_tokens;
    ensure(tokens <= 2, || format!("{tokens} tokens where 2 were allowed"))
}

/// The answer ends before a stop sequence, and no part of the sequence is shown. What is private refuses them before it
/// does anything.
async fn stop_sequence(subject: &Subject) -> Check {
    if subject.private {
        let request = Request { stop: vec!["so".to_owned()], ..subject.request.clone() };
        let before = subject.written();
        let refused = subject.model.generate(request).await.map(|_| ());
        ensure(matches!(refused, Err(GenerateError::Invalid { param: "stop", .. })), || {
            format!("a stop sequence was not refused: {refused:?}")
        })?;
        return ensure(before == subject.written(), || "it works on what it refuses".to_owned());
    }
    let whole = answer(subject, subject.request.clone()).await?.content;
    let Some(word) = whole.split_whitespace().nth(2).map(str::to_owned) else {
        return Err(format!("the answer is too short to be stopped: `{whole}`"));
    };
    let request = Request { stop: vec![word.clone()], ..subject.request.clone() };
    let stopped = answer(subject, request).await?;
    let expected = whole.split(&word).next().unwrap_or_default();
    ensure(stopped.content == expected, || {
        format!("stopping at `{word}` gave `{}` instead of `{expected}`", stopped.content)
    })?;
    ensure(stopped.finish.reason == FinishReason::Stop, || {
        format!("a stop sequence was met, but the reason is {:?}", stopped.finish.reason)
    })
}

/// With thinking off there is none, and still an answer.
async fn thinking_off(subject: &Subject) -> Check {
    let request = Request { thinking: Thinking::Off, ..subject.request.clone() };
    let answer = answer(subject, request).await?;
    ensure(answer.reasoning.is_empty(), || format!("it thought: `{}`", answer.reasoning))?;
    ensure(answer.finish.usage.reasoning_tokens == 0, || "thinking was counted".to_owned())?;
    ensure(!answer.content.is_empty(), || "there is no answer without thinking".to_owned())
}

/// Dropping the stream stops the work, also where nothing of it is shown.
async fn cancelling(subject: &Subject) -> Check {
    let Some(running) = &subject.running else { return Ok(()) };
    let mut at_work = None;
    for _ in 0..BEGINNINGS {
        at_work = found_at_work(subject, running).await?;
        if at_work.is_some() {
            break;
        }
    }
    ensure(at_work.is_some(), || "nothing has run when the answer ends".to_owned())?;
    drop(at_work);
    for _ in 0..100 {
        if running() == 0 {
            return writes_no_more(subject).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the work goes on two seconds after the stream was dropped".to_owned())
}

/// Begins an answer and reads until the model works on it; nothing if it ended before that was seen.
async fn found_at_work(
    subject: &Subject,
    running: impl Fn() -> usize,
) -> Result<Option<Generation>, String> {
    let mut generation =
        subject.model.generate(subject.request.clone()).await.map_err(|error| error.to_string())?;
    let first = patiently(generation.next()).await?;
    ensure(matches!(first, Some(Ok(_))), || format!("it began with {first:?}"))?;
    // A chain decides before it asks, and what it then asks may be hidden.
    let start = Instant::now();
    while running() == 0 {
        ensure(start.elapsed() < PATIENCE, || "it hangs".to_owned())?;
        match tokio::time::timeout(Duration::from_millis(2), generation.next()).await {
            Ok(None | Some(Ok(Delta::Finished(_)))) => return Ok(None),
            Ok(Some(Err(error))) => return Err(format!("it failed with: {error}")),
            Ok(Some(Ok(_))) | Err(_) => {}
        }
    }
    Ok(Some(generation))
}

async fn writes_no_more(subject: &Subject) -> Check {
    let before = subject.written();
    tokio::time::sleep(Duration::from_millis(50)).await;
    ensure(before == subject.written(), || "tokens are written that nobody waits for".to_owned())
}

/// An empty question is answered or refused, nothing else.
async fn empty_question(subject: &Subject) -> Check {
    let messages = vec![Message::user("")];
    let request = Request { messages, max_tokens: Some(8), ..subject.request.clone() };
    match subject.model.generate(request).await {
        Err(GenerateError::Invalid { .. }) => Ok(()),
        Err(error) => Err(format!("it failed with: {error}")),
        Ok(generation) => match patiently(generation.collect()).await? {
            Ok(_) | Err(GenerateError::Invalid { .. }) => Ok(()),
            Err(error) => Err(format!("it failed with: {error}")),
        },
    }
}

/// Two answers at the same time are the two answers, not a mixture.
async fn two_at_once(subject: &Subject) -> Check {
    let alone = answer(subject, subject.request.clone()).await?;
    let (first, second) = futures::join!(
        answer(subject, subject.request.clone()),
        answer(subject, subject.request.clone())
    );
    for together in [first?, second?] {
        ensure(together.content == alone.content && together.reasoning == alone.reasoning, || {
            format!("alone it said `{}`, beside another `{}`", alone.content, together.content)
        })?;
    }
    Ok(())
}

async fn answer(subject: &Subject, request: Request) -> Result<Answer, String> {
    let generation = subject.model.generate(request).await.map_err(|error| error.to_string())?;
    patiently(generation.collect()).await?.map_err(|error| error.to_string())
}

async fn deltas(subject: &Subject, request: Request) -> Result<Vec<Delta>, String> {
    let generation = subject.model.generate(request).await.map_err(|error| error.to_string())?;
    let items: Vec<_> = patiently(StreamExt::collect(generation)).await?;
    items.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string())
}

async fn patiently<T>(work: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(PATIENCE, work).await.map_err(|_| "it hangs".to_owned())
}
