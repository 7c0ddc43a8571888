//! The little language inside chain files: `${question}`, `${plan.parts}`, `${language} == zh`,
//! `${kind} in [math, code]`.

use serde_json::Value as Json;

/// What `${…}` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'file> {
    pub(super) root: Root<'file>,
    /// The keys that lead into the value.
    pub(super) path: Vec<&'file str>,
}

/// Where a reference begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root<'file> {
    /// `${input.question}`.
    Question,
    /// `${input.messages}`.
    Messages,
    /// `${item}`.
    Item,
    /// `${index}`.
    Index,
    /// `${ID}`: what a step gives.
    Step(&'file str),
}

/// One condition: what it looks at, and the values it accepts.
#[derive(Debug, PartialEq)]
pub(super) struct Comparison<'file> {
    pub(super) on: Reference<'file>,
    pub(super) one_of: Vec<Literal>,
    /// Whether it must be none of them.
    pub(super) negated: bool,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// Without quotes: text, or a number, `true`, `false` or `null` where there can be such a thing.
    Bare(String),
    /// JSON, text in single quotes among it.
    Json(Json),
}

impl Literal {
    /// The value as text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Bare(text) | Self::Json(Json::String(text)) => text.clone(),
            Self::Json(json) => json.to_string(),
        }
    }

    /// The value as JSON.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Json(json) => json.clone(),
            Self::Bare(text) => match serde_json::from_str(text) {
                Ok(json @ (Json::Number(_) | Json::Bool(_) | Json::Null)) => json,
                _ => text.as_str().into(),
            },
        }
    }
}

/// Reads a reference.
///
/// # Errors
///
/// What is wrong with it, for the author of the file.
pub(super) fn reference(text: &str) -> Result<Reference<'_>, String> {
    let name = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let malformed = || {
        format!(
            "`{text}` is no reference; write `${{input.question}}`, `${{input.messages}}` or \
             `${{STEP}}` with the id of an earlier step"
        )
    };
    dotted(name.ok_or_else(malformed)?.trim()).ok_or_else(malformed)?
}

/// Reads what stands between the braces of a reference, or a name in a template; `None` if it is no name
/// at all.
pub(super) fn dotted(name: &str) -> Option<Result<Reference<'_>, String>> {
    let mut parts = name.split('.');
    let first = parts.next()?;
    if first == "input" {
        let root = match parts.next() {
            Some("question") => Root::Question,
            Some("messages") => Root::Messages,
            _ => {
                return Some(Err(format!(
                    "`${{{name}}}` is unknown: the input has `question` and `messages`"
                )));
            }
        };
        return inside(root, parts);
    }
    let root = match first {
        "item" => Root::Item,
        "index" => Root::Index,
        name if is_id(name) => Root::Step(name),
        _ => return None,
    };
    inside(root, parts)
}

fn inside<'file>(
    root: Root<'file>,
    parts: std::str::Split<'file, char>,
) -> Option<Result<Reference<'file>, String>> {
    let path: Vec<&str> = parts.collect();
    path.iter().all(|key| is_key(key)).then_some(Ok(Reference { root, path }))
}

/// Reads conditions that are joined by `and`.
///
/// # Errors
///
/// What is wrong with them, for the author of the file.
pub(super) fn conditions(text: &str) -> Result<Vec<Comparison<'_>>, String> {
    let mut comparisons = Vec::new();
    let mut rest = text;
    loop {
        let (comparison, behind) = comparison(rest)?;
        comparisons.push(comparison);
        let behind = behind.trim_start();
        if behind.is_empty() {
            return Ok(comparisons);
        }
        rest = behind
            .strip_prefix("and")
            .filter(|next| next.starts_with(char::is_whitespace))
            .ok_or_else(|| malformed(text))?;
    }
}

fn malformed(text: &str) -> String {
    format!(
        "`{}` is no condition; write `${{STEP}} == VALUE`, `${{STEP}} != VALUE`, `${{STEP}} in \
         [VALUE, VALUE]` or `${{STEP}} not in [VALUE, VALUE]`, joined by `and`; a VALUE with spaces or \
         signs in it stands in quotes",
        text.trim()
    )
}

/// The first condition, and what stands behind it.
fn comparison(text: &str) -> Result<(Comparison<'_>, &str), String> {
    let wrong = || malformed(text);
    let start = text.trim_start();
    let end = start.find('}').filter(|_| start.starts_with("${")).ok_or_else(wrong)?;
    let (name, rest) = start.split_at_checked(end + 1).ok_or_else(wrong)?;
    let on = reference(name)?;
    let rest = rest.trim_start();
    let operators =
        [("==", false, false), ("!=", true, false), ("not in", true, true), ("in", false, true)];
    let found = operators.into_iter().find_map(|(sign, negated, many)| {
        rest.strip_prefix(sign).map(|rest| (rest.trim_start(), negated, many))
    });
    let (rest, negated, many) = found.ok_or_else(wrong)?;
    let (one_of, rest) = if many {
        values(rest).ok_or_else(wrong)?
    } else {
        let (value, rest) = value(rest).ok_or_else(wrong)?;
        (vec![value], rest)
    };
    Ok((Comparison { on, one_of, negated }, rest))
}

/// The values of a list in brackets, and what stands behind it.
fn values(text: &str) -> Option<(Vec<Literal>, &str)> {
    let mut rest = text.strip_prefix('[')?;
    let mut values = Vec::new();
    loop {
        let (value, behind) = value(rest.trim_start())?;
        values.push(value);
        let behind = behind.trim_start();
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Some((values, behind.strip_prefix(']')?)),
        }
    }
}

/// The value that a text begins with, and what stands behind it.
fn value(text: &str) -> Option<(Literal, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (quoted, rest) = quoted.split_once('\'')?;
        return Some((Literal::Json(quoted.into()), rest));
    }
    if text.starts_with(['"', '{', '[']) {
        let mut json = serde_json::Deserializer::from_str(text).into_iter::<Json>();
        let value = json.next()?.ok()?;
        return Some((Literal::Json(value), text.get(json.byte_offset()..)?));
    }
    let end = text.find(|c: char| c.is_whitespace() || c == ',' || c == ']').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let bare = !word.is_empty() && !word.contains(['=', '"', '\'', '$', '{', '}']);
    bare.then(|| (Literal::Bare(word.to_owned()), rest))
}

/// Whether a reference can lead to what stands at this key.
pub(super) fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// Whether `name` can be the id of a step: letters, digits, `_` and `-`, beginning with a letter.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !matches!(name, "input" | "item" | "index")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(name: &str) -> Reference<'_> {
        Reference { root: Root::Step(name), path: Vec::new() }
    }

    #[test]
    fn conditions_are_read() {
        let read = conditions("${language} == \"zh\" and ${kind} in [math, code]").expect("valid");
        let equal = |on, one_of| Comparison { on, one_of, negated: false };
        let bare = |text: &str| Literal::Bare(text.to_owned());
        assert_eq!(
            read,
            [
                equal(step("language"), vec![Literal::Json("zh".into())]),
                equal(step("kind"), vec![bare("math"), bare("code")]),
            ]
        );
        for wrong in [
            "${language} = zh",
            "${language} ==",
            "language == zh",
            "${language} == zh en",
            "${language} == zh andy",
            "${language} in [zh",
            "${language} in []",
        ] {
            assert!(conditions(wrong).is_err(), "{wrong}");
        }
        let read = conditions("${found.score} not in [1, null]").expect("valid");
        let on = Reference { root: Root::Step("found"), path: vec!["score"] };
        assert_eq!(read, [Comparison { on, one_of: vec![bare("1"), bare("null")], negated: true }]);
        let read =
            conditions("${a} == \"rock and roll == 1\" and ${b} in ['x, y', [1, {\"z\": 2}]]");
        let read = read.expect("valid");
        let json = |json: Json| Literal::Json(json);
        assert_eq!(
            read,
            [
                equal(step("a"), vec![json("rock and roll == 1".into())]),
                equal(step("b"), vec![json("x, y".into()), json(serde_json::json!([1, {"z": 2}]))]),
            ]
        );
        assert_eq!(bare("1").json(), serde_json::json!(1));
        assert_eq!(bare("1").text(), "1");
        assert_eq!(bare("null").json(), Json::Null);
        assert_eq!(bare("zh").json(), serde_json::json!("zh"));
    }

    #[test]
    fn references_lead_into_values() {
        let read = reference("${plan.parts.0.text}").expect("valid");
        assert_eq!(read, Reference { root: Root::Step("plan"), path: vec!["parts", "0", "text"] });
        assert_eq!(reference("${item}").map(|read| read.root), Ok(Root::Item));
        assert!(reference("${plan..x}").is_err());
        assert!(reference("${input.answer}").is_err());
    }

    proptest! {
        #[test]
        fn reading_is_total(text in any::<String>()) {
            drop(reference(&text));
            drop(conditions(&text));
        }
    }
}
