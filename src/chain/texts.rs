//! What a chain says itself, in the language of the person who asked.

use std::time::Duration;

use crate::generate::FinishReason;

use super::{
    budget::Cut,
    language::Language,
    plan::Limits,
    value::{Contender, Outcome},
};

/// A text in English and in Chinese.
fn choose(language: Language, english: &str, chinese: &str) -> String {
    if language == Language::Chinese { chinese.to_owned() } else { english.to_owned() }
}

/// What is answered to a question outside mathematics and programming when no general model is
/// configured.
pub(super) fn outside(language: Language) -> String {
    choose(
        language,
        "This node answers questions in mathematics and programming, and this does not look like \
         one. Ask for something to compute, to solve or to program. To have other questions \
         answered too, configure a general model: add `[models.NAME]` with `url` and `api_key_env` \
         to ponder.toml, and set `general = \"NAME\"` under `[roles]`.",
        "本节点只回答数学和编程问题，而这个问题看起来不属于这两类。请提出需要计算、求解或编写程序的问题。\
         如果希望其他问题也能得到回答，请配置一个通用模型：在 ponder.toml 中添加 `[models.NAME]`\
         （填写 `url` 和 `api_key_env`），并在 `[roles]` 下设置 `general = \"NAME\"`。",
    )
}

/// What is answered to an empty question.
pub(super) fn empty(language: Language) -> String {
    choose(
        language,
        "The question is empty. Ask something in mathematics or programming.",
        "问题是空的。请提出一个数学或编程问题。",
    )
}

/// What is answered when the tokens ran out before an answer began.
fn out_of_tokens(language: Language) -> String {
    choose(
        language,
        "There is no final answer: the token limit was reached before the model had finished \
         thinking. Ask again with a larger `max_tokens`.",
        "没有得到最终答案：模型还在思考时就达到了令牌数上限。请调大 `max_tokens` 后重新提问。",
    )
}

/// What is said in the thinking when no translation of the question passed the proof.
pub(super) fn untranslated(language: Language) -> String {
    choose(
        language,
        "(No translation of the question passed the proof, so it is answered as it was asked.)\n\n",
        "（问题的译文没有通过验证，因此直接按原文作答。）\n\n",
    )
}

/// What is answered when the model stopped before it had begun an answer.
fn unanswered(language: Language) -> String {
    choose(
        language,
        "There is no final answer: the model stopped while it was still thinking. Ask again, or in \
         other words.",
        "没有得到最终答案：模型在思考过程中就停止了。请重新提问，或换一种说法。",
    )
}

/// What is answered when the time ran out before an answer began.
fn out_of_time(language: Language, limit: Option<Duration>) -> String {
    let seconds = limit.map_or(0, |limit| limit.as_secs());
    choose(
        language,
        &format!(
            "There is no final answer: the chain's time limit of {seconds} seconds was reached \
             first. Raise `seconds` under `limits` in the chain file, or ask something smaller."
        ),
        &format!(
            "没有得到最终答案：已达到该链的时间上限（{seconds} 秒）。\
             请调大链文件中 `limits` 下的 `seconds`，或提出更小的问题。"
        ),
    )
}

/// What is answered when no model call was left for an answer.
fn out_of_calls(language: Language, limit: Option<u64>) -> String {
    let calls = limit.unwrap_or_default();
    choose(
        language,
        &format!(
            "There is no final answer: the chain's limit of {calls} model calls was reached first. \
             Raise `calls` under `limits` in the chain file, or ask something smaller."
        ),
        &format!(
            "没有得到最终答案：已达到该链的模型调用次数上限（{calls} 次）。\
             请调大链文件中 `limits` 下的 `calls`，或提出更小的问题。"
        ),
    )
}

/// What is answered where a model has not begun an answer: which limit was met, or that it just stopped.
pub(super) fn no_answer(
    language: Language,
    limits: Limits,
    cut: Option<Cut>,
    reason: FinishReason,
) -> String {
    match (cut, reason) {
        (Some(Cut::Time), _) => out_of_time(language, limits.time),
        (Some(Cut::Calls), _) => out_of_calls(language, limits.calls),
        (Some(Cut::Doubt), _) => unanswered(language),
        (Some(Cut::Tokens), _) | (None, FinishReason::Length) => out_of_tokens(language),
        (None, FinishReason::Stop | FinishReason::ToolCalls) => unanswered(language),
    }
}

/// The plain Chinese frame around a result whose prose could not be translated.
pub(super) fn chinese_frame(result: Option<&Outcome>, original: &str) -> String {
    match result {
        Some(boxed @ Outcome::Boxed(_)) => format!("答案：{boxed}"),
        Some(Outcome::Code(fenced)) => format!("代码如下：\n\n{fenced}"),
        None => format!("模型没有给出最终答案。以下是模型的原文：\n\n{original}"),
    }
}

/// What is said where so many samples agree too little on any of these answers, the leading one of which is first.
pub(super) fn disagreed(language: Language, contenders: &[Contender], samples: u32) -> String {
    let Some(leading) = contenders.first() else {
        return choose(
            language,
            &format!(
                "There is no answer that can be relied on: none of {samples} attempts came to one."
            ),
            &format!("没有得到可靠的答案：{samples} 次尝试都没有得出结果。"),
        );
    };
    let Contender { result, votes } = leading;
    if let Outcome::Code(fenced) = result {
        return choose(
            language,
            &format!(
                "There is no program here that can be relied on: the programs of {samples} attempts differ. Test \
                 this one before you use it; {votes} of them do the same:\n\n{fenced}"
            ),
            &format!(
                "没有得到可靠的程序：{samples} 次尝试写出的程序各不相同。以下程序与其中 {votes} 个行为一致，\
                 使用前请先测试：\n\n{fenced}"
            ),
        );
    }
    let lines: Vec<String> = contenders
        .iter()
        .map(|Contender { result, votes }| {
            let value = result.bare();
            choose(
                language,
                &format!("- ${value}$: {votes} of {samples}"),
                &format!("- ${value}$：{samples} 次中的 {votes} 次"),
            )
        })
        .collect();
    format!("{}{}", differing(language, samples), lines.join("\n"))
}

/// What stands above the results on which so many samples do not agree.
fn differing(language: Language, samples: u32) -> String {
    choose(
        language,
        &format!(
            "There is no answer that can be relied on: {samples} attempts do not agree. They came to:\n\n"
        ),
        &format!("没有得到可靠的答案：{samples} 次尝试的结果不一致。得到的结果有：\n\n"),
    )
}

/// Whether a text is one of those that a chain gives where it has no answer: that the model came to none, that a limit
/// was met first, or that the samples do not agree on any. White space around it and the passages that it cites do not
/// matter. A program on which samples do not agree is a result all the same: it can be tried.
///
/// Numbers and phrases of these texts may read as an answer (`答案：16 次尝试…`), so whoever looks for one asks this first.
pub(crate) fn says_no_answer(text: &str) -> bool {
    let text = text.trim();
    // Each of these texts has one number at most before what differs from answer to answer.
    let digits = text.trim_start_matches(|sign: char| !sign.is_ascii_digit());
    let digits = digits.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    let number: Option<u64> = digits.parse().ok();
    let samples: Option<u32> = number.and_then(|number| number.try_into().ok());
    [Language::English, Language::Chinese].into_iter().any(|language| {
        let fixed = [unanswered(language), out_of_tokens(language)].into_iter();
        let limits = number.into_iter().flat_map(|number| {
            let time = Duration::from_secs(number);
            [out_of_time(language, Some(time)), out_of_calls(language, Some(number))]
        });
        let none = samples.map(|samples| disagreed(language, &[], samples));
        let is_all = |said: String| {
            let rest = text.strip_prefix(&said);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(&cited(language)))
        };
        let differs = |samples| text.starts_with(&differing(language, samples));
        fixed.chain(limits).chain(none).any(is_all) || samples.is_some_and(differs)
    })
}

/// The passages that an answer cites, below it.
pub(super) fn sources(language: Language, places: &[String]) -> String {
    let places: Vec<String> = places.iter().map(|place| format!("- {place}")).collect();
    format!("{}{}", cited(language), places.join("\n"))
}

/// What stands above the passages that an answer cites.
fn cited(language: Language) -> String {
    let heading = choose(language, "Sources:", "参考资料：");
    format!("\n\n{heading}\n\n")
}

/// The heading of one part of a composite answer.
pub(super) fn part_heading(language: Language, number: usize) -> String {
    choose(language, &format!("**Part {number}**"), &format!("**第 {number} 部分**"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn language() -> impl Strategy<Value = Language> {
        (0..Language::ALL.len()).prop_map(|place| Language::ALL[place])
    }

    fn contenders(results: Vec<String>) -> Vec<Contender> {
        let contender = |result| Contender { result: Outcome::Boxed(result), votes: 2 };
        results.into_iter().map(contender).collect()
    }

    proptest! {
        #[test]
        fn every_text_without_an_answer_is_known(
            language in language(),
            number in any::<u32>(),
            seconds in any::<Option<u64>>(),
            results in prop::collection::vec(r"[ -~\n答案：]{0,20}", 0..4),
            places in prop::collection::vec("[a-z]{1,8}", 1..3),
        ) {
            let limits = Limits {
                time: seconds.map(Duration::from_secs),
                calls: seconds,
                ..Limits::default()
            };
            let stops = [FinishReason::Stop, FinishReason::Length, FinishReason::ToolCalls];
            let cuts = [None, Some(Cut::Time), Some(Cut::Calls), Some(Cut::Tokens), Some(Cut::Doubt)];
            let ended = cuts.into_iter().flat_map(|cut| stops.map(|reason| (cut, reason)));
            let mut texts: Vec<String> =
                ended.map(|(cut, reason)| no_answer(language, limits, cut, reason)).collect();
            texts.push(disagreed(language, &contenders(results), number));
            for text in texts {
                prop_assert!(says_no_answer(&text), "{text}");
                let cited = format!("\n{text}{}\n", sources(language, &places));
                prop_assert!(says_no_answer(&cited), "{cited}");
            }
        }

        #[test]
        fn other_texts_are_answers(text in "[ -~\n答案：没有得到可靠的]{0,60}") {
            prop_assert!(!says_no_answer(&text), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_such_a_text_is_an_answer() {
        for language in Language::ALL {
            let said = unanswered(language);
            assert!(!says_no_answer(&format!("{said} It is \\boxed{{5}}.")));
            assert!(!says_no_answer(&format!("5. {said}")));
            let limits = Limits { calls: Some(7), ..Limits::default() };
            let said = no_answer(language, limits, Some(Cut::Calls), FinishReason::Stop);
            assert!(!says_no_answer(&said.replace('7', "seven")));
            let fenced = Outcome::Code("```python\nprint(5)\n```".to_owned());
            let program = Contender { result: fenced, votes: 2 };
            assert!(!says_no_answer(&disagreed(language, &[program], 16)), "it can be tried");
            assert!(!says_no_answer(&outside(language)) && !says_no_answer(&empty(language)));
        }
        assert!(!says_no_answer(""));
    }
}
