//! Reads YAML, and turns what the reader complains about into problems with a place and a step.

use crate::chain::{
    problem::{LoadError, Problem},
    spec::Spec,
};

/// Reads the text of a chain file.
pub(super) fn read(text: &str, file: &str) -> Result<Spec, LoadError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) =
            error.location().map_or((0, 0), |location| (location.line(), location.column()));
        let message = error.without_snippet().to_string();
        let problem = Problem {
            file: file.to_owned(),
            line,
            column,
            step: step_at(text, line),
            message: without_place(&message).to_owned(),
        };
        LoadError { problems: vec![problem] }
    })
}

/// The reader's message without the place at its end, which the problem has already.
fn without_place(message: &str) -> &str {
    let end = [" at line ", ": line "].iter().filter_map(|place| message.rfind(place)).max();
    end.and_then(|end| message.get(..end)).unwrap_or(message)
}

/// The id of the step that `line` belongs to: the last `id:` at or above it, or on the lines below
/// that are still of the same step.
fn step_at(text: &str, line: u64) -> Option<String> {
    let line = usize::try_from(line).ok()?;
    let id_of = |line: &str| {
        let (key, value) = line.trim().trim_start_matches("- ").trim_start().split_once(':')?;
        (key == "id").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    // A key without indentation ends the list of steps.
    text.lines()
        .take(line)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .take_while(|line| line.is_empty() || line.starts_with([' ', '-', '#']))
        .find_map(id_of)
}
