//! Steps in typed Rust that hold others: one of several ways, several at the same time, one for each item.

use std::marker::PhantomData;

use serde_json::Value as Json;

use crate::{
    chain::{
        ballot::Stop,
        certainty::Certainty,
        input::Input,
        load::{MOST_AT_ONCE, MOST_INPUTS, MOST_SAMPLES, needs_all},
        plan::{Block, Body, Branch, Call, Check, PlannedStep, Source, Tests, Trial, Vote},
        step::Step,
        value::{Solution, Type, Typed},
    },
    generate::Kind,
};

use super::{Composer, Handle};

/// An action with its input, giving a `T`: what is done for one kind of question.
#[derive(Debug)]
pub struct Arm<T> {
    call: Call,
    typed: PhantomData<T>,
}

/// What is done for each kind of question.
#[derive(Debug)]
pub struct ByKind<T> {
    /// For mathematics.
    pub math: Arm<T>,
    /// For code.
    pub code: Arm<T>,
    /// For a composite question.
    pub both: Arm<T>,
    /// For everything else.
    pub other: Arm<T>,
}

/// How an answer is voted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voting {
    /// The most samples; at least 2.
    pub samples: u32,
    /// How many are taken at the same time; at least 1.
    pub at_once: usize,
    /// When it may end before all of them are there.
    pub stop: Stop,
}

/// What a sample is worth.
#[derive(Default)]
struct Weighing {
    check: Option<Check>,
    weigh: Option<Branch>,
    certainty: Option<Certainty>,
}

/// Writes the steps of one way and gives its value.
pub type Way<'way, 'chain, T> = &'way dyn Fn() -> Handle<'chain, T>;

impl Composer {
    /// Adds steps that run at the same time: those that `write` adds. They must not need each other.
    ///
    /// ```
    /// use ponder::chain::{compose::Composer, step::{DetectLanguage, Reason, Route}};
    ///
    /// let chain = Composer::new("tiny", "Looks at a question in two ways at once.");
    /// let question = chain.question();
    /// let (language, kind) = chain.parallel("looks", || {
    ///     (question.then("language", DetectLanguage), question.then("kind", Route::by_rules()))
    /// });
    /// # let _ = (language, kind);
    /// let plan = chain.finish(question.then("answer", Reason::math()))?;
    /// # Ok::<(), ponder::chain::LoadError>(())
    /// ```
    pub fn parallel<Handles>(&self, id: &str, write: impl FnOnce() -> Handles) -> Handles {
        let (handles, steps) = self.inside(write);
        if steps.len() < 2 {
            self.problem(id, "`parallel` needs at least two steps");
        }
        let _: Handle<'_, Json> = self.push(id, Type::Data, Body::Parallel(steps));
        handles
    }

    /// Adds a step that takes the first of several ways that does not fail and says something.
    pub fn fallback<'chain, T: Typed>(
        &'chain self,
        id: &str,
        ways: &[Way<'_, 'chain, T>],
    ) -> Handle<'chain, T> {
        if ways.len() < 2 {
            self.problem(id, "`fallback` needs at least two alternatives");
        }
        let branches = ways.iter().map(|way| self.branch(way)).collect();
        self.push(id, T::TYPE, Body::Fallback(branches))
    }

    /// Adds a step that takes samples and gives the answer that most agree on. `write` adds what gives one
    /// sample.
    ///
    /// ```
    /// use ponder::chain::{
    ///     ballot::Stop,
    ///     compose::{Composer, Voting},
    ///     step::Reason,
    /// };
    ///
    /// let chain = Composer::new("voted", "Asks sixteen times at most.");
    /// let question = chain.question();
    /// let voting = Voting { samples: 16, at_once: 4, stop: Stop::Adaptive };
    /// let answer = chain.vote("answer", voting, || question.then("sample", Reason::math()));
    /// let plan = chain.finish(answer)?;
    /// # Ok::<(), ponder::chain::LoadError>(())
    /// ```
    pub fn vote<'chain>(
        &'chain self,
        id: &str,
        voting: Voting,
        write: impl FnOnce() -> Handle<'chain, Solution>,
    ) -> Handle<'chain, Solution> {
        let each = self.branch(write);
        self.push_vote(id, voting, each, Weighing::default())
    }

    /// The same with samples that are told apart by how sure their model was of them; unless the first of them set how
    /// sure it must be, every sample is counted.
    ///
    /// ```
    /// use ponder::chain::{
    ///     ballot::Stop,
    ///     certainty::Certainty,
    ///     compose::{Composer, Voting},
    ///     step::Reason,
    /// };
    ///
    /// let chain = Composer::new("sure", "Asks sixteen times and trusts the surest half.");
    /// let question = chain.question();
    /// let voting = Voting { samples: 16, at_once: 4, stop: Stop::Never };
    /// let surest = Certainty { keep: 0.5, ..Certainty::default() };
    /// let answer =
    ///     chain.vote_surest("answer", voting, surest, || question.then("sample", Reason::math()));
    /// let plan = chain.finish(answer)?;
    /// # Ok::<(), ponder::chain::LoadError>(())
    /// ```
    pub fn vote_surest<'chain>(
        &'chain self,
        id: &str,
        voting: Voting,
        certainty: Certainty,
        write: impl FnOnce() -> Handle<'chain, Solution>,
    ) -> Handle<'chain, Solution> {
        let each = self.branch(write);
        if let Some(problem) = certainty.problem(voting.samples) {
            self.problem(id, &problem);
        }
        if !each.asks_a_model() {
            self.problem(
                id,
                "samples that are told apart by how sure a model is ask one themselves",
            );
        }
        let late = needs_all(Some(certainty)).is_some();
        let stop = if late { Stop::Never } else { voting.stop };
        let weighing = Weighing { certainty: Some(certainty), ..Weighing::default() };
        self.push_vote(id, Voting { stop, ..voting }, each, weighing)
    }

    /// The same with answers that are programs: those that fail an example in `statement` are left out, the others
    /// are compared by what they do, where there are few examples with so many `inputs` of our own, at most 32.
    pub fn vote_checked<'chain>(
        &'chain self,
        id: &str,
        voting: Voting,
        (statement, inputs): (Handle<'chain, String>, u32),
        write: impl FnOnce() -> Handle<'chain, Solution>,
    ) -> Handle<'chain, Solution> {
        let each = self.branch(write);
        let trial = Trial { statement: statement.stands_for(), tests: None };
        let check = Check { trial, inputs: inputs.min(MOST_INPUTS) };
        self.push_vote(id, voting, each, Weighing { check: Some(check), ..Weighing::default() })
    }

    /// The same with what each answer weighs: `weigh` gets the answer as data and gives a number. Every
    /// sample is then counted.
    pub fn vote_weighed<'chain>(
        &'chain self,
        id: &str,
        voting: Voting,
        write: impl FnOnce() -> Handle<'chain, Solution>,
        weigh: impl FnOnce(Handle<'chain, Json>) -> Handle<'chain, Json>,
    ) -> Handle<'chain, Solution> {
        let each = self.branch(write);
        let sample = self.handle(Source::Item);
        let weigh = self.branch(|| weigh(sample));
        let weighing = Weighing { weigh: Some(weigh), ..Weighing::default() };
        self.push_vote(id, Voting { stop: Stop::Never, ..voting }, each, weighing)
    }

    fn push_vote<'chain>(
        &'chain self,
        id: &str,
        voting: Voting,
        each: Branch,
        weighing: Weighing,
    ) -> Handle<'chain, Solution> {
        let Voting { samples, at_once, stop } = voting;
        let Weighing { check, weigh, certainty } = weighing;
        if !(2..=MOST_SAMPLES).contains(&samples) {
            self.problem(id, &format!("`vote` takes 2 to {MOST_SAMPLES} samples"));
        }
        if matches!(stop, Stop::Unanimous(0 | 1)) {
            self.problem(id, "a vote ends when at least two in a row agree");
        }
        let at_once = at_once.clamp(1, MOST_AT_ONCE);
        let vote = Vote { samples, each, check, weigh, certainty, at_once, stop };
        self.push(id, Type::Answer, Body::Vote(Box::new(vote)))
    }

    /// The steps that a way consists of.
    fn branch<'chain, T>(&'chain self, way: impl FnOnce() -> Handle<'chain, T>) -> Branch {
        let (handle, steps) = self.inside(way);
        let output = handle.stands_for();
        match steps.last() {
            Some(last) if output == Source::Step(last.slot) => {}
            Some(last) => self.problem(&last.id, "a way gives what its last step gives"),
            None => self.problem("", "a way has at least one step"),
        }
        Branch::Steps(Block { steps, output })
    }

    /// What `write` gives, and the steps that it adds, which are not added to those around it.
    fn inside<R>(&self, write: impl FnOnce() -> R) -> (R, Vec<PlannedStep>) {
        self.frames.borrow_mut().push(Vec::new());
        let result = write();
        let steps = self.frames.borrow_mut().pop().unwrap_or_default();
        (result, steps)
    }
}

impl<'chain, T: Typed> Handle<'chain, T> {
    /// A step that takes this value, for one kind of question.
    pub fn arm<S: Step<T>>(self, step: S) -> Arm<S::Output> {
        let call = Call::Action { input: Input::Value(self.stands_for()), action: step.into() };
        Arm { call, typed: PhantomData }
    }

    /// Adds a step that goes one of several ways by this value, and `otherwise` by every other one.
    pub fn cases<U: Typed>(
        self,
        id: &str,
        cases: &[(&str, Way<'_, 'chain, U>)],
        otherwise: Way<'_, 'chain, U>,
    ) -> Handle<'chain, U> {
        let chain = self.chain;
        let mut arms: Vec<(String, Branch)> =
            cases.iter().map(|(value, way)| ((*value).to_owned(), chain.branch(way))).collect();
        // In the order of a file's keys.
        arms.sort_by(|(one, _), (other, _)| one.cmp(other));
        let otherwise = Some(chain.branch(otherwise));
        let body = Body::Match { on: self.stands_for(), arms, otherwise };
        chain.push(id, U::TYPE, body)
    }
}

impl<'chain> Handle<'chain, Solution> {
    /// Adds a step that runs the program of this answer on the examples in `statement`, or on `tests` where they are
    /// given, in a form that [`crate::execution::cases::read`] knows; gives data with `state`, `share` and `tests`.
    pub fn execute(
        self,
        id: &str,
        statement: Handle<'chain, String>,
        tests: Option<Json>,
    ) -> Handle<'chain, Json> {
        let tests = tests.map(|tests| Tests::Given(tests.into()));
        let trial = Trial { statement: statement.stands_for(), tests };
        let call = Call::Execute { answer: self.stands_for(), trial };
        self.chain.push(id, Type::Data, Body::Call(call))
    }
}

impl<'chain> Handle<'chain, Json> {
    /// Adds a step that does the same for every item of this list, so many at the same time, and gives the
    /// list of what comes of them. `write` gets the item.
    pub fn map<T: Typed>(
        self,
        id: &str,
        at_once: usize,
        write: impl FnOnce(Self) -> Handle<'chain, T>,
    ) -> Self {
        let chain = self.chain;
        let item = chain.handle(Source::Item);
        let each = chain.branch(|| write(item));
        let body = Body::Map { over: self.stands_for(), each, at_once: at_once.max(1) };
        chain.push(id, Type::Data, body)
    }
}

impl<'chain> Handle<'chain, Kind> {
    /// Adds a step that does one thing for each kind.
    pub fn choose<T: Typed>(self, id: &str, by_kind: ByKind<T>) -> Handle<'chain, T> {
        let arms = [
            (Kind::Math, by_kind.math),
            (Kind::Code, by_kind.code),
            (Kind::Both, by_kind.both),
            (Kind::Other, by_kind.other),
        ];
        let arms = arms
            .into_iter()
            .map(|(kind, arm)| (kind.as_str().to_owned(), Branch::Call(arm.call)))
            .collect();
        let body = Body::Match { on: self.stands_for(), arms, otherwise: None };
        self.chain.push(id, T::TYPE, body)
    }
}
