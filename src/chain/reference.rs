//! The little language inside chain files: `${question}`, `${plan.parts}`, `${language} == zh`,
//! `${kind} in [math, code]`.

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
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comparison<'file> {
    pub(super) on: Reference<'file>,
    pub(super) one_of: Vec<&'file str>,
    /// Whether it must be none of them.
    pub(super) negated: bool,
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
    let is_key = |key: &&str| {
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    path.iter().all(is_key).then_some(Ok(Reference { root, path }))
}

/// Reads conditions that are joined by `and`.
///
/// # Errors
///
/// What is wrong with them, for the author of the file.
pub(super) fn conditions(text: &str) -> Result<Vec<Comparison<'_>>, String> {
    text.split(" and ").map(comparison).collect()
}

fn comparison(text: &str) -> Result<Comparison<'_>, String> {
    let malformed = || {
        format!(
            "`{text}` is no condition; write `${{STEP}} == VALUE`, `${{STEP}} != VALUE`, `${{STEP}} in \
             [VALUE, VALUE]` or `${{STEP}} not in [VALUE, VALUE]`"
        )
    };
    let list = |list: &'_ str| {
        let list = list.trim();
        list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).map(str::len)
    };
    let (on, values, negated, many) = if let Some((on, value)) = text.split_once("==") {
        (on, value, false, false)
    } else if let Some((on, value)) = text.split_once("!=") {
        (on, value, true, false)
    } else if let Some((on, values)) = text.split_once(" not in ") {
        (on, values, true, true)
    } else if let Some((on, values)) = text.split_once(" in ") {
        (on, values, false, true)
    } else {
        return Err(malformed());
    };
    let values = values.trim();
    let one_of: Vec<&str> = if many {
        list(values).ok_or_else(malformed)?;
        values.trim_matches(['[', ']']).split(',').map(str::trim).collect()
    } else {
        vec![values]
    };
    if one_of.iter().any(|value| value.is_empty()) {
        return Err(malformed());
    }
    Ok(Comparison { on: reference(on)?, one_of, negated })
}

/// A value of a condition without its quotes.
pub(super) fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}

/// A value of a condition: quoted or a bare word it is text, else a number, `true`, `false` or `null`.
pub(super) fn literal(value: &str) -> serde_json::Value {
    if value.starts_with(['"', '\'']) {
        return unquoted(value).into();
    }
    match serde_json::from_str(value) {
        Ok(json @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => json,
        Ok(serde_json::Value::Null) => serde_json::Value::Null,
        _ => value.into(),
    }
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
        assert_eq!(
            read,
            [equal(step("language"), vec!["\"zh\""]), equal(step("kind"), vec!["math", "code"]),]
        );
        assert!(conditions("${language} = zh").is_err());
        assert!(conditions("${language} ==").is_err());
        assert!(conditions("language == zh").is_err());
        let read = conditions("${found.score} not in [1, null]").expect("valid");
        let on = Reference { root: Root::Step("found"), path: vec!["score"] };
        assert_eq!(read, [Comparison { on, one_of: vec!["1", "null"], negated: true }]);
        assert_eq!(literal("1"), serde_json::json!(1));
        assert_eq!(literal("'1'"), serde_json::json!("1"));
        assert_eq!(literal("null"), serde_json::Value::Null);
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
