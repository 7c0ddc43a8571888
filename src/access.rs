//! Who may ask: everybody, or those with a key.

use std::{fmt, sync::Arc};

use sha2::{Digest, Sha256};

use crate::generate::TraceContext;

/// Who may ask.
#[derive(Debug, Clone, Default)]
pub enum Access {
    /// Everybody who can reach the address.
    #[default]
    Open,
    /// Those who send one of these keys.
    Keys(KeyRing),
}

/// Who sent a request. Two with the same key are the same caller, wherever in a trace they ask.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The name of the key it came with; `None` where no key is needed.
    pub key: Option<Arc<str>>,
    /// Where in a trace the request stands; `None` where no traces are kept.
    pub trace: Option<TraceContext>,
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Caller {}

/// Named keys. Only their SHA-256 is kept: neither a log nor a memory dump gives one away, and
/// comparing takes as long for a key that is nearly right as for any other.
#[derive(Clone)]
pub struct KeyRing(Arc<[(Arc<str>, Fingerprint)]>);

type Fingerprint = [u8; 32];

/// Shorter ones can be guessed.
const SHORTEST_KEY: usize = 16;

/// A list of keys that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidKeys(String);

impl KeyRing {
    /// Reads keys, one a line, each with a name before it or not: `alice 5f0c…`. Empty lines and
    /// those that begin with `#` are skipped.
    ///
    /// # Errors
    ///
    /// Which line is wrong; never what is in it.
    pub fn parse(text: &str) -> Result<Self, InvalidKeys> {
        let mut keys: Vec<(Arc<str>, Fingerprint)> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let wrong = |what: &str| InvalidKeys(format!("line {number}: {what}"));
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            let (name, key) = match (words.next(), words.next(), words.next()) {
                (Some(key), None, _) => (unnamed(key), key),
                (Some(name), Some(key), None) => (name.to_owned(), key),
                _ => return Err(wrong("a key, or a name and a key, is needed")),
            };
            if key.len() < SHORTEST_KEY || !key.chars().all(|letter| letter.is_ascii_graphic()) {
                return Err(wrong(&format!(
                    "a key has at least {SHORTEST_KEY} ASCII letters, digits or signs"
                )));
            }
            let fingerprint = fingerprint(key);
            if keys.iter().any(|(other, print)| **other == *name || *print == fingerprint) {
                return Err(wrong("this name or key is there already"));
            }
            keys.push((name.into(), fingerprint));
        }
        if keys.is_empty() {
            return Err(InvalidKeys("there is no key".to_owned()));
        }
        Ok(Self(keys.into()))
    }

    /// Whose key this is.
    pub fn find(&self, key: &str) -> Option<Caller> {
        let presented = fingerprint(key);
        let (name, _) = self.0.iter().find(|(_, known)| *known == presented)?;
        Some(Caller { key: Some(Arc::clone(name)), trace: None })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The name of a key without one: the same wherever it stands, for what belongs to it.
fn unnamed(key: &str) -> String {
    let [first, second, third, fourth, ..] = fingerprint(key);
    format!("key-{first:02x}{second:02x}{third:02x}{fourth:02x}")
}

fn fingerprint(key: &str) -> Fingerprint {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `bare-key-0123456789`, by its SHA-256.
    const BARE: &str = "key-1daf17ee";
    const ALICE: &str = "alices-secret-key-1";

    #[test]
    fn a_key_is_known_by_its_name() {
        let ring =
            KeyRing::parse(&format!("# who may ask\nalice {ALICE}\n\nbare-key-0123456789\n"));
        let ring = ring.unwrap();
        assert_eq!(ring.find(ALICE).unwrap().key.as_deref(), Some("alice"));
        let bare = ring.find("bare-key-0123456789").unwrap();
        let moved = KeyRing::parse("bare-key-0123456789").unwrap().find("bare-key-0123456789");
        assert_eq!((Some(&bare), bare.key.as_deref()), (moved.as_ref(), Some(BARE)));
        for wrong in ["", "alice", "alices-secret-key-2", "alices-secret-key-1 "] {
            assert_eq!(ring.find(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_key() {
        for (text, expected) in [
            ("", "there is no key"),
            ("# nothing\n", "there is no key"),
            ("\nshort", "line 2: a key has at least 16"),
            ("a b c", "line 1: a key, or a name and a key"),
            ("a same-key-0123456789\nb same-key-0123456789", "line 2: this name or key"),
        ] {
            let error = KeyRing::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let ring = KeyRing::parse(&format!("alice {ALICE}")).unwrap();
        assert!(!format!("{ring:?}").contains(ALICE));
    }
}
