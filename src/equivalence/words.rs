//! Answers that are words: yes and no, "no solution", the names of number sets.

use crate::equivalence::syntax::Word;

/// The meaning of a whole phrase, in any case and with any spacing.
pub(crate) fn lookup(phrase: &str) -> Option<Word> {
    let lower = phrase.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let text = words.join(" ");
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".。!！".contains(c));
    english(text).or_else(|| chinese(&text.replace(' ', "")))
}

fn english(text: &str) -> Option<Word> {
    Some(match text {
        "yes" | "true" | "correct" => Word::Yes,
        "no" | "false" | "incorrect" => Word::No,
        "no solution"
        | "no solutions"
        | "none"
        | "empty set"
        | "the empty set"
        | "empty"
        | "there is no solution"
        | "there are no solutions"
        | "no such solution"
        | "no solution exists"
        | "no solutions exist" => Word::NoSolution,
        "no real solution" | "no real solutions" | "no real roots" | "no real root" => {
            Word::NoRealSolution
        }
        "does not exist" | "dne" | "doesn't exist" | "do not exist" | "not exist"
        | "nonexistent" | "it does not exist" => Word::DoesNotExist,
        "infinitely many" | "infinitely many solutions" | "infinite solutions" => {
            Word::InfinitelyMany
        }
        "cannot be determined"
        | "can't be determined"
        | "undetermined"
        | "indeterminate"
        | "not enough information" => Word::Undetermined,
        "even" => Word::Even,
        "odd" => Word::Odd,
        "natural numbers" | "all natural numbers" => Word::Naturals,
        "integers" | "all integers" | "any integer" => Word::Integers,
        "rational numbers" | "all rational numbers" | "rationals" => Word::Rationals,
        "real numbers"
        | "all real numbers"
        | "all reals"
        | "reals"
        | "any real number"
        | "the real numbers"
        | "the set of real numbers" => Word::Reals,
        "complex numbers" | "all complex numbers" => Word::Complexes,
        "infinity" | "positive infinity" | "+infinity" | "inf" => Word::PositiveInfinity,
        "negative infinity" | "minus infinity" | "-infinity" | "-inf" => Word::NegativeInfinity,
        _ => return None,
    })
}

fn chinese(text: &str) -> Option<Word> {
    Some(match text {
        "是" | "是的" | "对" | "对的" | "正确" | "真" | "成立" => Word::Yes,
        "否" | "不是" | "错" | "错误" | "不对" | "不正确" | "假" | "不成立" => {
            Word::No
        }
        "无解" | "空集" | "没有解" | "方程无解" | "无" => Word::NoSolution,
        "无实数解" | "无实根" | "无实数根" | "没有实数解" | "没有实数根" => {
            Word::NoRealSolution
        }
        "不存在" => Word::DoesNotExist,
        "无穷多" | "无数" | "无数个" | "无穷多个" | "无穷多解" | "无数解" | "有无数个解"
        | "无限多" => Word::InfinitelyMany,
        "无法确定" | "不能确定" | "不确定" => Word::Undetermined,
        "偶数" => Word::Even,
        "奇数" => Word::Odd,
        "自然数" | "自然数集" => Word::Naturals,
        "整数" | "全体整数" | "所有整数" | "整数集" => Word::Integers,
        "有理数" | "全体有理数" | "有理数集" => Word::Rationals,
        "实数" | "全体实数" | "任意实数" | "一切实数" | "所有实数" | "实数集" => {
            Word::Reals
        }
        "复数" | "全体复数" | "复数集" => Word::Complexes,
        "无穷" | "无穷大" | "正无穷" | "正无穷大" => Word::PositiveInfinity,
        "负无穷" | "负无穷大" => Word::NegativeInfinity,
        _ => return None,
    })
}
