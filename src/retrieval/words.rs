//! Cuts texts into what is searched for: words by their stems, and Han characters alone and in pairs.
//!
//! Chinese writes no spaces. Which characters are a word depends on the sentence; pairs of neighbours find
//! nearly all of them without a dictionary, and are what search engines use where they have none.

use frostem::{Algorithm, Stemmer};

/// The most characters of a word that count: longer ones are no words, but data.
const LONGEST_WORD: usize = 64;

/// Words that stand in every text and say nothing of what it is about (Lucene's list for English).
const COMMON: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
    "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these",
    "they", "this", "to", "was", "will", "with",
];

/// Something that is searched for, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is compared: in small letters, by its stem.
    pub(super) text: String,
    /// The first byte of it in the text.
    pub(super) from: usize,
    /// The first byte behind it.
    pub(super) to: usize,
}

/// What a text is cut for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// To be found: Han characters alone as well, so that one alone is found within words.
    Stored,
    /// To search for it: pairs say more than their characters, which are left out.
    Query,
}

/// The words of a text, in their order.
pub(super) fn words(text: &str, for_use: Use) -> Vec<Word> {
    let stemmer = Stemmer::new(Algorithm::English);
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some(&(from, first)) = rest.peek() {
        let mut run: Vec<(usize, char)> = Vec::new();
        let han = is_han(first);
        while let Some((at, sign)) = rest
            .next_if(|&(_, sign)| is_han(sign) == han && (han || folded(sign).is_alphanumeric()))
        {
            run.push((at, sign));
        }
        if run.is_empty() {
            rest.next();
            continue;
        }
        let to = rest.peek().map_or(text.len(), |&(at, _)| at);
        if han {
            characters(&run, to, for_use, &mut found);
        } else {
            word(&run, (from, to), stemmer, &mut found);
        }
    }
    found
}

fn word(
    run: &[(usize, char)],
    (from, to): (usize, usize),
    stemmer: Stemmer,
    found: &mut Vec<Word>,
) {
    let signs = run.iter().take(LONGEST_WORD).flat_map(|&(_, sign)| folded(sign).to_lowercase());
    let plain: String = signs.collect();
    if COMMON.contains(&plain.as_str()) {
        return;
    }
    let english = plain.bytes().all(|byte| byte.is_ascii_lowercase());
    let text = if english { stemmer.stem(&plain).into_owned() } else { plain };
    found.push(Word { text, from, to });
}

fn characters(run: &[(usize, char)], end: usize, for_use: Use, found: &mut Vec<Word>) {
    let ends = run.iter().skip(1).map(|&(at, _)| at).chain([end]);
    if for_use == Use::Stored || run.len() == 1 {
        let alone = run.iter().zip(ends.clone());
        found.extend(alone.map(|(&(from, sign), to)| Word { text: sign.to_string(), from, to }));
    }
    let pairs = run.iter().zip(run.iter().zip(ends).skip(1));
    found.extend(pairs.map(|(&(from, first), (&(_, second), to))| Word {
        text: [first, second].iter().collect(),
        from,
        to,
    }));
}

/// A sign as it is compared: of full width as of half, as Chinese keyboards write both.
fn folded(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        _ => sign,
    }
}

/// Whether it is a Chinese character.
fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, for_use: Use) -> Vec<String> {
        words(text, for_use).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn english_is_cut_into_stems() {
        let found = texts("The Triangles' areas are computed: Ａ1 = x_2!", Use::Query);
        assert_eq!(found, ["triangl", "area", "comput", "a1", "x", "2"]);
    }

    #[test]
    fn chinese_is_cut_into_pairs() {
        assert_eq!(texts("圆的面积", Use::Query), ["圆的", "的面", "面积"]);
        assert_eq!(texts("圆x", Use::Query), ["圆", "x"]);
        assert_eq!(texts("面积", Use::Stored), ["面", "积", "面积"]);
        assert_eq!(texts("求sin30度", Use::Query), ["求", "sin30", "度"]);
    }

    proptest! {
        #[test]
        fn every_word_stands_where_it_says(text in ".{0,60}|[圆面积a-c ，１]{0,30}") {
            for for_use in [Use::Stored, Use::Query] {
                for word in words(&text, for_use) {
                    prop_assert!(word.from < word.to);
                    prop_assert!(text.get(word.from..word.to).is_some());
                }
            }
        }
    }
}
