//! Problems as LiveCodeBench and APPS publish them. Much of it is JSON inside of texts.

use super::{CasesError, Named, PrivateTests, packed};
use crate::execution::{
    case::{Argument, Check},
    literal::{Literal, parse},
};

/// Reads a problem: an object with `input_output`, with `inputs` and `outputs`, or a row of the dataset.
pub(super) fn problem(
    document: &Literal,
    private: PrivateTests,
    checks: &mut Vec<Named>,
) -> Result<(), CasesError> {
    if let Some(packed) = document.get("input_output") {
        let pairs = unpacked(packed, "input_output")?;
        return self::pairs(&pairs, checks);
    }
    if document.get("inputs").is_some() && document.get("outputs").is_some() {
        return pairs(document, checks);
    }
    let Some(public) = document.get("public_test_cases") else {
        return Err(CasesError::form(
            "tests",
            "the object has none of `tests`, `input_output`, `inputs` and `public_test_cases`",
        ));
    };
    let function = function_of(document)?;
    let public = unpacked(public, "public_test_cases")?;
    rows(&public, function.as_deref(), "public", checks)?;
    let hidden = document.get("private_test_cases").filter(|hidden| {
        private == PrivateTests::Run
            && !matches!(hidden, Literal::None)
            && hidden.as_text() != Some("")
    });
    if let Some(hidden) = hidden {
        let place = "private_test_cases";
        let private = match hidden.as_text() {
            Some(text) if !text.trim_start().starts_with('[') => {
                let text = packed::unpacked(text).map_err(|error| {
                    CasesError::form(
                        place,
                        format!(
                            "{error}; put the tests into the file as plain JSON, or run only the public ones with \
                             --public-only"
                        ),
                    )
                })?;
                unpacked(&Literal::Text(text), place)?
            }
            _ => unpacked(hidden, place)?,
        };
        rows(&private, function.as_deref(), "private", checks)?;
    }
    Ok(())
}

/// A value, or the JSON that a text holds.
fn unpacked(value: &Literal, place: &str) -> Result<Literal, CasesError> {
    match value {
        Literal::Text(text) => parse(text)
            .map_err(|error| CasesError::form(place, format!("the text is not JSON: {error}"))),
        other => Ok(other.clone()),
    }
}

/// The name of the function in question: `metadata` has it, as an object or as a text.
fn function_of(document: &Literal) -> Result<Option<String>, CasesError> {
    let Some(metadata) = document.get("metadata") else { return Ok(None) };
    let metadata = unpacked(metadata, "metadata")?;
    let name = metadata.get("func_name").or_else(|| metadata.get("fn_name"));
    Ok(name.and_then(Literal::as_text).map(str::to_owned))
}

fn rows(
    rows: &Literal,
    function: Option<&str>,
    kind: &str,
    checks: &mut Vec<Named>,
) -> Result<(), CasesError> {
    let Some(rows) = rows.as_items() else {
        return Err(CasesError::form(format!("{kind}_test_cases"), "a list of tests is needed"));
    };
    for (at, row) in rows.iter().enumerate() {
        let id = format!("{kind}-{}", at + 1);
        let check = case(row, function, &id)?;
        checks.push((Some(id), check));
    }
    Ok(())
}

/// A test with `input`, `output` and `testtype`.
pub(super) fn case(
    row: &Literal,
    function: Option<&str>,
    place: &str,
) -> Result<Check, CasesError> {
    let text = |key: &str| {
        row.get(key)
            .and_then(Literal::as_text)
            .ok_or_else(|| CasesError::form(place, format!("`{key}` is missing, or is no text")))
    };
    let (input, output) = (text("input")?, text("output")?);
    match row.get("testtype").and_then(Literal::as_text) {
        Some("functional") => call(function, input, output, place),
        Some("stdin") | None => {
            Ok(Check::Stdin { input: input.to_owned(), output: output.to_owned() })
        }
        Some(other) => Err(CasesError::form(
            place,
            format!("the testtype is `{other}`; `stdin` and `functional` are known"),
        )),
    }
}

/// `inputs` and `outputs` side by side, with `fn_name` for calls.
fn pairs(document: &Literal, checks: &mut Vec<Named>) -> Result<(), CasesError> {
    let place = "input_output";
    let list = |key: &str| {
        document
            .get(key)
            .and_then(Literal::as_items)
            .ok_or_else(|| CasesError::form(place, format!("`{key}` is missing, or is no list")))
    };
    let (inputs, outputs) = (list("inputs")?, list("outputs")?);
    if inputs.len() != outputs.len() {
        let (inputs, outputs) = (inputs.len(), outputs.len());
        return Err(CasesError::form(
            place,
            format!("there are {inputs} inputs and {outputs} outputs"),
        ));
    }
    let function = document.get("fn_name").and_then(Literal::as_text);
    for (at, (input, output)) in inputs.iter().zip(outputs).enumerate() {
        let place = format!("{place}, test {}", at + 1);
        let check = match (function, input.as_text(), output.as_text()) {
            (Some(function), Some(input), Some(output)) => {
                call(Some(function), input, output, &place)?
            }
            // APPS has the values themselves.
            (Some(function), None, _) => Check::Call {
                function: Some(function.to_owned()),
                arguments: super::given(input)
                    .ok_or_else(|| CasesError::form(&place, "the arguments must be a list"))?,
                expected: output.clone(),
            },
            (Some(function), Some(input), None) => Check::Call {
                function: Some(function.to_owned()),
                arguments: arguments(input, &place)?,
                expected: output.clone(),
            },
            (None, ..) => {
                let text = |value: &Literal| {
                    lines(value).ok_or_else(|| {
                        CasesError::form(&place, "a text or a list of lines is needed")
                    })
                };
                Check::Stdin { input: text(input)?, output: text(output)? }
            }
        };
        checks.push((None, check));
    }
    Ok(())
}

fn lines(value: &Literal) -> Option<String> {
    if let Some(text) = value.as_text() {
        return Some(text.to_owned());
    }
    let lines: Option<Vec<&str>> = value.as_items()?.iter().map(Literal::as_text).collect();
    Some(lines?.join("\n"))
}

/// A call whose arguments stand one a line, each as JSON.
fn call(
    function: Option<&str>,
    input: &str,
    output: &str,
    place: &str,
) -> Result<Check, CasesError> {
    let expected = parse(output)
        .map_err(|error| CasesError::form(place, format!("the output is not JSON: {error}")))?;
    let arguments = arguments(input, place)?;
    Ok(Check::Call { function: function.map(str::to_owned), arguments, expected })
}

fn arguments(input: &str, place: &str) -> Result<Vec<Argument>, CasesError> {
    let argument = |line: &str| {
        let value = parse(line).map_err(|error| {
            CasesError::form(place, format!("an argument is not JSON: {error}"))
        })?;
        Ok(Argument { name: None, value })
    };
    input.lines().filter(|line| !line.trim().is_empty()).map(argument).collect()
}
