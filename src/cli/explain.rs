//! `ponder explain`

use clap::Args;

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::{
    chain::{self, ModelNames},
    config::{ModelArguments, NodeConfig},
    node,
};

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The question
    question: Vec<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// The chain that would answer
    #[arg(long, value_name = "NAME", default_value = "solve")]
    chain: String,
}

pub(super) fn explain(
    models: &ModelArguments,
    arguments: &ExplainArguments,
) -> Result<Exit, Failure> {
    let config = NodeConfig::resolve(models)?;
    let name = arguments.chain.strip_prefix("chain/").unwrap_or(&arguments.chain);
    let plans = node::plans(&config)?;
    let plan = plans.iter().find(|plan| plan.name == name).ok_or_else(|| {
        let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
        Failure::new(
            Exit::Usage,
            format!("there is no chain `{name}`; there are: {}", names.join(", ")),
        )
    })?;
    let names = ModelNames {
        reasoner: config.roles.reasoner,
        translator: config.roles.translator,
        general: config.roles.general,
        embedder: config.roles.embedder,
        greedy: false,
    };
    let explanation = chain::explain(plan, &names, &arguments.question.join(" "));
    if arguments.json {
        let text = serde_json::to_string_pretty(&explanation)
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        show::line(&text);
        return Ok(Exit::Done);
    }
    show::line(&format!("language: {}", explanation.language.as_str()));
    show::line(&format!("kind: {}", explanation.kind));
    for reason in &explanation.reasons {
        show::note(&format!("  because {reason}"));
    }
    for step in &explanation.steps {
        match step.model.as_ref().or(step.uses.as_ref()) {
            Some(asked) => show::line(&format!("step {}: {} with {asked}", step.id, step.kind)),
            None => show::line(&format!("step {}: {}", step.id, step.kind)),
        }
    }
    Ok(Exit::Done)
}
