//! Whether the answer to a problem changes with how it is put: with a name, a gender, a language, a register.

use std::collections::BTreeMap;

use serde::Serialize;

use super::case::Case;
use crate::{
    chain::language::Language,
    equivalence::{Answer, Verdict, grade},
    evaluation::{
        compare::p_value,
        statistics::{Interval, over_problems},
    },
};

/// What was answered to one phrasing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrased<'suite> {
    pub(super) case: &'suite Case,
    pub(super) sample: u32,
    /// The final answer; `None` if there is none.
    pub(super) stated: Option<String>,
    pub(super) right: bool,
}

/// The answers to all phrasings of one problem, asked for the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The problem.
    pub name: String,
    /// The answers' number, from 0.
    pub sample: u32,
    /// Each phrasing's case with its final answer.
    pub answers: Vec<(String, Option<String>)>,
    /// Whether all of them mean the same.
    pub is_alike: bool,
}

/// The groups of which every phrasing was answered, in the order of their first answers.
pub(super) fn groups(answers: &[Phrased<'_>], phrasings: impl Fn(&str) -> usize) -> Vec<Group> {
    let mut by_group: BTreeMap<(u32, &str), Vec<&Phrased<'_>>> = BTreeMap::new();
    for answer in answers {
        let name = answer.case.group.as_deref().unwrap_or_default();
        by_group.entry((answer.sample, name)).or_default().push(answer);
    }
    by_group
        .into_iter()
        .filter(|((_, name), members)| members.len() == phrasings(name))
        .map(|((sample, name), members)| Group {
            name: name.to_owned(),
            sample,
            answers: members
                .iter()
                .map(|member| (member.case.id.clone(), member.stated.clone()))
                .collect(),
            is_alike: members
                .windows(2)
                .all(|pair| matches!(pair, [one, other] if same(one, other))),
        })
        .collect()
}

/// Whether two answers mean the same. What is right for both is the same, however it is written ("208 apples" and
/// "208个"); of others it is decided as for votes, or as for grading.
fn same(one: &Phrased<'_>, other: &Phrased<'_>) -> bool {
    if one.right || other.right {
        return one.right && other.right;
    }
    match (&one.stated, &other.stated) {
        // Whoever answers nothing has not answered alike.
        (None, None) => false,
        (Some(one), Some(other)) => {
            one == other
                || Answer::parse(one).key() == Answer::parse(other).key()
                || grade(one, other).verdict == Verdict::Equal
                || grade(other, one).verdict == Verdict::Equal
        }
        _ => false,
    }
}

/// The right answers to two kinds of phrasing of the same problems.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// The one kind.
    pub first: Side,
    /// The other kind.
    pub second: Side,
    /// How many problems have both.
    pub problems: usize,
    /// The second's share less the first's.
    pub difference: f64,
    /// How likely a difference of this size would be if the kind made none: the sign-flip permutation test over
    /// problems, which is `McNemar`'s exact test where a problem has one answer of each kind.
    pub p_value: f64,
}

/// A kind of phrasing and how much of it is right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The kind.
    pub name: String,
    /// The share of right answers over the problems that have both kinds.
    pub right: Interval,
    /// How many answers there are.
    pub answers: usize,
}

/// A kind of phrasing.
struct Kind<'suite> {
    name: String,
    holds: Box<dyn Fn(&Case) -> bool + 'suite>,
}

/// Every contrast that the answers allow.
pub(super) fn contrasts(answers: &[Phrased<'_>]) -> Vec<Contrast> {
    let cases: Vec<&Case> = answers.iter().map(|answer| answer.case).collect();
    let pairs = pairs(&cases);
    pairs.iter().filter_map(|(first, second)| contrast(answers, first, second)).collect()
}

fn pairs<'suite>(cases: &[&'suite Case]) -> Vec<(Kind<'suite>, Kind<'suite>)> {
    let plain = |language: Language| Kind {
        name: format!("{}, plain", named(language)),
        holds: Box::new(move |case: &Case| {
            case.language == language && case.names.is_none() && case.register.is_none()
        }),
    };
    let gender = |gender: &'static str| Kind {
        name: format!("{gender} names"),
        holds: Box::new(move |case: &Case| case.gender.as_deref() == Some(gender)),
    };
    let mut pairs = vec![
        (gender("male"), gender("female")),
        (plain(Language::English), plain(Language::Chinese)),
    ];
    let mut seen: Vec<(Language, Option<&str>, Option<&str>)> = Vec::new();
    for case in cases {
        let kind = (case.language, case.names.as_deref(), case.register.as_deref());
        let (language, names, register) = kind;
        if (names, register) == (None, None) || seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        let name = match (names, register) {
            (Some(names), _) => format!("{}, {names} names", named(language)),
            (None, register) => format!("{}, {}", named(language), register.unwrap_or_default()),
        };
        let holds = move |case: &Case| {
            (case.language, case.names.as_deref(), case.register.as_deref()) == kind
        };
        pairs.push((plain(language), Kind { name, holds: Box::new(holds) }));
    }
    pairs
}

fn named(language: Language) -> &'static str {
    match language {
        Language::Chinese => "Chinese",
        Language::English | Language::Other => "English",
    }
}

/// The answers to one problem: how many of the first and the second kind are right, of how many.
#[derive(Default, Clone, Copy)]
struct Counts {
    right: [usize; 2],
    all: [usize; 2],
}

impl Counts {
    fn shares(&self) -> Option<(f64, f64)> {
        let [first, second] = self.all;
        let [first_right, second_right] = self.right;
        (first > 0 && second > 0)
            .then(|| (first_right as f64 / first as f64, second_right as f64 / second as f64))
    }
}

fn contrast(answers: &[Phrased<'_>], first: &Kind<'_>, second: &Kind<'_>) -> Option<Contrast> {
    let mut counted: BTreeMap<&str, Counts> = BTreeMap::new();
    for answer in answers {
        let counts = counted.entry(answer.case.group.as_deref().unwrap_or_default()).or_default();
        let [first_right, second_right] = &mut counts.right;
        let [first_all, second_all] = &mut counts.all;
        if (first.holds)(answer.case) {
            *first_all += 1;
            *first_right += usize::from(answer.right);
        }
        if (second.holds)(answer.case) {
            *second_all += 1;
            *second_right += usize::from(answer.right);
        }
    }
    let both: Vec<(Counts, (f64, f64))> =
        counted.into_values().filter_map(|counts| Some((counts, counts.shares()?))).collect();
    let side = |name: &str, share: fn(&(f64, f64)) -> f64, all: fn(&Counts) -> usize| {
        let shares: Vec<f64> = both.iter().map(|(_, shares)| share(shares)).collect();
        let answers = both.iter().map(|(counts, _)| all(counts)).sum();
        Some(Side { name: name.to_owned(), right: over_problems(&shares, answers)?, answers })
    };
    let first = side(&first.name, |(first, _)| *first, |counts| counts.all[0])?;
    let second = side(&second.name, |(_, second)| *second, |counts| counts.all[1])?;
    let differences: Vec<f64> = both.iter().map(|(_, (first, second))| second - first).collect();
    Some(Contrast {
        problems: both.len(),
        difference: second.right.value - first.right.value,
        p_value: p_value(&differences),
        first,
        second,
    })
}
