use std::fmt::Write;

/// One subtitle.
#[derive(Debug, Clone)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

/// Pauses between each cue and the next, in milliseconds.
pub fn pauses(cues: &[Cue]) -> Vec<u64> {
    cues.windows(2)
        .map(|pair| pair[1].start_ms.saturating_sub(pair[0].end_ms))
        .collect()
}

/// A subtitle file with line numbers, for the proofreaders.
pub fn numbered(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        let _ = writeln!(out, "{:>5}  {line}", index + 1);
    }
    out
}
