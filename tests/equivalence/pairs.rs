//! The published pairs: no false "equal", and agreement with Math-Verify.
//!
//! `data/pairs.tsv` holds gold, answer, source and the expected verdict by human judgement;
//! `data/math_verify.tsv` what Math-Verify 0.9.0 says, written by `tools/math_verify_verdicts.py`.
//! Every disagreement is explained in `disagreements.md`.

#![expect(clippy::indexing_slicing, reason = "a malformed table should fail the test")]

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

#[test]
fn agreement_with_math_verify() {
    let verdicts: HashMap<(&str, &str), bool> = include_str!("data/math_verify.tsv")
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            ((fields[0], fields[1]), fields[2] == "equal")
        })
        .collect();
    let (mut total, mut agreed) = (0, 0);
    for Pair { gold, answer, .. } in pairs() {
        total += 1;
        let theirs = verdicts[&(gold, answer)];
        if theirs == (grade(gold, answer).verdict == Verdict::Equal) {
            agreed += 1;
        }
    }
    println!("{agreed} of {total} agree");
    assert_eq!(total, verdicts.len());
}
