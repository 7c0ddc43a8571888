//! The published pairs: no false "equal", and agreement with Math-Verify.
//!
//! `data/pairs.tsv` holds gold, answer, source and the expected verdict by human judgement;
//! `data/math_verify.tsv` what Math-Verify 0.9.0 says, written by `tools/math_verify_verdicts.py`.
//! Every disagreement is explained in `disagreements.md`.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a malformed table should fail the test"
)]

use std::collections::HashMap;

use ponder::equivalence::{Verdict, equivalent, grade};

struct Pair {
    gold: &'static str,
    answer: &'static str,
    source: &'static str,
    equal: bool,
}

fn pairs() -> Vec<Pair> {
    let table = include_str!("data/pairs.tsv");
    table
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(matches!(fields[3], "equal" | "different"), "{line}");
            Pair {
                gold: fields[0],
                answer: fields[1],
                source: fields[2],
                equal: fields[3] == "equal",
            }
        })
        .collect()
}

#[test]
fn no_false_equal_and_no_miss() {
    let pairs = pairs();
    assert!(pairs.len() >= 1_200);
    for Pair { gold, answer, source, equal } in pairs {
        let graded = grade(gold, answer).verdict;
        assert!((graded == Verdict::Equal) == equal, "{source}: {gold}  |  {answer}: {graded:?}");
        assert!(equal || equivalent(gold, answer) != Verdict::Equal, "{gold}  |  {answer}");
        assert!(!equal || graded != Verdict::Different, "{gold}  |  {answer}");
    }
}

/// What Math-Verify says of every pair: equal, different, or its own failure.
fn math_verify() -> HashMap<(&'static str, &'static str), &'static str> {
    let table = include_str!("data/math_verify.tsv").lines();
    table
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            ((fields[0], fields[1]), fields[2])
        })
        .collect()
}

/// The rows of the last table of `disagreements.md`, without the explanation.
fn explained() -> Vec<(String, &'static str)> {
    let document = include_str!("disagreements.md");
    let (_, table) = document.split_once("|---|---|---|---|---|---|---|\n").expect("the table");
    let rows = table.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| {
        let (row, why) = line.trim_end_matches(" |").rsplit_once(" | ").expect("columns");
        (row.to_owned(), why)
    })
    .collect()
}

/// How `disagreements.md` shows a text.
fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{}`", text.replace('|', "\\|"))
    }
}

#[test]
fn agreement_with_math_verify_is_98_percent_and_every_disagreement_is_explained() {
    let verdicts = math_verify();
    let pairs = pairs();
    assert_eq!(pairs.len(), verdicts.len());
    let mut unexplained = Vec::new();
    let mut explained = explained();
    for Pair { gold, answer, source, equal } in &pairs {
        let theirs = verdicts[&(*gold, *answer)];
        let ours = grade(gold, answer).verdict;
        if (theirs == "equal") == (ours == Verdict::Equal) {
            continue;
        }
        let row = format!(
            "| {} | {} | {} | {theirs} | {} | {}",
            code(gold),
            code(answer),
            source.replace("https://github.com/", ""),
            format!("{ours:?}").to_lowercase(),
            if *equal { "equal" } else { "different" },
        );
        match explained.iter().position(|(known, why)| *known == row && why.len() > 1) {
            Some(at) => drop(explained.swap_remove(at)),
            None => unexplained.push(row),
        }
    }
    assert!(unexplained.is_empty(), "not in disagreements.md:\n{}", unexplained.join("\n"));
    assert!(explained.is_empty(), "no disagreement any more: {explained:?}");
}

#[test]
fn the_published_numbers_are_those_of_the_pairs() {
    let verdicts = math_verify();
    let pairs = pairs();
    let agrees = |equal: &dyn Fn(&Pair) -> bool| {
        let same = |pair: &&Pair| (verdicts[&(pair.gold, pair.answer)] == "equal") == equal(pair);
        pairs.iter().filter(same).count()
    };
    let total = pairs.len();
    let agreed = agrees(&|pair| grade(pair.gold, pair.answer).verdict == Verdict::Equal);
    let strictly = agrees(&|pair| equivalent(pair.gold, pair.answer) == Verdict::Equal);
    println!("{agreed} of {total} agree, {strictly} without leniencies");
    assert!(agreed * 100 >= total * 98, "{agreed} of {total} agree");

    let percent = |count: usize| {
        let hundredths = (count * 20_000 + total) / (2 * total);
        format!("{}.{:02} %", hundredths / 100, hundredths % 100)
    };
    let document = include_str!("disagreements.md");
    for line in [
        format!("| pairs | {total} |"),
        format!(
            "| `grade` and Math-Verify agree on equal or not | {agreed} ({}) |",
            percent(agreed)
        ),
        format!("| disagreements | {} |", total - agreed),
        format!("agrees on {strictly} pairs\n({})", percent(strictly)),
    ] {
        assert!(document.contains(&line), "disagreements.md should say: {line}");
    }
    for readme in [include_str!("../../README.md"), include_str!("../../README.zh-CN.md")] {
        let said = format!("{agreed}/{total}");
        assert!(readme.contains(&said), "both READMEs should say {said}");
    }
}
