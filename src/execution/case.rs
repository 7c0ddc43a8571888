//! What is asked of a program.

use super::literal::Literal;

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What the test is called in reports.
    pub id: String,
    /// What is done and what should come of it.
    pub check: Check,
}

/// What is done with the program, and what should come of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// The program is run.
    Stdin {
        /// What it reads from standard input.
        input: String,
        /// What it should write to standard output.
        output: String,
    },
    /// A function of the program is called.
    Call {
        /// The function, or a method of `class Solution`. Without a name: the one whose parameters fit, else the last.
        function: Option<String>,
        /// What it is given.
        arguments: Vec<Argument>,
        /// What it should return.
        expected: Literal,
    },
    /// An expression is evaluated where the program's functions are known.
    Expression {
        /// The expression, in Python.
        expression: String,
        /// What its value should be.
        expected: Literal,
    },
    /// Lines of a Python session are executed one after the other; what the last one prints is compared.
    Doctest {
        /// What comes before, whose output does not matter here.
        before: Vec<Prompt>,
        /// The line in question.
        prompt: Prompt,
    },
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The parameter's name, where it is given by name.
    pub name: Option<String>,
    /// The value.
    pub value: Literal,
}

/// An input of a Python session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What stands behind `>>>`, and behind `...` in the lines after it.
    pub source: String,
    /// What should be printed.
    pub printed: String,
}

impl Prompt {
    /// Whether an exception is what is expected.
    pub fn raises(&self) -> bool {
        self.printed.starts_with("Traceback (most recent call last):")
    }
}
