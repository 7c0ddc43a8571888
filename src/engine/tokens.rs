//! Text to tokens and back, incrementally.

use tokenizers::Tokenizer;

/// A model's tokenizer.
pub struct Tokens {
    tokenizer: Tokenizer,
    longest: usize,
}

impl Tokens {
    /// Wraps a tokenizer.
    pub fn new(tokenizer: Tokenizer) -> Self {
        let vocabulary = tokenizer.get_vocab(true);
        let longest = vocabulary.keys().map(String::len).max().unwrap_or(1).max(1);
        Self { tokenizer, longest }
    }

    /// The tokens of a rendered prompt; special tokens are recognised, none are added.
    ///
    /// # Errors
    ///
    /// The tokenizer's own words, for text it cannot handle.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokenizer
            .encode_fast(text, false)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| error.to_string())
    }

    /// The tokens of a text as the tokenizer frames it, for example with a token at its end.
    ///
    /// # Errors
    ///
    /// The tokenizer's own words, for text it cannot handle.
    pub fn encode_framed(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokenizer
            .encode_fast(text, true)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| error.to_string())
    }

    /// The tokenizer itself.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The token of this exact text, if it is one.
    pub fn id(&self, text: &str) -> Option<u32> {
        self.tokenizer.token_to_id(text)
    }

    /// The most bytes of text that one token can stand for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether there is such a token.
    pub fn has(&self, id: u32) -> bool {
        self.tokenizer.id_to_token(id).is_some()
    }

    /// The text of a token that stands alone.
    pub fn text(&self, id: u32) -> String {
        self.decode(&[id])
    }

    /// The text of tokens, special ones spelled out.
    pub fn decode(&self, ids: &[u32]) -> String {
        self.tokenizer.decode(ids, false).unwrap_or_default()
    }
}

/// Turns tokens into text one by one, never splitting a character.
///
/// A token may hold part of a character, and some tokenizers decode a token differently after
/// another one, so text is decoded with a few tokens of context and given out only when it is whole.
#[derive(Debug, Default)]
pub struct TokenDecoder {
    /// The tokens of the context and those not given out yet.
    ids: Vec<u32>,
    /// How many of `ids` have been given out already.
    shown: usize,
}

/// After this many tokens without a whole character the bytes are no text: show them as they are.
const LONGEST_CHARACTER: usize = 16;

impl TokenDecoder {
    /// Takes a token and returns the text that is whole now, often that of this token.
    pub fn push(&mut self, tokens: &Tokens, id: u32) -> String {
        self.ids.push(id);
        self.take(tokens, false)
    }

    /// Whether all tokens so far have been given out, so that no character is half done.
    pub fn is_whole(&self) -> bool {
        self.shown == self.ids.len()
    }

    /// Ends the text: a character that was never finished is shown as U+FFFD.
    pub fn finish(mut self, tokens: &Tokens) -> String {
        self.take(tokens, true)
    }

    fn take(&mut self, tokens: &Tokens, at_end: bool) -> String {
        let context = self.ids.get(..self.shown).map(|ids| tokens.decode(ids)).unwrap_or_default();
        let whole = tokens.decode(&self.ids);
        let waiting = self.ids.len() - self.shown;
        let unfinished = whole.ends_with('\u{FFFD}') && waiting < LONGEST_CHARACTER && !at_end;
        if unfinished || whole.len() <= context.len() {
            return String::new();
        }
        let text = whole.get(context.len()..).unwrap_or_default().to_owned();
        // The tokens just shown are context enough for the next one.
        self.ids.drain(..self.shown);
        self.shown = self.ids.len();
        text
    }
}
