//! The numbers of a suite's report in words: the same ones in the terminal, in Markdown and in HTML.

use super::SuiteReport;
use crate::evaluation::{
    report::percent,
    statistics::Interval,
    suite::{Contrast, Side},
};

/// A number and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was measured.
    pub name: String,
    /// How much it is.
    pub value: String,
    /// Whether it is a part of the line above it.
    pub is_part: bool,
}

/// The total, and each category with its parts.
pub fn headlines(report: &SuiteReport) -> Vec<Line> {
    let total = report.total.map_or_else(|| "–".to_owned(), percent);
    let mut lines = vec![Line { name: "total".to_owned(), value: total, is_part: false }];
    for category in &report.categories {
        let value = match (&category.score, category.is_asked) {
            (Some(score), _) => {
                format!("{} of {}: {}", interval(score), category.cases, category.counted)
            }
            (None, true) => "no answers yet".to_owned(),
            (None, false) => "not asked".to_owned(),
        };
        lines.push(Line { name: category.category.as_str().to_owned(), value, is_part: false });
        for part in &category.parts {
            let value = format!("{} of {}", interval(&part.share), part.cases);
            lines.push(Line { name: part.name.clone(), value, is_part: true });
        }
    }
    lines
}

/// The cells of a contrast: the kinds, their shares, the problems, the difference in points and p.
pub(super) fn contrast(contrast: &Contrast) -> [String; 5] {
    let side = |side: &Side| format!("{}: {}", side.name, interval(&side.right));
    [
        side(&contrast.first),
        side(&contrast.second),
        contrast.problems.to_string(),
        format!("{:+.1}", contrast.difference * 100.0),
        format!("{:.3}", contrast.p_value),
    ]
}

fn interval(share: &Interval) -> String {
    format!("{} ({:.1} to {:.1})", percent(share.value), share.low * 100.0, share.high * 100.0)
}
