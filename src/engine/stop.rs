//! Ends an answer at a stop sequence while it streams.
//!
//! The sequence itself is never shown, not even its beginning: text that could still become one is
//! held back. It is matched in the answer only, so a thought that mentions it does no harm.

use super::thinking::held_suffix;

/// Looks for stop sequences in text that arrives piece by piece.
#[derive(Debug, Default)]
pub struct StopMatcher {
    stops: Vec<String>,
    held: String,
}

/// What a [`StopMatcher`] made of a piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// No stop sequence so far; this much text is safe to show.
    Text(String),
    /// A stop sequence was met.
    Stop {
        /// The text before it.
        before: String,
        /// Which one.
        sequence: String,
    },
}

impl StopMatcher {
    /// A matcher for these sequences; empty ones are ignored.
    pub fn new(stops: Vec<String>) -> Self {
        let stops = stops.into_iter().filter(|stop| !stop.is_empty()).collect();
        Self { stops, held: String::new() }
    }

    /// Takes more text.
    pub fn push(&mut self, text: &str) -> Matched {
        if self.stops.is_empty() {
            return Matched::Text(text.to_owned());
        }
        self.held.push_str(text);
        let found = self.stops.iter().filter_map(|stop| Some((self.held.find(stop)?, stop)));
        if let Some((position, stop)) = found.min_by_key(|(position, _)| *position) {
            self.held.truncate(position);
            let before = std::mem::take(&mut self.held);
            return Matched::Stop { before, sequence: stop.clone() };
        }
        let hold = self.stops.iter().map(|stop| held_suffix(&self.held, stop)).max().unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - hold);
        Matched::Text(std::mem::replace(&mut self.held, rest))
    }

    /// How many bytes are held back.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// What was held back, for something else than text follows.
    pub fn flush(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Ends the text: what was held back was no stop sequence.
    pub fn finish(self) -> String {
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(before: &str, sequence: &str) -> Matched {
        Matched::Stop { before: before.to_owned(), sequence: sequence.to_owned() }
    }

    #[test]
    fn the_beginning_of_a_stop_sequence_is_held_back() {
        let mut matcher = StopMatcher::new(vec!["END".to_owned(), "观察".to_owned()]);
        assert_eq!(matcher.push("one E"), Matched::Text("one ".to_owned()));
        assert_eq!(matcher.push("N"), Matched::Text(String::new()));
        assert_eq!(matcher.push("Ough 观"), Matched::Text("ENOugh ".to_owned()));
        assert_eq!(matcher.push("察 more"), stopped("", "观察"));
    }

    #[test]
    fn what_was_held_is_given_at_the_end() {
        let mut matcher = StopMatcher::new(vec!["\n\n".to_owned()]);
        assert_eq!(matcher.push("a\n"), Matched::Text("a".to_owned()));
        assert_eq!(matcher.finish(), "\n");
    }

    #[test]
    fn the_earliest_sequence_wins() {
        let mut matcher = StopMatcher::new(vec!["c".to_owned(), "b".to_owned()]);
        assert_eq!(matcher.push("abc"), stopped("a", "b"));
    }
}
