//! What is recommended for models that we know.
//!
//! Sources: the model cards of VibeThinker-1.5B and VibeThinker-3B and the reports that go with
//! them; for the embedded model, its own card.

use crate::generate::{Kind, Sampling};

/// What a model's authors recommend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommended {
    /// For mathematics, and for whatever has no setting of its own.
    pub math: Sampling,
    /// For programs.
    pub code: Sampling,
    /// The most tokens to generate, thinking included; `None`: as the context allows.
    pub max_tokens: Option<u32>,
}

impl Recommended {
    /// The recommended sampling for a kind of question.
    pub fn sampling(&self, kind: Option<Kind>) -> Sampling {
        match kind {
            Some(Kind::Code) => self.code,
            Some(Kind::Math | Kind::Both | Kind::Other) | None => self.math,
        }
    }

    /// Whether it is the likeliest token that is always taken.
    pub fn is_greedy(&self) -> bool {
        [self.math, self.code].iter().all(Sampling::is_greedy)
    }

    /// What a checkpoint itself asks for, for models that we do not know.
    pub fn of_checkpoint(sampling: Sampling) -> Self {
        Self { math: sampling, code: sampling, max_tokens: None }
    }

    /// The recommendation for the model of this name, if we know it. `name` is a hub id, a folder's
    /// name or a GGUF file's, so quantized and renamed copies are found too.
    pub fn for_model(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name == "ponder-embedded" {
            return Some(EMBEDDED);
        }
        if !name.contains("vibethinker") {
            return None;
        }
        if name.contains("1.5b") { Some(VIBETHINKER_1_5B) } else { Some(VIBETHINKER_3B) }
    }
}

const fn nucleus(temperature: f32, top_p: f32) -> Sampling {
    Sampling {
        temperature: Some(temperature),
        top_p: Some(top_p),
        top_k: None,
        min_p: None,
        frequency_penalty: None,
        presence_penalty: None,
        repetition_penalty: None,
        seed: None,
    }
}

const VIBETHINKER_1_5B: Recommended =
    Recommended { math: nucleus(1.0, 0.95), code: nucleus(0.6, 0.95), max_tokens: Some(40_960) };

const VIBETHINKER_3B: Recommended =
    Recommended { math: nucleus(1.0, 0.95), code: nucleus(1.0, 0.95), max_tokens: None };

const EMBEDDED: Recommended =
    Recommended { math: nucleus(0.2, 0.95), code: nucleus(0.2, 0.95), max_tokens: Some(2_048) };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_a_known_model_are_recognised() {
        let small = Recommended::for_model("WeiboAI/VibeThinker-1.5B").unwrap();
        assert_eq!(small.sampling(Some(Kind::Math)).temperature, Some(1.0));
        assert_eq!(small.sampling(Some(Kind::Code)).temperature, Some(0.6));
        assert_eq!(small.max_tokens, Some(40_960));
        assert_eq!(Recommended::for_model("vibethinker-1.5b-Q4_K_M"), Some(small));
        let large = Recommended::for_model("WeiboAI/VibeThinker-3B").unwrap();
        assert_eq!(large.sampling(Some(Kind::Code)).temperature, Some(1.0));
        assert_eq!(Recommended::for_model("Qwen/Qwen2.5-1.5B"), None);
    }
}
