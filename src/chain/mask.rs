//! Takes what must not be translated out of a text, and puts it back exactly.
//!
//! Formulas, code, sample input and output, links and quoted ASCII strings are replaced by marks
//! such as `⟦M1⟧`, in order. A text that already contains such marks survives: they are masked like
//! everything else, and restoring is one pass that never looks into what it has put back.
//!
//! Masking before translation is what the `PolyMath` translator found essential
//! (arXiv 2010.05229); the proof afterwards is in [`super::proof`].

mod scan;

/// A text whose untranslatable parts are marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text with the marks in it.
    pub text: String,
    /// What each mark stands for: `⟦M1⟧` for the first.
    kept: Vec<String>,
}

/// One piece of a marked text.
enum Piece<'text> {
    Text(&'text str),
    Mark(usize),
}

/// Replaces the untranslatable parts of `text` by marks. Total: every text can be masked, and
/// [`Masked::restore`] of the masked text is the text again.
pub fn mask(text: &str) -> Masked {
    let mut masked = Masked { text: String::with_capacity(text.len()), kept: Vec::new() };
    let mut scanner = scan::Scanner::default();
    let mut at = 0;
    let mut before = None;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let length = scanner.kept_length(text, at, before).filter(|length| *length > 0);
        match length.and_then(|length| text.get(at..at + length)) {
            Some(kept) => {
                masked.kept.push(kept.to_owned());
                masked.text.push_str(&mark(masked.kept.len()));
                before = kept.chars().next_back();
                at += kept.len();
            }
            None => {
                masked.text.push(character);
                before = Some(character);
                at += character.len_utf8();
            }
        }
    }
    masked
}

/// The mark with this number, counted from 1.
fn mark(number: usize) -> String {
    format!("⟦M{number}⟧")
}

impl Masked {
    /// How many marks the text has.
    pub fn count(&self) -> usize {
        self.kept.len()
    }

    /// Puts the masked parts back into `text`, a translation of the masked text. A mark that stands
    /// for nothing stays as it is.
    pub fn restore(&self, text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Mark(number) => match number.checked_sub(1).and_then(|at| self.kept.get(at))
                {
                    Some(kept) => kept.clone(),
                    None => mark(number),
                },
            })
            .collect()
    }

    /// The masked text with a space for each mark: what is left to read, count and compare.
    pub fn without_marks(&self) -> String {
        without_marks(&self.text)
    }
}

/// `text` with a space for each mark.
pub fn without_marks(text: &str) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Mark(_) => " ",
        })
        .collect()
}

/// The numbers of the marks in `text`, in the order in which they stand there.
pub fn marks(text: &str) -> Vec<usize> {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Mark(number) => Some(number),
            Piece::Text(_) => None,
        })
        .collect()
}

/// Cuts a marked text into marks and what stands between them.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut from = 0;
        loop {
            let Some(found) = rest.get(from..)?.find('⟦').map(|found| from + found) else {
                let last = std::mem::take(&mut rest);
                return (!last.is_empty()).then_some(Piece::Text(last));
            };
            let Some((number, length)) = rest.get(found..).and_then(scan::mark) else {
                from = found + '⟦'.len_utf8();
                continue;
            };
            if found > 0 {
                let (text, mark) = rest.split_at(found);
                rest = mark;
                return Some(Piece::Text(text));
            }
            rest = rest.get(length..)?;
            return Some(Piece::Mark(number));
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(text: &str) -> Vec<String> {
        mask(text).kept
    }

    #[test]
    fn what_must_not_be_translated_is_masked() {
        for (text, expected) in [
            ("设$x$为$y^2$的倍数", vec!["$x$", "$y^2$"]),
            ("求$$\\sum_i i$$的值", vec!["$$\\sum_i i$$"]),
            ("求\\(x+1\\)和\\[y\\]", vec!["\\(x+1\\)", "\\[y\\]"]),
            (
                "\\begin{cases}x=1\\\\y=2\\end{cases}求x",
                vec!["\\begin{cases}x=1\\\\y=2\\end{cases}"],
            ),
            (
                "答案是\\frac{1}{2}和\\boxed{\\frac{a}{b}}。",
                vec!["\\frac{1}{2}", "\\boxed{\\frac{a}{b}}"],
            ),
            ("运行```py\nprint(1)\n```和`len(x)`", vec!["```py\nprint(1)\n```", "`len(x)`"]),
            ("见https://example.org/a?b=1。", vec!["https://example.org/a?b=1"]),
            ("输出\"YES\"或“NO”", vec!["\"YES\"", "“NO”"]),
            ("苹果每个$3，梨每个$5", vec![]),
            ("It costs $3 and $5 today", vec![]),
            ("Tom's and Ann's", vec![]),
            ("样例输入：\n3\n1 2 3\n\n请说明", vec!["3\n1 2 3"]),
        ] {
            assert_eq!(kept(text), expected, "{text}");
        }
    }

    #[test]
    fn marks_that_were_there_before_survive() {
        let text = "⟦M1⟧ 和 $x$ 和 ⟦M7⟧";
        let masked = mask(text);
        assert_eq!(masked.text, "⟦M1⟧ 和 ⟦M2⟧ 和 ⟦M3⟧");
        assert_eq!(masked.restore("⟦M3⟧ and ⟦M2⟧"), "⟦M7⟧ and $x$");
        assert_eq!(masked.restore("⟦M9⟧"), "⟦M9⟧");
    }

    proptest! {
        #[test]
        fn masking_round_trips(text in r#"([$\\`"'“”{}⟦⟧M1-3a-z求的，。\n ]|\\frac|\\begin\{a\}|\\end\{a\}|```|\$\$|⟦M1⟧|https://){0,60}"#) {
            let masked = mask(&text);
            prop_assert_eq!(masked.restore(&masked.text), text);
            prop_assert_eq!(marks(&masked.text), (1..=masked.count()).collect::<Vec<_>>());
        }

        #[test]
        fn any_text_can_be_masked(text in any::<String>()) {
            let masked = mask(&text);
            prop_assert_eq!(masked.restore(&masked.text), text);
        }
    }
}
