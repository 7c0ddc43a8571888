//! Finds the final answer in what a model wrote.

use serde_json::Value as Json;

use crate::generate::FinishReason;

use super::says_no_answer;

/// The boxed value, the program, or the whole text; nothing if the answer was cut off before one, or if it says that
/// there is none.
pub fn result(answer: &str, reason: FinishReason) -> Option<&str> {
    let answer = answer.trim();
    if says_no_answer(answer) {
        return None;
    }
    let found = boxed(answer).or_else(|| code(answer).map(|block| block.body.trim_end()));
    match reason {
        FinishReason::Stop | FinishReason::ToolCalls => {
            found.or(Some(answer).filter(|text| !text.is_empty()))
        }
        FinishReason::Length => found,
    }
}

/// The content of the last balanced `\boxed{…}` that holds something, nested braces included.
pub fn boxed(text: &str) -> Option<&str> {
    const COMMANDS: [&str; 2] = ["\\boxed", "\\fbox"];
    let mut end = text.len();
    while let Some(before) = text.get(..end) {
        let (at, command) = COMMANDS
            .into_iter()
            .filter_map(|command| before.rfind(command).map(|at| (at, command)))
            .max()?;
        let rest = text.get(at + command.len()..)?.trim_start();
        if let Some(content) = group(rest).filter(|content| !content.trim().is_empty()) {
            return Some(content);
        }
        end = at;
    }
    None
}

/// The JSON in a text. A bare string or number is no structure that somebody asked for, unless it is
/// all there is.
pub(super) fn json_in(text: &str) -> Option<Json> {
    let parse = |text: &str| serde_json::from_str(text.trim()).ok();
    let fenced = || code(text).and_then(|block| parse(block.body));
    let between = || {
        let start = text.find(['{', '['])?;
        let end = text.rfind(['}', ']'])?;
        parse(text.get(start..=end)?)
    };
    parse(text).or_else(fenced).or_else(between)
}

/// The last closed fenced block of code, fences included, and what is in it.
pub fn code(text: &str) -> Option<CodeBlock<'_>> {
    let mut last = None;
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        let end = at + line.len();
        if ticks >= 3 {
            match open {
                // A closing fence is bare and at least as long as the one that opened the block.
                Some((start, fence)) if trimmed.len() == ticks && ticks >= fence.len() => {
                    let fenced = text.get(start..end).unwrap_or_default().trim();
                    let body = text.get(start..at).unwrap_or_default();
                    let body = body.split_once('\n').map_or("", |(_, body)| body);
                    last = Some(CodeBlock { fenced, body });
                    open = None;
                }
                Some(_) => {}
                None => open = Some((at, trimmed.get(..ticks).unwrap_or_default())),
            }
        }
        at = end;
    }
    last
}

/// A fenced block of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeBlock<'text> {
    /// The block as it was written, fences and language included.
    pub fenced: &'text str,
    /// The code alone.
    pub body: &'text str,
}

/// The content of the balanced `{…}` that `text` begins with; escaped braces do not count.
pub(super) fn group(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    let mut depth = 1_usize;
    let mut escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return inner.get(..at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_balanced_box_is_the_answer() {
        assert_eq!(boxed("so \\boxed{1} or rather \\boxed{\\frac{1}{2}}."), Some("\\frac{1}{2}"));
        assert_eq!(boxed("\\boxed{42} then \\boxed{cut o"), Some("42"));
        assert_eq!(boxed("\\boxed {\\{1,2\\}}"), Some("\\{1,2\\}"));
        assert_eq!(boxed("no answer"), None);
    }

    #[test]
    fn the_last_closed_fence_is_the_answer() {
        let text = "First:\n```python\na = 1\n```\nThen:\n```python\nb = 2\n```\nDone";
        let block = code(text).expect("two blocks");
        assert_eq!(block.body, "b = 2\n");
        assert_eq!(block.fenced, "```python\nb = 2\n```");
        assert_eq!(code("```python\ncut off"), None);
        let nested = "````md\n```py\nx\n```\n````";
        assert_eq!(code(nested).map(|block| block.fenced), Some(nested));
    }

    proptest! {
        #[test]
        fn extraction_is_total(text in r"([{}\\`a\n]|\\boxed\{|```|``` ){0,40}") {
            boxed(&text);
            code(&text);
        }
    }
}
