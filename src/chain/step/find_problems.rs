//! `find_problems`: which problems a conversation is about.

use serde_json::Value as Json;

use crate::{
    chain::{
        context::Context,
        numbers::{self, Commas},
        routing,
    },
    generate::{GenerateError, Kind, Message, Role},
};

use super::{Action, Step};

/// The most texts that are given; more than this, and none is.
const MOST_PROBLEMS: usize = 6;

/// From so many letters on a message may state a problem whatever it says.
const LONG: usize = 80;

/// Gives the messages of the user that may state a problem, as a list of texts. Every one but the first has
/// what was asked before it in front, so that "and with 5 instead?" can be understood. Needs no model.
///
/// It rather takes a message that states none than leaves one out that does: what is hidden later is what
/// these texts ask for. A conversation with more than six of them gives an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindProblems;

impl Step<Vec<Message>> for FindProblems {
    type Output = Json;

    async fn run(
        &self,
        messages: Vec<Message>,
        context: &Context<'_>,
    ) -> Result<Json, GenerateError> {
        let found = problems(&messages);
        if found.len() > MOST_PROBLEMS {
            let why = format!("{} messages may state problems", found.len());
            context.decided("too many", vec![why]).await;
            return Ok(Json::Array(Vec::new()));
        }
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
    for message in messages.iter().filter(|message| message.role == Role::User) {
        let text = message.content.trim();
        if !states_a_problem(text) || earlier.contains(&text) {
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
