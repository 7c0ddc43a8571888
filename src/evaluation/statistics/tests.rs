use proptest::prelude::*;

use super::{interval::wilson, majority::*, pass::pass_at, *};

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

/// Every way to draw k of the answers, by the bits of a number.
fn subsets(answers: usize, k: usize) -> impl Iterator<Item = Vec<usize>> {
    (0_u32..1 << answers)
        .filter(move |bits| bits.count_ones() as usize == k)
        .map(move |bits| (0..answers).filter(|at| bits >> at & 1 == 1).collect())
}

/// maj@k by looking at every subset: an independent way to the same number.
fn majority_by_hand(answers: &[(Option<u8>, bool)], k: usize) -> f64 {
    let (mut sum, mut ways) = (0.0, 0.0);
    for subset in subsets(answers.len(), k) {
        ways += 1.0;
        let mut counted: std::collections::BTreeMap<u8, usize> = Default::default();
        for at in subset {
            if let (Some(key), _) = answers[at] {
                *counted.entry(key).or_default() += 1;
            }
        }
        let most = counted.values().max().copied().unwrap_or(0);
        let winners: Vec<u8> =
            counted.into_iter().filter(|(_, votes)| *votes == most).map(|(key, _)| key).collect();
        let right = |key: &u8| {
            let cluster: Vec<_> = answers.iter().filter(|answer| answer.0 == Some(*key)).collect();
            cluster.iter().filter(|answer| answer.1).count() as f64 / cluster.len() as f64
        };
        if !winners.is_empty() {
            sum += winners.iter().map(right).sum::<f64>() / winners.len() as f64;
        }
    }
    sum / ways
}

#[test]
fn pass_at_k_by_hand() {
    // Of 4 answers 1 is right: of 6 pairs 3 hold it.
    assert!(near(pass_at(2, 4, 1).unwrap(), 0.5));
    assert!(near(pass_at(1, 64, 16).unwrap(), 0.25));
    assert!(near(pass_at(4, 4, 1).unwrap(), 1.0));
    assert!(near(pass_at(3, 5, 0).unwrap(), 0.0));
    assert_eq!(pass_at(5, 4, 1), None);
    assert_eq!(pass_at(0, 4, 1), None);
}

#[test]
fn majority_by_hand_of_a_small_case() {
    // Two right, one wrong, one that says nothing; of 6 pairs: both right 1, right and wrong 2 (by lot),
    // right alone 2, wrong alone 1: (1 + 2/2 + 2) / 6.
    let votes =
        Votes::new(vec![Cluster { size: 2, right: 1.0 }, Cluster { size: 1, right: 0.0 }], 1);
    let curve = votes.majority(4);
    assert!(near(curve[0], 0.5) && near(curve[1], 4.0 / 6.0) && near(curve[3], 1.0), "{curve:?}");
    assert!(Votes::new(Vec::new(), 3).majority(3).iter().all(|share| near(*share, 0.0)));
    assert!(Votes::default().majority(3).is_empty());
}

#[test]
fn many_answers_are_no_trouble() {
    let clusters = |right: usize, wrong: usize| {
        let mut clusters = vec![Cluster { size: right, right: 1.0 }];
        clusters.extend((0..wrong).map(|_| Cluster { size: 1, right: 0.0 }));
        Votes::new(clusters, 0)
    };
    let curve = clusters(256, 256).majority(512);
    assert_eq!(curve.len(), 512);
    assert!(curve.iter().all(|share| (0.0..=1.0).contains(share)));
    assert!(near(curve[0], 0.5) && near(curve[511], 1.0) && curve[15] > 0.99);
}

#[test]
fn wilson_by_hand() {
    // R's prop.test(15, 20, correct = FALSE): 0.5313, 0.8881.
    let interval = wilson(0.75, 20.0);
    assert!((interval.low - 0.531_299).abs() < 1e-5, "{interval:?}");
    assert!((interval.high - 0.888_138).abs() < 1e-5, "{interval:?}");
    // Ten of ten: the lower end is n / (n + z²).
    let sure = wilson(1.0, 10.0);
    assert!(
        (sure.low - 10.0 / (10.0 + 3.841_459)).abs() < 1e-5 && near(sure.high, 1.0),
        "{sure:?}"
    );
}

#[test]
fn answers_to_one_problem_are_relatives() {
    // Ten problems, five always right and five never: 64 answers each say no more than one.
    let shares: Vec<f64> = (0..10).map(|at| f64::from(at % 2)).collect();
    let clustered = over_problems(&shares, 640).unwrap();
    let naive = wilson(0.5, 640.0);
    assert!(clustered.high - clustered.low > 5.0 * (naive.high - naive.low), "{clustered:?}");
    // All problems alike: every answer counts.
    let alike = over_problems(&[0.5; 10], 640).unwrap();
    assert!(near(alike.low, naive.low) && near(alike.high, naive.high), "{alike:?}");
    // All right says something about problems, not about answers.
    let right = over_problems(&[1.0; 10], 640).unwrap();
    assert!(near(right.low, wilson(1.0, 10.0).low));
    assert!(over_problems(&[], 0).is_none());
    let one = over_problems(&[0.5], 64).unwrap();
    assert!(one.low < 0.1 && one.high > 0.9, "one problem says little about others: {one:?}");
}

#[test]
fn steps_are_powers_of_two_and_the_last() {
    assert_eq!(steps(0), [0_usize; 0]);
    assert_eq!(steps(1), [1]);
    assert_eq!(steps(6), [1, 2, 4, 6]);
    assert_eq!(steps(64), [1, 2, 4, 8, 16, 32, 64]);
}

#[test]
fn random_numbers_are_those_of_the_paper() {
    // The reference implementation's first numbers for the seed 1234567.
    let mut random = Random::new(1_234_567);
    let numbers: Vec<u64> = (0..3).map(|_| random.bits()).collect();
    assert_eq!(
        numbers,
        [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    );
    assert!((0..1000).all(|_| random.below(7) < 7));
}

proptest! {
    #[test]
    fn pass_at_k_agrees_with_every_subset(answers in 1_usize..9, right in 0_usize..9, k in 1_usize..9) {
        prop_assume!(right <= answers && k <= answers);
        let all: Vec<Vec<usize>> = subsets(answers, k).collect();
        let passed = all.iter().filter(|subset| subset.iter().any(|at| *at < right)).count();
        prop_assert!(near(pass_at(k, answers, right).unwrap(), passed as f64 / all.len() as f64));
    }

    #[test]
    fn pass_at_k_grows_with_k(answers in 2_usize..200, right in 0_usize..200, k in 1_usize..199) {
        prop_assume!(right <= answers && k < answers);
        let (less, more) = (pass_at(k, answers, right).unwrap(), pass_at(k + 1, answers, right).unwrap());
        prop_assert!(less <= more + 1e-12);
        prop_assert!(near(pass_at(1, answers, right).unwrap(), right as f64 / answers as f64));
    }

    #[test]
    fn majority_agrees_with_every_subset(
        answers in proptest::collection::vec((proptest::option::of(0_u8..4), any::<bool>()), 1..9),
    ) {
        let curve = Votes::count(answers.clone()).majority(answers.len());
        prop_assert_eq!(curve.len(), answers.len());
        for (k, share) in (1..).zip(curve) {
            let expected = majority_by_hand(&answers, k);
            prop_assert!(near(share, expected), "k {}: {} and {}", k, share, expected);
        }
    }

    #[test]
    fn the_first_vote_is_the_answer(sizes in proptest::collection::vec((1_usize..20, any::<bool>()), 1..6), silent in 0_usize..5) {
        let clusters: Vec<Cluster> = sizes
            .iter()
            .map(|(size, right)| Cluster { size: *size, right: f64::from(u8::from(*right)) })
            .collect();
        let votes = Votes::new(clusters, silent);
        let right: usize = sizes.iter().filter(|(_, right)| *right).map(|(size, _)| size).sum();
        let first = votes.majority(1)[0];
        prop_assert!(near(first, pass_at(1, votes.answers(), right).unwrap()));
    }

    #[test]
    fn intervals_hold_their_share(shares in proptest::collection::vec(0.0_f64..=1.0, 1..40), each in 1_usize..65) {
        let interval = over_problems(&shares, shares.len() * each).unwrap();
        prop_assert!(interval.low <= interval.value && interval.value <= interval.high);
        prop_assert!(interval.low >= 0.0 && interval.high <= 1.0);
        prop_assert!(interval.high - interval.low > 0.0);
    }
}
