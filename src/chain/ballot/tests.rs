use proptest::prelude::*;

use super::*;

fn counted(results: &[&str]) -> Ballot {
    let mut ballot = Ballot::default();
    for (number, result) in (0..).zip(results) {
        let result = Some(Outcome::Boxed((*result).to_owned())).filter(|_| !result.is_empty());
        ballot.count(number, result.as_ref(), 1.0);
    }
    ballot
}

#[test]
fn what_means_the_same_is_one_candidate() {
    let ballot = counted(&["3", r"\frac{1}{2}", "0.5", "", "1/2"]);
    assert_eq!(ballot.winner(), Some(1));
    assert_eq!(
        ballot.standing(),
        (
            r"3 of 5 for \frac{1}{2}".to_owned(),
            vec!["1 for 3".to_owned(), "1 without an answer".to_owned()]
        )
    );
    let confidence = ballot.confidence();
    assert_eq!((confidence.votes, confidence.samples), (3, 5));
    assert!((confidence.margin - 0.4).abs() < 1e-12, "{confidence:?}");
    assert_eq!(confidence.state, ConfidenceState::Unverified);
}

#[test]
fn four_alike_and_none_against_are_enough() {
    // Aggarwal et al. stop at 4 to 0 with 95 %.
    assert!(!counted(&["7"; 3]).is_decided(Stop::Adaptive, 13));
    assert!(counted(&["7"; 4]).is_decided(Stop::Adaptive, 12));
    assert!(!counted(&["7", "7", "8", "7", "7"]).is_decided(Stop::Adaptive, 11));
    assert!(!counted(&["7"; 4]).is_decided(Stop::Never, 12));
    assert!(counted(&["7"; 5]).is_decided(Stop::Unanimous(5), 100));
    assert!(!counted(&["7", "7", "7", "7", "8"]).is_decided(Stop::Unanimous(5), 100));
    assert!(!counted(&["7", "7", "", "7", "7"]).is_decided(Stop::Unanimous(3), 100));
}

#[test]
fn what_cannot_be_caught_up_with_ends_a_vote() {
    let ballot = counted(&["7", "7", "8"]);
    assert!(ballot.is_decided(Stop::Unanimous(9), 0));
    assert!(!ballot.is_decided(Stop::Unanimous(9), 1));
}

#[test]
fn nobody_wins_without_a_result() {
    let ballot = counted(&["", ""]);
    assert_eq!(ballot.winner(), None);
    assert_eq!(ballot.confidence().state, ConfidenceState::Disagreed);
    assert_eq!(ballot.standing().0, "0 of 2 have an answer");
}

#[test]
fn weight_decides_before_number() {
    let mut ballot = Ballot::default();
    for (number, (result, weight)) in (0..).zip([("1", 0.1), ("1", 0.2), ("2", 0.9)]) {
        ballot.count(number, Some(&Outcome::Boxed(result.to_owned())), weight);
    }
    assert_eq!(ballot.winner(), Some(2));
    assert_eq!(ballot.standing().0, "1 of 3 for 2 (weight 0.900)");
    // Of the samples of the other candidate the heavier one would speak for it.
    ballot.count(3, Some(&Outcome::Boxed("1".to_owned())), 5.0);
    assert_eq!(ballot.winner(), Some(3));
    ballot.count(4, Some(&Outcome::Boxed("9".to_owned())), f64::NAN);
    assert_eq!(ballot.winner(), Some(3));
}

#[test]
fn what_is_left_out_says_nothing() {
    let ballot = counted(&["1", "1", "2", "", "1"]);
    let sifted = ballot.sifted(|number| (number >= 2).then_some(f64::from(number)));
    assert_eq!(sifted.winner(), Some(4));
    let (leading, others) = sifted.standing();
    assert_eq!(leading, "1 of 3 for 1 (weight 4.000)");
    assert_eq!(
        others,
        ["1 for 2 (weight 2.000)", "1 without an answer", "2 left out as less certain"]
    );
    let confidence = sifted.confidence();
    assert_eq!((confidence.votes, confidence.samples, confidence.left_out), (1, 5, 2));
    assert_eq!(confidence.state, ConfidenceState::Disagreed);
    let only = ballot.sifted(|number| (number == 2).then_some(1.0));
    assert_eq!((only.winner(), only.leading(9).len()), (Some(2), 1));
    assert_eq!(only.confidence().state, ConfidenceState::Unverified);
}

#[test]
fn a_vote_goes_on_while_weights_and_votes_disagree() {
    let mut ballot = counted(&["1"; 4]);
    assert!(ballot.is_decided(Stop::Adaptive, 9));
    ballot.count(4, Some(&Outcome::Boxed("2".to_owned())), 9.0);
    ballot.count(5, Some(&Outcome::Boxed("1".to_owned())), 1.0);
    ballot.count(6, Some(&Outcome::Boxed("1".to_owned())), 1.0);
    assert!(!ballot.is_decided(Stop::Adaptive, 9), "6 to 1, and the 1 weighs more");
}

#[test]
fn programs_are_compared_by_what_they_do() {
    let mut ballot = Ballot::default();
    let program = |text: &str| Outcome::Code(format!("```python\n{text}\n```"));
    ballot.count(0, None, 0.0);
    ballot.count_behaviour(1, &program("a"), "1 2", 1.0);
    assert_eq!(ballot.confidence_of_programs(true).state, ConfidenceState::Verified);
    ballot.count_behaviour(2, &program("b"), "1 3", 1.0);
    assert_eq!(ballot.confidence_of_programs(true).state, ConfidenceState::Disagreed);
    ballot.count_behaviour(3, &program("c"), "1 3", 1.0);
    assert_eq!(ballot.winner(), Some(2));
    assert_eq!(ballot.standing().0, "2 of 4 for program 2");
    assert_eq!(ballot.confidence_of_programs(false).state, ConfidenceState::Unverified);
    assert_eq!(Ballot::default().confidence_of_programs(true).state, ConfidenceState::Disagreed);
}

#[test]
fn what_is_left_can_weigh_no_more_than_it_is() {
    let mut ballot = Ballot::default();
    for (number, weight) in (0..).zip([1.0, 1.0, 0.5]) {
        ballot.count(number, Some(&Outcome::Boxed("7".to_owned())), weight);
    }
    ballot.count(3, Some(&Outcome::Boxed("8".to_owned())), 0.6);
    assert!(ballot.is_out_of_reach(1));
    assert!(!ballot.is_out_of_reach(2));
    assert!(!Ballot::default().is_out_of_reach(0), "nobody leads");
}

#[test]
fn the_posterior_is_that_of_a_beta_distribution() {
    for (first, second, expected) in
        [(0, 0, 0.5), (1, 0, 0.75), (4, 0, 0.968_75), (2, 1, 0.6875), (6, 2, 0.910_156_25)]
    {
        assert!((stays_ahead(first, second) - expected).abs() < 1e-12, "{first} {second}");
    }
}

proptest! {
    /// A vote that ends early ends with what a vote of the same samples and certain others would.
    #[test]
    fn a_lead_that_cannot_be_caught_up_with_wins(votes in proptest::collection::vec(0..4_u8, 1..20), rest in proptest::collection::vec(0..4_u8, 0..6)) {
        let names: Vec<String> = votes.iter().map(ToString::to_string).collect();
        let mut ballot = counted(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let left = u32::try_from(rest.len()).unwrap();
        if ballot.is_decided(Stop::Unanimous(u32::MAX), left) {
            let winner = ballot.winner().map(|winner| votes[winner as usize]);
            for (number, vote) in (100..).zip(&rest) {
                ballot.count(number, Some(&Outcome::Boxed(vote.to_string())), 1.0);
            }
            let (leading, _) = ballot.standing();
            prop_assert!(leading.ends_with(&format!("for {}", winner.unwrap())), "{leading}");
        }
    }

    /// All of them, each with the weight 1, are the vote itself.
    #[test]
    fn keeping_all_changes_nothing(votes in proptest::collection::vec(0..4_u8, 0..20), left in 0..9_u32, row in 2..6_u32) {
        let names: Vec<String> = votes.iter().map(|vote| if *vote == 3 { String::new() } else { vote.to_string() }).collect();
        let ballot = counted(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let sifted = ballot.sifted(|_| Some(1.0));
        prop_assert_eq!(sifted.winner(), ballot.winner());
        prop_assert_eq!(sifted.standing(), ballot.standing());
        prop_assert_eq!(sifted.confidence(), ballot.confidence());
        for stop in [Stop::Never, Stop::Adaptive, Stop::Unanimous(row)] {
            prop_assert_eq!(sifted.is_decided(stop, left), ballot.is_decided(stop, left));
        }
    }

    #[test]
    fn a_posterior_grows_with_the_lead(first in 0..60_u32, second in 0..60_u32) {
        let sure = stays_ahead(first, second);
        prop_assert!((0.0..=1.0).contains(&sure));
        // But for what rounding does to the last digit.
        prop_assert!(stays_ahead(first + 1, second) >= sure - 1e-12);
        prop_assert!((stays_ahead(second, first) + sure - 1.0).abs() < 1e-9);
    }
}
