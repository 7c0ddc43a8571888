//! Chain files: the shipped ones load, and bad ones say exactly where and what is wrong.

use std::{fs, path::Path};

use ponder::{
    chain::{ExplainedStep, ModelNames, check, explain, load, shipped},
    generate::Kind,
};

use crate::support::solve;

#[test]
fn every_shipped_file_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chains");
    assert_eq!(check(&folder), []);
    let files = fs::read_dir(&folder).expect("the chains").count();
    assert_eq!(files, shipped().len(), "every file in chains/ is part of the program");
    for file in shipped() {
        let plan = file.plan().expect("loads");
        assert_eq!(file.file, format!("chains/{}.yaml", plan.name));
    }
}

#[test]
fn a_folder_without_chains_is_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(check(folder.path()).len(), 1);
    assert_eq!(check(&folder.path().join("missing.yaml")).len(), 1);
}

/// What is said about the shipped chain after a change.
fn after(from: &str, to: &str) -> String {
    let text = shipped()[0].text;
    assert!(text.contains(from), "{from}");
    load(&text.replacen(from, to, 1), "bad.yaml").expect_err("the change breaks it").to_string()
}

#[test]
fn problems_have_a_place_and_a_step() {
    insta::assert_snapshot!(after("    to: en", "    two: en"), @"bad.yaml:34:5: step `question`: unknown field `two`, expected one of id, when, otherwise, retry, match, math, code, both, other, cases, else, parallel, map, do, at_once, vote, stop, check, statement, tests, weigh, confidence, fallback, finish, cite, steps, prompt, transform, detect_language, route, translate, reason, clr, decompose, chat, call, execute, extract_answer, retrieve, tool, translate_answer, escalate, find_problems, withhold, below, secret, conversation, model, to, attempts, samples, verdicts, as, extract, each, from, top, max_characters, arguments, system, temperature, max_tokens, thinking, schema");
    insta::assert_snapshot!(after("name: solve", "name: solve\nnmae: solve"), @"bad.yaml:17:1: unknown field `nmae`, expected one of version, name, description, private, models, steps, limits, output");
    insta::assert_snapshot!(after("version: 1", "version: 2"), @"bad.yaml:15:10: version 2 is unknown; this is version 1");
    insta::assert_snapshot!(after("reason: ${question}", "reason: ${qestion}"), @"bad.yaml:41:15: step `answer`: no earlier step is called `qestion`; earlier steps: language, kind, question");
    insta::assert_snapshot!(after("detect_language: ${input.question}", "detect_language: ${question}"), @"bad.yaml:26:22: step `language`: no earlier step is called `question`; earlier steps: none");
    insta::assert_snapshot!(after("translate: ${input.question}", "translate: ${kind}"), @"bad.yaml:33:16: step `question`: `translate` takes text, but ${kind} is a kind of question");
    insta::assert_snapshot!(after("match: ${kind}", "match: ${language}"), @"bad.yaml:39:12: step `answer`: `match` needs a kind of question, not a language");
    insta::assert_snapshot!(after("id: kind", "id: language"), @"
        bad.yaml:28:9: step `language`: an earlier step has this id; ids are unique
        bad.yaml:32:11: step `question`: a language is one of zh, en, other; a kind is one of math, code, both, other
        bad.yaml:39:12: step `answer`: no earlier step is called `kind`; earlier steps: language, language, question
        bad.yaml:59:11: step `reply`: a language is one of zh, en, other; a kind is one of math, code, both, other
        ");
    insta::assert_snapshot!(after("== zh and", "== french and"), @"bad.yaml:32:11: step `question`: a language is one of zh, en, other; a kind is one of math, code, both, other");
    insta::assert_snapshot!(after("    otherwise: ${input.question}\n", ""), @"bad.yaml:32:11: step `question`: a step with `when` needs `otherwise`: what it gives when it is skipped, for example `otherwise: ${input.question}`");
    insta::assert_snapshot!(after("output: ${reply}", "output: ${kind}"), @"bad.yaml:67:9: the output is an answer or text, not a kind of question");
    insta::assert_snapshot!(after("at_once: 1 ", "at_once: 9 "), @"bad.yaml:53:16: step `answer`: `at_once` is 1 to 8 here");
    insta::assert_snapshot!(after("      extract: boxed", "      extract: boxes"), @"bad.yaml:44:16: step `answer`: `extract` is `boxed` or `code`, not `boxes`");
    insta::assert_snapshot!(after("  general: optional", "  # general: optional"), @"bad.yaml:55:13: step `answer`: `chat` uses the model `general`, which `models` does not list");
    insta::assert_snapshot!(after("      decompose: ${input.question}", "      decompose: ${input.question}\n      attempts: 3"), @"bad.yaml:52:17: step `answer`: `attempts` does not belong to `decompose`, which takes each, model, at_once");
    insta::assert_snapshot!(after("route: ${input.question}", "route: ${input.answer}"), @"bad.yaml:29:12: step `kind`: `${input.answer}` is unknown: the input has `question` and `messages`");
    insta::assert_snapshot!(after("steps:", "steps: ["), @r#"bad.yaml:25:3: step `language`: "-" is only valid inside a block"#);
}

#[test]
fn explaining_needs_no_model() {
    let names = ModelNames {
        reasoner: "tiny".to_owned(),
        translator: None,
        general: None,
        embedder: None,
        greedy: false,
    };
    let explained = |question: &str| explain(&solve(), &names, question);
    insta::assert_json_snapshot!(explained("小明有12个苹果，又买了30个，现在一共有多少个苹果？"), @r#"
        {
          "schema": "ponder.explain/1",
          "language": "zh",
          "kind": "math",
          "reasons": [
            "math +1.0: quantities, and how many come of them: “12个苹果，又买了30个，现在一共有多少个”",
            "math +0.5: a story about amounts, then a story about amounts: “个苹果，又买”",
            "math +0.4: a story about amounts: “个苹果”",
            "math +0.4: numbers in it: two"
          ],
          "steps": [
            {
              "id": "language",
              "kind": "detect_language",
              "model": null
            },
            {
              "id": "kind",
              "kind": "route",
              "model": null
            },
            {
              "id": "question",
              "kind": "translate",
              "model": "tiny"
            },
            {
              "id": "answer",
              "kind": "reason",
              "model": "tiny"
            },
            {
              "id": "reply",
              "kind": "translate_answer",
              "model": "tiny"
            }
          ],
          "models": [
            "tiny"
          ]
        }
    "#);
    let steps = |question: &str| {
        let line = |step: &ExplainedStep| format!("{} {} {:?}", step.id, step.kind, step.model);
        explained(question).steps.iter().map(line).collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!(steps("先解方程3x-5=16，然后写一个函数返回列表的和。"), @r#"
        [
            "language detect_language None",
            "kind route None",
            "answer decompose None",
            "answer/1/language detect_language None",
            "answer/1/kind route None",
            "answer/1/question translate Some(\"tiny\")",
            "answer/1/answer reason Some(\"tiny\")",
            "answer/1/reply translate_answer Some(\"tiny\")",
            "answer/2/language detect_language None",
            "answer/2/kind route None",
            "answer/2/question translate Some(\"tiny\")",
            "answer/2/answer reason Some(\"tiny\")",
            "answer/2/reply translate_answer Some(\"tiny\")",
        ]
    "#);
    insta::assert_debug_snapshot!(steps("What is the capital of France?"), @r#"
        [
            "language detect_language None",
            "kind route None",
            "answer chat None",
        ]
    "#);
    assert_eq!(explained("").kind, Kind::Other);
}
