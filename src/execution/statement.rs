//! Finds the examples in the statement of a problem.
//!
//! Three forms are known: the inputs and outputs of programming contests (in English and in Chinese), the one-line
//! examples of LeetCode, and Python sessions. What is not clearly an example is left alone: a wrong test is worse
//! than none.

mod blocks;
mod inline;
mod sessions;

use super::case::{Case, Check};

/// The most examples of a statement that are used: each of them is a process.
const MOST_EXAMPLES: usize = 100;

/// The examples of a statement, in their order; each is called by its number.
pub fn examples_in_statement(statement: &str) -> Vec<Case> {
    let lines: Vec<&str> = statement.lines().collect();
    let mut found: Vec<(usize, Check)> = Vec::new();
    found.extend(sessions::find(&lines));
    found.extend(inline::find(&lines));
    found.extend(blocks::find(&lines));
    found.sort_by_key(|(line, _)| *line);
    let numbered = found.into_iter().take(MOST_EXAMPLES).enumerate();
    numbered.map(|(at, (_, check))| Case { id: format!("example-{}", at + 1), check }).collect()
}

/// Which side of an example a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

/// A line that begins the input or the output of an example.
#[derive(Debug, PartialEq, Eq)]
struct Header<'line> {
    side: Side,
    /// It says that an example follows, and not how inputs look in general.
    sample: bool,
    /// What stands behind the colon.
    rest: &'line str,
}

const SAMPLE: [&str; 6] = ["sample", "example", "样例", "示例", "例", "测试"];

/// Reads `### Sample Input 1`, `**Input:** nums = [1]`, `输入样例`, `【样例输出】` and the like.
fn header(line: &str) -> Option<Header<'_>> {
    let line = line.trim().trim_start_matches(['#', '*', '-', '>', '【', '[', '<', ' ', '_']);
    let (title, rest) = match line.find([':', '：']) {
        None => (line, ""),
        Some(at) => line.split_at(at),
    };
    let rest = rest.trim_start_matches([':', '：']).trim_matches(['*', '_', ' ']);
    let title = title.trim_matches(|sign: char| "*_】]>` #".contains(sign)).to_lowercase();
    let mut words = title.as_str();
    let (mut side, mut sample) = (None, false);
    while !words.is_empty() {
        words = words
            .trim_start_matches(|sign: char| sign.is_ascii_digit() || " #.()（）".contains(sign));
        let after = |known: &str| words.strip_prefix(known);
        if let Some(rest) = after("inputs").or_else(|| after("input")).or_else(|| after("输入")) {
            (side, words) = (one(side, Side::Input)?, rest);
        } else if let Some(rest) =
            after("outputs").or_else(|| after("output")).or_else(|| after("输出"))
        {
            (side, words) = (one(side, Side::Output)?, rest);
        } else if let Some(rest) = SAMPLE.iter().find_map(|known| after(known)) {
            (sample, words) = (true, rest.strip_prefix('s').unwrap_or(rest));
        } else if !words.is_empty() {
            return None;
        }
    }
    side.map(|side| Header { side, sample, rest })
}

/// The side, unless there is one already.
fn one(known: Option<Side>, side: Side) -> Option<Option<Side>> {
    known.is_none().then_some(Some(side))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(statement: &str) -> String {
        let shown = |case: &Case| match &case.check {
            Check::Stdin { input, output } => format!("{input:?} -> {output:?}"),
            Check::Call { arguments, expected, .. } => {
                let given: Vec<String> = arguments
                    .iter()
                    .map(|given| {
                        format!("{}={}", given.name.as_deref().unwrap_or("?"), given.value)
                    })
                    .collect();
                format!("({}) -> {expected}", given.join(", "))
            }
            Check::Expression { .. } => "an expression".to_owned(),
            Check::Doctest { before, prompt } => {
                format!("{} before, >>> {} -> {:?}", before.len(), prompt.source, prompt.printed)
            }
        };
        examples_in_statement(statement).iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn no_statement_has_examples_without_end() {
        assert_eq!(examples_in_statement(&">>> 1\n1\n".repeat(20_000)).len(), MOST_EXAMPLES);
    }

    #[test]
    fn headers_are_known_in_many_forms() {
        let side = |line| header(line).map(|header| (header.side, header.sample, header.rest));
        assert_eq!(side("### Sample Input 1"), Some((Side::Input, true, "")));
        assert_eq!(side("**Input:** nums = [1]"), Some((Side::Input, false, "nums = [1]")));
        assert_eq!(side("输出：[0,1]"), Some((Side::Output, false, "[0,1]")));
        assert_eq!(side("【样例输入】"), Some((Side::Input, true, "")));
        assert_eq!(side("输入样例 2："), Some((Side::Input, true, "")));
        assert_eq!(side("输入 #1"), Some((Side::Input, false, "")));
        assert_eq!(side("Example Output:"), Some((Side::Output, true, "")));
        assert_eq!(side("Input Format"), None);
        assert_eq!(side("The input has two lines."), None);
        assert_eq!(side("Input/Output"), None);
        assert_eq!(side("输入输出"), None);
    }

    #[test]
    fn contests_in_english() {
        let atcoder = "## Input\n\nThe input is given in this format:\n\n```\nN\nA_1 A_2\n```\n\n## Output\n\nPrint the sum.\n\n\
            ### Sample Input 1\n\n```\n2\n1 2\n```\n\n### Sample Output 1\n\n```\n3\n```\n\n1 + 2 is 3.\n\n\
            ### Sample Input 2\n\n1\n5\n\n### Sample Output 2\n\n5\n\nThat is all.\n";
        insta::assert_snapshot!(told(atcoder), @r#"
        "2\n1 2\n" -> "3\n"
        "1\n5\n" -> "5\n"
        "#);
        let codeforces = "Input\n\nOne number n.\n\nOutput\n\nIts square.\n\nExamples\nInput\n3\nOutput\n9\nInput\n4\nOutput\n16\nNote\nSquares.";
        insta::assert_snapshot!(told(codeforces), @r#"
        "3\n" -> "9\n"
        "4\n" -> "16\n"
        "#);
    }

    #[test]
    fn contests_in_chinese() {
        let luogu = "# 题目描述\n求和。\n## 输入格式\n两个整数。\n## 输入输出样例 #1\n### 输入 #1\n```\n20 30\n```\n### 输出 #1\n```\n50\n```\n";
        assert_eq!(told(luogu), r#""20 30\n" -> "50\n""#);
        let plain = "【样例输入】\n1 2\n【样例输出】\n3\n【数据范围】\nn ≤ 10";
        assert_eq!(told(plain), r#""1 2\n" -> "3\n""#);
    }

    #[test]
    fn leetcode_in_both_languages() {
        let english = "**Example 1:**\n\n**Input:** nums = [2,7,11,15], target = 9\n**Output:** [0,1]\n**Explanation:** Because.\n\n\
            **Example 2:**\n\n<pre>\n<strong>Input:</strong> s = \"abc\"\n<strong>Output:</strong> true\n</pre>";
        insta::assert_snapshot!(told(english), @r#"
        (nums=[2, 7, 11, 15], target=9) -> [0, 1]
        (s="abc") -> True
        "#);
        assert_eq!(
            told("示例 1：\n输入：nums = [3,3], target = 6\n输出：[0,1]"),
            "(nums=[3, 3], target=6) -> [0, 1]"
        );
        assert_eq!(told("Input: n = 2\nOutput: two, as everybody knows"), "", "that is no value");
        assert_eq!(told("Input: 3 4\nOutput: 7"), r#""3 4\n" -> "7\n""#);
    }

    #[test]
    fn sessions() {
        let statement = "def f(x):\n    \"\"\"Adds one.\n    >>> y = 1\n    >>> f(y)\n    2\n    >>> for i in range(2):\n    ...     print(i)\n    0\n    1\n    \"\"\"\n";
        insta::assert_snapshot!(told(statement), @r#"
        1 before, >>> f(y) -> "2"
        2 before, >>> for i in range(2):
            print(i) -> "0\n1"
        "#);
        assert_eq!(told("`>>> ` is a prompt."), "");
    }

    #[test]
    fn prose_is_no_example() {
        assert_eq!(told("Input\n\nThe first line has n.\n\nOutput\n\nPrint it.\n"), "");
        assert_eq!(told("Given the input: 5 apples.\nThe output: none."), "");
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r"(Input|Output|输入|输出|样例|Example|Sample|>>> |\.\.\. |```|:|：|#|\*|<pre>|\n|1 2|x = |é| ){0,60}") {
            examples_in_statement(&text);
        }

        #[test]
        fn any_text_at_all_has_an_answer(text in "\\PC{0,200}") {
            examples_in_statement(&text);
        }
    }
}
