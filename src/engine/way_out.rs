//! The short way from the middle of a JSON value to its end.

use std::collections::HashMap;

use llguidance::{
    Matcher,
    toktrie::{SimpleVob, TokTrie},
};

/// The longest way that is looked for, in tokens.
pub const LONGEST_WAY: usize = 1024;

/// Where in a JSON text one is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Between quotation marks.
    pub in_string: bool,
    escaped: bool,
}

impl Place {
    /// Goes on by these bytes.
    pub fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (self.in_string, byte) {
                (true, _) if self.escaped => self.escaped = false,
                (true, b'\\') => self.escaped = true,
                (_, b'"') => self.in_string = !self.in_string,
                _ => {}
            }
        }
    }
}

/// The tokens that a way out is made of, those that end something first.
#[derive(Debug, Clone)]
pub struct Endings {
    /// End a string, or an object, an array, a number.
    in_string: Vec<u32>,
    outside: Vec<u32>,
    /// Signs that lead on in most formats.
    common: Vec<u32>,
    /// Whatever else may have to be said on the way.
    rare: Vec<u32>,
}

impl Endings {
    /// Those of a vocabulary.
    pub fn new(trie: &TokTrie) -> Self {
        let single = |byte: u8| match trie.greedy_tokenize(&[byte])[..] {
            [token] => Some(token),
            _ => None,
        };
        let of = |bytes: &[u8]| bytes.iter().filter_map(|byte| single(*byte)).collect();
        let common = b"a0-1.@:/ntf\" ";
        let rare: Vec<u8> = (0x20..0x7f)
            .filter(|byte| !common.contains(byte) && !b"}],\\{[".contains(byte))
            .chain(*b"{[")
            .collect();
        Self { in_string: of(b"\""), outside: of(b"}],"), common: of(common), rare: of(&rare) }
    }
}

/// A short way from here to a whole value, or `None` if none is found. Whatever ends something is
/// taken first; of the rest what was said least, so that no repetition holds it up.
pub fn way_out(
    from: &Matcher,
    mut place: Place,
    endings: &Endings,
    trie: &TokTrie,
) -> Option<Vec<u32>> {
    let mut matcher = from.clone();
    let (mut way, mut said) = (Vec::new(), HashMap::<u32, u32>::new());
    while way.len() < LONGEST_WAY {
        if matcher.is_stopped() || matcher.is_accepting().ok()? {
            return Some(way);
        }
        let mask = matcher.compute_mask().ok()?;
        let allowed = |token: &&u32| mask.is_allowed(**token);
        let ends = if place.in_string { &endings.in_string } else { &endings.outside };
        let least_said = || {
            // Twice is no habit yet: most numbers and words need a sign more than once.
            let common = endings.common.iter().map(|token| (token, 0));
            let rare = endings.rare.iter().map(|token| (token, 2));
            let allowed = common.chain(rare).filter(|(token, _)| mask.is_allowed(**token));
            let said = |token| said.get(token).map_or(0, |times| times / 2);
            allowed.min_by_key(|(token, cost)| said(token) + cost).map(|(token, _)| *token)
        };
        let token = match ends.iter().find(allowed).copied().or_else(least_said) {
            Some(token) => token,
            None => any(&mask)?,
        };
        *said.entry(token).or_default() += 1;
        place.pass(trie.token(token));
        matcher.consume_token(token).ok()?;
        way.push(token);
    }
    None
}

fn any(mask: &SimpleVob) -> Option<u32> {
    u32::try_from(mask.first_bit_set()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_at_their_own_quotation_mark() {
        for (text, in_string) in [
            (r#"{"a"#, true),
            (r#"{"a""#, false),
            (r#""a\""#, true),
            (r#""a\\""#, false),
            ("1", false),
        ] {
            let mut place = Place::default();
            place.pass(text.as_bytes());
            assert_eq!(place.in_string, in_string, "{text}");
        }
    }
}
