//! The report as one page: no scripts, no addresses, every text escaped.

use super::{
    AtK, Point, Report, SurestVote,
    confidence::{about, rows},
    headlines,
    lines::interval,
    plot::{Bar, Series, bars, curves},
    thousands,
};

pub(in crate::evaluation) const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #8884; --one: #2563eb;
  --two: #16a34a; --three: #d97706; --wrong: #94a3b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e5e5; --paper: #161616; --one: #60a5fa;
  --two: #4ade80; --three: #fbbf24; --wrong: #64748b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code { overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
.grid { stroke: var(--line); } .s0 { stroke: var(--one); } .s1 { stroke: var(--two); }
.s2 { stroke: var(--three); stroke-dasharray: 5 3; } .curve { fill: none; stroke-width: 2; }
.right { fill: var(--two); } .other { fill: var(--wrong); }
";

/// The whole page.
pub(super) fn document(report: &Report) -> String {
    let title = escaped(&format!("{} on {}", report.model, report.file));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n<table>\n"
    );
    for line in headlines(report) {
        page += &format!(
            "<tr><th>{}</th><td>{}</td></tr>\n",
            escaped(&line.name),
            escaped(&line.value)
        );
    }
    page += "</table>\n<p>In brackets: 95 % intervals, with the problems as independent, not the answers \
             (Wilson's, for the effective number of answers).</p>\n";
    page += &clr(report);
    page += &surest(&report.by_confidence);
    page += &plots(report);
    page += &problems(report);
    if !report.failures.is_empty() {
        page += "<h2>Failed</h2>\n<ul>\n";
        for failure in &report.failures {
            let (problem, error) = (escaped(&failure.problem), escaped(&failure.error));
            page += &format!("<li>{problem}, answer {}: {error}</li>\n", failure.sample);
        }
        page += "</ul>\n";
    }
    page += "<h2>Settings</h2>\n<table>\n";
    for (name, value) in &report.settings {
        let (name, value) = (escaped(name), escaped(&value.to_string()));
        page += &format!("<tr><th>{name}</th><td><code>{value}</code></td></tr>\n");
    }
    let fingerprint = escaped(&report.fingerprint);
    page +=
        &format!("<tr><th>fingerprint</th><td><code>{fingerprint}</code></td></tr>\n</table>\n");
    page + "</body>\n</html>\n"
}

/// Votes by claims beside plain votes for as many tokens.
fn clr(report: &Report) -> String {
    if report.clr.is_empty() {
        return String::new();
    }
    let mut text = "<h2>Votes by claims</h2>\n<p>Claims and verdicts cost tokens; beside CLR@k stands the vote of as \
                    many answers as take no more tokens without them, where there are as many.</p>\n<table>\n<tr>\
                    <th class=\"n\">k</th><th class=\"n\">tokens</th><th>CLR@k</th><th>as many tokens</th>\
                    <th>maj</th></tr>\n"
        .to_owned();
    for at in &report.clr {
        let (name, share) = match (at.majority_k, &at.majority) {
            (Some(k), Some(share)) => (format!("maj@{k}"), interval(share)),
            _ => ("–".to_owned(), "–".to_owned()),
        };
        text += &format!(
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{name}</td><td>{share}</td></tr>\n",
            at.k,
            thousands(at.tokens),
            interval(&at.share)
        );
    }
    text + "</table>\n"
}

/// Votes of the surest answers.
fn surest(votes: &[SurestVote]) -> String {
    if votes.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "<h2>Votes of the surest</h2>\n<p>{}</p>\n<table>\n<tr><th>measure</th><th class=\"n\">window</th>",
        escaped(&about(votes))
    );
    let rows = rows(votes);
    for cell in rows.first().into_iter().flatten() {
        text += &format!("<th>{}</th>", cell.kept);
    }
    text += "</tr>\n";
    for row in rows {
        if let Some(first) = row.first() {
            text += &format!("<tr><td>{}</td><td class=\"n\">{}</td>", first.measure, first.window);
        }
        for cell in row {
            text += &format!("<td>{}</td>", cell.share);
        }
        text += "</tr>\n";
    }
    text + "</table>\n"
}

fn plots(report: &Report) -> String {
    let mut text = String::new();
    if report.pass.len() > 1 {
        let series = |name, curve: &[AtK]| Series {
            name,
            points: curve.iter().map(|at| ((at.k as f64).log2(), at.share.value)).collect(),
        };
        let curves_of_k = [
            series("pass@k", &report.pass),
            series("maj@k", &report.majority),
            series("maj@k by spelling", &report.majority_by_text),
        ];
        let curves_of_k: Vec<Series<'_>> =
            curves_of_k.into_iter().filter(|series| !series.points.is_empty()).collect();
        let labels: Vec<(f64, String)> =
            report.pass.iter().map(|at| ((at.k as f64).log2(), at.k.to_string())).collect();
        text += "<h2>Accuracy by number of answers</h2>\n";
        text += &curves("Accuracy by number of answers k", &curves_of_k, &labels);
    }
    let most = report.points.iter().map(|point| point.tokens).max().unwrap_or(0);
    if most > 0 {
        text += "<h2>Tokens an answer</h2>\n<p><span class=\"s\">right below, other answers above</span></p>\n";
        text += &bars("Answers by their tokens", &histogram(&report.points, most));
        text += "<h2>Accuracy by a limit of tokens</h2>\n<p>The share of all answers that are right and no \
                 longer than this.</p>\n";
        let labels: Vec<(f64, String)> = (0..=4)
            .map(|quarter| most as f64 * f64::from(quarter) / 4.0)
            .map(|tokens| (tokens, thousands(tokens)))
            .collect();
        let series = [Series { name: "right within the limit", points: within(&report.points) }];
        text += &curves("Accuracy by a limit of tokens", &series, &labels);
    }
    text
}

/// So many bars are enough to see a shape.
const BARS: u64 = 24;

fn histogram(points: &[Point], most: u64) -> Vec<Bar> {
    let width = most.div_ceil(BARS).max(1);
    (0..most.div_ceil(width))
        .map(|number| {
            // The first holds answers without a token too.
            let (low, high) = (number * width, (number + 1) * width);
            let inside =
                |point: &&Point| point.tokens <= high && (point.tokens > low || number == 0);
            let of = |right: bool| {
                points.iter().filter(inside).filter(|point| point.right == right).count()
            };
            Bar { label: thousands(high as f64), right: of(true), other: of(false) }
        })
        .collect()
}

/// The share of right answers of at most so many tokens, as a curve with a step at each right one.
fn within(points: &[Point]) -> Vec<(f64, f64)> {
    let mut lengths: Vec<u64> =
        points.iter().filter(|point| point.right).map(|point| point.tokens).collect();
    lengths.sort_unstable();
    let count = points.len().max(1) as f64;
    let most = points.iter().map(|point| point.tokens).max().unwrap_or(0);
    let mut curve = vec![(0.0, 0.0)];
    for (before, tokens) in lengths.into_iter().enumerate() {
        curve.push((tokens as f64, before as f64 / count));
        curve.push((tokens as f64, (before + 1) as f64 / count));
    }
    let last = curve.last().map_or(0.0, |(_, share)| *share);
    curve.push((most as f64, last));
    curve
}

fn problems(report: &Report) -> String {
    let mut text = "<h2>Problems</h2>\n<table>\n<tr><th>id</th><th class=\"n\">right</th><th>answer</th>\
                    <th>most say</th><th class=\"n\">votes</th><th class=\"n\">tokens</th>\
                    <th class=\"n\">seconds</th><th class=\"n\">cut off</th><th class=\"n\">circles</th></tr>\n"
        .to_owned();
    for problem in &report.problems {
        let majority = problem.majority.as_deref().map_or_else(|| "–".to_owned(), code);
        let tokens = problem.tokens.map_or_else(|| "–".to_owned(), thousands);
        let seconds = problem.seconds.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        text += &format!(
            "<tr><td>{}</td><td class=\"n\">{} of {}</td><td>{}</td><td>{majority}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{tokens}</td><td class=\"n\">{seconds}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            escaped(&problem.id),
            problem.right,
            problem.answers,
            code(&problem.answer),
            problem.votes,
            problem.truncated,
            problem.looped,
        );
    }
    text + "</table>\n"
}

/// The longest answer that is shown whole.
const LONGEST: usize = 120;

fn code(text: &str) -> String {
    let shown = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    };
    format!("<code>{}</code>", escaped(&shown))
}

/// A text that is nothing but text, in an element or an attribute.
pub(in crate::evaluation) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
