//! What a client that asked for it is told while its call is worked on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::message::{Call, Id, notice};
use crate::generate::{Delta, StepEvent, StepState};

/// A model writes faster than anybody reads.
const BETWEEN_TEXTS: Duration = Duration::from_secs(1);
/// How much of the newest text is shown, in characters.
const SHOWN: usize = 100;

/// Reports about one call, numbered from 1.
#[derive(Debug)]
pub(super) struct Progress {
    /// The client's name for the reports; without one it wants none.
    token: Option<Value>,
    reports: u64,
    /// When text was last shown.
    shown: Option<Instant>,
    part: &'static str,
    /// The end of what was written in this part.
    text: String,
}

impl Progress {
    /// The reports that a call asks for.
    pub(super) fn of(call: &Call) -> Self {
        let token = call.meta("progressToken").filter(|token| Id::read(token).is_some());
        Self { token: token.cloned(), reports: 0, shown: None, part: "", text: String::new() }
    }

    /// What there is to say about this piece of the answer.
    pub(super) fn delta(&mut self, delta: &Delta) -> Option<Value> {
        match delta {
            Delta::Step(event) => self.say(&about(event)?),
            Delta::Reasoning(text) => self.written("thinking", text),
            Delta::Content(text) => self.written("answering", text),
            Delta::Logprobs(_)
            | Delta::ToolCall { .. }
            | Delta::ToolArguments { .. }
            | Delta::Finished(_) => None,
        }
    }

    /// A report that says this.
    pub(super) fn say(&mut self, message: &str) -> Option<Value> {
        let token = self.token.as_ref()?;
        self.reports += 1;
        let report =
            json!({ "progressToken": token, "progress": self.reports, "message": message });
        Some(notice("notifications/progress", report))
    }

    fn written(&mut self, part: &'static str, text: &str) -> Option<Value> {
        self.token.as_ref()?;
        if self.part != part {
            self.part = part;
            self.text.clear();
        }
        self.text.push_str(text);
        let recent = newest(&self.text, 4 * SHOWN).len();
        self.text.drain(..self.text.len() - recent);
        if self.shown.is_some_and(|shown| shown.elapsed() < BETWEEN_TEXTS) {
            return None;
        }
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return None;
        }
        self.shown = Some(Instant::now());
        let end = newest(&line, SHOWN);
        let cut = if end.len() < line.len() { "…" } else { "" };
        self.say(&format!("{part}: {cut}{end}"))
    }
}

/// The last so many characters of a text.
fn newest(text: &str, characters: usize) -> &str {
    let begin = text.char_indices().rev().nth(characters.saturating_sub(1));
    begin.and_then(|(begin, _)| text.get(begin..)).unwrap_or(text)
}

/// What happened in a step, in one line, with the first reason only; nothing for what is in the answer anyway.
fn about(event: &StepEvent) -> Option<String> {
    let step = if event.step == event.action {
        event.step.clone()
    } else {
        format!("{} ({})", event.step, event.action)
    };
    Some(match &event.state {
        StepState::Started => format!("{step}: started"),
        StepState::Skipped { reason } => format!("{step}: skipped, {reason}"),
        StepState::Decided { choice, reasons } => match reasons.first() {
            Some(reason) => format!("{step}: {choice}, because {reason}"),
            None => format!("{step}: {choice}"),
        },
        StepState::Finished { elapsed, usage, .. } => format!(
            "{step}: finished after {:.1} s, {} tokens",
            elapsed.as_secs_f64(),
            usage.completion_tokens
        ),
        StepState::Failed { message } => format!("{step}: failed, {message}"),
        StepState::Wrote { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::message::Message;

    fn progress(token: Value) -> Progress {
        let meta = json!({"_meta": {"progressToken": token}});
        let text = json!({"jsonrpc": "2.0", "id": 1, "method": "x", "params": meta}).to_string();
        match Message::read(text.as_bytes()) {
            Ok(Message::Call(call)) => Progress::of(&call),
            other => panic!("{other:?}"),
        }
    }

    fn event(step: &str, action: &'static str, state: StepState) -> Delta {
        Delta::Step(StepEvent { step: step.to_owned(), action, state })
    }

    #[test]
    fn reports_are_numbered_and_carry_the_token_as_it_was() {
        let mut progress = progress(json!("abc"));
        let report = progress.delta(&event("translate", "translate", StepState::Started)).unwrap();
        insta::assert_snapshot!(report, @r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"abc","progress":1,"message":"translate: started"}}"#);
        let decided = StepState::Decided {
            choice: "math".to_owned(),
            reasons: vec!["a sum".to_owned(), "numbers".to_owned()],
        };
        let report = progress.delta(&event("kind", "route", decided)).unwrap();
        assert_eq!(report["params"]["progress"], 2);
        assert_eq!(report["params"]["message"], "kind (route): math, because a sum");
    }

    #[test]
    fn who_has_no_token_is_told_nothing() {
        for token in [json!(null), json!(1.5), json!({})] {
            let mut progress = progress(token);
            assert_eq!(progress.delta(&event("a", "a", StepState::Started)), None);
            assert_eq!(progress.delta(&Delta::Content("text".to_owned())), None);
        }
    }

    #[test]
    fn text_is_shown_once_a_second_and_only_its_end() {
        let mut progress = progress(json!(7));
        let mut said = Vec::new();
        for word in 0..300 {
            let report = progress.delta(&Delta::Reasoning(format!("wort{word}\n苹果 ")));
            said.extend(
                report.map(|report| report["params"]["message"].as_str().unwrap().to_owned()),
            );
            if word % 100 == 99 {
                progress.shown = progress.shown.and_then(|shown| shown.checked_sub(BETWEEN_TEXTS));
            }
        }
        assert_eq!(said.len(), 3, "{said:?}");
        assert_eq!(said.first().unwrap(), "thinking: wort0 苹果");
        let last = said.last().unwrap();
        assert!(last.starts_with("thinking: …") && last.ends_with("wort200 苹果"), "{last}");
        assert_eq!(last.chars().count(), "thinking: …".chars().count() + SHOWN, "{last}");
    }
}
