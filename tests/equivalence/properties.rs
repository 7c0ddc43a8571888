//! Equivalence relation, totality and bounded work on generated and hostile input.

use std::time::{Duration, Instant};

use ponder::equivalence::{Answer, Verdict, equivalent, grade};
use proptest::prelude::*;

/// The time this thread has run, so that a busy machine does not fail the test; wall time where
/// the kernel does not tell.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// The least time of three runs.
fn time(work: impl Fn()) -> Duration {
    let once = || {
        let (wall, cpu) = (Instant::now(), cpu_time());
        work();
        match (cpu, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => wall.elapsed(),
        }
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

/// Short expressions with long or no values.
const EXPLOSIVE: [&str; 23] = [
    "9^9^9^9",
    "9^{9^{9^9}}",
    "(1+x)^{100000}",
    "(a+b+c+d)^{50}",
    "(1+\\sqrt2+\\sqrt3)^{40}",
    "(10^{9999})!",
    "99999999999!",
    "\\binom{10000000}{5000000}",
    "x^{x^{x^{x^x}}}",
    "e^{e^{e^{e^{e^x}}}}",
    "(1+\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7)^{-1}",
    "10^{10^{10}}",
    "1/0",
    "0^0",
    "\\ln 0",
    "2^{1/999999}",
    "\\sqrt[0]{2}",
    "\\sqrt[1000000]{2}",
    "((1/0)^0)!",
    "5000!/4999!",
    "\\frac{1}{2004!}",
    "3!!!!!!",
    "\\tan\\frac{\\pi}{2}",
];

fn hostile() -> Vec<String> {
    let series = |count: usize, term: &dyn Fn(usize) -> String, joint: &str| {
        (1..=count).map(term).collect::<Vec<_>>().join(joint)
    };
    let mut inputs = vec![
        "{".repeat(10_000) + &"}".repeat(10_000),
        "\\boxed{".repeat(5_000),
        "\\boxed{".repeat(2_000) + &"}".repeat(2_000),
        series(1_000, &|i| format!("(x+{i})"), ""),
        series(100, &|i| format!("(x+{i})^{{{i}}}"), "\\cdot "),
        series(900, &|i| format!("x^{{{i}}}"), "+"),
        series(400, &|i| format!("\\sin({i})"), "+"),
        series(100, &|i| format!("\\ln({i}+x)"), "+"),
        series(1_500, &|i| format!("\\sqrt{{{i}}}"), ","),
        format!("\\sqrt{{{}}}", series(100, &|i| format!("\\sqrt{{x+{i}}}"), "+")),
        format!("({})^2", series(200, &|i| format!("x_{{{i}}}"), "+")),
        format!("{}x{}<1", "|".repeat(39), "|".repeat(39)),
        series(20, &|i| format!("x^{{1/{i}}}"), "+").replace('x', "(x+1)"),
        "1/(10^{3000}+1)-1/(10^{3000}+2)".to_owned(),
        "0.1^{5000}+\\pi".to_owned(),
        "\\frac{1}{1+".repeat(30) + "x" + &"}".repeat(30),
    ];
    inputs.extend(EXPLOSIVE.map(str::to_owned));
    for part in [
        "1/",
        "x!",
        "!",
        "-",
        "((((",
        "[1,2]\\cup",
        "\\pm1",
        "a_",
        "1,",
        "1,000",
        "²",
        "是",
        "|",
        "x=1,",
        "x=1 or ",
        "_{",
        "\\frac",
        "\\left(",
        "\\text{",
        "$",
        "1<",
        "x=",
        "ABC",
        "1:",
        "\\prod",
        "\\begin{pmatrix}",
        "&",
        "\\\\",
        "9^",
        "\\sqrt",
        "%",
        "°",
        "\\overline{1}",
        "万",
        "3万",
        "5 million ",
        "三",
        "一亿",
        "one hundred and ",
        "三分之",
    ] {
        inputs.push(part.repeat(3_000));
    }
    inputs
}

#[test]
fn hostile_input_takes_little_time() {
    let mut slow = Vec::new();
    // Constants are computed once per process.
    let _ = Answer::parse("\\pi").key();
    for input in hostile() {
        let spent = time(|| {
            let _ = Answer::parse(&input).key();
        });
        // Ten times what it takes: beside others a processor does less in the same time of its own.
        if spent > Duration::from_millis(500) {
            slow.push(format!("{}: {spent:?}", input.chars().take(50).collect::<String>()));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn hostile_input_is_graded_in_bounded_time() {
    for input in hostile() {
        let spent = time(|| {
            let _ = grade(&input, &format!("{input} cm"));
            let _ = equivalent(&input, &input);
        });
        assert!(spent < Duration::from_secs(10), "{spent:?}");
        assert_eq!(equivalent(&input, &input), Verdict::Equal);
    }
}

#[test]
fn words_that_change_a_number_are_never_forgiven() {
    for (number, words) in
        [2_u32, 5, 12, 300].into_iter().flat_map(|n| CHANGING.map(|words| (n, words)))
    {
        let gold = number.to_string();
        for answer in [
            format!("{number} {words}"),
            format!("{words} {number}"),
            format!("{number}{words}"),
            format!("{words}{number}"),
            format!("{number}\\text{{ {words}}}"),
            format!("{number} {words} apples"),
            format!("{number}个{words}"),
            format!("{}{words}", in_chinese(number.into())),
            format!("The answer is {number} {words}."),
            format!("Therefore x = {number} {words}."),
        ] {
            assert_ne!(grade(&gold, &answer).verdict, Verdict::Equal, "{answer}");
            assert_ne!(equivalent(&gold, &answer), Verdict::Equal, "{answer}");
        }
    }
}

/// Pieces from which answers are made.
const PIECES: &[&str] = &[
    "1",
    "2",
    "3",
    "10",
    "0.5",
    "x",
    "y",
    "n",
    "e",
    "i",
    "\\pi",
    "+",
    "-",
    "*",
    "/",
    "^",
    "_",
    "!",
    "%",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\\{",
    "\\}",
    "|",
    ",",
    ";",
    ":",
    "=",
    "<",
    ">",
    "\\le",
    "\\ne",
    "\\frac",
    "\\sqrt",
    "\\sqrt[3]",
    "\\sin",
    "\\ln",
    "\\log",
    "\\binom",
    "\\pm",
    "\\cup",
    "\\in",
    "\\infty",
    "\\text{cm}",
    "\\text{ or }",
    "^\\circ",
    "\\boxed{",
    "\\left",
    "\\right",
    "\\begin{pmatrix}",
    "\\end{pmatrix}",
    "&",
    "\\\\",
    " ",
    "或",
    "是",
    "½",
    "²",
    "√",
    "−",
    "A",
    "(B)",
    "\\cdot",
    "\\emptyset",
    "\\mathbb{R}",
    "\\overline{3}",
    "万",
    "千",
    "亿",
    "三十五",
    "百分之",
    "分之",
    "个",
    "以上",
    " million",
    " dozen",
    " two hundred",
    " thirds",
    " apples",
    " is not",
    "\\text{ or more}",
];

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PIECES)
}

/// Words behind or before a number that change what it says.
const CHANGING: [&str; 57] = [
    "not",
    "is",
    "isn't",
    "or more",
    "or less",
    "or so",
    "more",
    "less",
    "at least",
    "at most",
    "about",
    "except",
    "times",
    "than",
    "more than",
    "less than",
    "unless",
    "and",
    "plus two",
    "minus",
    "hundred",
    "thousand",
    "million",
    "dozen",
    "thirds",
    "tenths",
    "squared",
    "wrong",
    "maybe",
    "is not the answer",
    "approximately",
    "percent more",
    "不是",
    "不",
    "或",
    "以上",
    "以下",
    "至少",
    "至多",
    "左右",
    "多",
    "余",
    "约",
    "倍",
    "成",
    "折",
    "百",
    "千",
    "万",
    "亿",
    "分之一",
    "个以上",
    "个左右",
    "个百分点",
    "位数",
    "次方",
    "吗",
];

/// A whole number below 10^12 as it is written in Chinese.
fn in_chinese(number: u64) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let below_ten_thousand = |number: u64| {
        let (mut text, mut gap) = (String::new(), false);
        for (scale, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let digit = number / scale % 10;
            if digit > 0 {
                if gap && !text.is_empty() {
                    text.push('零');
                }
                text.extend(usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)));
                text.push_str(name);
            }
            gap = digit == 0;
        }
        text
    };
    let mut text = String::new();
    for (scale, name) in [(100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let part = number / scale % 10_000;
        if part == 0 {
            continue;
        }
        if !text.is_empty() && part < 1_000 {
            text.push('零');
        }
        text.push_str(&below_ten_thousand(part));
        text.push_str(name);
    }
    if text.is_empty() { "零".to_owned() } else { text }
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

/// Well-formed expressions, with small numbers so that equal ones occur.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["1", "2", "3", "x", "\\pi", "\\sqrt{2}", "0.5", "i"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}+{b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}-{b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{{a}}}\\cdot {{{b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("\\frac{{{a}}}{{{b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})^{{{b}}}")),
            inner.clone().prop_map(|a| format!("\\sqrt{{{a}}}")),
            inner.clone().prop_map(|a| format!("\\sin({a})")),
            inner.prop_map(|a| format!("\\ln({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_verdict(left in any::<String>(), right in any::<String>()) {
        prop_assert_eq!(equivalent(&left, &right), equivalent(&right, &left));
        let _ = grade(&left, &right);
    }

    #[test]
    fn latex_like_text_is_reflexive_and_symmetric(left in soup(), right in soup()) {
        let answer = Answer::parse(&left);
        prop_assert_eq!(answer.key(), Answer::parse(&left).key());
        if answer.key().is_some() {
            prop_assert_eq!(equivalent(&left, &left), Verdict::Equal);
        }
        prop_assert_eq!(equivalent(&left, &right), equivalent(&right, &left));
        let _ = grade(&left, &right);
    }

    #[test]
    fn equality_is_transitive(a in expression(), b in expression(), c in expression()) {
        let equal = |x: &str, y: &str| equivalent(x, y) == Verdict::Equal;
        for (x, y, z) in [(&a, &b, &c), (&b, &c, &a), (&c, &a, &b)] {
            if equal(x, y) && equal(y, z) {
                prop_assert!(equal(x, z), "{} {} {}", x, y, z);
            }
        }
    }

    #[test]
    fn rewriting_keeps_the_key(a in expression(), b in expression()) {
        let same = |x: String, y: String| {
            let verdict = equivalent(&x, &y);
            prop_assert_ne!(verdict, Verdict::Different, "{} {}", x, y);
            Ok(())
        };
        same(format!("{a}+{b}"), format!("{b}+{a}"))?;
        same(format!("({a})\\cdot({b})"), format!("({b})({a})"))?;
        same(format!("{a}-({b})"), format!("-({b}-({a}))"))?;
        same(format!("({a}+{b})^2"), format!("({a})^2+2({a})({b})+({b})^2"))?;
    }

    #[test]
    fn different_numbers_are_different(a in -500i64..500, b in 1i64..60, c in -500i64..500, d in 1i64..60) {
        let expected = if a * d == c * b { Verdict::Equal } else { Verdict::Different };
        let (left, right) = (format!("\\frac{{{a}}}{{{b}}}"), format!("{c}/{d}"));
        prop_assert_eq!(equivalent(&left, &right), expected);
        let shifted = |x: &str| format!("{x}+\\sqrt{{2}}\\pi");
        prop_assert_eq!(equivalent(&shifted(&left), &shifted(&right)), expected);
    }

    #[test]
    fn words_that_multiply_a_number_are_factors(number in 1u64..10_000, power in 0usize..8) {
        let (word, scale) = [
            ("hundred", 100), ("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000),
            ("dozen", 12), ("百", 100), ("万", 10_000), ("亿", 100_000_000),
        ][power];
        let value = (number * scale).to_string();
        prop_assert_eq!(equivalent(&format!("{number} {word}"), &value), Verdict::Equal);
        prop_assert_eq!(equivalent(&format!("{number}\\text{{ {word}}}"), &value), Verdict::Equal);
        prop_assert_eq!(grade(&format!("{value} km"), &format!("{number} {word} km")).verdict, Verdict::Equal);
        let tenth = format!("{}.{}{word}", number / 10, number % 10);
        prop_assert_eq!(equivalent(&tenth, &format!("{value}/10")), Verdict::Equal);
    }

    #[test]
    fn chinese_numerals_are_their_numbers(number in 0u64..1_000_000_000_000, other in 0u64..1_000_000_000_000) {
        let (one, two) = (in_chinese(number), in_chinese(other));
        prop_assert_eq!(equivalent(&one, &number.to_string()), Verdict::Equal, "{}", one);
        let expected = if number == other { Verdict::Equal } else { Verdict::Different };
        prop_assert_eq!(equivalent(&one, &two), expected, "{} {}", one, two);
    }

    #[test]
    fn generated_text_takes_little_time(text in soup()) {
        let spent = time(|| { let _ = Answer::parse(&text).key(); });
        prop_assert!(spent < Duration::from_secs(1), "{} {:?}", text, spent);
    }
}
