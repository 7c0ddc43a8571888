//! The report as Markdown, to be pasted where people read.

use super::{
    AtK, Reliability, Report, SurestVote,
    confidence::{Cell, about, rows},
    headlines,
    lines::interval,
    thousands,
};

/// The whole document.
pub(super) fn document(report: &Report) -> String {
    let mut text = format!("# {} on {}\n\n", cell(&report.model), cell(&report.file));
    text += "| | |\n|---|---|\n";
    for line in headlines(report) {
        text += &format!("| {} | {} |\n", cell(&line.name), cell(&line.value));
    }
    text += "\nIn brackets: 95 % intervals, with the problems as independent, not the answers (Wilson's, for the \
             effective number of answers).\n";
    if report.pass.len() > 1 {
        text += &by_answers(report);
    }
    if !report.clr.is_empty() {
        text += &clr(&report.clr);
    }
    if !report.by_confidence.is_empty() {
        text += &surest(&report.by_confidence);
    }
    text += &problems(report);
    if !report.failures.is_empty() {
        text += "\n## Failed\n\n";
        for failure in &report.failures {
            text += &format!(
                "- {}, answer {}: {}\n",
                cell(&failure.problem),
                failure.sample,
                cell(&failure.error)
            );
        }
    }
    text += "\n## Settings\n\n";
    for (name, value) in &report.settings {
        text += &format!("- {}: `{}`\n", cell(name), value.to_string().replace('`', "'"));
    }
    text += &format!("- fingerprint: `{}`\n", report.fingerprint);
    text
}

/// Shares by the number of answers; programs have no votes.
fn by_answers(report: &Report) -> String {
    let curves = [
        ("pass@k", &report.pass),
        ("maj@k", &report.majority),
        ("maj@k by spelling", &report.majority_by_text),
    ];
    let curves: Vec<_> = curves.into_iter().filter(|(_, curve)| !curve.is_empty()).collect();
    let names: Vec<&str> = curves.iter().map(|(name, _)| *name).collect();
    let mut text = format!(
        "\n| k | tokens | {} |\n|---:|---:{}|\n",
        names.join(" | "),
        "|---".repeat(names.len())
    );
    for (row, pass) in report.pass.iter().enumerate() {
        let share = |(_, curve): &(&str, &Vec<AtK>)| curve.get(row).map(|at| interval(&at.share));
        let shares: Vec<String> = curves.iter().filter_map(share).collect();
        text += &format!("| {} | {} | {} |\n", pass.k, thousands(pass.tokens), shares.join(" | "));
    }
    text
}

/// Votes by claims beside plain votes for as many tokens.
fn clr(curve: &[Reliability]) -> String {
    let mut text = "\nClaims and verdicts cost tokens; beside CLR@k stands the vote of as many answers as take no more \
                    tokens without them, where there are as many.\n\n| k | tokens | CLR@k | as many tokens | maj |\n\
                    |---:|---:|---|---|---|\n"
        .to_owned();
    for at in curve {
        let (name, share) = match (at.majority_k, &at.majority) {
            (Some(k), Some(share)) => (format!("maj@{k}"), interval(share)),
            _ => ("–".to_owned(), "–".to_owned()),
        };
        let tokens = thousands(at.tokens);
        text += &format!("| {} | {tokens} | {} | {name} | {share} |\n", at.k, interval(&at.share));
    }
    text
}

/// Votes of the surest answers: a row for what says how sure, a column for how many keep a vote.
fn surest(votes: &[SurestVote]) -> String {
    let mut text = format!("\n{}\n\n| measure | window |", about(votes));
    let rows: Vec<Vec<Cell>> = rows(votes);
    let columns = rows.first().map_or(0, Vec::len);
    for cell in rows.first().into_iter().flatten() {
        text += &format!(" {} |", cell.kept);
    }
    text += &format!("\n|---|---:{}|\n", "|---".repeat(columns));
    for row in rows {
        if let Some(first) = row.first() {
            text += &format!("| {} | {} |", first.measure, first.window);
        }
        for cell in row {
            text += &format!(" {} |", cell.share);
        }
        text += "\n";
    }
    text
}

fn problems(report: &Report) -> String {
    let mut text =
        "\n## Problems\n\n| id | right | answer | most say | votes | tokens | seconds | cut off | \
                    circles |\n|---|---:|---|---|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for problem in &report.problems {
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), thousands);
        let seconds = problem.seconds.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        text += &format!(
            "| {} | {} of {} | {} | {} | {} | {} | {seconds} | {} | {} |\n",
            cell(&problem.id),
            problem.right,
            problem.answers,
            code(&problem.answer),
            problem.majority.as_deref().map_or_else(|| "–".to_owned(), code),
            problem.votes,
            number(problem.tokens),
            problem.truncated,
            problem.looped,
        );
    }
    text
}

/// The longest answer that is shown whole.
const LONGEST: usize = 80;

/// A text of somebody else as a cell's code, shortened.
fn code(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ").replace('`', "'").replace('|', "\\|");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", line.get(..end).unwrap_or_default()),
        None => format!("`{line}`"),
    }
}

/// A text as a cell: nothing in it ends the cell or begins markup.
pub(in crate::evaluation) fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '|' | '\\' | '`' | '*' | '<' | '[' | ']' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}
