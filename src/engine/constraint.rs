//! Holds an answer to a JSON schema, token by token.
//!
//! llguidance says which tokens may come next (an Earley parser over a trie of the vocabulary). What
//! it does not know is that an answer has an end: a string may go on until the tokens run out, and
//! half an object is worth nothing. So the short [way out](super::way_out) is followed as well, and
//! taken when there is only just room for it.

use std::sync::Arc;

use llguidance::{Matcher, ParserFactory, api::TopLevelGrammar, toktrie::TokEnv};
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;
use toktrie_hf_tokenizers::ByteTokenizer;

use super::calls::OPEN;
use super::way_out::{Endings, LONGEST_WAY, Place, way_out};
use crate::generate::Format;

/// Line breaks that may stand between the thinking and the value, as models are used to write.
const LINE_BREAKS: [&str; 2] = ["\n\n", "\n"];
/// How many tokens of them.
const MOST_LINE_BREAKS: usize = 2;
/// A token may end inside a character, and an escape is six signs long.
const SLACK: usize = 8;

/// The most references in a schema: each is followed recursively.
const MOST_REFERENCES: usize = 200;
/// The most values in a schema, for the same reason.
const MOST_VALUES: usize = 5_000;
/// The same for the functions of a request together.
const MOST_VALUES_OF_CALLS: usize = 20_000;
/// For compiling, which is recursive too.
const STACK: usize = 64 * 1024 * 1024;

/// Grammars over one model's vocabulary.
pub struct Grammars {
    factory: ParserFactory,
    words: Arc<Words>,
}

/// What a constraint must know of the vocabulary.
struct Words {
    environment: TokEnv,
    stops: Vec<u32>,
    endings: Endings,
    line_breaks: Vec<u32>,
    quote: Option<u32>,
    /// A letter: where it may stand in a string, most others may.
    letter: Option<u32>,
    digit: Option<u32>,
    /// Tokens that begin or go on with the exponent of a number.
    exponents: Vec<u32>,
    /// See [`Grammars::overrunning`].
    overrunning: Arc<[(usize, u32)]>,
}

/// How the schemas of calls are taken.
#[derive(Debug, Clone, Copy)]
pub struct CallLimits {
    /// Whether keywords that cannot be followed are passed over.
    pub lenient: bool,
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
        let limits = factory.limits_mut();
        limits.verbose_errors = false;
        limits.max_lexer_states = 20_000;
        let trie = environment.tok_trie();
        let single = |text: &str| match trie.greedy_tokenize(text.as_bytes())[..] {
            [token] => Some(token),
            _ => None,
        };
        let tokens = 0..u32::try_from(trie.vocab_size()).unwrap_or(u32::MAX);
        let words = Words {
            stops,
            endings: Endings::new(trie),
            line_breaks: LINE_BREAKS.iter().filter_map(|text| single(text)).collect(),
            quote: single("\""),
            letter: single("q"),
            digit: single("0"),
            overrunning: tokens
                .clone()
                .filter_map(|token| Some((overrun(trie.token(token))?, token)))
                .collect(),
            exponents: tokens.filter(|token| is_exponent(trie.token(*token))).collect(),
            environment: Arc::clone(&environment),
        };
        Ok(Self { factory, words: Arc::new(words) })
    }

    /// A constraint to a format; `None` if it asks for nothing.
    ///
    /// # Errors
    ///
    /// Why the schema cannot be followed.
    pub fn constrain(&self, format: &Format) -> Result<Option<Constraint>, String> {
        match format {
            Format::Text => Ok(None),
            Format::Object => self.value(json!({"type": "object"})).map(Some),
            Format::Schema { schema, .. } => self.value((**schema).clone()).map(Some),
        }
    }

    /// A constraint to the values that a schema describes.
    ///
    /// # Errors
    ///
    /// Why the schema cannot be followed.
    pub fn value(&self, schema: Value) -> Result<Constraint, String> {
        check_size(&schema, MOST_VALUES)?;
        apart(|| self.constraint(self.parse(schema, Map::new())?))
    }

    /// A constraint to the calls that a schema describes.
    ///
    /// # Errors
    ///
    /// Why the schema cannot be followed.
    pub fn call(&self, schema: Value, limits: CallLimits) -> Result<Constraint, String> {
        check_size(&schema, MOST_VALUES_OF_CALLS)?;
        apart(|| self.constraint(self.parse(schema, limits.options())?))
    }

    /// Why the calls that a schema describes cannot be followed, if that is known without looking for
    /// one.
    pub fn fault(&self, schema: Value, limits: CallLimits) -> Option<String> {
        let parsed = check_size(&schema, MOST_VALUES)
            .and_then(|()| apart(|| self.parse(schema, limits.options()).map(|_| ())));
        parsed.err()
    }

    /// Tokens that end the tag of a call and go on with what belongs into the call, each with how many
    /// bytes of the tag it has: between the two nobody could step in.
    pub fn overrunning(&self) -> Arc<[(usize, u32)]> {
        Arc::clone(&self.words.overrunning)
    }

    fn parse(&self, schema: Value, options: Map<String, Value>) -> Result<Matcher, String> {
        let mut keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(true) => Map::new(),
            _ => return Err("it describes nothing".to_owned()),
        };
        // One way to write a value: white space that is free can go on for ever.
        let mut layout = Map::from_iter([
            ("whitespace_flexible".to_owned(), false.into()),
            ("item_separator".to_owned(), ", ".into()),
            ("key_separator".to_owned(), ": ".into()),
        ]);
        layout.extend(options);
        keywords.insert("x-guidance".to_owned(), Value::Object(layout));
        let grammar = TopLevelGrammar::from_json_schema(Value::Object(keywords));
        let matcher = Matcher::new(self.factory.create_parser(grammar));
        match matcher.get_error() {
            Some(error) => Err(error),
            None => Ok(matcher),
        }
    }

    fn constraint(&self, matcher: Matcher) -> Result<Constraint, String> {
        let mut constraint = Constraint {
            words: Arc::clone(&self.words),
            fresh: matcher.clone(),
            matcher,
            place: Place::default(),
            followed: Vec::new(),
            whole: 0,
            needed: 0,
            free: false,
        };
        let way = constraint.way_out();
        let way = way.map_err(|_| format!("no value of it has up to {LONGEST_WAY} tokens"))?;
        constraint.whole = way.len();
        constraint.needed = way.len();
        Ok(constraint)
    }
}

impl CallLimits {
    /// In the words of llguidance. An option of `oneOf` that fits is taken for the only one.
    fn options(self) -> Map<String, Value> {
        Map::from_iter([
            ("coerce_one_of".to_owned(), true.into()),
            ("lenient".to_owned(), self.lenient.into()),
        ])
    }
}

/// Compiles where there is room for recursion.
fn apart<T: Send>(compile: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, compile)
            .map_err(|error| error.to_string())?
            .join()
            .unwrap_or_else(|_panic| Err("it cannot be compiled".to_owned()))
    })
}

/// How much of the end of a call's tag a token has, if it goes on after it with more than white space.
fn overrun(bytes: &[u8]) -> Option<usize> {
    (1..=OPEN.len()).find(|&length| {
        let (tag, rest) = bytes.split_at(length.min(bytes.len()));
        OPEN.as_bytes().ends_with(tag) && tag.ends_with(b">") && !rest.trim_ascii().is_empty()
    })
}

/// Refuses schemas that are too much work, without recursion.
fn check_size(schema: &Value, most_values: usize) -> Result<(), String> {
    let (mut open, mut values, mut references) = (vec![schema], 0, 0);
    while let Some(value) = open.pop() {
        values += 1;
        match value {
            Value::Object(entries) => {
                references += usize::from(entries.contains_key("$ref"));
                open.extend(entries.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if values > most_values || references > MOST_REFERENCES {
            return Err(format!(
                "it is too large: at most {MOST_REFERENCES} references and {most_values} values"
            ));
        }
    }
    Ok(())
}

/// Follows one answer.
pub struct Constraint {
    words: Arc<Words>,
    /// Before the first token.
    fresh: Matcher,
    matcher: Matcher,
    place: Place,
    /// The tokens the matcher has taken, with the line breaks before them.
    followed: Vec<u32>,
    /// How many tokens a whole value needs from its start, without the one that ends it.
    whole: usize,
    /// How many tokens a whole value needs from here, without the one that ends it.
    needed: usize,
    /// Inside a string that takes any text: what is said there makes the way out no longer.
    free: bool,
}

impl Constraint {
    /// How many tokens a whole value needs from here, without the one that ends the answer.
    pub fn shortest(&self) -> usize {
        self.needed
    }

    /// How many tokens a whole value needs from its start, without the one that ends the answer.
    pub fn shortest_whole(&self) -> usize {
        self.whole
    }

    /// Whether `answer` is a whole value.
    ///
    /// # Errors
    ///
    /// If it is not one that this constraint has led.
    pub fn completes(&mut self, answer: &[u32]) -> Result<bool, String> {
        self.follow(answer)?;
        if self.matcher.is_stopped() {
            return Ok(true);
        }
        self.matcher.is_accepting().map_err(|error| error.to_string())
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
        let allowed = |token: Option<u32>| token.is_some_and(|token| mask.is_allowed(token));
        let breaks_allowed = self.before_value() && answer.len() < MOST_LINE_BREAKS;
        for (token, score) in (0u32..).zip(scores.iter_mut()) {
            let known = (token as usize) < mask.len();
            let line_break = breaks_allowed && self.words.line_breaks.contains(&token);
            if !(line_break || known && mask.is_allowed(token)) {
                *score = f32::NEG_INFINITY;
            }
        }
        if !self.place.in_string && allowed(self.words.digit) {
            // `1e9999` is JSON, and no program reads it: numbers are written out.
            for token in &self.words.exponents {
                if let Some(score) = scores.get_mut(*token as usize) {
                    *score = f32::NEG_INFINITY;
                }
            }
        }
        self.free = self.place.in_string && allowed(self.words.quote) && allowed(self.words.letter);
        Ok(true)
    }

    /// The token to take after [`Constraint::apply`]: the one that was chosen if a whole value still
    /// fits into the `left` tokens that there are, this one and the one that ends it included, else
    /// the next one of a short way out. `None`: the value is whole.
    ///
    /// # Errors
    ///
    /// If there is no way out.
    pub fn settle(&mut self, chosen: u32, left: usize) -> Result<Option<u32>, String> {
        if self.words.stops.contains(&chosen) {
            return Ok(None);
        }
        // Nothing that is looked for is longer than this.
        if left > LONGEST_WAY + SLACK {
            // Not looked for, so not known: the first look must be a real one.
            self.needed = LONGEST_WAY;
            return Ok(Some(chosen));
        }
        if self.words.line_breaks.contains(&chosen) && self.before_value() {
            if self.needed + 2 <= left {
                return Ok(Some(chosen));
            }
            return self.next_out();
        }
        let bytes = self.words.environment.tok_trie().token(chosen);
        let plain = !bytes.iter().any(|byte| matches!(byte, b'"' | b'\\'));
        if self.free && plain && self.needed + SLACK <= left {
            return Ok(Some(chosen));
        }
        let mut after = Self { matcher: self.matcher.clone(), ..self.fresh_copy() };
        after.place = self.place;
        after.place.pass(bytes);
        if after.matcher.consume_token(chosen).is_ok()
            && let Ok(way) = after.way_out()
            && way.len() + 2 <= left
        {
            self.needed = way.len();
            return Ok(Some(chosen));
        }
        self.next_out()
    }

    /// The next token of the way out of `answer`; `None` if it is whole.
    ///
    /// # Errors
    ///
    /// If there is no way out.
    pub fn finish(&mut self, answer: &[u32]) -> Result<Option<u32>, String> {
        self.follow(answer)?;
        self.next_out()
    }

    fn next_out(&mut self) -> Result<Option<u32>, String> {
        let way = self.way_out()?;
        self.needed = way.len().saturating_sub(1);
        Ok(way.first().copied())
    }

    fn way_out(&self) -> Result<Vec<u32>, String> {
        let trie = self.words.environment.tok_trie();
        way_out(&self.matcher, self.place, &self.words.endings, trie)
            .ok_or_else(|| "no short way to a whole value was found".to_owned())
    }

    fn fresh_copy(&self) -> Self {
        Self {
            words: Arc::clone(&self.words),
            fresh: self.fresh.clone(),
            matcher: self.fresh.clone(),
            place: Place::default(),
            followed: Vec::new(),
            whole: self.whole,
            needed: self.whole,
            free: false,
        }
    }

    /// Whether a token is a line break, which may stand before a value.
    pub fn is_line_break(&self, token: u32) -> bool {
        self.words.line_breaks.contains(&token)
    }

    /// Whether nothing but line breaks was said so far.
    fn before_value(&self) -> bool {
        self.followed.iter().all(|token| self.words.line_breaks.contains(token))
    }

    fn follow(&mut self, answer: &[u32]) -> Result<(), String> {
        if !answer.starts_with(&self.followed) {
            *self = self.fresh_copy();
        }
        for &token in answer.iter().skip(self.followed.len()) {
            if !(self.before_value() && self.words.line_breaks.contains(&token)) {
                self.matcher.consume_token(token).map_err(|error| error.to_string())?;
                self.place.pass(self.words.environment.tok_trie().token(token));
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
