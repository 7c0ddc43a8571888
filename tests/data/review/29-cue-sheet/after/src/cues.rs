use std::collections::HashSet;
use std::fmt::Write;

/// One subtitle.
#[derive(Debug, Clone)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

/// Cues followed by a pause of at least `shortest` milliseconds, and the pause.
pub fn pauses(cues: &[Cue], shortest: u64) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    for i in 0..cues.len() - 1 {
        let pause = cues[i + 1].start_ms.saturating_sub(cues[i].end_ms);
        if pause >= shortest {
            found.push((i, pause));
        }
    }
    found
}

/// A subtitle file with line numbers, for the proofreaders. The marked lines
/// (numbered from 1) get a star.
pub fn numbered(text: &str, marked: &HashSet<usize>) -> String {
    let mut out = String::new();
    let count = text.lines().count();
    for number in 1..=count {
        let line = text.lines().nth(number - 1).unwrap_or_default();
        let mark = if marked.contains(&number) { '*' } else { ' ' };
        let _ = writeln!(out, "{mark}{number:>5}  {line}");
    }
    out
}
