//! Examples whose input and output stand in one line each: `Input: nums = [1,2], target = 3`.

use super::{Side, header};
use crate::execution::{
    case::{Argument, Check},
    literal::{assignments, parse},
};

/// Between an input and its output there are at most so many lines of one input.
const LONGEST: usize = 8;

pub(super) fn find(lines: &[&str]) -> Vec<(usize, Check)> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let line = without_tags(line);
        let Some(input) = header(&line).filter(|header| header.side == Side::Input) else {
            continue;
        };
        if input.rest.is_empty() {
            continue;
        }
        if let Some(check) = example(input.rest, lines.get(at + 1..).unwrap_or_default()) {
            found.push((at, check));
        }
    }
    found
}

/// The example that begins with this input; its output is in one of the next lines.
fn example(input: &str, after: &[&str]) -> Option<Check> {
    let mut input = input.to_owned();
    for line in after.iter().take(LONGEST) {
        let line = without_tags(line);
        match header(&line) {
            Some(output) if output.side == Side::Output => return check(&input, output.rest),
            Some(_) => return None,
            None if line.trim().is_empty() => {}
            None => {
                input.push('\n');
                input.push_str(line.trim());
            }
        }
    }
    None
}

fn check(input: &str, output: &str) -> Option<Check> {
    if output.is_empty() {
        return None;
    }
    let code = |text: &str| text.trim().trim_matches('`').to_owned();
    let (input, output) = (code(input), code(output));
    match assignments(&input) {
        // A call returns a value; a sentence is none.
        Some(named) => {
            let expected = parse(&output).ok()?;
            let arguments = named
                .into_iter()
                .map(|(name, value)| Argument { name: Some(name), value })
                .collect();
            Some(Check::Call { function: None, arguments, expected })
        }
        None if input.contains('=') => None,
        None => Some(Check::Stdin { input: format!("{input}\n"), output: format!("{output}\n") }),
    }
}

/// A line without the tags of HTML that statements are decorated with.
fn without_tags(line: &str) -> String {
    let mut plain = line.to_owned();
    for tag in ["strong", "b", "p", "pre", "code", "span", "em"] {
        plain = plain.replace(&format!("<{tag}>"), "").replace(&format!("</{tag}>"), "");
    }
    plain.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ")
}
