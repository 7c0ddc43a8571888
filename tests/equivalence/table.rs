//! The hand-written table: what `equivalent` and `grade` must say about each pair.

use ponder::equivalence::{Answer, Verdict, equivalent, grade};

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "=",
        Verdict::Different => "!",
        Verdict::Unknown => "?",
    }
}

/// The rows of a table without comments: left, right, `equivalent`, `grade`.
fn rows() -> Vec<Vec<&'static str>> {
    let table = include_str!("data/table.tsv");
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect()
}

#[test]
fn the_table_holds() {
    let rows = rows();
    assert!(rows.len() >= 300);
    let mut wrong = Vec::new();
    for row in &rows {
        let (left, right) = (row[0], row[1]);
        let found = [sign(equivalent(left, right)), sign(grade(left, right).verdict)];
        if found != [row[2], row[3]] {
            wrong.push(format!(
                "{left}  |  {right}: expected {} {}, found {found:?}",
                row[2], row[3]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn equivalence_is_symmetric_on_the_table() {
    for row in rows() {
        assert_eq!(equivalent(row[0], row[1]), equivalent(row[1], row[0]), "{row:?}");
    }
}

#[test]
fn equal_means_equal_keys() {
    for row in rows() {
        let keys = (Answer::parse(row[0]).key(), Answer::parse(row[1]).key());
        let equal = keys.0.is_some() && keys.0 == keys.1;
        assert_eq!(equal, equivalent(row[0], row[1]) == Verdict::Equal, "{row:?}");
    }
}
