//! Why a text may not be said.

/// How a text says the secret. None of the messages says it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Leak {
    /// There is no secret to check it against.
    #[error("there is no whole solution to check it against")]
    Nothing,
    /// It is too long to be checked.
    #[error("it is too long to be checked")]
    Long,
    /// It says a value that is the final answer.
    #[error("it says the final answer")]
    Answer,
    /// It states a value of the question as the answer.
    #[error("it states a number of the question as the answer")]
    Stated,
    /// It has an expression that is worth the final answer.
    #[error("it has an expression that is worth the final answer")]
    Expression,
    /// It has the last step of the solution.
    #[error("it has the last step of the solution")]
    LastStep,
    /// It says the answer in other signs.
    #[error("it says the final answer in other signs")]
    Disguised,
    /// It says digits of the answer.
    #[error("it says digits of the final answer, by itself or with what was said before")]
    Digits,
    /// It is a program, or has one.
    #[error("it has a program in it")]
    Code,
    /// It has lines of the hidden program.
    #[error("it has too many lines of the hidden program, by itself or with what was said before")]
    Lines,
}
