//! Holds the calls of functions in an answer to the functions' schemas.
//!
//! The format is that of Hermes and Qwen: between `<tool_call>` and `</tool_call>` stands a JSON
//! object with the name of a function and its arguments. The tags are said in the model's place and
//! the object is held to a schema, so that a call is well formed whether or not the model has
//! learnt to make one; whether it makes sense is up to the model.

use std::sync::Arc;

use super::{
    constraint::Constraint,
    steering::{forbid, keep_only},
    thinking::held_suffix,
    tokens::{TokenDecoder, Tokens},
};

/// Begins a call.
pub const OPEN: &str = "<tool_call>";
/// Ends one.
pub const CLOSE: &str = "</tool_call>";

/// What becomes of the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The model chooses.
    Free,
    /// The model chooses among what is left of the scores; the choice is to be settled.
    Masked,
    /// This one; `None` ends the answer.
    Exactly(Option<u32>),
}

/// The tags in a model's own tokens.
#[derive(Debug, Clone)]
pub struct Tags {
    opening: Arc<[u32]>,
    closing: Arc<[u32]>,
    again: Arc<[u32]>,
}

impl Tags {
    /// The tags in a model's own tokens.
    ///
    /// # Errors
    ///
    /// The tokenizer's own words, if it cannot express them.
    pub fn new(tokens: &Tokens) -> Result<Self, String> {
        Ok(Self {
            opening: tokens.encode(&format!("{OPEN}\n"))?.into(),
            closing: tokens.encode(&format!("\n{CLOSE}"))?.into(),
            again: tokens.encode(&format!("\n{OPEN}\n"))?.into(),
        })
    }
}

/// What is asked of the calls of an answer.
pub struct Wanted {
    /// What a call looks like.
    pub call: Constraint,
    /// Whether the answer is a call whatever the model wants.
    pub must: bool,
    /// Whether there may be several.
    pub several: bool,
    /// What the answer is held to if it is no call.
    pub otherwise: Option<Constraint>,
    /// Tokens that end the tag of a call and go on, each with how many bytes of the tag it has.
    pub overrunning: Arc<[(usize, u32)]>,
}

/// Follows one answer.
pub struct Calls {
    wanted: Wanted,
    tags: Tags,
    stop_tokens: Arc<[u32]>,
    tokens: Arc<Tokens>,
    followed: Vec<u32>,
    stage: Stage,
    decoder: TokenDecoder,
    /// The end of the text so far.
    tail: String,
}

/// Where an answer is; the numbers are places in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before its first token.
    Start,
    /// In text that is no call.
    Text,
    /// In the tag that begins the first call, from here on.
    Opening(usize),
    /// In the tag that begins another call.
    OpeningAgain(usize),
    /// In the object of a call.
    Object(usize),
    /// In the tag that ends a call.
    Closing(usize),
    /// After a call.
    Between,
}

impl Calls {
    /// Follows an answer from its start.
    pub fn new(wanted: Wanted, tags: Tags, stop_tokens: Arc<[u32]>, tokens: Arc<Tokens>) -> Self {
        Self {
            wanted,
            tags,
            stop_tokens,
            tokens,
            followed: Vec::new(),
            stage: Stage::Start,
            decoder: TokenDecoder::default(),
            tail: String::new(),
        }
    }

    /// Whether the answer has a form from its first token on.
    pub fn bind(&self) -> bool {
        self.wanted.must || self.wanted.otherwise.is_some()
    }

    /// The fewest tokens that a whole answer has, without the one that ends it.
    pub fn shortest(&self) -> usize {
        let call = self.tags.opening.len() + self.rest_of_call();
        match &self.wanted.otherwise {
            _ if self.wanted.must => call,
            Some(otherwise) => otherwise.shortest(),
            None => 0,
        }
    }

    /// A whole object and the tag after it.
    fn rest_of_call(&self) -> usize {
        self.wanted.call.shortest_whole() + self.tags.closing.len()
    }

    /// Takes away the scores of tokens that may not follow `answer`, of which `left` more may come,
    /// the one that ends it included.
    ///
    /// # Errors
    ///
    /// If the answer is not one that this has led.
    pub fn apply(
        &mut self,
        answer: &[u32],
        scores: &mut [f32],
        left: usize,
    ) -> Result<Held, String> {
        self.follow(answer)?;
        let first = self.tags.opening.first().copied();
        match self.stage {
            Stage::Start if self.wanted.must => {
                keep_only(scores, first.as_slice());
                Ok(Held::Masked)
            }
            Stage::Start | Stage::Text => {
                let calling = first
                    .filter(|_| self.stage == Stage::Start)
                    .filter(|_| self.tags.opening.len() + self.rest_of_call() < left)
                    .and_then(|first| Some((first, *scores.get(first as usize)?)));
                let Some(otherwise) = &mut self.wanted.otherwise else {
                    self.keep_tag_apart(scores);
                    return Ok(Held::Free);
                };
                if !otherwise.apply(answer, scores)? {
                    return Ok(Held::Exactly(None));
                }
                if let Some((first, score)) = calling
                    && let Some(place) = scores.get_mut(first as usize)
                {
                    *place = score;
                }
                Ok(Held::Masked)
            }
            Stage::Opening(_) | Stage::OpeningAgain(_) | Stage::Closing(_) => {
                Ok(Held::Exactly(self.forced(answer)))
            }
            Stage::Object(from) => {
                if from == answer.len() && self.rest_of_call() >= left {
                    // The model began it by itself, and too late.
                    return Ok(Held::Exactly(None));
                }
                let object = answer.get(from..).unwrap_or_default();
                match self.wanted.call.apply(object, scores)? {
                    true => Ok(Held::Masked),
                    false => Ok(Held::Exactly(self.tags.closing.first().copied())),
                }
            }
            Stage::Between => {
                if !self.wanted.several || self.tags.again.len() + self.rest_of_call() >= left {
                    return Ok(Held::Exactly(None));
                }
                let mut next = self.stop_tokens.to_vec();
                next.extend(self.tags.again.first());
                keep_only(scores, &next);
                Ok(Held::Masked)
            }
        }
    }

    /// The token to take after [`Calls::apply`] has masked the scores; `None` ends the answer.
    ///
    /// # Errors
    ///
    /// If there is no way to a whole object.
    pub fn settle(&mut self, chosen: u32, left: usize) -> Result<Option<u32>, String> {
        match self.stage {
            Stage::Object(_) => {
                let left = left.saturating_sub(self.tags.closing.len());
                let token = self.wanted.call.settle(chosen, left)?;
                Ok(token.or(self.tags.closing.first().copied()))
            }
            Stage::Start if self.tags.opening.first() == Some(&chosen) => Ok(Some(chosen)),
            Stage::Start | Stage::Text => match &mut self.wanted.otherwise {
                Some(otherwise) => otherwise.settle(chosen, left),
                None => Ok(Some(chosen)),
            },
            Stage::Between if self.stop_tokens.contains(&chosen) => Ok(None),
            Stage::Between | Stage::Opening(_) | Stage::OpeningAgain(_) | Stage::Closing(_) => {
                Ok(Some(chosen))
            }
        }
    }

    /// The next token on the short way to the end of `answer`; `None` if that is here.
    ///
    /// # Errors
    ///
    /// If there is no way.
    pub fn finish(&mut self, answer: &[u32]) -> Result<Option<u32>, String> {
        self.follow(answer)?;
        match self.stage {
            Stage::Object(from) => {
                let token = self.wanted.call.finish(answer.get(from..).unwrap_or_default())?;
                Ok(token.or(self.tags.closing.first().copied()))
            }
            Stage::Start if self.wanted.must => Ok(self.tags.opening.first().copied()),
            Stage::Start | Stage::Text => match &mut self.wanted.otherwise {
                Some(otherwise) => otherwise.finish(answer),
                None => Ok(None),
            },
            Stage::Opening(_) | Stage::OpeningAgain(_) | Stage::Closing(_) => {
                Ok(self.forced(answer))
            }
            Stage::Between => Ok(None),
        }
    }

    /// What an answer from its first token on would say next in the tag of a call, if so far it is
    /// nothing else.
    pub fn tag_after(&self, answer: &[u32]) -> Option<u32> {
        let opening = Some(&self.tags.opening).filter(|opening| opening.starts_with(answer))?;
        opening.get(answer.len()).copied()
    }

    /// Makes tokens impossible that would end the tag of a call and begin the call at once.
    fn keep_tag_apart(&self, scores: &mut [f32]) {
        let begun = held_suffix(&self.tail, OPEN);
        if begun > 0 {
            let missing = OPEN.len() - begun;
            for (length, token) in self.wanted.overrunning.iter() {
                if *length == missing {
                    forbid(scores, &[*token]);
                }
            }
        }
    }

    /// The tag that is being said, and where it began.
    fn tag(&self) -> Option<(&[u32], usize)> {
        match self.stage {
            Stage::Opening(from) => Some((&self.tags.opening, from)),
            Stage::OpeningAgain(from) => Some((&self.tags.again, from)),
            Stage::Closing(from) => Some((&self.tags.closing, from)),
            Stage::Start | Stage::Text | Stage::Object(_) | Stage::Between => None,
        }
    }

    fn forced(&self, answer: &[u32]) -> Option<u32> {
        let (tag, from) = self.tag()?;
        tag.get(answer.len() - from).copied()
    }

    fn follow(&mut self, answer: &[u32]) -> Result<(), String> {
        if !answer.starts_with(&self.followed) {
            self.followed.clear();
            self.stage = Stage::Start;
            self.decoder = TokenDecoder::default();
            self.tail.clear();
        }
        for &token in answer.iter().skip(self.followed.len()) {
            self.take(token, answer)?;
        }
        Ok(())
    }

    fn take(&mut self, token: u32, answer: &[u32]) -> Result<(), String> {
        let place = self.followed.len();
        self.followed.push(token);
        let next = place + 1;
        let first_of = |tag: &[u32]| tag.first() == Some(&token);
        self.stage = match self.stage {
            Stage::Start if self.bind() && first_of(&self.tags.opening) => Stage::Opening(place),
            Stage::Between if first_of(&self.tags.again) => Stage::OpeningAgain(place),
            Stage::Start | Stage::Text if self.wanted.otherwise.is_none() => {
                self.tail.push_str(&self.decoder.push(&self.tokens, token));
                let called = self.tail.trim_end().ends_with(OPEN);
                let enough = self.tail.len().saturating_sub(4 * OPEN.len());
                let cut = (enough..).find(|cut| self.tail.is_char_boundary(*cut));
                self.tail.drain(..cut.unwrap_or_default());
                if called { Stage::Object(next) } else { Stage::Text }
            }
            // Line breaks before a value are layout; it may still be a call.
            Stage::Start
                if self.wanted.otherwise.as_ref().is_some_and(|it| it.is_line_break(token)) =>
            {
                Stage::Start
            }
            Stage::Start | Stage::Text => Stage::Text,
            Stage::Object(from) => {
                let object = answer.get(from..next).unwrap_or_default();
                match self.wanted.call.completes(object)? {
                    true => Stage::Closing(next),
                    false => Stage::Object(from),
                }
            }
            stage @ (Stage::Opening(_)
            | Stage::OpeningAgain(_)
            | Stage::Closing(_)
            | Stage::Between) => stage,
        };
        // A tag may be a single token, so its end is looked for last.
        if self.tag().is_some_and(|(tag, from)| next >= from + tag.len()) {
            let closed = matches!(self.stage, Stage::Closing(_));
            self.stage = if closed { Stage::Between } else { Stage::Object(next) };
        }
        Ok(())
    }
}
