//! Who is measured: a model or chain of this node, or a model of any OpenAI-compatible server.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    super::{
        exit::{Exit, Failure},
        node::find,
        show,
    },
    measure::MeasureArguments,
};
use crate::{
    config::{self, HostedModel, ModelArguments, ModelConfig, NodeConfig},
    engine::remote::RemoteEngine,
    generate::{Generate, Sampling},
    node::Node,
};

/// What answers, and what it is made of.
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) model: Arc<dyn Generate>,
    /// Whatever changes its answers, for the run's fingerprint.
    pub(super) made_of: Value,
    /// Whether it only demonstrates.
    pub(super) demonstration: bool,
}

/// Finds or loads who is to be measured.
pub(super) async fn measured(
    models: &ModelArguments,
    arguments: &MeasureArguments,
) -> Result<Measured, Failure> {
    match &arguments.base_url {
        Some(url) => remote(url, models, arguments),
        None => of_this_node(models, arguments).await,
    }
}

fn remote(
    url: &str,
    models: &ModelArguments,
    arguments: &MeasureArguments,
) -> Result<Measured, Failure> {
    let name = arguments.to.as_ref().or(models.model.as_ref()).ok_or_else(|| {
        Failure::new(Exit::Usage, "--base-url needs --model NAME: the model's name at that server")
    })?;
    let remote = config::remote_model(url, name, arguments.api_key_env.as_deref())?;
    let engine = RemoteEngine::new(&remote.url, remote.api_key.as_deref(), remote.model.as_str());
    // Not the address: the same model may move, and an address may hold a secret.
    let made_of = json!({ "remote": name });
    let model = Arc::new(engine);
    Ok(Measured { name: name.clone(), model, made_of, demonstration: false })
}

async fn of_this_node(
    models: &ModelArguments,
    arguments: &MeasureArguments,
) -> Result<Measured, Failure> {
    let (models, name) = chosen(models, arguments.to.as_deref());
    let config = NodeConfig::resolve(&models)?;
    let quiet = arguments.quiet || arguments.json;
    let report = move |line: &str| {
        if !quiet {
            show::note(line);
        }
    };
    let node = Node::start(&config, &report).await?;
    let name = name.unwrap_or_else(|| node.reasoner.clone());
    let model = find(&node, &name)?;
    let entry = node.catalog.find(&name);
    let demonstration = entry.is_some_and(|entry| entry.info.demonstration);
    let plan = entry.and_then(|entry| entry.chain.as_ref());
    let made_of = match plan {
        None => config.models.get(&name).map_or(Value::Null, described),
        Some(plan) => {
            let text = plan.to_yaml().map_err(|error| Failure::new(Exit::Internal, error))?;
            let all: BTreeMap<&String, Value> =
                config.models.iter().map(|(id, model)| (id, described(model))).collect();
            json!({
                "chain": format!("{:x}", Sha256::digest(text)),
                "roles": {
                    "reasoner": config.roles.reasoner,
                    "translator": config.roles.translator,
                    "general": config.roles.general,
                },
                "models": all,
            })
        }
    };
    Ok(Measured { name, model, made_of, demonstration })
}

/// The node's configuration, and who of it answers. `--model` says what to host, here as everywhere; where it
/// names a chain or a model of the configuration, it says who answers.
fn chosen(models: &ModelArguments, to: Option<&str>) -> (ModelArguments, Option<String>) {
    let mut models = models.clone();
    if let (None, Some(name)) = (to, models.model.clone()) {
        let without = ModelArguments { model: None, ..models.clone() };
        let configured =
            || NodeConfig::resolve(&without).is_ok_and(|config| config.models.contains_key(&name));
        if name.starts_with("chain/") || configured() {
            models.model = None;
            return (models, Some(name));
        }
    }
    (models, to.map(str::to_owned))
}

fn described(model: &ModelConfig) -> Value {
    match model {
        ModelConfig::Remote(remote) => json!({ "remote": remote.model }),
        ModelConfig::Hosted(hosted) => {
            let HostedModel { source, quantize, system_prompt, sampling, max_tokens, .. } = hosted;
            let mut fields = sampling_fields(sampling);
            fields.insert("source".to_owned(), source.to_string().into());
            let optional = [
                ("quantize", quantize.clone().map(Value::from)),
                ("system_prompt", system_prompt.clone().map(Value::from)),
                ("max_tokens", max_tokens.map(Value::from)),
            ];
            insert(&mut fields, optional);
            Value::Object(fields)
        }
    }
}

/// The settings that are there, by their names.
pub(super) fn sampling_fields(sampling: &Sampling) -> Map<String, Value> {
    let mut fields = Map::new();
    let optional = [
        ("temperature", sampling.temperature.map(number)),
        ("top_p", sampling.top_p.map(number)),
        ("top_k", sampling.top_k.map(Value::from)),
        ("min_p", sampling.min_p.map(number)),
        ("frequency_penalty", sampling.frequency_penalty.map(number)),
        ("presence_penalty", sampling.presence_penalty.map(number)),
        ("repetition_penalty", sampling.repetition_penalty.map(number)),
    ];
    insert(&mut fields, optional);
    fields
}

/// A number as it was written: 0.95, not the nearest float's 0.949999988.
fn number(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

pub(super) fn insert<const N: usize>(
    fields: &mut Map<String, Value>,
    optional: [(&str, Option<Value>); N],
) {
    for (name, value) in optional {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    }
}
