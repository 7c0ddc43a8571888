//! `ponder grade`

use clap::Args;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::equivalence::{Verdict, grade};

/// What to compare.
#[derive(Debug, Args)]
pub(super) struct GradeArguments {
    /// The right answer
    #[arg(long, value_name = "ANSWER", allow_hyphen_values = true)]
    gold: String,
    /// The answer to judge; of a longer text the last \boxed{…}, else what follows "the answer is",
    /// else what the last sentence concludes
    #[arg(long, value_name = "ANSWER", allow_hyphen_values = true)]
    answer: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &GradeArguments) -> Result<Exit, Failure> {
    let graded = grade(&arguments.gold, &arguments.answer);
    let (name, exit) = match graded.verdict {
        Verdict::Equal => ("equal", Exit::Done),
        Verdict::Different => ("different", Exit::No),
        Verdict::Unknown => ("unknown", Exit::Undecided),
    };
    let leniency = graded.leniency.map(|leniency| leniency.as_str());
    if arguments.json {
        let document = json!({ "schema": "ponder.grade/1", "verdict": name, "leniency": leniency });
        show::line(&format!("{document:#}"));
    } else {
        show::line(name);
        if let Some(leniency) = leniency {
            show::note(&format!("forgiven: {leniency}"));
        }
    }
    Ok(exit)
}
