//! Checks the programs of a vote: by tests, and by what they do with inputs to which nobody has an answer.

use tokio::sync::OnceCell;

use crate::{
    chain::{
        context::{Context, ModelCall},
        plan::{Check, ModelRole},
        prompt::Prompt,
        run::Scope,
        trial::{self, probes},
        value::{Outcome, Solution},
    },
    execution::{Sandbox, case::Case, code_block::last_code_block},
    generate::GenerateError,
};

/// With so many tests a program that passes them is right often enough: what else could tell it from others is not
/// looked for.
const ENOUGH: usize = 3;

/// The most tokens in which a model names inputs.
const INPUT_TOKENS: u32 = 1_024;

/// What checks the samples of a vote.
pub(super) struct Checker<'run> {
    sandbox: &'run Sandbox,
    statement: String,
    tests: Vec<Case>,
    /// How many inputs are to tell programs apart.
    inputs: usize,
    probes: OnceCell<Vec<Case>>,
}

/// What came of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    /// It passes every test there is, and does this; `None` where nothing tells what programs do.
    Passes(Option<String>),
    /// It does not, or it is no program.
    Fails,
}

impl<'run> Checker<'run> {
    /// Gets ready; or says why programs cannot be run.
    pub(super) async fn start(
        check: &Check,
        scope: &Scope<'_>,
        context: &'run Context<'_>,
    ) -> Result<Result<Self, String>, GenerateError> {
        let statement = trial::statement(&check.trial, scope)?;
        let tests = trial::tests(&check.trial, scope)?;
        let inputs = usize::try_from(check.inputs).unwrap_or(usize::MAX);
        let sandbox = match context.sandbox().await {
            Ok(sandbox) => sandbox,
            Err(why) => return Ok(Err(why)),
        };
        Ok(Ok(Self { sandbox, statement, tests, inputs, probes: OnceCell::new() }))
    }

    /// Whether there are tests at all.
    pub(super) fn has_tests(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Whether a program that passes the tests needs no others beside it.
    pub(super) fn tests_are_enough(&self) -> bool {
        self.tests.len() >= ENOUGH
    }

    /// Runs the program of a sample; what comes of it is reported in `own`.
    pub(super) async fn check(
        &self,
        solution: &Solution,
        own: &Context<'_>,
    ) -> Result<Checked, GenerateError> {
        let program = match &solution.result {
            Some(code @ Outcome::Code(_)) => Some(code.bare().to_owned()),
            _ => last_code_block(&solution.text),
        };
        let Some(program) = program else {
            own.decided("there is no program", Vec::new()).await;
            return Ok(Checked::Fails);
        };
        let report = trial::run(self.sandbox, &program, &self.tests, own).await?;
        if self.has_tests() {
            let (choice, reasons) = trial::told(&report);
            own.decided(&choice, reasons).await;
            if !report.passed() {
                return Ok(Checked::Fails);
            }
        }
        if self.tests_are_enough() {
            return Ok(Checked::Passes(Some(String::new())));
        }
        let probes = self.probes.get_or_init(|| self.find_probes(own)).await;
        if probes.is_empty() {
            return Ok(Checked::Passes(None));
        }
        let report = trial::run(self.sandbox, &program, probes, own).await?;
        Ok(Checked::Passes(Some(probes::behaviour(&report))))
    }

    /// Inputs that may tell programs apart: variations of the tests, else those that the model names. That there are
    /// none is no failure.
    async fn find_probes(&self, own: &Context<'_>) -> Vec<Case> {
        let mut found = probes::varied(&self.tests, self.inputs);
        if found.is_empty() && self.inputs > 0 {
            found = self.asked(own).await.unwrap_or_default();
        }
        let how = if self.has_tests() { "made from the tests" } else { "named by the model" };
        own.decided(&format!("{} inputs, {how}, tell programs apart", found.len()), Vec::new())
            .await;
        found
    }

    async fn asked(&self, own: &Context<'_>) -> Result<Vec<Case>, GenerateError> {
        let prompt = Prompt::Inputs.render(&self.statement)?;
        let request = own.request().aside(prompt, INPUT_TOKENS);
        let call = ModelCall::preparing(ModelRole::Reasoner, request);
        let called = own.call(call).await?;
        Ok(probes::read(&called.answer.content, self.inputs))
    }
}
