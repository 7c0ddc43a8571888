//! The models of a node: each is loaded, reached or read by what the configuration says of it.

use std::{sync::Arc, time::SystemTime};

use crate::{
    catalog::{ModelInfo, Purpose},
    config::{ModelConfig, NodeConfig, RemoteModel},
    engine::{
        LoadError,
        remote::RemoteEngine,
        scripted::{Script, ScriptedEngine},
        source::ModelSource,
    },
    generate::Generate,
};

use super::{Report, StartError};

/// Whether this build can host the configured models.
///
/// # Errors
///
/// Which one it cannot.
#[cfg(not(feature = "local"))]
pub fn check_hosting(config: &NodeConfig) -> Result<(), StartError> {
    let unhosted = config.models.iter().find_map(|(id, model)| match model {
        ModelConfig::Hosted(hosted) => match &hosted.source {
            ModelSource::Scripted(_) => None,
            source => Some((id, no_engine(source))),
        },
        ModelConfig::Remote(_) => None,
    });
    unhosted.map_or(Ok(()), |(id, error)| Err(StartError::Model { id: id.clone(), error }))
}

/// Whether this build can host the configured models; with the engine it can.
#[cfg(feature = "local")]
pub fn check_hosting(_config: &NodeConfig) -> Result<(), StartError> {
    Ok(())
}

pub(super) type Started = (ModelInfo, Arc<dyn Generate>);

pub(super) async fn start_model(
    id: &str,
    model: &ModelConfig,
    config: &NodeConfig,
    report: Report<'_>,
) -> Result<Started, LoadError> {
    match model {
        ModelConfig::Remote(remote) => Ok(start_remote(id, remote)),
        ModelConfig::Hosted(hosted) => match &hosted.source {
            ModelSource::Scripted(script) => start_scripted(id, script.as_deref()),
            _ => start_hosted(id, hosted, config, report).await,
        },
    }
}

fn start_remote(id: &str, remote: &RemoteModel) -> Started {
    let engine = RemoteEngine::new(&remote.url, remote.api_key.as_deref(), remote.model.as_str())
        .without_thinking(remote.without_thinking.clone());
    let info = ModelInfo {
        id: id.to_owned(),
        description: format!("The model {} of a remote endpoint.", remote.model),
        purpose: Purpose::Answers,
        owned_by: "remote".to_owned(),
        created: now(),
        context_length: None,
        demonstration: false,
    };
    (info, Arc::new(engine))
}

fn start_scripted(id: &str, file: Option<&std::path::Path>) -> Result<Started, LoadError> {
    let engine = match file {
        None => ScriptedEngine::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| LoadError::broken(path, error))?;
            let script: Script =
                serde_saphyr::from_str(&text).map_err(|error| LoadError::broken(path, error))?;
            ScriptedEngine::new(script)
        }
    };
    let info = ModelInfo {
        id: id.to_owned(),
        description: "No model: prepared replies, for tests and measurements.".to_owned(),
        purpose: Purpose::Answers,
        owned_by: "ponder".to_owned(),
        created: now(),
        context_length: None,
        demonstration: true,
    };
    Ok((info, Arc::new(engine)))
}

#[cfg(feature = "local")]
async fn start_hosted(
    id: &str,
    hosted: &crate::config::HostedModel,
    config: &NodeConfig,
    report: Report<'_>,
) -> Result<Started, LoadError> {
    use crate::engine::{
        hub::HubSettings,
        load::{LoadRequest, Loaded, load},
    };

    let request = LoadRequest {
        source: hosted.source.clone(),
        quantize: hosted.quantize.clone(),
        device: hosted.device,
        max_running: config.max_running as usize,
        system_prompt: hosted.system_prompt.clone(),
        sampling: hosted.sampling,
        max_tokens: hosted.max_tokens,
        max_prompt_tokens: hosted.max_prompt_tokens,
        cache: config.cache.clone(),
        hub: HubSettings {
            endpoint: config.hub.endpoint.clone(),
            home: config.hub.home.clone(),
            token: config.hub.token.clone(),
        },
    };
    let loaded = load(request, report).await?;
    let demonstration = hosted.source == ModelSource::Embedded;
    let (engine, context_length, does): (Arc<dyn Generate>, u32, _) = match loaded {
        Loaded::Answering(engine) => {
            let context_length = engine.context_length();
            (engine, context_length, Purpose::Answers)
        }
        Loaded::Embedding(engine) => {
            let context_length = engine.context_length();
            (engine, context_length, Purpose::Embeddings)
        }
    };
    let info = ModelInfo {
        id: id.to_owned(),
        description: match does {
            _ if demonstration => {
                "Demonstration model inside ponder: arithmetic, short word problems, linear \
                 equations, short Python functions and their translation from Chinese; nothing else."
                    .to_owned()
            }
            Purpose::Answers => format!("Hosted from {}.", hosted.source),
            Purpose::Embeddings => format!("Hosted from {}; makes embeddings.", hosted.source),
        },
        purpose: does,
        owned_by: match &hosted.source {
            ModelSource::Hub(hub) => {
                hub.repository.split('/').next().unwrap_or("unknown").to_owned()
            }
            ModelSource::Embedded | ModelSource::Scripted(_) => "ponder".to_owned(),
            ModelSource::Folder(_) | ModelSource::Gguf(_) => "local".to_owned(),
        },
        created: now(),
        context_length: Some(context_length),
        demonstration,
    };
    Ok((info, engine))
}

#[cfg(not(feature = "local"))]
#[expect(clippy::unused_async, reason = "the same signature as with the engine")]
async fn start_hosted(
    _id: &str,
    hosted: &crate::config::HostedModel,
    _config: &NodeConfig,
    _report: Report<'_>,
) -> Result<Started, LoadError> {
    Err(no_engine(&hosted.source))
}

#[cfg(not(feature = "local"))]
fn no_engine(source: &ModelSource) -> LoadError {
    LoadError::Unsupported(format!(
        "this build has no engine to host `{source}`: build with the default features, use --model \
         scripted, or configure a remote model"
    ))
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
