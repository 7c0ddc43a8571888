//! Judges an answer: finds what it states, and whether that is right.

use super::sample::{Ending, Mark};
use crate::{
    chain::extract,
    equivalence::{Answer, Leniency, Verdict, grade},
};

/// A judged answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is right.
    pub mark: Mark,
    /// The final answer in it.
    pub answer: Option<String>,
    /// What had to be forgiven.
    pub leniency: Option<Leniency>,
}

/// Judges the text of an answer by the right answer.
///
/// What stands in the last box is the answer, else what follows "the answer is", else all of it; see
/// [`Answer::parse`]. Of an answer that was cut off only a box counts: the rest is thinking aloud.
pub fn judge(gold: &str, content: &str, ending: Ending) -> Judgement {
    let whole = matches!(ending, Ending::Stop | Ending::ToolCalls);
    let stated = whole || extract::boxed(content).is_some();
    let answer = Answer::parse(content);
    if !stated || content.trim().is_empty() || answer.text().is_empty() {
        return Judgement { mark: Mark::Abstained, answer: None, leniency: None };
    }
    let graded = grade(gold, content);
    let mark = match graded.verdict {
        Verdict::Equal => Mark::Right,
        Verdict::Different => Mark::Wrong,
        Verdict::Unknown => Mark::Unknown,
    };
    Judgement { mark, answer: Some(answer.text().to_owned()), leniency: graded.leniency }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(gold: &str, content: &str, ending: Ending) -> Mark {
        judge(gold, content, ending).mark
    }

    #[test]
    fn answers_are_judged_by_what_they_mean() {
        let judged = judge("025", "Hence \\boxed{25}.", Ending::Stop);
        assert_eq!((judged.mark, judged.answer.as_deref()), (Mark::Right, Some("25")));
        assert_eq!(mark("\\frac{1}{576}", "\\boxed{1/576}", Ending::Stop), Mark::Right);
        assert_eq!(mark("25", "\\boxed{26}", Ending::Stop), Mark::Wrong);
        assert_eq!(mark("A", "\\boxed{A}", Ending::Stop), Mark::Right);
    }

    #[test]
    fn what_states_nothing_abstains() {
        assert_eq!(mark("25", " ", Ending::Stop), Mark::Abstained);
        assert_eq!(mark("25", "So it may be 25", Ending::Length), Mark::Abstained);
        assert_eq!(mark("25", "25 25 25", Ending::Repetition), Mark::Abstained);
        assert_eq!(mark("25", "\\boxed{25} and so on and", Ending::Length), Mark::Right);
        assert_eq!(mark("25", "25", Ending::Stop), Mark::Right, "a bare answer is an answer");
    }
}
