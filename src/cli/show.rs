//! How answers look in a terminal: the way to them dimmed and on standard error, the answer itself
//! bright and on standard output, so that a pipe gets nothing but the answer.

use std::{
    io::{self, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use futures::StreamExt;

use super::exit::Failure;
use crate::generate::{Answer, Delta, Generation, Pace, StepEvent, StepState};

const DIM: Style = Style::new().dimmed();
const BRIGHT: Style = Style::new().bold();
/// An answer that takes no longer needs no announcement.
const NOT_LONG: Duration = Duration::from_secs(60);
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// One clear line about what went wrong.
pub(super) fn error(message: &str) {
    say(&format!("{ERROR}error{ERROR:#}: {message}\n"));
}

/// A dimmed line about what is being done.
pub(super) fn note(message: &str) {
    say(&format!("{DIM}{message}{DIM:#}\n"));
}

/// Something for standard error. The print macros would crash the program when nobody reads it.
pub(super) fn say(text: &str) {
    let _ = write!(anstream::stderr().lock(), "{text}");
}

/// A line of the result, on standard output.
pub(super) fn line(text: &str) {
    // A reader that has left (`| head`) has what it wanted.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// How much of the way to the answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// The steps and the thinking.
    Everything,
    /// Nothing.
    AnswerOnly,
    /// Not even the answer: somebody else prints it.
    Silent,
}

/// Says how long an answer may take, where somebody may wonder.
pub(super) fn patience(pace: Option<Pace>, max_tokens: Option<u32>, way_out: &str) {
    if let Some(text) = pace.and_then(|pace| expectation(pace, max_tokens, way_out)) {
        note(&text);
    }
}

fn expectation(pace: Pace, max_tokens: Option<u32>, way_out: &str) -> Option<String> {
    let longest = pace.longest_time(max_tokens);
    if longest < NOT_LONG {
        return None;
    }
    let minutes = longest.as_secs_f64() / 60.0;
    let tokens = max_tokens.map_or(pace.longest, |asked| asked.min(pace.longest));
    Some(format!(
        "this machine writes about {:.1} tokens/s: the model's longest answer, of {tokens} tokens, would \
         take {minutes:.0} minutes; {way_out}",
        pace.writing
    ))
}

/// Prints an answer while it is made, and returns it whole.
pub(super) async fn stream(mut generation: Generation, detail: Detail) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    let mut at_line_start = true;
    while let Some(delta) = generation.next().await {
        match delta? {
            Delta::Step(event) => {
                if detail == Detail::Everything
                    && let Some(line) = describe(&event)
                {
                    if !at_line_start {
                        say("\n");
                        at_line_start = true;
                    }
                    note(&line);
                }
                answer.steps.push(event);
            }
            Delta::Reasoning(text) => {
                if detail == Detail::Everything {
                    say(&format!("{DIM}{text}{DIM:#}"));
                    at_line_start = text.ends_with('\n');
                }
                answer.reasoning.push_str(&text);
            }
            Delta::Content(text) => {
                if answer.content.is_empty() && detail == Detail::Everything {
                    // Between the thinking and the answer, wherever the terminal's cursor is.
                    say(if at_line_start { "\n" } else { "\n\n" });
                }
                if detail != Detail::Silent {
                    print(&text);
                }
                at_line_start = text.ends_with('\n');
                answer.content.push_str(&text);
            }
            // Never asked for on the command line.
            Delta::Logprobs(_) | Delta::ToolCall { .. } | Delta::ToolArguments { .. } => {}
            Delta::Finished(finish) => answer.finish = finish,
        }
    }
    let open_line = !answer.content.is_empty() && !answer.content.ends_with('\n');
    if detail != Detail::Silent && open_line {
        print("\n");
    }
    Ok(answer)
}

fn print(text: &str) {
    let mut output = anstream::stdout().lock();
    // A reader that has left (`| head`) has what it wanted.
    let _ = write!(output, "{BRIGHT}{text}{BRIGHT:#}");
    let _ = output.flush();
    let _ = io::stderr().flush();
}

/// What happened in a step, in one line; nothing for what says nothing.
fn describe(event: &StepEvent) -> Option<String> {
    let step = &event.step;
    match &event.state {
        StepState::Decided { choice, reasons } => {
            let why = if reasons.is_empty() {
                String::new()
            } else {
                format!(" ({})", reasons.join("; "))
            };
            Some(format!("· {step}: {choice}{why}"))
        }
        StepState::Skipped { .. } | StepState::Started | StepState::Wrote { .. } => None,
        StepState::Finished { output, elapsed, usage } if usage.completion_tokens > 0 => {
            let seconds = elapsed.as_secs_f64();
            let tokens = usage.completion_tokens;
            // The answer itself is printed as it comes.
            let text =
                if event.action.starts_with("translate") { first_line(output) } else { "done" };
            Some(format!("· {step}: {text} ({tokens} tokens, {seconds:.1} s)"))
        }
        StepState::Finished { .. } => None,
        StepState::Failed { message } => Some(format!("· {step}: failed: {message}")),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wait_is_announced() {
        let slow = Pace { reading: 100.0, writing: 12.34, longest: 40_960, at_once: 1 };
        insta::assert_snapshot!(
            expectation(slow, None, "Ctrl-C ends it").unwrap(),
            @"this machine writes about 12.3 tokens/s: the model's longest answer, of 40960 tokens, would take 55 minutes; Ctrl-C ends it"
        );
        assert_eq!(expectation(slow, Some(500), ""), None, "it is there within a minute");
        let quick = Pace { writing: 1000.0, ..slow };
        assert_eq!(expectation(quick, None, ""), None);
    }
}
