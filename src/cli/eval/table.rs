//! A report in the terminal: its numbers, and bars for accuracy by the number of answers.

use crate::evaluation::report::{AtK, Report, headlines, percent};

/// How many cells a bar of 100 % has.
const CELLS: usize = 40;

/// The lines of the table.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let numbers = headlines(report);
    let width = numbers.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> =
        numbers.iter().map(|line| format!("{:width$}  {}", line.name, line.value)).collect();
    if report.pass.len() > 1 {
        lines.push(String::new());
        for (name, curve) in [("pass", &report.pass), ("maj", &report.majority)] {
            lines.extend(curve.iter().map(|at| bar(name, at)));
        }
    }
    lines
}

fn bar(name: &str, at: &AtK) -> String {
    let share = at.share.value.clamp(0.0, 1.0);
    // From a share this is at most the number of cells.
    let full = (share * CELLS as f64).round() as usize;
    let (full, rest) = ("█".repeat(full), "·".repeat(CELLS - full.min(CELLS)));
    format!("{:9} {full}{rest} {}", format!("{name}@{}", at.k), percent(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::statistics::Interval;

    #[test]
    fn bars_have_one_width() {
        let at = |value| AtK { k: 8, share: Interval { value, low: 0.0, high: 1.0 }, tokens: 1.0 };
        insta::assert_snapshot!(
            [bar("pass", &at(0.5)), bar("maj", &at(1.0)), bar("maj", &at(0.0))].join("\n"),
            @r"
        pass@8    ████████████████████···················· 50.0 %
        maj@8     ████████████████████████████████████████ 100.0 %
        maj@8     ········································ 0.0 %
        "
        );
    }
}
