use super::{lines::thousands, *};
use crate::evaluation::{
    manifest::Prices,
    sample::{
        CheckedClaims, ClaimVerdict,
        Mark::{Abstained, Right, Wrong},
        Outcome, Sample,
    },
    testing::run,
};

#[test]
fn the_numbers_of_a_small_run() {
    let (mut manifest, samples) = run(&[
        ("easy", &[("1", Right), ("1.0", Right), ("2", Wrong), ("", Abstained)]),
        ("hard", &[("3", Wrong), ("3", Wrong), ("1", Right), ("4", Wrong)]),
    ]);
    manifest.prices = Some(Prices { input: 1.0, output: 10.0 });
    let report = Report::of(&manifest, &samples);
    assert_eq!(report.pass_at_1.unwrap().value, 0.375);
    let curve = |curve: &[AtK]| -> Vec<(usize, f64)> {
        curve.iter().map(|at| (at.k, (at.share.value * 1e4).round() / 1e4)).collect()
    };
    // pass@2: easy 1 - 1/6, hard 1 - 3/6.
    assert_eq!(curve(&report.pass), [(1, 0.375), (2, 0.6667), (4, 1.0)]);
    // maj@4: easy has two votes for 1 (as 1 and 1.0), hard two for 3.
    assert_eq!(curve(&report.majority)[2], (4, 0.5));
    // By spelling, easy has three answers with a vote each, of which two are right.
    assert_eq!(curve(&report.majority_by_text)[2], (4, 0.3333));
    assert_eq!(report.rates.unwrap().truncated.value, 0.125);
    assert_eq!(report.rates.unwrap().abstained.value, 0.125);
    assert_eq!((report.tokens.prompt, report.tokens.completion), (80, 2000));
    let tokens = report.tokens.per_answer.unwrap();
    assert_eq!((tokens.mean, tokens.median, tokens.p90, tokens.max), (250.0, 200.0, 400.0, 400.0));
    assert!((report.cost.unwrap() - (80.0 + 20_000.0) / 1e6).abs() < 1e-12);
    assert_eq!(report.problems[0].majority.as_deref(), Some("1"));
    assert_eq!((report.problems[0].votes, report.problems[1].votes), (2, 2));
    assert!(report.is_complete());
}

#[test]
fn what_claims_take_is_in_the_totals_and_not_in_an_answer() {
    let (mut manifest, mut samples) = run(&[("a", &[("1", Right), ("2", Wrong), ("1", Right)])]);
    manifest.prices = Some(Prices { input: 1.0, output: 10.0 });
    let plain = Report::of(&manifest, &samples);
    assert_eq!((plain.tokens.claims, plain.verdicts), (None, None));
    for (number, verdicts) in
        (0..).zip([&[Some(true), None, Some(false)][..], &[], &[Some(true), None, None]])
    {
        let sample = samples.get_mut(&("a".to_owned(), number)).unwrap();
        let Outcome::Answered(answered) = &mut sample.outcome else { unreachable!() };
        let verdict = |holds: &Option<bool>| ClaimVerdict { claim: "c".to_owned(), holds: *holds };
        answered.checked = Some(CheckedClaims {
            reliability: 0.0,
            claims: verdicts.iter().map(verdict).collect(),
            prompt_tokens: 70,
            completion_tokens: 7,
        });
        *sample = sample.clone().without_texts();
    }
    let report = Report::of(&manifest, &samples);
    assert_eq!((report.tokens.prompt, report.tokens.completion), (30 + 210, 600 + 21));
    assert_eq!(report.tokens.claims, Some(ClaimTokens { prompt: 210, completion: 21 }));
    assert_eq!(report.tokens.per_answer, plain.tokens.per_answer);
    assert!((report.cost.unwrap() - (240.0 + 6_210.0) / 1e6).abs() < 1e-12);
    let verdicts = report.verdicts.unwrap();
    assert_eq!((verdicts.asked, verdicts.undecided, verdicts.answers_without_claims), (6, 3, 1));
    for document in [report.markdown(), report.html()] {
        assert!(document.contains("50.0 % of 6; 1 answers have no claims"), "{document}");
        assert!(document.contains("210 read, 21 written: part of those in all"), "{document}");
    }
}

#[test]
fn failed_and_missing_answers_are_counted_apart() {
    let (mut manifest, mut samples) = run(&[("a", &[("1", Right)]), ("b", &[])]);
    manifest.samples = 2;
    let failed = Outcome::Failed { error: "gone".to_owned() };
    let sample =
        Sample { problem: "a".to_owned(), sample: 1, attempts: 6, seconds: 0.0, outcome: failed };
    samples.insert(("a".to_owned(), 1), sample);
    let report = Report::of(&manifest, &samples);
    let counts = report.counts;
    assert_eq!((counts.answers, counts.failed, counts.missing), (1, 1, 2));
    assert_eq!(report.pass_at_1.unwrap().value, 1.0, "of what was answered");
    assert_eq!(report.failures[0].error, "gone");
    assert!(!report.is_complete());
}

#[test]
fn a_run_without_answers_has_a_report() {
    let (manifest, samples) = run(&[("a", &[])]);
    let report = Report::of(&manifest, &samples);
    assert_eq!(report.pass_at_1, None);
    assert!(report.html().contains("0 of 0"));
    assert!(!report.markdown().contains("NaN"));
}

#[test]
fn pages_take_every_text_for_a_text() {
    let hostile = "</code><script>alert('1')</script>|`\n&\"";
    let (mut manifest, samples) = run(&[(hostile, &[(hostile, Wrong), (hostile, Wrong)])]);
    manifest.model = hostile.to_owned();
    manifest.file = hostile.to_owned();
    manifest.settings.insert(hostile.to_owned(), hostile.into());
    let report = Report::of(&manifest, &samples);
    let page = report.html();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)"), "{page}");
    assert!(!page.contains("http"), "nothing is fetched from anywhere");
    let text = report.markdown();
    let row = text.lines().find(|line| line.contains("0 of 2")).unwrap();
    let cells = row.replace("\\|", "").matches('|').count();
    assert_eq!(cells, 10, "{row}");
    assert!(!text.contains("\n<script") && !row.contains(" <script"), "{text}");
}

#[test]
fn the_page_is_well_formed() {
    let (manifest, samples) = run(&[
        ("a", &[("1", Right), ("2", Wrong), ("1", Right)]),
        ("b", &[("1", Right), ("1", Right), ("", Abstained)]),
    ]);
    let page = Report::of(&manifest, &samples).html();
    for element in ["table", "svg", "h2", "ul", "title", "text", "style"] {
        let count = |text: &str| page.matches(text).count();
        let opened = count(&format!("<{element}>")) + count(&format!("<{element} "));
        assert_eq!(opened, count(&format!("</{element}>")), "{element}");
    }
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
}

#[test]
fn thousands_stand_apart() {
    let shown: Vec<String> = [0.0, 999.0, 1000.0, 1_234_567.0, -1234.4].map(thousands).to_vec();
    assert_eq!(shown, ["0", "999", "1,000", "1,234,567", "-1,234"]);
}

#[test]
fn the_surest_answers_vote() {
    let (manifest, mut samples) = run(&[
        ("sure", &[("2", Wrong), ("2", Wrong), ("1", Right), ("", Abstained)]),
        ("unsure", &[("1", Right), ("1", Right), ("3", Wrong), ("4", Wrong)]),
    ]);
    assert!(Report::of(&manifest, &samples).by_confidence.is_empty(), "nobody asked");
    for (place, (id, confidence)) in
        [("sure", [1.0, 1.5, 9.0, 20.0]), ("unsure", [5.0, 5.0, 4.0, 6.0])].into_iter().enumerate()
    {
        for (number, mean) in (0_u32..).zip(confidence) {
            let sample = samples.get_mut(&(id.to_owned(), number)).unwrap();
            let Outcome::Answered(answered) = &mut sample.outcome else { unreachable!() };
            let tokens = [mean; 20];
            answered.confidence =
                crate::evaluation::confidence::AnswerConfidence::of(&tokens[place..]);
        }
    }
    let report = Report::of(&manifest, &samples);
    let told: Vec<String> = report
        .by_confidence
        .iter()
        .filter(|vote| vote.measure.as_str() == "lowest")
        .map(|vote| {
            let (window, share, gain) = (vote.window.unwrap(), vote.share.value, vote.gain.value);
            format!("{window} tokens, {} kept: {share}, {gain:+}", vote.keep)
        })
        .collect();
    // Of the first problem 2 has the more votes and 1 the more weight; of the second the surest is wrong.
    insta::assert_snapshot!(told.join("\n"), @r"
    16 tokens, 1 kept: 1, +0.5
    16 tokens, 0.9 kept: 1, +0.5
    16 tokens, 0.5 kept: 0.5, +0
    16 tokens, 0.1 kept: 0.5, +0
    ");
    let page = report.markdown();
    assert!(page.contains("| mean | all | 100.0 % (+50.0,"), "{page}");
    assert!(report.html().contains("Votes of the surest"));
}
