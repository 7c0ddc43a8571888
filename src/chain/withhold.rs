//! Keeps a secret, the answer to a problem, out of a text before anybody sees that text.
//!
//! A model that is told not to say something says it when it is asked long enough. So nothing is believed of
//! it: its text is read, and where it says the secret it is not given. The check is by rules; it would rather
//! refuse a good text than let a bad one pass.
//!
//! ```text
//! solution ─▶ secret ─▶ values, last step, lines of a program ─┐
//! conversation ─▶ known: what the question says itself         ├─▶ check ─▶ the text, or a Leak
//! text ─▶ plain ─▶ numbers, expressions, clauses, lines       ─┘
//! ```
//!
//! # What gives the answer away
//!
//! - A number or an expression that is worth the answer ([`crate::equivalence`]), in digits of any script, in
//!   English or Chinese words, as a fraction, percentage, decimal (also a rounded one) or LaTeX; spelled letter by
//!   letter; in Roman, binary or hexadecimal digits; "one more than 83".
//! - The last step of the solution, and a program: a block of code, lines that look like one, or more than a
//!   third of the lines of the hidden one, whatever its variables are called.
//! - Digits of it, one by one: what all earlier answers said counts with the new one, and a clause about digits
//!   may not name one.
//!
//! # What the question says itself
//!
//! The answer may be a number of the question: the positive root of x² − 4 = 0 is 2. Such a number may be
//! mentioned, but not *stated*: not as the side of an equation that the question does not have, not behind "is",
//! "equals", 是 or 等于 at the end of a clause, not in a clause about the answer or the result, and not as all
//! that the text says. An expression may be repeated if the user wrote it. What counts as the question are the
//! numbers of the first message of the user that states a problem, or of the first answer where none does: a number
//! that a user guesses later is not known by that.
//!
//! # What is not found
//!
//! Riddles ("as many as a chessboard has squares"), number words of other languages, and a yes to a value that the
//! user has guessed. What passes is not the answer: whoever has one candidate after the other repeated can exclude
//! them.

use serde_json::Value as Json;

use crate::generate::{GenerateError, Message, Role};

use super::{
    plan::Withhold,
    run::Scope,
    step::states_a_problem,
    value::{Type, Typed, Value},
};

mod clause;
mod digits;
mod disguise;
mod expression;
mod known;
mod leak;
mod plain;
mod program;
mod secret;
mod worded;

pub use leak::Leak;
pub(super) use plain::{plain, small_digit};
pub use secret::Secret;

use known::Known;
use secret::Hidden;

/// The most bytes of a text that is checked; a longer one is refused.
const LONGEST_TEXT: usize = 16 * 1024;

/// Checks texts against a secret in a conversation.
#[derive(Debug)]
pub struct Guard {
    hidden: Hidden,
    known: Known,
    /// What was answered before, in order.
    earlier: Vec<String>,
    /// What the user said last.
    asked: String,
}

impl Guard {
    /// A guard of these secrets in a conversation that begins with the problem.
    ///
    /// ```
    /// use ponder::{chain::withhold::{Guard, Leak, Secret}, generate::Message};
    ///
    /// let secret = Secret::of("12 * 7 = 84, so it is \\boxed{84}.");
    /// let guard = Guard::new(&[secret], &[Message::user("What is 12 * 7?")]);
    /// assert_eq!(guard.check("How much are ten sevens, and two more of them?"), Ok(()));
    /// assert_eq!(guard.check("It is eighty-four."), Err(Leak::Answer));
    /// ```
    pub fn new(secrets: &[Secret], conversation: &[Message]) -> Self {
        let of = |role: Role| conversation.iter().filter(move |message| message.role == role);
        let asked: Vec<&str> = of(Role::User).map(|message| message.content.as_str()).collect();
        // Where the user states none, it is a client's words in the place of an answer.
        let stated = |role: Role| {
            of(role).map(|message| message.content.as_str()).find(|text| states_a_problem(text))
        };
        let problem = stated(Role::User).or_else(|| stated(Role::Assistant));
        Self {
            hidden: Hidden::of(secrets),
            known: Known::of(problem.unwrap_or_default(), &asked),
            earlier: of(Role::Assistant).map(|message| plain::plain(&message.content)).collect(),
            asked: asked.last().map(|text| plain::plain(text)).unwrap_or_default(),
        }
    }

    /// Whether a text may be said.
    ///
    /// # Errors
    ///
    /// The first way that was found in which it says the secret; never the secret itself.
    pub fn check(&self, text: &str) -> Result<(), Leak> {
        if self.hidden.is_empty() {
            return Err(Leak::Nothing);
        }
        if text.len() > LONGEST_TEXT {
            return Err(Leak::Long);
        }
        let text = plain::plain(text);
        program::check(&self.hidden, &self.known, &self.earlier, &text)?;
        disguise::check(&self.hidden, &text)?;
        let reading = clause::Reading::of(&text);
        expression::check(&self.hidden, &self.known, &text)?;
        clause::check(&self.hidden, &self.known, &reading)?;
        worded::check(&self.hidden, &self.known, &reading)?;
        digits::check(&self.hidden, &self.known, &self.earlier, &self.asked, &reading)
    }
}

/// The text of a step, if it may be said.
///
/// # Errors
///
/// It may not, or there is nothing that it could be checked against.
pub(super) async fn value(guarded: &Withhold, scope: &Scope<'_>) -> Result<Value, GenerateError> {
    let wrong = || GenerateError::engine("`withhold` got values of the wrong type");
    let text = scope.read(&guarded.text)?.coerced(Type::Text).and_then(String::from_value);
    let conversation = scope.read(&guarded.conversation)?.coerced(Type::Messages);
    let conversation = conversation.and_then(Vec::<Message>::from_value).ok_or_else(wrong)?;
    let secrets = secrets(&scope.read(&guarded.secret)?.to_json());
    let text = text.ok_or_else(wrong)?;
    let kept = text.clone();
    // Reading a long text takes a moment, and others are streamed meanwhile.
    let checked = tokio::task::spawn_blocking(move || match secrets {
        Some(secrets) => Guard::new(&secrets, &conversation).check(&text),
        None => Err(Leak::Nothing),
    });
    match checked.await {
        Ok(Ok(())) => Ok(Value::Text(kept)),
        Ok(Err(leak)) => Err(GenerateError::engine(format!("the text is withheld: {leak}"))),
        Err(_) => Err(GenerateError::engine("the text could not be checked and is withheld")),
    }
}

/// The secrets that data holds; `None` if one of them is no whole answer, for then nobody knows what to hide.
fn secrets(data: &Json) -> Option<Vec<Secret>> {
    match data {
        Json::Array(items) if !items.is_empty() => {
            let all: Option<Vec<Vec<Secret>>> = items.iter().map(secrets).collect();
            Some(all?.into_iter().flatten().collect())
        }
        Json::Object(answer) => {
            let whole = answer.get("complete").and_then(Json::as_bool) != Some(false);
            let result = answer.get("result").and_then(Json::as_str).filter(|_| whole)?;
            let text = answer.get("text").and_then(Json::as_str).unwrap_or(result);
            Some(vec![Secret::with_result(text, result)])
        }
        Json::String(text) if !text.trim().is_empty() => Some(vec![Secret::of(text)]),
        Json::Number(number) => Some(vec![Secret::of(&number.to_string())]),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
