//! A suite's report as Markdown.

use super::{FailedCase, SuiteReport, headlines, lines};
use crate::evaluation::{report::markdown::cell, sample::Exchange};

/// The whole document.
pub(super) fn document(report: &SuiteReport) -> String {
    let mut text =
        format!("# {} on the suite {}\n\n| | |\n|---|---|\n", cell(&report.model), report.suite);
    for line in headlines(report) {
        let name = if line.is_part {
            format!("– {}", cell(&line.name))
        } else {
            format!("**{}**", cell(&line.name))
        };
        text += &format!("| {name} | {} |\n", cell(&line.value));
    }
    text += &format!("\n{}\n", super::html::INTERVALS);
    if !report.contrasts.is_empty() {
        text += &format!(
            "\n## Phrasings\n\n{}\n\n| | | problems | points | p |\n|---|---|---:|---:|---:|\n",
            super::html::CONTRASTS
        );
        for contrast in &report.contrasts {
            text +=
                &format!("| {} |\n", lines::contrast(contrast).map(|text| cell(&text)).join(" | "));
        }
    }
    text += &format!("\n## Failed cases: {}\n", report.failures.len());
    report.failures.iter().for_each(|case| text += &failed(case));
    text += "\n## Settings\n\n";
    for (name, value) in &report.settings {
        text += &format!("- {}: `{}`\n", cell(name), value.to_string().replace('`', "'"));
    }
    text + &format!("- fingerprint: `{}`\n", report.fingerprint)
}

fn failed(case: &FailedCase) -> String {
    let mut text = format!(
        "\n### {}, answer {}\n\n{}: {}\n",
        cell(&case.id),
        case.sample,
        case.category.as_str(),
        cell(&case.why)
    );
    text += &case.system.as_deref().map_or_else(String::new, |system| quoted("system", system));
    for Exchange { asked, content, reasoning, events } in &case.exchanges {
        text += &quoted("sent", asked);
        if !reasoning.is_empty() {
            text += &quoted("thinking", reasoning);
        }
        events.iter().for_each(|event| text += &quoted("step", event));
        text += &quoted("received", content);
    }
    text
}

/// A text of somebody else in a block of its own, which nothing in it ends.
fn quoted(name: &str, content: &str) -> String {
    let longest = content.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{name}\n\n{fence}text\n{}\n{fence}\n", content.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_block() {
        assert_eq!(quoted("sent", "a\n```\nb\n"), "\nsent\n\n````text\na\n```\nb\n````\n");
        assert_eq!(quoted("sent", "a"), "\nsent\n\n```text\na\n```\n");
    }
}
