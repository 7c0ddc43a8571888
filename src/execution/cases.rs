//! Reads files of tests: a list of our own, or a problem of LiveCodeBench.

use super::{
    case::{Argument, Case, Check},
    literal::{Literal, LiteralError, parse},
};

mod live_code_bench;
mod packed;

/// What is done with private tests of a problem that has public ones too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateTests {
    /// They are run after the public ones.
    Run,
    /// They are left out.
    LeaveOut,
}

/// A file of tests that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CasesError {
    /// It is not JSON.
    #[error("the tests are not JSON: {0}")]
    Syntax(#[from] LiteralError),
    /// It is JSON, but not tests.
    #[error("{place}: {what}")]
    Form {
        /// Where in the file.
        place: String,
        /// What is wrong and what would be right.
        what: String,
    },
}

impl CasesError {
    fn form(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Form { place: place.into(), what: what.into() }
    }
}

/// Reads tests. The forms are
///
/// - a list of `{"stdin", "stdout"}`, `{"call": "f(1, 2)", "expect": 3}` or `{"function": "f", "arguments": [1, 2],
///   "expected": 3}`, each with an `id` or not; arguments may be named: `{"a": 1, "b": 2}`;
/// - an object with such a list under `tests`;
/// - a problem of LiveCodeBench or APPS: `input_output` with `inputs`, `outputs` and `fn_name` or not, or
///   `public_test_cases` and `private_test_cases`, a list or a string that holds JSON.
///
/// # Errors
///
/// Where the file has another form. An empty list is none.
pub fn read(text: &str, private: PrivateTests) -> Result<Vec<Case>, CasesError> {
    let document = parse(text)?;
    let mut checks = Vec::new();
    match &document {
        Literal::List(items) => own(items, &mut checks)?,
        Literal::Dict(_) => match document.get("tests") {
            Some(Literal::List(items)) => own(items, &mut checks)?,
            Some(_) => return Err(CasesError::form("tests", "a list of tests is needed")),
            None => live_code_bench::problem(&document, private, &mut checks)?,
        },
        _ => return Err(CasesError::form("tests", "a list of tests or a problem is needed")),
    }
    let cases = checks
        .into_iter()
        .enumerate()
        .map(|(at, (id, check))| Case { id: id.unwrap_or_else(|| (at + 1).to_string()), check });
    Ok(cases.collect())
}

/// A check and its name, if it has one.
type Named = (Option<String>, Check);

fn own(items: &[Literal], checks: &mut Vec<Named>) -> Result<(), CasesError> {
    for (at, item) in items.iter().enumerate() {
        let place = format!("test {}", at + 1);
        let id = match item.get("id") {
            Some(Literal::Text(id)) => Some(id.clone()),
            Some(Literal::Int(id)) => Some(id.clone()),
            Some(_) => return Err(CasesError::form(place, "an id is a text or a number")),
            None => None,
        };
        checks.push((id, check(item, &place)?));
    }
    Ok(())
}

fn check(item: &Literal, place: &str) -> Result<Check, CasesError> {
    let text = |key: &str| {
        item.get(key).map(|value| {
            value
                .as_text()
                .map(str::to_owned)
                .ok_or_else(|| CasesError::form(place, format!("`{key}` must be a text")))
        })
    };
    let expected = || {
        item.get("expected").or_else(|| item.get("expect")).cloned().ok_or_else(|| {
            CasesError::form(place, "`expected` is missing: the value that should be returned")
        })
    };
    if let Some(expression) = text("call") {
        return Ok(Check::Expression { expression: expression?, expected: expected()? });
    }
    if let Some(arguments) = item.get("arguments") {
        let function = text("function").transpose()?;
        let arguments = given(arguments)
            .ok_or_else(|| CasesError::form(place, "`arguments` must be a list or an object"))?;
        return Ok(Check::Call { function, arguments, expected: expected()? });
    }
    if let Some(output) = text("stdout").transpose()? {
        let input = text("stdin").transpose()?.unwrap_or_default();
        return Ok(Check::Stdin { input, output });
    }
    if item.get("input").is_some() && item.get("output").is_some() {
        return live_code_bench::case(item, None, place);
    }
    Err(CasesError::form(
        place,
        "this is no test: it needs `stdin` and `stdout`, or `call` and `expect`, or `function`, `arguments` and \
         `expected`",
    ))
}

fn given(arguments: &Literal) -> Option<Vec<Argument>> {
    match arguments {
        Literal::List(items) | Literal::Tuple(items) => {
            Some(items.iter().map(|value| Argument { name: None, value: value.clone() }).collect())
        }
        Literal::Dict(entries) => entries
            .iter()
            .map(|(name, value)| {
                let name = Some(name.as_text()?.to_owned());
                Some(Argument { name, value: value.clone() })
            })
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> String {
        match read(text, PrivateTests::Run) {
            Ok(cases) => cases.iter().map(shown).collect::<Vec<_>>().join("\n"),
            Err(error) => error.to_string(),
        }
    }

    fn shown(case: &Case) -> String {
        let check = match &case.check {
            Check::Stdin { input, output } => format!("{input:?} -> {output:?}"),
            Check::Call { function, arguments, expected } => {
                let arguments: Vec<String> = arguments
                    .iter()
                    .map(|argument| match &argument.name {
                        Some(name) => format!("{name}={}", argument.value),
                        None => argument.value.to_string(),
                    })
                    .collect();
                let function = function.as_deref().unwrap_or("?");
                format!("{function}({}) -> {expected}", arguments.join(", "))
            }
            Check::Expression { expression, expected } => format!("`{expression}` -> {expected}"),
            Check::Doctest { prompt, .. } => format!(">>> {}", prompt.source),
        };
        format!("{}: {check}", case.id)
    }

    #[test]
    fn our_own_form_is_read() {
        let text = r#"[
            {"stdin": "1\n", "stdout": "2\n"}, {"id": "empty", "stdout": "x"},
            {"call": "f(1,2)", "expect": 12345678901234567890123},
            {"function": "f", "arguments": {"a": [1]}, "expected": null},
            {"function": "f", "arguments": [1, "x"], "expected": true}
        ]"#;
        insta::assert_snapshot!(told(text), @r#"
        1: "1\n" -> "2\n"
        empty: "" -> "x"
        3: `f(1,2)` -> 12345678901234567890123
        4: f(a=[1]) -> None
        5: f(1, "x") -> True
        "#);
        assert_eq!(told(r#"{"tests": []}"#), "");
    }

    #[test]
    fn problems_of_live_code_bench_are_read() {
        let functional = r#"{"input_output": "{\"inputs\": [\"[1, 2]\\n3\"], \"outputs\": [\"[3]\"], \"fn_name\": \"add\"}"}"#;
        assert_eq!(told(functional), "1: add([1, 2], 3) -> [3]");
        let lines = r#"{"input_output": {"inputs": [["1", "2"]], "outputs": [["3"]]}}"#;
        assert_eq!(told(lines), r#"1: "1\n2" -> "3""#);
        let row = r#"{"question_title": "A", "metadata": "{\"func_name\": \"add\"}",
            "public_test_cases": "[{\"input\": \"1\\n2\", \"output\": \"3\", \"testtype\": \"functional\"}]",
            "private_test_cases": [{"input": "5", "output": "6", "testtype": "stdin"}]}"#;
        insta::assert_snapshot!(told(row), @r#"
        public-1: add(1, 2) -> 3
        private-1: "5" -> "6"
        "#);
        assert_eq!(read(row, PrivateTests::LeaveOut).unwrap().len(), 1);
    }

    #[test]
    fn packed_tests_are_read_without_running_what_is_in_them() {
        let row = |packed: &str| {
            format!(r#"{{"public_test_cases": [], "private_test_cases": "{packed}"}}"#)
        };
        // As LiveCodeBench packs them, by Python 3.
        let packed = row(
            "eJxrYJnqyAABPbbR1UqZeQWlJUpWCkrGMXmGCkYKxko6Ckr5pSVQUbOYPJBASWpxSUllQSpIqLgkJTNPqTZ2ih4A4UcVLA==",
        );
        assert_eq!(told(&packed), r#"private-1: "3\n1 2 3" -> "6\n""#);
        let broken = row("eJxrYJmqz8gABhHuQMVQZ...");
        insta::assert_snapshot!(told(&broken), @"private_test_cases: it is no base64: Invalid symbol 46, offset 21; put the tests into the file as plain JSON, or run only the public ones with --public-only");
        assert_eq!(read(&broken, PrivateTests::LeaveOut), Ok(Vec::new()));
    }

    #[test]
    fn mistakes_are_told() {
        insta::assert_snapshot!(told("[{}]"), @"test 1: this is no test: it needs `stdin` and `stdout`, or `call` and `expect`, or `function`, `arguments` and `expected`");
        assert_eq!(
            told(r#"[{"call": "f()"}]"#),
            "test 1: `expected` is missing: the value that should be returned"
        );
        assert_eq!(told("[1,"), "the tests are not JSON: line 1, column 4: a value is missing");
        assert_eq!(told("7"), "tests: a list of tests or a problem is needed");
        assert_eq!(
            told(r#"{"input_output": {"inputs": ["1"], "outputs": []}}"#),
            "input_output: there are 1 inputs and 0 outputs"
        );
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r#"([\[\]{}:,]|"(tests|inputs|outputs|input_output|fn_name|stdin|call)"|1|null){0,30}"#) {
            let _ = read(&text, PrivateTests::Run);
        }
    }
}
