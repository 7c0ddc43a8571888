//! `ponder ask`

use clap::Args;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    node::{find, question, start_observed, telemetry, unless_interrupted},
    runs::Records,
    show::{self, Detail},
};
use crate::{
    chain::extract,
    config::ModelArguments,
    generate::{Answer, FinishReason, Generate, Request, Sampling, Thinking},
    node::Watchers,
};

/// What to ask, and how.
#[derive(Debug, Args)]
pub(super) struct AskArguments {
    /// The question; from standard input if there is none, or if it is `-`
    question: Vec<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Answer without thinking first: faster, and worse
    #[arg(long)]
    no_think: bool,
    /// Show the answer only
    #[arg(long, short)]
    quiet: bool,
    /// Who answers: a chain, or a model without one
    #[arg(long, value_name = "NAME", default_value = "chain/solve")]
    to: String,
    /// 0 to 2: how freely words are chosen [default: as the model recommends]
    #[arg(long, value_name = "NUMBER", value_parser = temperature)]
    temperature: Option<f32>,
    /// Repeats the same choices with the same number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    seed: Option<i64>,
    /// The most tokens to write, thinking included [default: as the model recommends]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// Keep no record of the run (see `ponder runs`)
    #[arg(long)]
    no_record: bool,
}

fn temperature(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if (0.0..=2.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 2 is needed".to_owned()),
    }
}

pub(super) async fn ask(models: &ModelArguments, arguments: AskArguments) -> Result<Exit, Failure> {
    let question = question(&arguments.question)?;
    let request = Request {
        thinking: if arguments.no_think { Thinking::Off } else { Thinking::Natural },
        sampling: Sampling {
            temperature: arguments.temperature,
            seed: arguments.seed.map(i64::cast_unsigned),
            ..Sampling::default()
        },
        max_tokens: arguments.max_tokens,
        ..Request::ask(question)
    };
    let detail = match (arguments.json, arguments.quiet) {
        (true, _) => Detail::Silent,
        (false, true) => Detail::AnswerOnly,
        (false, false) => Detail::Everything,
    };
    let records = Records::of(!arguments.no_record);
    let telemetry = telemetry(models)?;
    let watchers = Watchers { records: records.observer(), telemetry: telemetry.clone() };
    let ended = unless_interrupted(async {
        let node = start_observed(models, watchers, detail != Detail::Everything).await?;
        let model = find(&node, &arguments.to)?;
        if detail == Detail::Everything {
            show::patience(model.pace(), request.max_tokens, "--max-tokens sets a lower limit");
        }
        let answer = show::stream(model.generate(request).await?, detail).await?;
        let result = result(&answer);
        if arguments.json {
            show::line(&format!("{:#}", document(&answer, result)));
        }
        Ok(if result.is_some() { Exit::Done } else { Exit::Undecided })
    })
    .await;
    if let Some(telemetry) = telemetry {
        telemetry.flush().await;
    }
    ended
}

/// The boxed value, the program, or the whole text; nothing if the answer was cut off before one.
pub(super) fn result(answer: &Answer) -> Option<&str> {
    extract::result(&answer.content, answer.finish.reason)
}

/// The answer as one JSON object.
fn document(answer: &Answer, result: Option<&str>) -> serde_json::Value {
    let content = answer.content.trim();
    let usage = answer.finish.usage;
    let mut document = json!({
        "schema": "ponder.ask/1",
        "answer": result,
        "content": content,
        "reasoning": answer.reasoning.trim(),
        "kind": answer.finish.kind.map(crate::generate::Kind::as_str),
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
        "finish_reason": match answer.finish.reason {
            FinishReason::Stop => "stop",
            FinishReason::ToolCalls => "tool_calls",
            FinishReason::Length => "length",
        },
    });
    // Only where somebody has counted.
    if let (Some(confidence), Some(keys)) = (answer.finish.confidence, document.as_object_mut()) {
        keys.insert("confidence".to_owned(), json!(confidence));
    }
    document
}
