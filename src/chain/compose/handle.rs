//! What can be done with the value of a step.

use std::{marker::PhantomData, time::Duration};

use serde_json::Value as Json;

use crate::{
    chain::{
        input::Input,
        language::Language,
        plan::{Body, Call, Choice, Ending, Retry, Source, Withhold},
        reference,
        step::Step,
        value::{Solution, Type, Typed},
    },
    generate::{Kind, Message},
};

use super::{Handle, When};

impl<T> Clone for Handle<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<'_, T> {}

impl<'chain, T> Handle<'chain, T> {
    pub(super) fn stands_for(self) -> Source {
        self.chain.sources.borrow().get(self.source).cloned().unwrap_or(Source::Question)
    }

    /// The same value where another type is needed that it can only mean; see [`Type::fits`].
    fn taken_as<U>(self) -> Handle<'chain, U> {
        Handle { chain: self.chain, source: self.source, typed: PhantomData }
    }

    /// Tries the step that gives this again when it fails, until it was tried so often: 2 to 10 times, with
    /// at most a minute before the second attempt and twice as much before each later one.
    #[must_use]
    pub fn retrying(self, attempts: u8, wait: Duration) -> Self {
        if !(2..=10).contains(&attempts) || wait > Duration::from_secs(60) {
            self.chain
                .problem("", "a step is tried 2 to 10 times, with at most 60 seconds in between");
        }
        let source = self.stands_for();
        let mut frames = self.chain.frames.borrow_mut();
        let step = frames.iter_mut().flatten().find(|step| source == Source::Step(step.slot));
        if let Some(step) = step {
            step.retry = Some(Retry { attempts, wait });
        }
        drop(frames);
        self
    }
}

impl<'chain, T: Typed> Handle<'chain, T> {
    /// Adds a step that takes this value.
    pub fn then<S: Step<T>>(self, id: &str, step: S) -> Handle<'chain, S::Output> {
        let call = Call::Action { input: Input::Value(self.stands_for()), action: step.into() };
        self.chain.push(id, S::Output::TYPE, Body::Call(call))
    }

    /// Adds a step that takes this value when the conditions hold; otherwise the value stays as it
    /// is.
    pub fn then_when<S: Step<T, Output = T>>(self, id: &str, when: When, step: S) -> Self {
        let source = self.stands_for();
        let input = Input::Value(source.clone());
        let call = Call::Action { input, action: step.into() };
        self.chain.push_when(id, T::TYPE, (Some(when), Some(source)), Body::Call(call))
    }

    /// Ends the chain with this answer when the conditions hold.
    pub fn finishes_when(self, id: &str, when: When)
    where
        Solution: From<T>,
    {
        self.ends(id, when, None);
    }

    /// The same, and names these passages of a [`Retrieve`](crate::chain::step::Retrieve) step below the answer.
    pub fn finishes_citing(self, id: &str, when: When, passages: Handle<'chain, Json>)
    where
        Solution: From<T>,
    {
        self.ends(id, when, Some(passages.stands_for()));
    }

    fn ends(self, id: &str, when: When, cites: Option<Source>) {
        if self.chain.frames.borrow().len() > 1 {
            self.chain.problem(id, "a chain does not end inside of other steps");
        }
        let body = Body::Finish(Ending { answer: self.stands_for(), cites });
        let _: Handle<'_, T> = self.chain.push_when(id, T::TYPE, (Some(when), None), body);
    }
}

impl<'chain> Handle<'chain, String> {
    /// Adds a step that gives this text if it says nothing of the secret, and fails otherwise; see
    /// [`crate::chain::withhold`]. The chain must be [private](super::Composer::private).
    ///
    /// ```
    /// use ponder::chain::{compose::Composer, step::Reason};
    ///
    /// let chain = Composer::new("guarded", "Gives a text that does not say the answer.").private();
    /// let solution = chain.question().then("solution", Reason::math());
    /// let draft = chain.prompt("draft", "Think about what {{ input.question }} asks for.");
    /// let checked = draft.withholding("checked", solution, chain.messages());
    /// let plan = chain.finish(checked.answered())?;
    /// # Ok::<(), ponder::chain::LoadError>(())
    /// ```
    pub fn withholding<S: Typed>(
        self,
        id: &str,
        secret: Handle<'chain, S>,
        conversation: Handle<'chain, Vec<Message>>,
    ) -> Self {
        if !self.chain.private {
            self.chain.problem(id, "a chain that withholds something is private");
        }
        if !matches!(S::TYPE, Type::Answer | Type::Text | Type::Data) {
            self.chain.problem(id, "a secret is an answer, a text or data");
        }
        let (text, secret) = (self.stands_for(), secret.stands_for());
        let conversation = conversation.stands_for();
        let call = Call::Withhold(Withhold { text, secret, conversation });
        self.chain.push(id, Type::Text, Body::Call(call))
    }

    /// The text as an answer without a final result.
    pub fn answered(self) -> Handle<'chain, Solution> {
        self.taken_as()
    }

    /// The text as what the user says.
    pub fn said(self) -> Handle<'chain, Vec<Message>> {
        self.taken_as()
    }

    /// Holds when the text is this.
    pub fn equals(self, text: &str) -> When {
        When::on(self.stands_for(), Choice::Values(vec![text.into()]))
    }
}

impl<'chain> Handle<'chain, Solution> {
    /// What the answer says.
    pub fn text(self) -> Handle<'chain, String> {
        self.taken_as()
    }
}

impl<'chain> Handle<'chain, Json> {
    /// The text that the data holds, or the data as JSON.
    pub fn text(self) -> Handle<'chain, String> {
        self.taken_as()
    }

    /// What stands at a key, or at a number in a list; `null` where there is nothing.
    pub fn key(self, key: &str) -> Self {
        if !reference::is_key(key) {
            self.chain.problem(key, "a key is letters, digits, `_` and `-`");
        }
        let source = match self.stands_for() {
            Source::Inside(whole, mut path) => {
                path.push(key.to_owned());
                Source::Inside(whole, path)
            }
            whole => Source::Inside(Box::new(whole), vec![key.to_owned()]),
        };
        self.chain.handle(source)
    }

    /// Holds when the data is this.
    pub fn equals(self, data: impl Into<Json>) -> When {
        When::on(self.stands_for(), Choice::Values(vec![data.into()]))
    }
}

impl Handle<'_, Language> {
    /// Holds when the language is this one.
    pub fn is(self, language: Language) -> When {
        When::on(self.stands_for(), Choice::Languages(vec![language]))
    }
}

impl Handle<'_, Kind> {
    /// Holds when the kind is one of these.
    pub fn is_one_of(self, kinds: impl Into<Vec<Kind>>) -> When {
        When::on(self.stands_for(), Choice::Kinds(kinds.into()))
    }
}
