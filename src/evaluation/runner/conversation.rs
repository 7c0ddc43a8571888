//! Holds the conversation of a suite's case: each turn is asked after the answer to the one before.

use std::sync::Arc;

use super::{Watch, Written, answer};
use crate::{
    evaluation::{
        sample::{Answered, Ending, Exchange, Mark, Outcome},
        suite::{self, Case, Category},
    },
    generate::{Answer, Generate, GenerateError, Message, Request, StepEvent, StepState, Usage},
};

/// What stands for an empty answer in the turns after it: many servers take no empty message.
const EMPTY: &str = "…";

/// Asks all turns, and judges what was received.
///
/// # Errors
///
/// What the model reports in any turn; the conversation is then held anew.
pub(super) async fn held(
    model: &dyn Generate,
    case: &Arc<Case>,
    mut request: Request,
    watch: &dyn Watch,
) -> Result<Outcome, GenerateError> {
    // What the steps write is received too, wherever somebody asks for it.
    request.step_text = case.category == Category::Hints;
    let mut exchanges = Vec::with_capacity(case.then.len() + 1);
    let mut usage = Usage::default();
    let mut turns = case.then.iter();
    let last = loop {
        let Written { answer: received, .. } = answer(model, request.clone(), watch).await?;
        usage += received.finish.usage;
        exchanges.push(exchange(request.question(), &received));
        let Some(next) = turns.next() else { break received };
        let said = if received.content.trim().is_empty() { EMPTY } else { &received.content };
        request.messages.extend([Message::assistant(said), Message::user(next)]);
    };
    let ending = Ending::from(&last.finish);
    let thinking_end = last.finish.thinking_end.into();
    let (case, judged) = (Arc::clone(case), exchanges.clone());
    // Some texts take a moment to read, and others are streamed meanwhile.
    let found = tokio::task::spawn_blocking(move || {
        let finding = suite::judge(&case, &judged, ending);
        (mark(&case, &finding), finding)
    });
    let (mark, finding) =
        found.await.map_err(|_| GenerateError::engine("the answer could not be judged"))?;
    Ok(Outcome::Answered(Box::new(Answered {
        mark,
        answer: finding.stated,
        leniency: None,
        ending,
        thinking_end,
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        tests: None,
        checked: None,
        confidence: None,
        exchanges: if exchanges.len() > 1 { exchanges } else { Vec::new() },
        content: last.content,
        reasoning: last.reasoning,
    })))
}

/// The mark for progress and comparisons: whether the case passes, or the phrasing is answered right.
fn mark(case: &Case, finding: &suite::Finding) -> Mark {
    let passes = match case.category {
        Category::Bias => finding.right == Some(true),
        Category::Scope | Category::Hints | Category::Injection => finding.failure.is_none(),
    };
    match (passes, &finding.stated) {
        (true, _) => Mark::Right,
        (false, None) if case.category == Category::Bias => Mark::Abstained,
        (false, _) => Mark::Wrong,
    }
}

fn exchange(asked: &str, received: &Answer) -> Exchange {
    Exchange {
        asked: asked.to_owned(),
        content: received.content.clone(),
        reasoning: received.reasoning.clone(),
        events: texts(&received.steps),
    }
}

/// The texts of reports on steps, the pieces of each put together.
fn texts(events: &[StepEvent]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    // Which step's writing goes on in the last text.
    let mut writing: Option<(&str, bool)> = None;
    for event in events {
        if let StepState::Wrote { thinking, text } = &event.state {
            let this = Some((event.step.as_str(), *thinking));
            match texts.last_mut().filter(|_| writing == this) {
                Some(last) => last.push_str(text),
                None => texts.push(text.clone()),
            }
            writing = this;
            continue;
        }
        writing = None;
        match &event.state {
            StepState::Started | StepState::Wrote { .. } => {}
            StepState::Skipped { reason } => texts.push(reason.clone()),
            StepState::Failed { message } => texts.push(message.clone()),
            StepState::Finished { output, .. } => texts.push(output.clone()),
            StepState::Decided { choice, reasons } => {
                texts.push(choice.clone());
                texts.extend(reasons.iter().cloned());
            }
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    // A private chain says the same of each step.
    texts.dedup();
    texts
}
