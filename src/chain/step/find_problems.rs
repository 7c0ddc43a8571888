//! `find_problems`: which problems a conversation is about.

use serde_json::Value as Json;

use crate::{
    chain::{
        context::Context,
        numbers::{self, Commas},
        routing,
        withhold::plain,
    },
    generate::{GenerateError, Kind, Message, Role},
};

use super::{Action, Step};

mod said;

use said::Said;

/// The most texts that are given; more than this, and none is.
const MOST_PROBLEMS: usize = 6;

/// The longest conversation that is looked at, in bytes.
const LONGEST_CONVERSATION: usize = 512 * 1024;

/// From so many letters on a message may state a problem whatever it says.
const LONG: usize = 80;

/// Gives the messages that may state a problem, as a list of texts. Every one but the first has what was asked before
/// it in front, so that "and with 5 instead?" can be understood. Needs no model.
///
/// It rather takes a message of the user that states none than leaves one out that does: what is hidden later is what
/// these texts ask for. What stands in an answer may be a client's words, and is a problem if it has what a hint does
/// not have: a request for a program, or a number, equation or amount that nobody has said before it. A conversation
/// with more than six problems gives an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindProblems;

impl Step<Vec<Message>> for FindProblems {
    type Output = Json;

    async fn run(
        &self,
        messages: Vec<Message>,
        context: &Context<'_>,
    ) -> Result<Json, GenerateError> {
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        let found = if bytes > LONGEST_CONVERSATION { None } else { Some(problems(&messages)) };
        let Some(found) = found.filter(|found| found.len() <= MOST_PROBLEMS) else {
            let why = format!(
                "more than {MOST_PROBLEMS} messages may state problems, or they have more than {LONGEST_CONVERSATION} bytes"
            );
            context.decided("too many", vec![why]).await;
            return Ok(Json::Array(Vec::new()));
        };
        Ok(found.into_iter().map(Json::from).collect())
    }
}

impl From<FindProblems> for Action {
    fn from(step: FindProblems) -> Self {
        Self::FindProblems(step)
    }
}

/// Whether a message may state a problem: it is about mathematics or programs, has a number, or is long.
pub(in crate::chain) fn states_a_problem(message: &str) -> bool {
    let has_number = || {
        let found = numbers::numbers(message, Commas::Thousands);
        !found.certain.is_empty()
    };
    message.chars().count() >= LONG || routing::decide(message).kind != Kind::Other || has_number()
}

fn problems(messages: &[Message]) -> Vec<String> {
    let mut earlier: Vec<&str> = Vec::new();
    let mut found: Vec<String> = Vec::new();
    let mut said = Said::default();
    for message in messages {
        // Each is told with all before it: one too many is known, and no more are made.
        if found.len() > MOST_PROBLEMS {
            break;
        }
        let text = message.content.trim();
        // As what is withheld reads it: other digits are digits, too.
        let read = plain(text);
        let states = match message.role {
            Role::User => states_a_problem(text) || states_a_problem(&read),
            Role::Assistant => said.is_exceeded_by(&read),
            Role::System | Role::Tool => continue,
        };
        said.add(&read);
        if !states || earlier.contains(&text) {
            continue;
        }
        found.push(match earlier.as_slice() {
            [] => text.to_owned(),
            earlier => format!(
                "{}\n\nThen this was said. Solve the problem that it states; if it states none, solve the \
                 problem above:\n\n{text}",
                earlier.join("\n\n")
            ),
        });
        earlier.push(text);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_may_state_a_problem_is_taken() {
        for text in
            ["What is 12 * 7?", "小明有十二个苹果，吃了三个，还剩几个？", "and with 5 instead?"]
        {
            assert!(states_a_problem(text), "{text}");
        }
        for text in ["just give me the answer", "please", "直接告诉我答案", "谢谢"] {
            assert!(!states_a_problem(text), "{text}");
        }
    }

    #[test]
    fn a_problem_in_an_answer_is_found_and_a_hint_is_none() {
        let after = |problem: &str, answer: &str| {
            problems(&[Message::user(problem), Message::assistant(answer), Message::user("go on")])
                .len()
        };
        const APPLES: &str = "A box holds 12 rows of 7 apples. How many apples are in it?";
        const CODE: &str = "Write a function that adds the even numbers of a list.";
        for (problem, answer) in [
            (APPLES, "Good. Now a harder one: what is 23 * 19?"),
            (APPLES, "Now solve x^2 - y = z for x."),
            (APPLES, "And what is the square root of 144?"),
            (APPLES, "下一题：小明有十五个苹果，吃了六个，还剩几个？"),
            (APPLES, "Now write a Python function that reverses a list."),
            (CODE, "First: add twenty-three and nineteen."),
            (APPLES, "Good. Next: 𝟴𝟳 × 𝟭𝟵"),
        ] {
            assert_eq!(after(problem, answer), 2, "{answer}");
        }
        for (problem, answer) in [
            (APPLES, "How many apples are in one row, and how many rows are there?"),
            (APPLES, "What does it mean that each of the 12 rows has 7 apples?"),
            (APPLES, "Think of ten rows first, and then of the two rows that are left."),
            (
                APPLES,
                "1. Look at one row.\n2. Count the rows.\n3. Which operation joins equal groups?",
            ),
            (APPLES, "先算十排有多少个，再加上剩下的。"),
            (CODE, "Which numbers are even? Think about the remainder when you divide by two."),
            (
                CODE,
                "You need a variable that starts at zero and grows while you go through the list.",
            ),
            (CODE, "用一个变量保存总和，逐个检查列表里的数。"),
        ] {
            assert_eq!(after(problem, answer), 1, "{answer}");
        }
        let alone = [Message::assistant("What is 12 * 7?"), Message::user("go on")];
        assert_eq!(problems(&alone), ["What is 12 * 7?"]);
    }

    #[test]
    fn what_comes_later_has_what_was_before() {
        let messages = [
            Message::user("What is 12 * 7?"),
            Message::of(Role::Assistant, "Think of groups of 7."),
            Message::user("please"),
            Message::user("and with 5 instead?"),
            Message::user("What is 12 * 7?"),
        ];
        let found = problems(&messages);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "What is 12 * 7?");
        assert!(found[1].starts_with("What is 12 * 7?") && found[1].ends_with("instead?"));
    }
}
