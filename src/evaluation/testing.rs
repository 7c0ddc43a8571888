//! Runs that tests make up.

use super::{
    folder::Samples,
    manifest::{AskedProblem, Manifest},
    sample::{Answered, Ending, Mark, Outcome, Sample, Thought},
};

/// A run with these problems, each with its answers: what is stated, and whether it is right.
pub(super) fn run(problems: &[(&str, &[(&str, Mark)])]) -> (Manifest, Samples) {
    let mut samples = Samples::new();
    let mut asked = Vec::new();
    let mut most = 0;
    for (id, answers) in problems {
        asked.push(AskedProblem {
            id: (*id).to_owned(),
            answer: "1".to_owned(),
            tests: false,
            tests_digest: None,
            digest: format!("digest of {id}"),
        });
        most = most.max(answers.len());
        for (number, (stated, mark)) in (0_u32..).zip(*answers) {
            let tokens = 100 * u64::from(number + 1);
            let sample = Sample {
                problem: (*id).to_owned(),
                sample: number,
                attempts: 1,
                seconds: 2.0,
                outcome: Outcome::Answered(Box::new(answered(stated, *mark, tokens))),
            };
            samples.insert(((*id).to_owned(), number), sample);
        }
    }
    let samples_each = u32::try_from(most).unwrap();
    let manifest = Manifest::new("model", "file.jsonl", serde_json::Map::new(), samples_each, &[]);
    (Manifest { problems: asked, ..manifest }, samples)
}

/// An answer of so many tokens.
pub(super) fn answered(stated: &str, mark: Mark, tokens: u64) -> Answered {
    Answered {
        mark,
        answer: (mark != Mark::Abstained).then(|| stated.to_owned()),
        leniency: None,
        ending: if mark == Mark::Abstained { Ending::Length } else { Ending::Stop },
        thinking_end: Thought::Natural,
        prompt_tokens: 10,
        completion_tokens: tokens,
        reasoning_tokens: tokens / 2,
        tests: None,
        checked: None,
        confidence: None,
        exchanges: Vec::new(),
        content: String::new(),
        reasoning: String::new(),
    }
}
