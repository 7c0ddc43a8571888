//! Prints what `equivalent` and `grade` say about each pair of a tab-separated table.
//!
//! Run with `cargo run --release --example verdicts < tests/equivalence/data/pairs.tsv`.

use std::io::{BufRead, Write};
use std::time::Instant;

use ponder::equivalence::{equivalent, grade};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut fields = line.split('\t');
        let (Some(gold), Some(answer)) = (fields.next(), fields.next()) else { continue };
        let start = Instant::now();
        let verdict = equivalent(gold, answer);
        let grade = grade(gold, answer);
        let elapsed = start.elapsed().as_millis();
        let leniency = grade.leniency.map_or(String::new(), |leniency| format!("{leniency:?}"));
        writeln!(out, "{gold}\t{answer}\t{verdict:?}\t{:?}\t{leniency}\t{elapsed}", grade.verdict)?;
    }
    Ok(())
}
