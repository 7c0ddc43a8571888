//! `ponder models`

use clap::Args;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::{
    config::{ModelArguments, ModelConfig, NodeConfig},
    node,
};

/// How to list.
#[derive(Debug, Args)]
pub(super) struct ModelsArguments {
    /// Print one JSON array instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn models(
    arguments: &ModelArguments,
    listing: &ModelsArguments,
) -> Result<Exit, Failure> {
    let config = NodeConfig::resolve(arguments)?;
    let roles = [
        ("reasoner", Some(&config.roles.reasoner)),
        ("translator", config.roles.translator.as_ref()),
        ("general", config.roles.general.as_ref()),
        ("embedder", config.roles.embedder.as_ref()),
    ];
    let mut rows = Vec::new();
    for (id, model) in &config.models {
        let source = match model {
            ModelConfig::Hosted(hosted) => hosted.source.to_string(),
            ModelConfig::Remote(remote) => format!("{} ({})", remote.url, remote.model),
        };
        let played: Vec<&str> =
            roles.iter().filter(|(_, name)| *name == Some(id)).map(|(role, _)| *role).collect();
        rows.push((id.clone(), source, played.join(", ")));
    }
    for plan in node::plans(&config)? {
        rows.push((format!("chain/{}", plan.name), plan.description, "chain".to_owned()));
    }
    for (alias, id) in &config.aliases {
        rows.push((alias.clone(), format!("stands for {id}"), "alias".to_owned()));
    }
    if listing.json {
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(id, source, role)| json!({"id": id, "source": source, "role": role}))
            .collect();
        show::line(&format!("{:#}", serde_json::Value::from(rows)));
        return Ok(Exit::Done);
    }
    let width = rows.iter().map(|(id, ..)| id.chars().count()).max().unwrap_or(0);
    for (id, source, role) in rows {
        show::line(&format!("{id:width$}  {role:10}  {source}"));
    }
    Ok(Exit::Done)
}
