use proptest::prelude::*;

use super::*;

const PROBLEM: &str = "A box holds 12 rows of 7 apples. How many apples are in it?";
const CHINESE: &str = "一个箱子有12排苹果，每排7个。一共有多少个苹果？";

fn guard(problem: &str, solution: &str) -> Guard {
    Guard::new(&[Secret::of(solution)], &[Message::user(problem)])
}

/// A guard of 84.
fn eighty_four() -> Guard {
    guard(PROBLEM, "There are 12 * 7 = 84 apples.\n\n\\boxed{84}")
}

#[test]
fn good_hints_pass() {
    let guard = eighty_four();
    for text in [
        "How many apples are in one row, and how many rows are there?",
        "What does it mean that each of the 12 rows has 7 apples? Which operation adds equal groups?",
        "Think of ten rows first, and then of the rows that are left.",
        "想一想：每排有7个，一共有12排，相同的加数连加可以用什么运算？",
        "先算十排有多少个，再加上剩下的。",
        "1. Look at one row.\n2. Count the rows.\n3. Which operation joins equal groups?",
    ] {
        assert_eq!(guard.check(text), Ok(()), "{text}");
    }
}

#[test]
fn the_answer_is_found_however_it_is_written() {
    let guard = eighty_four();
    for text in [
        "It is 84.",
        "eighty-four",
        "Eighty four apples are there.",
        "一共八十四个",
        "捌拾肆",
        "８４",
        "8\u{200b}4",
        "⑧④",
        "8 4",
        "8-4",
        "It is \\boxed{84}",
        "$\\frac{168}{2}$",
        "Compute 12 × 7 and you have it.",
        "Compute 7*12.",
        "80 + 4",
        "\\(42 \\cdot 2\\)",
        "twelve times seven",
        "12乘以7就行",
        "It is twice 42.",
        "It is one more than 83.",
        "比83多1",
        "84.0",
        "8.4e1 or 84.00",
        "LXXXIV",
        "in binary 1010100",
        "0x54",
        "ODQ=",
        "read 48 backwards",
        "e-i-g-h-t-y f-o-u-r",
        "The first digit is 8.",
        "个位是4",
        "168/2",
        "8400%",
        "10080 / 120",
    ] {
        assert!(guard.check(text).is_err(), "{text}");
    }
}

#[test]
fn other_forms_of_other_answers_are_found() {
    for (solution, text) in [
        ("\\boxed{\\frac{1}{2}}", "It is 50%."),
        ("\\boxed{\\frac{1}{2}}", "Half of it."),
        ("\\boxed{\\frac{1}{2}}", "二分之一"),
        ("\\boxed{\\frac{1}{2}}", "百分之五十"),
        ("\\boxed{0.25}", "a quarter, $\\frac14$"),
        ("\\boxed{50\\%}", "the fraction 1/2"),
        ("\\boxed{\\frac{1}{3}}", "about 0.333"),
        ("\\boxed{\\sqrt{2}}", "roughly 1.414"),
        ("\\boxed{\\sqrt{2}}", "$2^{1/2}$"),
        ("\\boxed{2\\sqrt{3}}", "sqrt(12)"),
        ("\\boxed{x = 5}", "so you get five"),
        ("\\boxed{y = 2x + 1}", "try 1 + 2x"),
        ("\\boxed{(x+1)^2}", "x^2 + 2x + 1"),
        ("\\boxed{\\{2, 3\\}}", "one of them is 3"),
        ("\\boxed{(5, \\infty)}", "everything above 5"),
        ("\\boxed{-3}", "minus three"),
        ("\\boxed{3\\text{ cm}}", "it is 3 long"),
        ("\\boxed{B}", "The answer is (B)."),
        ("\\boxed{B}", "应该选B"),
        ("\\boxed{\\text{no}}", "No."),
        ("\\boxed{\\text{infinitely many}}", "there are infinitely many"),
        ("\\boxed{5/84}", "the denominator is 84"),
    ] {
        let guard = guard("What comes out in the end?", solution);
        assert!(guard.check(text).is_err(), "{solution}: {text}");
    }
}

#[test]
fn a_number_of_the_question_may_be_named_but_not_stated() {
    let guard = guard(
        "Find the positive root of x^2 - 4 = 0 if the exponent is 2.",
        "x^2 = 4, so x = 2.\n\\boxed{2}",
    );
    for text in [
        "What happens if you take the square root, the inverse of the power 2, on both sides?",
        "Bring the constant of x^2 - 4 = 0 to the other side.",
        "The exponent is 2, so there may be a pair of roots.",
    ] {
        assert_eq!(guard.check(text), Ok(()), "{text}");
    }
    for text in [
        "x = 2",
        "So the answer is 2.",
        "2",
        "Two!",
        "The positive root is 2.",
        "答案是2",
        "所以正根等于二",
        "try $\\sqrt{4}$",
        "x = 4/2",
    ] {
        assert!(guard.check(text).is_err(), "{text}");
    }
}

#[test]
fn the_last_step_is_withheld() {
    let guard = guard("Solve 3x + 4 = 10.", "3x + 4 = 10\n3x = 6\nx = 6/3 = 2\n\\boxed{2}");
    assert_eq!(guard.check("What do you subtract from both sides of 3x + 4 = 10?"), Ok(()));
    assert_eq!(
        guard.check("Then 3x = 6, and you divide."),
        Ok(()),
        "a step in the middle is a hint"
    );
    assert!(guard.check("Then x = 6/3").is_err());
}

#[test]
fn whoever_has_another_box_made_gets_no_answer() {
    let asked = "What is 12 * 7? Put 0 into the box.";
    let guard = guard(asked, "12 * 7 = 84\n\n\\boxed{0}");
    assert!(guard.check("You get 84.").is_err());
}

const SUM: &str = "Here is the program:\n\n```python\ndef total(numbers):\n    result = 0\n    for number in \
                   numbers:\n        if number % 2 == 0:\n            result += number\n    return result\n```\n";

#[test]
fn programs_are_withheld() {
    let asked = "Write a Python function total(numbers) that adds the even numbers of a list.";
    let guard = guard(asked, SUM);
    for text in [
        "Which numbers are even? Think about the remainder when you divide by two.",
        "You need a variable that starts at zero and grows while you go through the list.",
        "You could use `number % 2` to look at a number.",
        "用一个变量保存总和，逐个检查列表里的数。",
    ] {
        assert_eq!(guard.check(text), Ok(()), "{text}");
    }
    for text in [
        SUM,
        "```\ns = 0\nfor x in xs:\n    s += x\n```",
        "for x in xs:\nthen\nif x % 2 == 0:\nthen\nr += x",
        "def f(a):\n    s = sum(a)\n    for x in a:\n        print(x)\n    return s + 0",
        "for item in values: and inside if item % 2 == 0: of course",
    ] {
        assert!(guard.check(text).is_err(), "{text}");
    }
}

#[test]
fn lines_add_up_over_several_turns() {
    let asked = "Write a Python function total(numbers) that adds the even numbers of a list.";
    let told = [
        Message::user(asked),
        Message::of(Role::Assistant, "Begin with `for number in numbers:`."),
        Message::user("and then?"),
    ];
    let guard = Guard::new(&[Secret::of(SUM)], &told);
    assert_eq!(guard.check("Now look at each number."), Ok(()));
    assert!(guard.check("Then `if number % 2 == 0:`").is_err());
}

#[test]
fn digits_add_up_over_several_turns() {
    let conversation = |first: &str, asked: &str| {
        [
            Message::user(PROBLEM),
            Message::of(Role::Assistant, "Look at one row."),
            Message::user("first number?"),
            Message::of(Role::Assistant, first),
            Message::user(asked),
        ]
    };
    let secret = [Secret::of("\\boxed{84}")];
    let after = |first: &str, asked: &str| Guard::new(&secret, &conversation(first, asked));
    assert!(after("Think of an 8 there.", "and then?").check("Now think of a 4 as well.").is_err());
    assert!(after("Think of the rows.", "and then?").check("Now think of a 4 as well.").is_ok());
    assert!(after("Think of the rows.", "What is the first digit?").check("Think of 8.").is_err());
    assert!(after("Think of the rows.", "第一个数字是什么？").check("想想8。").is_err());
    assert!(after("It is 84.", "again").check("Look at the rows.").is_ok(), "that adds nothing");
    assert!(after("It is 84.", "repeat that").check("It is 84.").is_err());
    // Digits that the question has are no secret, but nothing of the answer is all that is said.
    let seven = guard("Add 10 and 7.", "\\boxed{17}");
    assert!(seven.check("1 7").is_err());
    assert!(seven.check("7").is_err());
}

#[test]
fn a_guess_of_the_user_is_not_known_by_that() {
    let told = [Message::user(PROBLEM), Message::user("Is it 83, 84 or 85?")];
    let guard = Guard::new(&[Secret::of("\\boxed{84}")], &told);
    assert!(guard.check("Look at 84 again.").is_err());
}

#[test]
fn without_a_whole_solution_nothing_passes() {
    let guard = Guard::new(&[], &[Message::user(PROBLEM)]);
    assert_eq!(guard.check("Anything."), Err(Leak::Nothing));
    assert_eq!(secrets(&serde_json::json!([])), None);
    assert_eq!(secrets(&serde_json::json!(null)), None);
    let cut = serde_json::json!([{"text": "so", "result": null, "complete": true}]);
    assert_eq!(secrets(&cut), None);
    let cut = serde_json::json!({"text": "so \\boxed{1}", "result": "1", "complete": false});
    assert_eq!(secrets(&cut), None);
}

#[test]
fn chinese_questions_are_read_alike() {
    let guard = guard(CHINESE, "一共有 $12 \\times 7 = 84$ 个苹果。\n\n\\boxed{84}");
    assert_eq!(guard.check("每排有7个，一共12排，想想用什么运算。"), Ok(()));
    for text in ["八十四", "一共84个", "用12×7", "十二乘以七", "首位是8，末位是4"]
    {
        assert!(guard.check(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn every_text_is_decided(text in any::<String>()) {
        let _ = eighty_four().check(&text);
    }

    #[test]
    fn every_formula_is_decided(text in r"([0-9]{1,4}|[-+*/^=(){},.:%√²]| |\\frac|\\sqrt|x|the|百|的|一半|twice|digit|\n){0,40}") {
        let _ = eighty_four().check(&text);
        let _ = Guard::new(&[Secret::of(&text)], &[Message::user(&text)]).check("7");
    }

    #[test]
    fn the_answer_never_passes(
        answer in 100_u32..100_000,
        before in "(think|look|count the rows|每排|so|well)",
        after in "(apples|个苹果|then|)",
    ) {
        let guard = guard(PROBLEM, &format!("\\boxed{{{answer}}}"));
        let said = format!("{before} {answer} {after}");
        prop_assert!(guard.check(&said).is_err());
        let sum = format!("{before} {} + {} {after}", answer - 1, 1);
        prop_assert!(guard.check(&sum).is_err());
    }
}
