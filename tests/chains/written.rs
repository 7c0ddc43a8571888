//! A plan written as a file is the same plan again, and the published schema says what files may hold.

use std::{fs, path::Path, time::Duration};

use ponder::{
    chain::{
        Plan,
        ballot::Stop,
        compose::{ByKind, Composer, Voting},
        language::Language,
        load, schema, shipped,
        step::{
            CallModel, Chat, Clr, Decompose, DetectLanguage, Each, ExtractAnswer, Find,
            FindProblems, Reason, Retrieve, Route, Target, Tool, Translate, TranslateAnswer,
            Verdicts,
        },
    },
    generate::Kind,
};

/// A chain with every kind of step, in Rust.
#[expect(clippy::too_many_lines, reason = "one of everything there is")]
fn everything() -> Plan {
    let chain = Composer::new("everything", "Does a little of everything.")
        .within(Duration::from_secs(60))
        .at_most_tokens(1000)
        .at_most_calls(20)
        .private();
    let question = chain.question();
    let (language, kind) = chain.parallel("looks", || {
        (question.then("language", DetectLanguage), question.then("kind", Route::by_rules()))
    });
    let foreign = language.is(Language::Chinese).and(kind.is_one_of([Kind::Other]).none());
    let english = question.then_when("english", foreign.clone(), Translate::to_english());
    let listed = chain
        .prompt("ask", "List the parts of: {{ english }} ({{ input.messages|length }}, {{ kind }})")
        .said()
        .then(
            "listed",
            CallModel {
                max_tokens: Some(9),
                temperature: Some(0.1),
                ..CallModel::of(Target::Named("big".to_owned()))
            },
        )
        .retrying(3, Duration::from_millis(250));
    let plan = listed.text().then("plan", ExtractAnswer { find: Find::Json });
    let solved = plan.key("parts").map("solved", 4, |part| {
        part.text().then("one", Reason::math());
        chain.transform("line", "one.result ~ index")
    });
    chain.transform("count", "solved|length").equals(0);
    let early = english.then("early", Reason::code());
    let notes = english.then(
        "notes",
        Retrieve::from_folder("examples/chains/notes").top(2).at_most(500).by_meaning(),
    );
    let found = chain
        .transform("asked", "{'query': english, 'limit': 3}")
        .then("found", Tool::of("search", "web.find"));
    chain.prompt("said", "{{ found.text }}");
    found.key("text").text().then("about", Route::asking_in_doubt());
    early.finishes_citing("cited", notes.key("0").equals("x"), notes);
    early.finishes_when("enough", solved.equals(serde_json::json!(null)).none());
    let other = chain.fallback(
        "other",
        &[&|| english.then("quick", Reason::math()), &|| chain.messages().then("slow", Chat)],
    );
    let odd =
        plan.equals("say \"hi\" and == go, [x]").and(plan.equals(serde_json::json!({"a": [1]})));
    early.finishes_when("odd", odd.and(plan.key("score").equals("1").none()));
    // Arms that are called as kinds are and are none.
    plan.key("topic").text().cases(
        "topic",
        &[("math", &|| english.then("first", Reason::math()))],
        &|| english.then("second", Reason::code()),
    );
    let voting = Voting { samples: 5, at_once: 2, stop: Stop::Unanimous(3) };
    let voted = chain.vote("voted", voting, || english.then("sample", Reason::math()));
    chain.vote_weighed(
        "weighed",
        voting,
        || voted.text().then("other_sample", Reason::math()),
        |sample| {
            sample.key("result").text().then("judged", Reason::math());
            chain.transform("weight", "1 if 'yes' in judged.text else 0")
        },
    );
    let programs = chain.vote_checked("programs", voting, (question, 5), || {
        question.then("program", Reason::code())
    });
    programs.execute("ran", english, Some(serde_json::json!([{"call": "f(1)", "expect": 2}])));
    let verdicts = Verdicts { thinking: 64, max_tokens: 4 };
    voted.text().then("reliable", Clr { samples: 5, verdicts, ..Clr::of(Reason::code()) });
    let problems = chain.messages().then("problems", FindProblems);
    english.withholding("kept", problems, chain.messages());
    let answer = kind.choose(
        "answer",
        ByKind {
            math: english.arm(Reason::math()),
            code: english.arm(Reason::code()),
            both: question.arm(Decompose {
                each: Each::Other("chain/solve".to_owned()),
                asks: true,
                at_once: 3,
            }),
            other: chain.messages().arm(Chat),
        },
    );
    let chosen = other.text().cases(
        "chosen",
        &[("none", &|| answer.then("zh", TranslateAnswer::to_chinese()))],
        &|| answer.then("again", TranslateAnswer { attempts: 1 }),
    );
    chain.finish(chosen).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_written_plan_is_the_same_plan() {
    let plan = everything();
    let yaml = plan.to_yaml().expect("can be written");
    let read = load(&yaml, "everything.yaml").unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    assert_eq!(read, plan, "{yaml}");
    for file in shipped() {
        let plan = file.plan().expect("loads");
        let yaml = plan.to_yaml().expect("can be written");
        assert_eq!(load(&yaml, file.file).as_ref(), Ok(&plan), "{yaml}");
    }
}

#[test]
fn every_number_of_a_request_is_found_again() {
    use ponder::{
        generate::{Request, Sampling},
        runs::RecordedRequest,
    };

    for hundredths in 0..=200_u8 {
        let sampling = Sampling {
            temperature: Some(f32::from(hundredths) / 100.0),
            seed: Some(u64::MAX - 1),
            ..Sampling::default()
        };
        let asked = RecordedRequest::of(&Request { sampling, ..Request::ask("?") });
        let kept = serde_json::to_string(&asked).expect("JSON");
        let read: RecordedRequest = serde_json::from_str(&kept).expect("the same");
        assert_eq!(read.fingerprint("m"), asked.fingerprint("m"), "{kept}");
        assert_eq!(RecordedRequest::of(&read.again()).fingerprint("m"), asked.fingerprint("m"));
    }
}

#[test]
fn typed_rust_says_what_is_wrong_with_it() {
    let chain = Composer::new("wrong", "Is wrong.");
    chain.prompt("a", "{{ missing }} and {{ input.question");
    chain.prompt("a", "{{ missing }}");
    chain.parallel("one", || chain.question().then("language", DetectLanguage));
    let answer = chain.question().then("a b", Reason::math());
    insta::assert_snapshot!(chain.finish(answer).expect_err("much is"), @"
        wrong: step `a`: unexpected end of input, expected end of variable block
        wrong: step `a`: no earlier step is called `missing`
        wrong: step `one`: `parallel` needs at least two steps
        wrong: step `a b`: an id is letters, digits, `_` and `-`, beginning with a letter
        wrong: step `a`: its id is used twice
        ");
}

#[test]
fn the_published_schema_is_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("chain.schema.json");
    let text = serde_json::to_string_pretty(&schema::chain_schema()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &text).expect("can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "run the tests once with UPDATE_SCHEMA=1");
}
