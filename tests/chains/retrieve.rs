//! Chains that look into a folder of notes: what they find, cite and record, in both languages.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::BoxFuture;
use ponder::{
    chain::{Chain, Models, Named, Plan, check, explain, load, load_file},
    generate::{Embed, Embeddings, Generate, GenerateError, Generation, RawPrompt, Request},
    runs::{
        RunRecord, RunStore,
        replay::{Answers, models},
    },
};

use crate::support::{Told, ask, reasons, steps};

const EXAMPLE: &str = "examples/chains/with-notes.yaml";

fn example() -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE);
    load_file(&path).unwrap_or_else(|error| panic!("{error}"))
}

fn on(plan: Plan, model: &Arc<Told>) -> Chain {
    Chain::new(plan, Models::only(Named::new("tiny", Arc::clone(model) as _)))
}

/// A folder with a chain that asks a model about what it finds in `notes`.
fn folder(notes: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("notes")).unwrap();
    for (name, text) in notes {
        fs::write(folder.path().join("notes").join(name), text).unwrap();
    }
    fs::write(
        folder.path().join("chain.yaml"),
        "version: 1\nname: looks\ndescription: Looks.\nmodels: {general: required}\nsteps:\n  \
         - id: notes\n    retrieve: ${input.question}\n    from: notes\n    top: 2\n  \
         - id: ask\n    prompt: \"{{ notes|map(attribute='text')|join('; ') }}? {{ input.question }}\"\n  \
         - id: answer\n    call: ${ask}\n    model: general\n\
         output: ${answer}\n",
    )
    .unwrap();
    folder
}

#[tokio::test]
async fn an_english_question_gets_notes_and_cites_them() {
    let model = Told::saying(["Half of 6 times 4: \\boxed{12}."]);
    let question = "What is the area of a triangle with base 6 and height 4?";
    let answer = ask(&on(example(), &model), question).await;
    let prompt = &model.prompts()[0];
    assert!(prompt.contains("[geometry.md]\n## Triangles\n\nThe area of a triangle"), "{prompt}");
    assert!(prompt.contains(question), "{prompt}");
    assert_eq!(
        answer.content.lines().take(5).collect::<Vec<_>>(),
        ["Half of 6 times 4: \\boxed{12}.", "", "Sources:", "", "- geometry.md:3"]
    );
    let used = reasons(&answer, "notes");
    assert!(used[0].starts_with("geometry.md:3 ("), "{used:?}");
    assert!(used.contains(&"7 passages searched".to_owned()), "{used:?}");
    let lines = steps(&answer);
    assert!(lines.iter().any(|line| line.starts_with("notes retrieve: decided ")), "{lines:?}");
}

#[tokio::test]
async fn a_chinese_question_finds_chinese_notes_and_solved_problems() {
    let model = Told::saying([
        "The sum of the first 10 terms of an arithmetic sequence: 1, 3, ...?",
        "It is \\boxed{100}.",
        "是 ⟦M1⟧。",
    ]);
    let answer = ask(&on(example(), &model), "等差数列1, 3, ……的前10项的和是多少？").await;
    let prompt = &model.prompts()[1];
    assert!(prompt.contains("[数列.md]\n## 等差数列"), "{prompt}");
    assert!(answer.content.contains("\n\n参考资料：\n\n- 数列.md:3"), "{}", answer.content);

    let model = Told::saying(["none", "none", "\\boxed{12}", "\\boxed{12}"]);
    let answer = ask(&on(example(), &model), "鸡和兔共有20个头、56只脚，兔有多少只？").await;
    assert!(answer.content.contains("- solved.jsonl:2 (鸡兔)"), "{}", answer.content);
}

#[tokio::test]
async fn nothing_is_found_and_said_where_no_word_is_shared() {
    let folder = folder(&[("a.md", "Pears are sweet."), ("b.bin", "x")]);
    let model = Told::saying(["Yes."]);
    let plan = load_file(&folder.path().join("chain.yaml")).unwrap();
    let answer = ask(&on_general(plan, &model), "Zebras").await;
    assert_eq!(answer.content, "Yes.");
    assert_eq!(model.prompts(), ["? Zebras"]);
    assert_eq!(
        reasons(&answer, "notes"),
        ["1 passages searched", "left out b.bin: neither .md, .txt nor .jsonl"]
    );
}

fn on_general(plan: Plan, model: &Arc<Told>) -> Chain {
    let named = Named::new("tiny", Arc::clone(model) as _);
    Chain::new(plan, Models { general: Some(named.clone()), ..Models::only(named) })
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let folder = folder(&[]);
    let path = folder.path().join("chain.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let after = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let problems: Vec<String> = check(&path).iter().map(ToString::to_string).collect();
        problems.join("\n").replace(&format!("{}/", folder.path().display()), "")
    };
    insta::assert_snapshot!(after("from: notes", "from: nots"), @"chain.yaml:8:11: step `notes`: the folder `nots` does not exist; `from` is a folder, from where the chain file is, or a whole path");
    insta::assert_snapshot!(after("from: notes", "from: chain.yaml"), @"chain.yaml:8:11: step `notes`: `chain.yaml` is no folder; `from` is a folder, from where the chain file is, or a whole path");
    insta::assert_snapshot!(after("    from: notes\n", ""), @"chain.yaml:7:15: step `notes`: `retrieve` needs `from`: a folder of notes or solved problems, for example `from: notes`");
    insta::assert_snapshot!(after("top: 2", "top: 0"), @"chain.yaml:9:10: step `notes`: `top` is 1 to 50");
    insta::assert_snapshot!(after("retrieve: ${input.question}", "retrieve: \"{{ quest }}\""), @"chain.yaml:7:15: step `notes`: no earlier step is called `quest`; earlier steps: none");
    insta::assert_snapshot!(after("    model: general\n", "    model: general\n    top: 3\n"), @"chain.yaml:15:10: step `answer`: `top` does not belong to `call`, which takes model, system, temperature, max_tokens, thinking, schema");
    insta::assert_snapshot!(after("output:", "  - id: end\n    finish: ${answer}\n    cite: ${answer}\noutput:"), @"chain.yaml:17:11: step `end`: `cite` takes what a `retrieve` step gave, not an answer");
}

#[test]
fn the_example_is_written_explained_and_drawn() {
    let plan = example();
    let yaml = plan.to_yaml().unwrap();
    assert_eq!(load(&yaml, "elsewhere/written.yaml").as_ref(), Ok(&plan), "{yaml}");
    let names = Models::only(Named::new("tiny", Told::saying([""]) as _)).names();
    let explained = explain(&plan, &names, "What is 1 + 1?");
    let notes = explained.steps.iter().find(|step| step.kind == "retrieve").unwrap();
    assert_eq!((notes.id.as_str(), notes.uses.as_deref()), ("notes", Some("notes")));
    let drawn = plan.diagram();
    assert!(drawn.contains("[\"notes<br/>retrieve (notes, embedder)\"]"), "{drawn}");
    assert!(drawn.contains("step2 -->|\"cites\"| step6"), "{drawn}");
    assert!(drawn.contains("question --> step2") && drawn.contains("step1 --> step2"), "{drawn}");
}

/// A run of the chain in the folder, recorded.
async fn recorded(folder: &tempfile::TempDir) -> RunRecord {
    let store = RunStore::open(&folder.path().join("runs.sqlite"), 9).unwrap();
    let plan = load_file(&folder.path().join("chain.yaml")).unwrap();
    let model = Told::saying(["They are sweet."]);
    let chain = on_general(plan, &model).observed_by(Arc::new(store.clone()));
    ask(&chain, "What are pears like?").await;
    store.flush();
    store.show(&store.list(1).unwrap()[0].id).unwrap()
}

/// What comes of running it again, and how many recorded answers were not needed.
async fn replayed(record: &RunRecord, answers: Arc<Answers>) -> (Result<String, String>, usize) {
    let plan = load(&record.plan, "recorded").unwrap();
    let chain = Chain::new(plan.clone(), models(&plan, record, &answers, None));
    let chain = chain.recalling(Arc::clone(&answers) as _);
    let answer = chain.generate(record.request.again()).await.unwrap().collect().await;
    let answer = answer.map(|answer| answer.content).map_err(|error| error.to_string());
    (answer, answers.left())
}

#[tokio::test]
async fn a_record_cites_what_was_used_and_notices_a_changed_folder() {
    let folder = folder(&[("a.md", "Pears are sweet."), ("b.txt", "Lemons are sour.")]);
    let record = recorded(&folder).await;
    let [lookup] = record.lookups.as_slice() else { panic!("{:?}", record.lookups) };
    assert_eq!((lookup.step.as_str(), lookup.of.as_str()), ("notes", "folder notes"));
    assert_eq!(lookup.asked["query"], "What are pears like?");
    let found = lookup.found.as_ref().unwrap();
    assert_eq!((found[0]["file"].as_str(), found[0]["line"].as_u64()), (Some("a.md"), Some(1)));
    assert!(record.steps.iter().any(|step| {
        step["reasons"][0].as_str().is_some_and(|reason| reason.starts_with("a.md:1 ("))
    }));

    let sweet = Ok("They are sweet.".to_owned());
    assert_eq!(replayed(&record, Answers::of(&record)).await, (sweet.clone(), 0));
    // Something else in the folder is no other input for this question.
    fs::write(folder.path().join("notes/c.md"), "Plums are blue.").unwrap();
    assert_eq!(replayed(&record, Answers::of(&record)).await, (sweet.clone(), 0));
    fs::write(folder.path().join("notes/a.md"), "Pears are bitter.").unwrap();
    let (changed, _) = replayed(&record, Answers::of(&record)).await;
    assert_eq!(
        changed.unwrap_err(),
        "changed input: `folder notes` gives something else for the same than it did then"
    );
    // Going on with a run takes over what it had found.
    assert_eq!(replayed(&record, Answers::answered(&record)).await, (sweet, 0));
    fs::remove_dir_all(folder.path().join("notes")).unwrap();
    let gone = load(&record.plan, "recorded").unwrap_err().to_string();
    assert!(gone.contains("step `notes`: the folder `notes` does not exist"), "{gone}");
}

/// Knows that some words mean the same, in two languages; counts what it reads.
struct Synonyms(AtomicUsize);

impl Generate for Synonyms {
    fn generate(&self, _: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        Box::pin(async { Err(GenerateError::engine("it makes embeddings only")) })
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

impl Embed for Synonyms {
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        _: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
        const MEANINGS: [&[&str]; 3] =
            [&["car", "automobile", "汽车"], &["pear", "fruit", "梨"], &["sea"]];
        self.0.fetch_add(inputs.len(), Ordering::Relaxed);
        let vector = |input: RawPrompt| {
            let RawPrompt::Text(text) = input else { panic!("texts are embedded") };
            let text = text.to_lowercase();
            let said = |words: &&[&str]| f32::from(words.iter().any(|word| text.contains(word)));
            MEANINGS.iter().map(said).collect::<Vec<f32>>()
        };
        let vectors = inputs.into_iter().map(vector).collect();
        Box::pin(async move { Ok(Embeddings { vectors, prompt_tokens: 1 }) })
    }
}

#[tokio::test]
async fn what_means_the_same_is_found_in_other_words_where_somebody_makes_embeddings() {
    let folder = folder(&[
        ("a.md", "Automobiles need oil."),
        ("b.md", "Fruit is sweet."),
        ("c.md", "The sea is deep."),
    ]);
    let path = folder.path().join("chain.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let text = text
        .replace("general: required", "general: required, embedder: optional")
        .replace("    top: 2", "    top: 1\n    model: embedder");
    fs::write(&path, text).unwrap();
    let plan = load_file(&path).unwrap();
    let asked = |embedder: Option<&Arc<Synonyms>>| {
        let model = Told::saying(["Yes."]);
        let named = Named::new("tiny", Arc::clone(&model) as _);
        let embedder = embedder.map(|embedder| Named::new("words", Arc::clone(embedder) as _));
        let models = Models { general: Some(named.clone()), embedder, ..Models::only(named) };
        (model, models)
    };
    let (model, models) = asked(None);
    ask(&Chain::new(plan.clone(), models), "汽车 cars").await;
    assert_eq!(model.prompts(), ["? 汽车 cars"], "no word is shared");

    let embedder = Arc::new(Synonyms(AtomicUsize::new(0)));
    let (model, models) = asked(Some(&embedder));
    let answer = ask(&Chain::new(plan.clone(), models.clone()), "汽车 cars").await;
    assert_eq!(model.prompts(), ["Automobiles need oil.? 汽车 cars"]);
    assert_eq!(
        reasons(&answer, "notes"),
        [
            "a.md:1 (0.016)",
            "by words and by meaning (words, which read 3 passages for it)",
            "3 passages searched"
        ]
    );
    assert_eq!(embedder.0.load(Ordering::Relaxed), 4, "three passages and the question");

    // What was read once is not read again, but for what has changed.
    fs::write(folder.path().join("notes/c.md"), "Seas are deep, and cars are not boats.").unwrap();
    let store = RunStore::open(&folder.path().join("runs.sqlite"), 9).unwrap();
    let chain = Chain::new(plan.clone(), models).observed_by(Arc::new(store.clone()));
    ask(&chain, "Are pears sweet?").await;
    assert_eq!(model.prompts()[1], "Fruit is sweet.? Are pears sweet?");
    assert_eq!(embedder.0.load(Ordering::Relaxed), 6);

    // It is run again from the record alone, without anybody who makes embeddings.
    store.flush();
    let record = store.show(&store.list(1).unwrap()[0].id).unwrap();
    assert_eq!(record.models["embedder"], "words");
    assert_eq!(replayed(&record, Answers::of(&record)).await, (Ok("Yes.".to_owned()), 0));
    assert_eq!(embedder.0.load(Ordering::Relaxed), 6);
}

#[test]
fn an_embedder_answers_nothing() {
    let text = "version: 1\nname: a\ndescription: A.\nmodels: {embedder: required}\nsteps:\n  - id: answer\n    \
                call: ${input.question}\n    model: embedder\noutput: ${answer}\n";
    let error = load(text, "a.yaml").unwrap_err().to_string();
    assert!(
        error.contains("a.yaml:8:12: step `answer`: the `embedder` makes embeddings"),
        "{error}"
    );
}
