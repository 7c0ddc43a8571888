//! Python sessions in a text: `>>> f(1)` and what it prints.

use super::MOST_EXAMPLES;
use crate::execution::case::{Check, Prompt};

/// One check for every prompt that prints something; what stands before it in the same session is executed first.
pub(super) fn find(lines: &[&str]) -> Vec<(usize, Check)> {
    let mut found = Vec::new();
    let mut session: Vec<Prompt> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let start = at;
        at += 1;
        let Some((indent, source)) = prompt(line, ">>>") else {
            // Text ends a session; an empty line does not.
            if !line.trim().is_empty() {
                session.clear();
            }
            continue;
        };
        let mut source = source.to_owned();
        while let Some((_, more)) = lines.get(at).and_then(|line| prompt(line, "...")) {
            source.push('\n');
            source.push_str(more);
            at += 1;
        }
        let mut printed: Vec<&str> = Vec::new();
        while let Some(line) = lines.get(at).filter(|line| is_printed(line)) {
            printed.push(line.get(indent..).unwrap_or_else(|| line.trim_start()).trim_end());
            at += 1;
        }
        let prompt = Prompt { source, printed: printed.join("\n") };
        // What came before is part of every check: without an end to it, a long statement would need its square in memory.
        if !prompt.printed.is_empty()
            && session.len() < MOST_EXAMPLES
            && found.len() < MOST_EXAMPLES
        {
            let check = Check::Doctest { before: session.clone(), prompt: prompt.clone() };
            found.push((start, check));
        }
        session.push(prompt);
    }
    found
}

/// How far a line with this prompt is indented, and what stands behind the prompt.
fn prompt<'line>(line: &'line str, sign: &str) -> Option<(usize, &'line str)> {
    let trimmed = line.trim_start();
    let rest = trimmed.strip_prefix(sign)?;
    let source = rest.strip_prefix(' ').or(rest.is_empty().then_some(""))?;
    Some((line.len() - trimmed.len(), source.trim_end()))
}

/// Whether a line belongs to what was printed: it ends at an empty line, the next prompt, the end of a docstring or of
/// a block of code.
fn is_printed(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty()
        || prompt(line, ">>>").is_some()
        || ["\"\"\"", "'''", "```", "~~~"].iter().any(|end| line.starts_with(end)))
}
