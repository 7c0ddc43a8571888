use proptest::prelude::*;

use super::*;
use crate::evaluation::{
    sample::Mark::{Right, Wrong},
    testing::run,
};

fn flips(pairs: &[(f64, f64)]) -> Vec<Flip> {
    let flip = |(at, (first, second)): (usize, &(f64, f64))| Flip {
        id: at.to_string(),
        first: *first,
        second: *second,
    };
    pairs.iter().enumerate().map(flip).collect()
}

#[test]
fn with_one_answer_it_is_mcnemars_test() {
    // 8 problems won, 1 lost, 3 as before: 2 * (C(9,0) + C(9,1)) / 2^9.
    let mut pairs = vec![(0.0, 1.0); 8];
    pairs.extend([(1.0, 0.0), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0)]);
    let comparison = of_pairs(flips(&pairs));
    assert!((comparison.p_value - 20.0 / 512.0).abs() < 1e-12, "{}", comparison.p_value);
    assert!((comparison.difference.value - 7.0 / 12.0).abs() < 1e-12);
    assert!(comparison.difference.low > 0.0, "{:?}", comparison.difference);
    assert_eq!(comparison.flipped.len(), 9);
}

#[test]
fn the_same_run_twice_differs_in_nothing() {
    let pairs = vec![(0.25, 0.25); 30];
    let comparison = of_pairs(flips(&pairs));
    assert_eq!((comparison.p_value, comparison.difference.value), (1.0, 0.0));
    assert!(comparison.flipped.is_empty());
}

#[test]
fn many_problems_are_flipped_at_random() {
    let pairs: Vec<(f64, f64)> =
        (0..60).map(|at| (0.5, if at % 3 == 0 { 0.25 } else { 0.75 })).collect();
    let comparison = of_pairs(flips(&pairs));
    // 40 won and 20 lost by as much: the sign test's 2 * P(X <= 20 of 60) is 0.0135.
    assert!((comparison.p_value - 0.0135).abs() < 0.002, "{}", comparison.p_value);
}

#[test]
fn only_the_same_questions_are_compared() {
    let right: &[_] = &[("1", Right)];
    let wrong: &[_] = &[("2", Wrong)];
    let first = run(&[("a", wrong), ("b", right), ("c", right)]);
    let mut second = run(&[("a", right), ("b", right), ("d", right)]);
    let comparison = compare((&first.0, &first.1), (&second.0, &second.1)).unwrap();
    assert_eq!((comparison.problems, comparison.left_out), (2, 2));
    assert_eq!((comparison.first, comparison.second), (0.5, 1.0));
    assert_eq!(comparison.flipped.iter().map(|flip| flip.id.as_str()).collect::<Vec<_>>(), ["a"]);
    second.0.problems[0].answer = "2".to_owned();
    let error = compare((&first.0, &first.1), (&second.0, &second.1)).unwrap_err();
    assert_eq!(error, CompareError::OtherAnswer("a".to_owned()));
    let other = run(&[("x", right)]);
    let error = compare((&first.0, &first.1), (&other.0, &other.1)).unwrap_err();
    assert_eq!(error, CompareError::NothingInCommon);
}

proptest! {
    #[test]
    fn the_sign_of_a_comparison_is_its_direction(
        pairs in proptest::collection::vec((0_u8..5, 0_u8..5), 1..15),
    ) {
        let pairs: Vec<(f64, f64)> =
            pairs.into_iter().map(|(first, second)| (f64::from(first) / 4.0, f64::from(second) / 4.0)).collect();
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(first, second)| (*second, *first)).collect();
        let (there, back) = (of_pairs(flips(&pairs)), of_pairs(flips(&turned)));
        prop_assert!((there.difference.value + back.difference.value).abs() < 1e-12);
        prop_assert_eq!(there.p_value, back.p_value);
        prop_assert!(there.p_value > 0.0 && there.p_value <= 1.0);
        prop_assert!(there.difference.low <= there.difference.value);
        prop_assert!(there.difference.value <= there.difference.high);
    }
}
