//! How problems are asked: the words around them, the sampling, and how often.
//!
//! The presets are the protocols of VibeThinker's authors, taken from their evaluation program
//! (`eval/math/eval_model.sh` and the prompts of `eval/math/data` in github.com/WeiboAI/VibeThinker,
//! `eval/code/README.md` for programs) and from the reports on VibeThinker-1.5B (section 4.1) and
//! VibeThinker-3B (section 3.1): one user message and no system message, 64 answers to a problem of
//! mathematics, 16 to one of knowledge, 8 to one of programming, top-p 0.95 without top-k.

use std::borrow::Cow;

use clap::ValueEnum;
use sha2::{Digest, Sha256};

use super::problems::{Problem, Subject, Task};
use crate::generate::{Request, Sampling, Thinking};

/// A published protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// That of VibeThinker-1.5B: at most 40,960 tokens, temperature 1.0, for programs 0.6.
    #[value(name = "vibethinker-1.5b")]
    VibeThinker15B,
    /// That of VibeThinker-3B: temperature 1.0, and no limit but the model's own.
    #[value(name = "vibethinker-3b")]
    VibeThinker3B,
}

impl Preset {
    /// Its name on the command line and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VibeThinker15B => "vibethinker-1.5b",
            Self::VibeThinker3B => "vibethinker-3b",
        }
    }

    /// What it prescribes for problems of a subject.
    pub fn protocol(self, subject: Subject) -> Protocol {
        let (instruction, samples) = match subject {
            Subject::Mathematics => (Some(MATHEMATICS), 64),
            Subject::Choice => (Some(CHOICE), 16),
            Subject::Programs => (None, 8),
        };
        let (temperature, max_tokens) = match (self, subject) {
            (Self::VibeThinker15B, Subject::Programs) => (0.6, Some(40_960)),
            (Self::VibeThinker15B, _) => (1.0, Some(40_960)),
            (Self::VibeThinker3B, _) => (1.0, None),
        };
        Protocol {
            instruction: instruction.map(str::to_owned),
            sampling: Sampling {
                temperature: Some(temperature),
                top_p: Some(0.95),
                ..Sampling::default()
            },
            max_tokens,
            thinking: Thinking::Natural,
            samples,
        }
    }
}

/// The authors' words behind a problem of mathematics.
const MATHEMATICS: &str = " Let's think step by step and output the final answer within \\boxed{}.";
/// The authors' words behind a choice.
const CHOICE: &str = "\n\nPlease reason step-by-step and put your choice letter without any other text with \
                      \\boxed{} in the end.";

/// How problems are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// What follows the problem in its message, white space included; not where the problem says itself
    /// where the answer is to stand, by naming `\boxed`.
    pub instruction: Option<String>,
    /// How tokens are chosen, without the seed.
    pub sampling: Sampling,
    /// The most tokens of an answer, thinking included.
    pub max_tokens: Option<u32>,
    /// Whether the model thinks first.
    pub thinking: Thinking,
    /// How often each problem is asked; at least 1.
    pub samples: u32,
}

impl Default for Protocol {
    /// Each problem once, as it stands, with what the model recommends.
    fn default() -> Self {
        Self {
            instruction: None,
            sampling: Sampling::default(),
            max_tokens: None,
            thinking: Thinking::Natural,
            samples: 1,
        }
    }
}

impl Protocol {
    /// The request for one answer to a problem.
    pub fn request(&self, problem: &Problem, seed: Seed, sample: u32) -> Request {
        let mut messages = problem.messages.clone();
        if let Some(last) = messages.last_mut() {
            // A request without an answer has no place for words about it.
            if problem.answer().is_some() || matches!(problem.task, Task::Tests(_)) {
                last.content = self.asked(&last.content).into_owned();
            }
        }
        Request {
            messages,
            sampling: Sampling { seed: Some(seed.of(&problem.id, sample)), ..self.sampling },
            chosen_seed: !seed.asked,
            max_tokens: self.max_tokens,
            thinking: self.thinking,
            ..Request::default()
        }
    }

    fn asked<'text>(&self, problem: &'text str) -> Cow<'text, str> {
        match &self.instruction {
            Some(instruction) if !problem.contains("\\boxed") => {
                Cow::Owned(format!("{problem}{instruction}"))
            }
            _ => Cow::Borrowed(problem),
        }
    }
}

/// From what the seeds of all answers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// The number.
    pub number: u64,
    /// Whether somebody asked for this one; otherwise it is not sent to servers, which may not take one.
    pub asked: bool,
}

impl Seed {
    /// The seed of one answer: its own for every problem and sample, whatever else is asked.
    pub fn of(self, problem: &str, sample: u32) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.number.to_le_bytes());
        hash.update(sample.to_le_bytes());
        hash.update(problem);
        let bytes = hash.finalize();
        bytes.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Message;

    fn problem(text: &str) -> Problem {
        let messages = vec![Message::user(text)];
        Problem { id: "p".to_owned(), messages, task: Task::Answer("1".to_owned()) }
    }

    const SEED: Seed = Seed { number: 0, asked: false };

    #[test]
    fn the_authors_protocol() {
        let small = Preset::VibeThinker15B;
        let large = Preset::VibeThinker3B;
        let mathematics = small.protocol(Subject::Mathematics);
        let request = mathematics.request(&problem("What is 6 * 7?"), SEED, 0);
        insta::assert_snapshot!(
            request.question(),
            @r"What is 6 * 7? Let's think step by step and output the final answer within \boxed{}."
        );
        assert_eq!(request.messages.len(), 1, "no system message");
        let temperature = |protocol: &Protocol| protocol.sampling.temperature;
        let facts = |preset: Preset, subject| {
            let protocol = preset.protocol(subject);
            (temperature(&protocol), protocol.max_tokens, protocol.samples)
        };
        assert_eq!(facts(small, Subject::Mathematics), (Some(1.0), Some(40_960), 64));
        assert_eq!(facts(small, Subject::Choice), (Some(1.0), Some(40_960), 16));
        assert_eq!(facts(small, Subject::Programs), (Some(0.6), Some(40_960), 8));
        assert_eq!(facts(large, Subject::Mathematics), (Some(1.0), None, 64));
        assert_eq!(facts(large, Subject::Programs), (Some(1.0), None, 8));
        assert_eq!((mathematics.sampling.top_p, mathematics.sampling.top_k), (Some(0.95), None));
    }

    #[test]
    fn a_problem_with_its_own_instruction_keeps_it() {
        let asked = "What is 6 * 7? Give it in \\boxed{}.";
        let protocol = Preset::VibeThinker3B.protocol(Subject::Mathematics);
        assert_eq!(protocol.request(&problem(asked), SEED, 0).question(), asked);
    }

    #[test]
    fn every_answer_has_its_own_seed() {
        let seeds = [("a", 0), ("a", 1), ("b", 0)].map(|(id, sample)| SEED.of(id, sample));
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2] && seeds[1] != seeds[2]);
        assert_eq!(SEED.of("a", 0), seeds[0]);
        assert_ne!(Seed { number: 1, ..SEED }.of("a", 0), seeds[0]);
    }
}
