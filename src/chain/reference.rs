//! The little language inside chain files: `${question}`, `${language} == zh`,
//! `${kind} in [math, code]`.

/// What `${…}` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'file> {
    /// `${input.question}`.
    Question,
    /// `${input.messages}`.
    Messages,
    /// `${ID}`: what a step gives.
    Step(&'file str),
}

/// One condition: what it looks at, and the values it accepts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comparison<'file> {
    pub(super) on: Reference<'file>,
    pub(super) one_of: Vec<&'file str>,
}

/// Reads a reference.
///
/// # Errors
///
/// What is wrong with it, for the author of the file.
pub(super) fn reference(text: &str) -> Result<Reference<'_>, String> {
    let name = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match name.map(str::trim) {
        Some("input.question") => Ok(Reference::Question),
        Some("input.messages") => Ok(Reference::Messages),
        Some(name) if name.starts_with("input.") => {
            Err(format!("`${{{name}}}` is unknown: the input has `question` and `messages`"))
        }
        Some(name) if is_id(name) => Ok(Reference::Step(name)),
        _ => Err(format!(
            "`{text}` is no reference; write `${{input.question}}`, `${{input.messages}}` or \
             `${{STEP}}` with the id of an earlier step"
        )),
    }
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
            "`{text}` is no condition; write `${{STEP}} == VALUE` or `${{STEP}} in [VALUE, VALUE]`"
        )
    };
    let bare = |value: &'_ str| value.trim().trim_matches(['"', '\'']).len();
    let (on, one_of) = if let Some((on, value)) = text.split_once("==") {
        (on, vec![value])
    } else if let Some((on, list)) = text.split_once(" in ") {
        let list = list.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']'));
        (on, list.ok_or_else(malformed)?.split(',').collect())
    } else {
        return Err(malformed());
    };
    if one_of.iter().any(|value| bare(value) == 0) {
        return Err(malformed());
    }
    let one_of = one_of.into_iter().map(|value| value.trim().trim_matches(['"', '\''])).collect();
    Ok(Comparison { on: reference(on)?, one_of })
}

/// Whether `name` can be the id of a step: letters, digits, `_` and `-`, beginning with a letter.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && name != "input"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn conditions_are_read() {
        let read = conditions("${language} == \"zh\" and ${kind} in [math, code]").expect("valid");
        assert_eq!(
            read,
            [
                Comparison { on: Reference::Step("language"), one_of: vec!["zh"] },
                Comparison { on: Reference::Step("kind"), one_of: vec!["math", "code"] },
            ]
        );
        assert!(conditions("${language} = zh").is_err());
        assert!(conditions("${language} ==").is_err());
        assert!(conditions("language == zh").is_err());
    }

    proptest! {
        #[test]
        fn reading_is_total(text in any::<String>()) {
            drop(reference(&text));
            drop(conditions(&text));
        }
    }
}
