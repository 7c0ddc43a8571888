//! The chain of `chains/solve.yaml` in typed Rust: what each step takes is checked by the compiler.
//!
//! Run with: `cargo run --release --example solve -- "小明有12个苹果，又买了30个，现在一共有多少个苹果？"`

use std::{io::Write, time::Duration};

use futures::StreamExt;
use ponder::{
    chain::{
        Chain, LoadError, Models, Named, Plan,
        compose::{ByKind, Composer},
        language::Language,
        step::{Chat, Decompose, DetectLanguage, Reason, Route, Translate, TranslateAnswer},
    },
    generate::{Delta, Generate, Kind, Request},
    node::Node,
};

const DESCRIPTION: &str = "Answers math and code questions with the reasoning model; Chinese \
                           questions are put into English first.";

/// The chain; the same plan as the file makes.
pub(crate) fn plan() -> Result<Plan, LoadError> {
    let chain = Composer::new("solve", DESCRIPTION).within(Duration::from_secs(3600));
    let question = chain.question();
    let language = question.then("language", DetectLanguage);
    let kind = question.then("kind", Route::by_rules());
    let foreign = language.is(Language::Chinese).and(kind.is_one_of([Kind::Math, Kind::Code]));
    let english = question.then_when("question", foreign.clone(), Translate::to_english());
    let arms = ByKind {
        math: english.arm(Reason::math()),
        code: english.arm(Reason::code()),
        both: question.arm(Decompose::by_rule()),
        other: chain.messages().arm(Chat),
    };
    let answer = kind.choose("answer", arms);
    chain.finish(answer.then_when("reply", foreign, TranslateAnswer::to_chinese()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let question = std::env::args().nth(1).unwrap_or_else(|| "What is 12 + 30?".to_owned());
    let node = Node::default(&|line| eprintln!("{line}")).await?;
    let model = node.reasoner().ok_or("no model is configured")?;
    let chain = Chain::new(plan()?, Models::only(Named::new("model", model)));
    let mut answer = chain.generate(Request::ask(question)).await?;
    while let Some(delta) = answer.next().await {
        match delta? {
            Delta::Step(event) => eprintln!("{} {}: {:?}", event.step, event.action, event.state),
            Delta::Reasoning(text) => eprint!("{text}"),
            Delta::Content(text) => print!("{text}"),
            Delta::Logprobs(_) | Delta::ToolCall { .. } | Delta::ToolArguments { .. } => {}
            Delta::Finished(finish) => println!("\n{:?}", finish.usage),
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}
