//! Findings in the forms that people and the services that show them read.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::review::{Category, Finding, Review};

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// A line for each, as compilers print theirs
    Text,
    /// One JSON object with everything, `ponder.review/1`
    Json,
    /// Workflow commands, which GitHub Actions shows beside the lines of a change
    Github,
    /// A Code Quality report, which GitLab shows in merge requests
    Gitlab,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
}

/// The whole output in a form; `None` where there is nothing to print.
pub(super) fn written(
    format: Format,
    review: &Review,
) -> Result<Option<String>, serde_json::Error> {
    let document = match format {
        Format::Text => return Ok(lines(review.findings.iter().map(line))),
        Format::Github => return Ok(lines(review.findings.iter().map(workflow_command))),
        Format::Json => document(review)?,
        Format::Gitlab => Value::Array(marked(review).map(code_quality).collect()),
        Format::Sarif => sarif(review),
    };
    Ok(Some(format!("{document:#}")))
}

fn lines(lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// `FILE:LINE: CATEGORY: WHAT [INPUT]`
pub(super) fn line(finding: &Finding) -> String {
    let Finding { file, line, category, .. } = finding;
    format!("{file}:{line}: {}: {}", category.as_str(), told(finding))
}

/// What is wrong, and the input that shows it.
fn told(finding: &Finding) -> String {
    match &finding.failing_input {
        Some(input) => format!("{} [{input}]", finding.what),
        None => finding.what.clone(),
    }
}

fn document(review: &Review) -> Result<Value, serde_json::Error> {
    let mut document = json!({ "schema": "ponder.review/1" });
    if let (Some(document), Value::Object(body)) =
        (document.as_object_mut(), serde_json::to_value(review)?)
    {
        document.extend(body);
    }
    Ok(document)
}

/// One of GitHub's workflow commands. What a model wrote must not end the line, or it could give commands of its own.
fn workflow_command(finding: &Finding) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    format!(
        "::warning file={},line={},title={}::{}",
        property(&finding.file),
        finding.line,
        property(title(finding.category)),
        data(&told(finding))
    )
}

fn title(category: Category) -> &'static str {
    match category {
        Category::Boundary => "An input at the edge",
        Category::Redundant => "Work that is done again",
    }
}

/// One entry of GitLab's report. <https://docs.gitlab.com/ci/testing/code_quality/>
fn code_quality((finding, fingerprint): (&Finding, String)) -> Value {
    json!({
        "description": told(finding),
        "check_name": finding.category.as_str(),
        "fingerprint": fingerprint,
        "severity": match finding.category {
            Category::Boundary => "major",
            Category::Redundant => "minor",
        },
        "location": { "path": finding.file, "lines": { "begin": finding.line } },
    })
}

/// Findings, each with what it is known by in the next run: without its line, which moves with every change above it,
/// and with its place among those that say the same of the same file.
fn marked(review: &Review) -> impl Iterator<Item = (&Finding, String)> {
    let mut seen: BTreeMap<(&str, Category, &str), u32> = BTreeMap::new();
    review.findings.iter().map(move |finding| {
        let alike = (finding.file.as_str(), finding.category, finding.what.as_str());
        let place = seen.entry(alike).or_default();
        *place += 1;
        let mut hash = Sha256::new();
        for part in [alike.0, finding.category.as_str(), alike.2, &place.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        (finding, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    })
}

/// Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
fn sarif(review: &Review) -> Value {
    let rule = |category: Category| json!({ "id": category.as_str(), "shortDescription": { "text": title(category) } });
    let result = |(finding, fingerprint): (&Finding, String)| {
        json!({
            "ruleId": finding.category.as_str(),
            "level": "warning",
            "message": { "text": told(finding) },
            "locations": [place(&finding.file, finding.line)],
            "partialFingerprints": { "finding/v1": fingerprint },
        })
    };
    let unread: Vec<Value> = review
        .undecided
        .iter()
        .map(|undecided| {
            let text = format!("{} was not reviewed: {}", undecided.file, undecided.reason);
            json!({ "level": "warning", "message": { "text": text } })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ponder",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [rule(Category::Boundary), rule(Category::Redundant)],
            } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": unread }],
            "results": marked(review).map(result).collect::<Vec<_>>(),
        }],
    })
}

fn place(file: &str, line: u32) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": address(file) },
        "region": { "startLine": line.max(1) },
    } })
}

/// A path as a relative reference (RFC 3986).
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Undecided;

    fn review() -> Review {
        Review {
            findings: vec![Finding {
                file: "src/a b, c.rs".to_owned(),
                line: 3,
                category: Category::Boundary,
                what: "100 % of the list\n::error::is read".to_owned(),
                failing_input: Some("[]".to_owned()),
            }],
            files: 2,
            undecided: vec![Undecided {
                file: "b.rs".to_owned(),
                reason: "it is no list".to_owned(),
            }],
            ..Review::default()
        }
    }

    /// The same fault on two lines.
    fn twice() -> Review {
        let mut review = review();
        let again = Finding { line: 9, ..review.findings[0].clone() };
        review.findings.push(again);
        review
    }

    #[test]
    fn a_model_cannot_give_commands_to_the_service_that_shows_its_findings() {
        let text = written(Format::Github, &review()).unwrap().unwrap();
        insta::assert_snapshot!(text, @"::warning file=src/a b%2C c.rs,line=3,title=An input at the edge::100 %25 of the list%0A::error::is read [[]]");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn reports_of_services() {
        let report: Value =
            serde_json::from_str(&written(Format::Gitlab, &review()).unwrap().unwrap()).unwrap();
        insta::assert_snapshot!(report, @r#"[{"description":"100 % of the list\n::error::is read [[]]","check_name":"boundary","fingerprint":"b809623183aa4d866341e345ee0159a7300c38acc0d21f879e3cadd66f6c5c0e","severity":"major","location":{"path":"src/a b, c.rs","lines":{"begin":3}}}]"#);
        assert_ne!(marked(&twice()).next().unwrap().1, marked(&twice()).last().unwrap().1);
        let mut moved = review();
        moved.findings[0].line = 30;
        let later: Value =
            serde_json::from_str(&written(Format::Gitlab, &moved).unwrap().unwrap()).unwrap();
        assert_eq!(later[0]["fingerprint"], report[0]["fingerprint"]);
        let sarif: Value =
            serde_json::from_str(&written(Format::Sarif, &review()).unwrap().unwrap()).unwrap();
        insta::assert_snapshot!(sarif["runs"][0]["results"], @r#"[{"ruleId":"boundary","level":"warning","message":{"text":"100 % of the list\n::error::is read [[]]"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a%20b%2C%20c.rs"},"region":{"startLine":3}}}],"partialFingerprints":{"finding/v1":"b809623183aa4d866341e345ee0159a7300c38acc0d21f879e3cadd66f6c5c0e"}}]"#);
        insta::assert_snapshot!(sarif["runs"][0]["invocations"], @r#"[{"executionSuccessful":true,"toolExecutionNotifications":[{"level":"warning","message":{"text":"b.rs was not reviewed: it is no list"}}]}]"#);
    }

    #[test]
    fn nothing_found_is_an_empty_report_where_a_report_is_read() {
        let none = Review::default();
        assert_eq!(written(Format::Text, &none).unwrap(), None);
        assert_eq!(written(Format::Github, &none).unwrap(), None);
        assert_eq!(written(Format::Gitlab, &none).unwrap().as_deref(), Some("[]"));
    }
}
