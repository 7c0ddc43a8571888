//! JSON Lines: one problem a line.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use serde_json::Value;

use super::ProblemsError;

/// The tests of a `LiveCodeBench` problem take megabytes; nothing takes this much.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// The values of a file, each with the number of its line, from 1. Empty lines are passed over.
pub(super) fn rows(path: &Path) -> Result<Vec<(usize, Value)>, ProblemsError> {
    let failed = |error| ProblemsError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    match read(BufReader::new(file), LONGEST_LINE) {
        Ok(rows) => Ok(rows),
        Err(Wrong::File(error)) => Err(failed(error)),
        Err(Wrong::Line(number, message)) => Err(ProblemsError::Problem {
            path: path.to_owned(),
            place: format!("line {number}"),
            message,
        }),
    }
}

/// What can be wrong with lines.
#[derive(Debug)]
pub(super) enum Wrong {
    File(std::io::Error),
    Line(usize, String),
}

/// The values of lines of at most so many bytes.
pub(super) fn read(mut reader: impl BufRead, longest: u64) -> Result<Vec<(usize, Value)>, Wrong> {
    let mut rows = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // One byte more shows that there are more.
        let read = reader.by_ref().take(longest + 1).read_until(b'\n', &mut line);
        if read.map_err(Wrong::File)? == 0 {
            break;
        }
        if line.len() as u64 > longest {
            let message =
                format!("the line has more than {longest} bytes; is this a problem file?");
            return Err(Wrong::Line(number, message));
        }
        // Windows' editors put a mark before the first line.
        let text = match number {
            1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line),
            _ => &line,
        };
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let value = serde_json::from_slice(text)
            .map_err(|error| Wrong::Line(number, format!("it is no JSON: {}", reason(&error))))?;
        rows.push((number, value));
    }
    Ok(rows)
}

/// What is wrong with one line; `serde_json` would count its lines as well.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("{what} at column {}", error.column())
}
