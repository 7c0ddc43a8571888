//! A suite's report as one page: no scripts, no addresses, every text escaped.

use super::{FailedCase, SuiteReport, headlines, lines};
use crate::evaluation::report::html::{STYLE, escaped};

/// What the intervals are.
pub(super) const INTERVALS: &str = "In brackets: 95 % intervals with the cases as independent, not the answers \
     (Wilson's, for the effective number of answers). The total is the mean of the categories' scores.";
/// What the contrasts are.
pub(super) const CONTRASTS: &str = "Right answers to two kinds of phrasing of the same problems. p is how likely such a \
     difference would be if the kind made none (permutation of signs over problems; with one answer of each kind a \
     problem McNemar's exact test). Of so many comparisons one may be below 0.05 by chance.";

/// The whole page.
pub(super) fn document(report: &SuiteReport) -> String {
    let title = escaped(&format!("{} on the suite {}", report.model, report.suite));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}\
         pre {{ white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line); padding-left: .7rem; }}\
         </style>\n</head>\n<body>\n<h1>{title}</h1>\n<table>\n"
    );
    for line in headlines(report) {
        let (name, value) = (escaped(&line.name), escaped(&line.value));
        page += &match line.is_part {
            false => format!("<tr><th>{name}</th><td>{value}</td></tr>\n"),
            true => format!("<tr><td>– {name}</td><td>{value}</td></tr>\n"),
        };
    }
    page += &format!("</table>\n<p>{}</p>\n", escaped(INTERVALS));
    if !report.contrasts.is_empty() {
        page += &format!(
            "<h2>Phrasings</h2>\n<p>{}</p>\n<table>\n<tr><th></th><th></th><th class=\"n\">problems</th>\
             <th class=\"n\">points</th><th class=\"n\">p</th></tr>\n",
            escaped(CONTRASTS)
        );
        for contrast in &report.contrasts {
            let cells = lines::contrast(contrast).map(|text| escaped(&text));
            page += &format!("<tr><td>{}</td></tr>\n", cells.join("</td><td>"));
        }
        page += "</table>\n";
    }
    page += &format!("<h2>Failed cases: {}</h2>\n", report.failures.len());
    report.failures.iter().for_each(|case| page += &failed(case));
    page += "<h2>Settings</h2>\n<table>\n";
    for (name, value) in &report.settings {
        let (name, value) = (escaped(name), escaped(&value.to_string()));
        page += &format!("<tr><th>{name}</th><td><code>{value}</code></td></tr>\n");
    }
    page + "</table>\n</body>\n</html>\n"
}

fn failed(case: &FailedCase) -> String {
    let block = |name: &str, text: &str| format!("<p>{name}</p>\n<pre>{}</pre>\n", escaped(text));
    let mut text = format!(
        "<details><summary>{}, answer {}: {}</summary>\n",
        escaped(&case.id),
        case.sample,
        escaped(&case.why)
    );
    text += &case.system.as_deref().map_or_else(String::new, |system| block("system", system));
    for exchange in &case.exchanges {
        text += &block("sent", &exchange.asked);
        if !exchange.reasoning.is_empty() {
            text += &block("thinking", &exchange.reasoning);
        }
        exchange.events.iter().for_each(|event| text += &block("step", event));
        text += &block("received", &exchange.content);
    }
    text + "</details>\n"
}
