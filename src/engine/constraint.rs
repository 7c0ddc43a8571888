//! Holds an answer to a JSON schema, token by token.
//!
//! llguidance says which tokens may come next (Earley parsing over a trie of the vocabulary; see its
//! authors' "llguidance: fast constrained decoding"). What it does not know is that an answer has an
//! end: a string may go on until the tokens run out, and half an object is worth nothing. So the
//! shortest way to a whole value is followed as well, and taken when there is only just room for it.

use std::sync::Arc;

use llguidance::{
    Matcher, ParserFactory,
    api::TopLevelGrammar,
    toktrie::{SimpleVob, TokEnv},
};
use serde_json::{Value, json};
use tokenizers::Tokenizer;
use toktrie_hf_tokenizers::ByteTokenizer;

use crate::generate::Format;

/// The longest way to the end that is looked for, in tokens.
const LONGEST_WAY: usize = 4096;
/// Line breaks that may stand between the thinking and the value, as models are used to write.
const LINE_BREAKS: [&str; 2] = ["\n\n", "\n"];
/// How many tokens of them.
const MOST_LINE_BREAKS: usize = 2;

/// What ends a value soonest: tried in this order wherever the grammar leaves a choice.
const ENDINGS: [&str; 9] = ["}", "]", "\"", ",", "0", "1", "n", "t", "f"];
/// The same inside a string, where a bracket is a letter like any other.
const STRING_ENDINGS: [&str; 2] = ["\"", "a"];
/// A letter that can stand nowhere but inside a string.
const LETTER: [&str; 1] = ["q"];
/// Outside of strings, where this may stand there is a number.
const DIGIT: [&str; 1] = ["0"];

/// Grammars over one model's vocabulary.
pub struct Grammars {
    environment: TokEnv,
    factory: ParserFactory,
    stops: Arc<[u32]>,
    endings: Endings,
    line_breaks: Arc<[u32]>,
    /// Tokens that begin or go on with the exponent of a number.
    exponents: Arc<[u32]>,
}

/// Tokens that end things.
#[derive(Debug, Clone)]
struct Endings {
    anywhere: Arc<[u32]>,
    in_string: Arc<[u32]>,
    letter: Arc<[u32]>,
    digit: Arc<[u32]>,
}

impl Endings {
    fn in_string(&self, mask: &SimpleVob) -> bool {
        self.letter.iter().any(|letter| mask.is_allowed(*letter))
    }

    fn in_number(&self, mask: &SimpleVob) -> bool {
        !self.in_string(mask) && self.digit.iter().any(|digit| mask.is_allowed(*digit))
    }

    /// Those to be tried where this is allowed, the best first.
    fn among<'a>(&'a self, mask: &'a SimpleVob) -> impl Iterator<Item = u32> + 'a {
        let in_string: &[u32] = if self.in_string(mask) { &self.in_string } else { &[] };
        in_string
            .iter()
            .chain(self.anywhere.iter())
            .copied()
            .filter(|token| mask.is_allowed(*token))
    }
}

impl Grammars {
    /// Prepares the vocabulary; takes a second for a large one.
    ///
    /// # Errors
    ///
    /// In the library's words, if the tokenizer is of a kind it does not know.
    pub fn new(tokenizer: &Tokenizer, stop_tokens: &[u32]) -> Result<Self, String> {
        let mut bytes =
            ByteTokenizer::from_tokenizer(tokenizer.clone()).map_err(|error| error.to_string())?;
        let known = bytes.tokrx_info().vocab_size;
        let stops: Vec<u32> = stop_tokens.iter().copied().filter(|stop| *stop < known).collect();
        if !stops.is_empty() {
            bytes.set_eos_tokens(&stops);
        }
        let environment = bytes.into_tok_env(None).map_err(|error| error.to_string())?;
        let mut factory =
            ParserFactory::new_simple(&environment).map_err(|error| error.to_string())?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        let single = |texts: &[&str]| -> Arc<[u32]> {
            let tokens =
                texts.iter().map(|text| environment.tok_trie().greedy_tokenize(text.as_bytes()));
            tokens.filter(|tokens| tokens.len() == 1).flatten().collect()
        };
        let endings = Endings {
            anywhere: single(&ENDINGS),
            in_string: single(&STRING_ENDINGS),
            letter: single(&LETTER),
            digit: single(&DIGIT),
        };
        let trie = environment.tok_trie();
        let exponents = (0..u32::try_from(trie.vocab_size()).unwrap_or(u32::MAX))
            .filter(|token| is_exponent(trie.token(*token)))
            .collect();
        let line_breaks = single(&LINE_BREAKS);
        Ok(Self { environment, factory, stops: stops.into(), endings, line_breaks, exponents })
    }

    /// A constraint to a format; `None` if it asks for nothing.
    ///
    /// # Errors
    ///
    /// Why the schema cannot be followed.
    pub fn constrain(&self, format: &Format) -> Result<Option<Constraint>, String> {
        let mut schema = match format {
            Format::Text => return Ok(None),
            Format::Object => json!({"type": "object"}),
            Format::Schema { schema, .. } => (**schema).clone(),
        };
        if let Value::Object(keywords) = &mut schema {
            // One way to write a value: white space that is free can go on for ever.
            let layout = json!({
                "whitespace_flexible": false, "item_separator": ", ", "key_separator": ": ",
            });
            keywords.insert("x-guidance".to_owned(), layout);
        }
        let parser = self.factory.create_parser(TopLevelGrammar::from_json_schema(schema));
        let matcher = Matcher::new(parser);
        if let Some(error) = matcher.get_error() {
            return Err(error);
        }
        let way = way_out(&matcher, &self.endings);
        let shortest = way.ok_or("no value of it is short enough")?.len();
        Ok(Some(Constraint {
            environment: Arc::clone(&self.environment),
            stops: Arc::clone(&self.stops),
            endings: self.endings.clone(),
            line_breaks: Arc::clone(&self.line_breaks),
            exponents: Arc::clone(&self.exponents),
            fresh: matcher.clone(),
            matcher,
            followed: Vec::new(),
            shortest,
        }))
    }
}

/// Follows one answer.
pub struct Constraint {
    environment: TokEnv,
    stops: Arc<[u32]>,
    endings: Endings,
    line_breaks: Arc<[u32]>,
    exponents: Arc<[u32]>,
    /// Before the first token.
    fresh: Matcher,
    matcher: Matcher,
    /// The tokens the matcher has taken, with the line breaks before them.
    followed: Vec<u32>,
    /// How many tokens a whole value needs from here, at most, without the one that ends it.
    shortest: usize,
}

impl Constraint {
    /// How many tokens a whole value needs from here, without the one that ends the answer.
    pub fn shortest(&self) -> usize {
        self.shortest
    }

    /// Takes away the scores of tokens that may not follow `answer`; false if it is whole already.
    ///
    /// # Errors
    ///
    /// If the answer is not one that this constraint has led.
    pub fn apply(&mut self, answer: &[u32], scores: &mut [f32]) -> Result<bool, String> {
        self.follow(answer)?;
        if self.matcher.is_stopped() {
            return Ok(false);
        }
        let mask = self.matcher.compute_mask_or_eos().map_err(|error| error.to_string())?;
        let breaks_allowed = self.breaks() == answer.len() && answer.len() < MOST_LINE_BREAKS;
        for (token, score) in (0u32..).zip(scores.iter_mut()) {
            let known = (token as usize) < mask.len();
            let line_break = breaks_allowed && self.line_breaks.contains(&token);
            if !(line_break || known && mask.is_allowed(token)) {
                *score = f32::NEG_INFINITY;
            }
        }
        if self.endings.in_number(&mask) {
            // `1e9999` is JSON, and no program reads it: numbers are written out.
            for token in self.exponents.iter() {
                if let Some(score) = scores.get_mut(*token as usize) {
                    *score = f32::NEG_INFINITY;
                }
            }
        }
        Ok(true)
    }

    /// The token to take: the one that was chosen if a whole value still fits into the `left` tokens
    /// that there are, this one and the one that ends it included, else the next one of a short way
    /// out. `None`: the value is whole.
    pub fn settle(&mut self, chosen: u32, left: usize) -> Option<u32> {
        let trie = self.environment.tok_trie();
        if self.line_breaks.contains(&chosen) && self.breaks() == self.followed.len() {
            if self.shortest + 2 <= left {
                return Some(chosen);
            }
        } else if self.stops.contains(&chosen) {
            return None;
        } else {
            // Inside a string or a number, a token makes the way out longer by one at most.
            let opens = trie.token(chosen).iter().any(|byte| b"{}[]\",:\\".contains(byte));
            if !opens && self.shortest + 3 <= left {
                self.shortest += 1;
                return Some(chosen);
            }
            let mut after = self.matcher.clone();
            let way =
                after.consume_token(chosen).ok().and_then(|()| way_out(&after, &self.endings));
            if let Some(way) = way.filter(|way| way.len() + 2 <= left) {
                self.shortest = way.len();
                return Some(chosen);
            }
        }
        let way = way_out(&self.matcher, &self.endings)?;
        self.shortest = way.len().saturating_sub(1);
        way.first().copied()
    }

    /// How many of the tokens followed were line breaks before the value.
    fn breaks(&self) -> usize {
        self.followed.iter().take_while(|token| self.line_breaks.contains(token)).count()
    }

    fn follow(&mut self, answer: &[u32]) -> Result<(), String> {
        if !answer.starts_with(&self.followed) {
            self.matcher = self.fresh.clone();
            self.followed.clear();
        }
        for &token in answer.iter().skip(self.followed.len()) {
            let before_value = self.breaks() == self.followed.len();
            if !(before_value && self.line_breaks.contains(&token)) {
                self.matcher.consume_token(token).map_err(|error| error.to_string())?;
            }
            self.followed.push(token);
        }
        Ok(())
    }
}

fn is_exponent(bytes: &[u8]) -> bool {
    let exponent = |byte: &u8| matches!(byte, b'e' | b'E');
    bytes.iter().any(exponent)
        && bytes.iter().all(|byte| exponent(byte) || b"0123456789.+-".contains(byte))
}

/// A short way from here to a whole value: whatever closes something is taken first.
fn way_out(from: &Matcher, endings: &Endings) -> Option<Vec<u32>> {
    let mut matcher = from.clone();
    let mut way = Vec::new();
    while way.len() < LONGEST_WAY {
        if matcher.is_stopped() || matcher.is_accepting().ok()? {
            return Some(way);
        }
        let mask = matcher.compute_mask().ok()?;
        let token = match endings.among(&mask).next() {
            Some(token) => token,
            None => u32::try_from(mask.first_bit_set()?).ok()?,
        };
        matcher.consume_token(token).ok()?;
        way.push(token);
    }
    None
}
