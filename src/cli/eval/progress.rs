//! How far a run is: a bar with the live numbers in a terminal, a line now and then elsewhere.

use std::{
    io::IsTerminal,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::show;
use crate::{
    evaluation::{
        folder::Folder,
        manifest::Prices,
        report::{percent, thousands},
        runner::Watch,
        sample::Sample,
    },
    generate::GenerateError,
};

/// Elsewhere than in a terminal a line is worth it after this time.
const BETWEEN_LINES: Duration = Duration::from_secs(30);
/// The numbers beside the bar change after so many pieces.
const BETWEEN_PIECES: u64 = 32;

/// Shows a run.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    started: Instant,
    /// Pieces of answers that came in this session.
    pieces: AtomicU64,
    tally: Mutex<Tally>,
}

/// What is known so far, earlier sessions included.
struct Tally {
    done: usize,
    all: usize,
    answers: usize,
    right: usize,
    prompt_tokens: u64,
    completion_tokens: u64,
    prices: Option<Prices>,
    /// When a line was written last, and at which tenth of the way.
    last_line: (Instant, usize),
}

impl Progress {
    /// The progress of a run that needs so many answers more.
    pub(super) fn new(folder: &Folder, missing: usize, quiet: bool) -> Self {
        let mut tally = Tally {
            done: 0,
            all: 0,
            answers: 0,
            right: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            prices: folder.manifest().prices,
            last_line: (Instant::now(), 0),
        };
        folder.samples().values().filter(|sample| sample.answered().is_some()).for_each(|sample| {
            tally.add(sample);
        });
        tally.all = tally.done + missing;
        if tally.done > 0 && missing > 0 && !quiet {
            show::note(&format!("{} answers are there already, {missing} are missing", tally.done));
        }
        let bar = (std::io::stderr().is_terminal() && !quiet && missing > 0).then(|| {
            let template = "{bar:30} {pos}/{len} {msg} · {eta} left";
            let style = ProgressStyle::with_template(template);
            let bar = ProgressBar::new(tally.all as u64).with_position(tally.done as u64);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.reset_eta();
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        let (pieces, started) = (AtomicU64::new(0), Instant::now());
        Self { bar, quiet, started, pieces, tally: Mutex::new(tally) }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn message(&self, tally: &Tally) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(0.1);
        let speed = self.pieces.load(Ordering::Relaxed) as f64 / seconds;
        let accuracy = match tally.answers {
            0 => "–".to_owned(),
            answers => percent(tally.right as f64 / answers as f64),
        };
        let cost = tally.prices.map_or_else(String::new, |prices| {
            format!(" · cost {:.4}", prices.cost(tally.prompt_tokens, tally.completion_tokens))
        });
        let tokens = thousands(tally.completion_tokens as f64);
        format!("right {accuracy} · {tokens} tokens · {speed:.0} tokens/s{cost}")
    }

    fn line(&self, tally: &mut Tally) {
        let tenth = tally.done * 10 / tally.all.max(1);
        let (at, before) = tally.last_line;
        if tenth > before || at.elapsed() >= BETWEEN_LINES {
            tally.last_line = (Instant::now(), tenth);
            let message = self.message(tally);
            show::note(&format!("{} of {} answers · {message}", tally.done, tally.all));
        }
    }
}

impl Tally {
    fn add(&mut self, sample: &Sample) {
        self.done += 1;
        if let Some(answered) = sample.answered() {
            self.answers += 1;
            self.right += usize::from(answered.is_right());
            let usage = answered.usage();
            self.prompt_tokens += usage.prompt_tokens;
            self.completion_tokens += usage.completion_tokens;
        }
    }
}

impl Watch for Progress {
    fn wrote(&self) {
        let pieces = self.pieces.fetch_add(1, Ordering::Relaxed);
        if let Some(bar) = self.bar.as_ref().filter(|_| pieces.is_multiple_of(BETWEEN_PIECES)) {
            let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            bar.set_message(self.message(&tally));
        }
    }

    fn waits(&self, error: &GenerateError, time: Duration) {
        let line = format!("asked again in {} s: {error}", time.as_secs());
        match &self.bar {
            Some(bar) => bar.suspend(|| show::note(&line)),
            None if !self.quiet => show::note(&line),
            None => {}
        }
    }

    fn ended(&self, sample: &Sample) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.add(sample);
        match &self.bar {
            Some(bar) => {
                bar.set_message(self.message(&tally));
                bar.set_position(tally.done as u64);
            }
            None if !self.quiet => self.line(&mut tally),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_claims_cost_is_counted() {
        let answer = json!({
            "problem": "p", "sample": 0, "attempts": 1, "seconds": 1.0, "mark": "right", "answer": "1",
            "ending": "stop", "thinking_end": "none", "prompt_tokens": 10, "completion_tokens": 5,
            "reasoning_tokens": 0,
            "checked": {"reliability": 1.0, "prompt_tokens": 100, "completion_tokens": 50},
        });
        let mut tally = Tally {
            done: 0,
            all: 1,
            answers: 0,
            right: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            prices: None,
            last_line: (Instant::now(), 0),
        };
        tally.add(&serde_json::from_value(answer).unwrap());
        assert_eq!((tally.prompt_tokens, tally.completion_tokens), (110, 55));
    }
}
