//! The claims that a solution rests on, and how far verdicts on them make it reliable.
//!
//! Claim-level reliability after the report on VibeThinker-3B, arXiv:2606.16140: a solution states five claims, each
//! is found true or not by itself, and the solution counts as the share of true ones to the power of five, so that
//! one false claim costs more than half.

/// How many claims a solution states, as `prompts/claims.j2` asks.
pub const CLAIMS: usize = 5;

/// Answers shorter than this, in characters, show too little of the way to the result.
const SHORT_ANSWER: usize = 200;

/// How much of the end of the thinking is then shown as well, in characters.
const LAST_THOUGHTS: usize = 1_500;

/// The most characters of a claim: what is longer is no short statement, and costs a verdict much to read.
const LONGEST_CLAIM: usize = 1_000;

/// What claims are to be made of: the answer, and where that has fewer than 200 characters the last 1,500 characters
/// of the thinking and a blank line in front of it.
pub fn solution(thinking: &str, answer: &str) -> String {
    let (thinking, answer) = (thinking.trim(), answer.trim());
    if thinking.is_empty() || answer.chars().count() >= SHORT_ANSWER {
        return answer.to_owned();
    }
    let start = thinking.char_indices().rev().nth(LAST_THOUGHTS - 1).map_or(0, |(at, _)| at);
    format!("{}\n\n{answer}", thinking.get(start..).unwrap_or(thinking).trim_start())
}

/// The claims in an answer to `prompts/claims.j2`, at most five: what stands behind the numbers 1 to 5 at the
/// beginnings of lines, each number the first time it comes. Where no line has a number, the first lines that say
/// something and do not announce others with a colon.
pub fn claims(text: &str) -> Vec<String> {
    let mut numbered: [Option<&str>; CLAIMS] = [None; CLAIMS];
    let mut plain = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((number, claim)) = numbered_line(line) else {
            if !line.ends_with([':', '：']) {
                plain.push(line);
            }
            continue;
        };
        let place = number.checked_sub(1).and_then(|place| numbered.get_mut(place));
        if let Some(place @ None) = place {
            *place = Some(claim).filter(|claim| !claim.is_empty());
        }
    }
    let mut found: Vec<&str> = numbered.into_iter().flatten().collect();
    if found.is_empty() {
        found = plain;
    }
    let short = |claim: &str| claim.chars().take(LONGEST_CLAIM).collect();
    found.into_iter().take(CLAIMS).map(short).collect()
}

/// The number in front of a line, as in `1. x`, `(1) x`, `**1.** x` and `Claim 1: x`, and what stands behind it.
fn numbered_line(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start_matches(['-', '*', '#', '(', ' ']);
    let line = ["Claim", "claim"]
        .into_iter()
        .find_map(|word| line.strip_prefix(word))
        .map_or(line, str::trim_start);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at_checked(digits)?;
    let number = number.parse().ok()?;
    let rest = rest.trim_start_matches('*');
    let behind = rest.strip_prefix(['.', ')', ':', '、', '：'])?;
    // `1.5 is the ratio` is no first claim.
    if behind.starts_with(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    Some((number, behind.trim_start_matches(['*', ' ', '\t'])))
}

/// What an answer to `prompts/judge.j2` says: its first word, else the last `true` or `false` in it unless `not`
/// stands in front of it. `None` where it says neither.
pub fn verdict(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let holds = |word: &str| match word {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    if let Some(first) = words.first().and_then(|word| holds(word)) {
        return Some(first);
    }
    let (place, last) =
        words.iter().enumerate().rev().find_map(|(place, word)| Some((place, holds(word)?)))?;
    let before = place.checked_sub(1).and_then(|before| words.get(before));
    (before != Some(&"not")).then_some(last)
}

/// The reliability of a solution of whose five claims so many are true: 1, 0.328, 0.078, 0.010, 0.0003 and 0 for 5
/// to 0 of them. A claim that is missing is not true.
pub fn reliability(holding: usize) -> f64 {
    let share = holding.min(CLAIMS) as f64 / CLAIMS as f64;
    share.powi(5)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbered_lines_are_claims_in_many_forms() {
        let text = "Here are the claims:\n1. 2 + 3 = 5\n2) $x = 7$\n**3.** x is odd\n- Claim 4: 7 > 5\n(5) The answer is 12.";
        assert_eq!(
            claims(text),
            ["2 + 3 = 5", "$x = 7$", "x is odd", "7 > 5", "The answer is 12."]
        );
        assert_eq!(claims("1. a\n1. again\n6. beyond\n0. below\n3. c"), ["a", "c"]);
        assert_eq!(claims("1.\n2. \n3.5 is a number\n4. d"), ["d"]);
    }

    #[test]
    fn lines_without_numbers_are_claims_where_none_has_one() {
        assert_eq!(claims("The claims are:\n\nx = 1\ny = 2\n"), ["x = 1", "y = 2"]);
        assert_eq!(claims("a\nb\nc\nd\ne\nf").len(), 5);
        assert!(claims("").is_empty() && claims("Claims:\n").is_empty());
        assert_eq!(claims(&format!("1. {}", "x".repeat(3_000)))[0].len(), LONGEST_CLAIM);
    }

    #[test]
    fn a_verdict_is_one_word_or_none() {
        for yes in
            ["true", "True.", "**true**", "So it is \\boxed{true}", "The claim is true.", "TRUE"]
        {
            assert_eq!(verdict(yes), Some(true), "{yes}");
        }
        for no in ["false", "False: 7 is not 8, as the true value shows", "2 + 2 = 5 is false"] {
            assert_eq!(verdict(no), Some(false), "{no}");
        }
        for neither in ["", "maybe", "It is not true", "untrue", "yes"] {
            assert_eq!(verdict(neither), None, "{neither}");
        }
    }

    #[test]
    fn one_false_claim_costs_more_than_half() {
        let expected = [0.0, 0.000_32, 0.010_24, 0.077_76, 0.327_68, 1.0, 1.0];
        for (holding, expected) in expected.into_iter().enumerate() {
            assert!((reliability(holding) - expected).abs() < 1e-12, "{holding}");
        }
    }

    #[test]
    fn a_short_answer_is_shown_with_the_last_thoughts() {
        let long = "x".repeat(SHORT_ANSWER);
        assert_eq!(solution("thoughts", &long), long);
        assert_eq!(solution("thoughts", " \\boxed{5} "), "thoughts\n\n\\boxed{5}");
        assert_eq!(solution(" ", "5"), "5");
        let thinking = format!("{}{}", "é".repeat(700), "y".repeat(1_400));
        let shown = solution(&thinking, "5");
        assert_eq!(shown.chars().count(), LAST_THOUGHTS + 3);
        assert!(shown.starts_with('é') && shown.ends_with("y\n\n5"));
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r"([1-9]|\.|\)|:|\*|claim |true|false|not |é| |\n|x){0,40}") {
            prop_assert!(claims(&text).len() <= CLAIMS);
            verdict(&text);
            solution(&text, &text);
        }
    }
}
