//! Judges an answer: finds what it states, and whether that is right.

use super::sample::{Ending, Mark};
use crate::{
    chain::{extract, says_no_answer},
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
/// [`Answer::parse`]. Of an answer that was cut off only a box counts: the rest is thinking aloud. What a chain says where
/// it has no answer states none, whatever numbers are in it.
pub fn judge(gold: &str, content: &str, ending: Ending) -> Judgement {
    let whole = matches!(ending, Ending::Stop | Ending::ToolCalls);
    let stated = whole || extract::boxed(content).is_some();
    let answer = Answer::parse(content);
    if !stated || says_no_answer(content) || content.trim().is_empty() || answer.text().is_empty() {
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

    #[test]
    fn a_chain_that_abstains_states_nothing() {
        for said in [
            "没有得到可靠的答案：16 次尝试都没有得出结果。",
            "没有得到可靠的答案：16 次尝试的结果不一致。得到的结果有：\n\n- $16$：16 次中的 9 次\n- $5$：16 次中的 7 次",
            "没有得到最终答案：已达到该链的模型调用次数上限（16 次）。请调大链文件中 `limits` 下的 `calls`，或提出更小的问题。",
            "There is no answer that can be relied on: none of 16 attempts came to one.",
            "There is no answer that can be relied on: 16 attempts do not agree. They came to:\n\n- $16$: 9 of 16",
            "There is no final answer: the model stopped while it was still thinking. Ask again, or in other words.",
        ] {
            for gold in ["16", "9", "16 attempts do not agree", said] {
                let judged = judge(gold, said, Ending::Stop);
                assert_eq!((judged.mark, judged.answer), (Mark::Abstained, None), "{said}");
            }
        }
    }
}
