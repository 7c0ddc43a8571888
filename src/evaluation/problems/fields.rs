//! Under which names a problem may have its parts.
//!
//! The names are those of the files that people publish: our own, AIME and HMMT collections, MATH, GSM8K,
//! `LiveCodeBench`, and the rows of verl, which VibeThinker's authors use (`prompt` as messages,
//! `reward_model.ground_truth`, `extra_info.index`).

use serde_json::Value;

use super::{Problem, Task};
use crate::generate::{Message, Role};

const IDS: [&str; 5] = ["id", "problem_id", "question_id", "task_id", "unique_id"];
/// A prompt is taken before a question: where a file has both, the prompt is the question as it is to be asked.
const PROBLEMS: [&str; 5] = ["problem", "prompt", "question", "question_content", "messages"];
const ANSWERS: [&str; 5] = ["answer", "gold", "expected_answer", "ground_truth", "final_answer"];
const TESTS: [&str; 2] = ["tests", "test_cases"];
/// What a problem of LiveCodeBench or APPS has for its tests; the last one names the function.
const CONTEST: [&str; 4] = ["public_test_cases", "private_test_cases", "input_output", "metadata"];
/// The beginning of a program that LiveCodeBench gives for problems with a function.
const STARTER: &str = "starter_code";
/// Columns in which verl keeps the answer and the number.
const NESTED: [&str; 2] = ["reward_model", "extra_info"];

/// Ids are file names' and tables' cells elsewhere; longer ones are a mistake.
const LONGEST_ID: usize = 256;

/// Whether a column can hold something that is read here.
pub(super) fn is_known(name: &str) -> bool {
    let names = [IDS.as_slice(), &PROBLEMS, &ANSWERS, &TESTS, &CONTEST, &NESTED];
    name == STARTER || names.iter().any(|names| names.contains(&name))
}

/// The problem of a row; `number` names it if it has no id.
///
/// # Errors
///
/// What is missing or wrong, in words for the file's author.
pub(super) fn problem(number: usize, row: &Value) -> Result<Problem, String> {
    if !row.is_object() {
        return Err(
            "a problem is a JSON object such as {\"id\": …, \"problem\": …, \"answer\": …}"
                .to_owned(),
        );
    }
    let mut problem = Problem { id: id(number, row)?, messages: messages(row)?, task: task(row)? };
    if let (Task::Tests(_), Some(last)) = (&problem.task, problem.messages.last_mut()) {
        last.content.push_str(&form_of_program(row));
    }
    Ok(problem)
}

/// What LiveCodeBench's problems leave to whoever asks them: where the program reads and writes, or how it begins.
fn form_of_program(row: &Value) -> String {
    if row.get("question_content").is_none() {
        return String::new();
    }
    match row.get(STARTER).and_then(Value::as_str).filter(|code| !code.trim().is_empty()) {
        Some(code) => format!(
            "\n\nWrite the solution in Python, in one ```python block that begins like this:\n\n```python\n{}\n```",
            code.trim_end()
        ),
        None => "\n\nWrite a Python program that reads standard input and writes standard output, in one ```python \
                 block."
            .to_owned(),
    }
}

/// The first of these fields that is there, with its name; `null` counts as absent.
fn first<'row>(row: &'row Value, names: &[&'static str]) -> Option<(&'static str, &'row Value)> {
    names.iter().find_map(|name| Some((*name, row.get(name).filter(|value| !value.is_null())?)))
}

fn nested<'row>(row: &'row Value, table: &str, name: &str) -> Option<&'row Value> {
    row.get(table)?.get(name).filter(|value| !value.is_null())
}

fn id(number: usize, row: &Value) -> Result<String, String> {
    let given = first(row, &IDS).map(|(_, value)| value);
    let Some(given) = given.or_else(|| nested(row, "extra_info", "index")) else {
        return Ok(number.to_string());
    };
    let id = match given {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return Err("the id is neither a text nor a whole number".to_owned()),
    };
    match id.len() {
        0 => Err("the id is empty".to_owned()),
        length if length > LONGEST_ID => Err(format!("the id has more than {LONGEST_ID} bytes")),
        _ => Ok(id),
    }
}

fn messages(row: &Value) -> Result<Vec<Message>, String> {
    let Some((name, value)) = first(row, &PROBLEMS) else {
        return Err(format!("there is no `problem` (nor {})", others(&PROBLEMS)));
    };
    let messages = match value {
        Value::String(text) => vec![Message::user(text.trim())],
        Value::Array(items) => items
            .iter()
            .map(|item| message(item).ok_or_else(|| format!("`{name}` holds no messages")))
            .collect::<Result<_, _>>()?,
        _ => return Err(format!("`{name}` is neither a text nor a list of messages")),
    };
    match messages.last() {
        Some(last) if last.role == Role::User && !last.content.is_empty() => Ok(messages),
        Some(last) if last.role == Role::User => Err(format!("`{name}` is empty")),
        Some(_) => Err(format!("`{name}` does not end with a user's message")),
        None => Err(format!("`{name}` is empty")),
    }
}

fn message(item: &Value) -> Option<Message> {
    let role = match item.get("role")?.as_str()? {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return None,
    };
    Some(Message::of(role, item.get("content")?.as_str()?.trim()))
}

fn task(row: &Value) -> Result<Task, String> {
    let given = first(row, &ANSWERS);
    let nested = || Some(("ground_truth", nested(row, "reward_model", "ground_truth")?));
    if let Some((name, value)) = given.or_else(nested) {
        return Ok(Task::Answer(answer(name, value)?));
    }
    let is_there = |name: &&str| row.get(*name).is_some_and(|value| !value.is_null());
    match first(row, &TESTS) {
        Some((_, tests)) => Ok(Task::Tests(tests.clone())),
        None if CONTEST.iter().take(3).any(is_there) => {
            let parts = CONTEST.iter().filter_map(|name| Some((*name, row.get(*name)?)));
            let parts = parts.filter(|(_, value)| !value.is_null());
            let parts = parts.map(|(name, value)| (name.to_owned(), value.clone()));
            Ok(Task::Tests(Value::Object(parts.collect())))
        }
        None => Err(format!("there is neither an `answer` (nor {}) nor `tests`", others(&ANSWERS))),
    }
}

fn answer(name: &str, value: &Value) -> Result<String, String> {
    let text = match value {
        // GSM8K has the way there as well, and the answer behind these signs.
        Value::String(text) => text.rsplit("#### ").next().unwrap_or(text).trim().to_owned(),
        Value::Number(number) => match number.as_f64() {
            _ if !number.is_f64() => number.to_string(),
            // Beyond this a JSON reader has rounded already, and nobody can see it.
            Some(float) if float.abs() < 9_007_199_254_740_992.0 => float.to_string(),
            _ => {
                return Err(format!(
                    "`{name}` has too many digits for a number; write it as a text"
                ));
            }
        },
        Value::Array(items) => match items.as_slice() {
            [one] => return answer(name, one),
            _ => return Err(format!("`{name}` is a list; one right answer is needed")),
        },
        _ => return Err(format!("`{name}` is neither a text nor a number")),
    };
    if text.is_empty() { Err(format!("`{name}` is empty")) } else { Ok(text) }
}

fn others(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().skip(1).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
