//! Examples whose input and output are blocks of lines below a heading.

use super::{Header, SAMPLE, Side, header};
use crate::execution::case::Check;

pub(super) fn find(lines: &[&str]) -> Vec<(usize, Check)> {
    let mut found = Vec::new();
    let mut under_examples = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let start = at;
        at += 1;
        let Some(input) = heading(line, Side::Input) else {
            under_examples = still_under_examples(line, under_examples);
            continue;
        };
        let sample = input.sample || under_examples;
        let Some((text, next)) = block(lines, at, sample, Side::Input) else { continue };
        let Some((output, next)) = lines
            .get(next)
            .and_then(|line| heading(line, Side::Output))
            .and_then(|output| block(lines, next + 1, sample || output.sample, Side::Output))
        else {
            continue;
        };
        found.push((start, Check::Stdin { input: text, output }));
        at = next;
        // `Input` and `Output` may follow again below the same heading.
        under_examples = sample;
    }
    found
}

/// A heading with nothing behind it.
fn heading(line: &str, side: Side) -> Option<Header<'_>> {
    header(line).filter(|header| header.side == side && header.rest.is_empty())
}

/// A heading such as `Examples`, `示例 1：` or `输入输出样例` opens examples; any other heading ends them.
fn still_under_examples(line: &str, under: bool) -> bool {
    let marked = line.trim_start().starts_with(['#', '*', '【']);
    let line = line.trim().trim_matches(|sign: char| "#*【】:： ".contains(sign)).to_lowercase();
    if line.is_empty() {
        return under;
    }
    let short = line.chars().count() <= 20;
    let names = SAMPLE
        .iter()
        .any(|known| line.starts_with(known) || (!known.is_ascii() && line.ends_with(known)));
    if short && (names || (line.contains("样例") && marked)) {
        return true;
    }
    under && !marked
}

/// The block that begins at a line, and the line behind it. A block in fences is taken wherever it follows at once;
/// plain lines are taken only where an example is certain.
fn block(lines: &[&str], from: usize, sample: bool, side: Side) -> Option<(String, usize)> {
    let first = from + lines.get(from..)?.iter().position(|line| !line.trim().is_empty())?;
    let line = lines.get(first)?.trim();
    let fence = ["```", "~~~", "<pre>"].into_iter().find(|fence| line.starts_with(fence));
    if let Some(fence) = fence {
        let close = if fence == "<pre>" { "</pre>" } else { fence };
        let length =
            lines.get(first + 1..)?.iter().position(|line| line.trim().starts_with(close))?;
        let end = first + 1 + length;
        return Some((joined(lines.get(first + 1..end)?)?, skip_empty(lines, end + 1)));
    }
    if !sample {
        return None;
    }
    let ends = |line: &&&str| {
        let other = header(line).is_some();
        match side {
            Side::Input => other,
            Side::Output => other || line.trim().is_empty() || is_title(line),
        }
    };
    let length = lines.get(first..)?.iter().position(|line| ends(&line));
    // An input without an output is no example.
    let end = match (length, side) {
        (Some(length), _) => first + length,
        (None, Side::Output) => lines.len(),
        (None, Side::Input) => return None,
    };
    Some((joined(lines.get(first..end)?)?, skip_empty(lines, end)))
}

/// What follows the last output of a statement.
fn is_title(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(['#', '【'])
        || ["note", "notes", "explanation", "examples", "example", "说明", "提示", "解释"]
            .iter()
            .any(|title| line.trim_end_matches([':', '：']).eq_ignore_ascii_case(title))
}

fn skip_empty(lines: &[&str], from: usize) -> usize {
    let empty = lines.iter().skip(from).take_while(|line| line.trim().is_empty()).count();
    from + empty
}

fn joined(lines: &[&str]) -> Option<String> {
    let text = lines.join("\n");
    let text = text.trim_end();
    (!text.is_empty()).then(|| format!("{text}\n"))
}
