//! The models of the configuration: those of the file, those given by flags, and the keys they need.

use std::collections::BTreeMap;

use super::{
    ConfigError, HostedModel, ModelArguments, ModelConfig, RemoteModel, environment,
    file::ModelTable,
};
use crate::{engine::source::ModelSource, generate::Sampling};

pub(super) fn model(id: &str, table: ModelTable) -> Result<ModelConfig, ConfigError> {
    let wrong = |message: &str| ConfigError(format!("[models.{id}]: {message}"));
    match (&table.source, &table.url) {
        (Some(_), Some(_)) => Err(wrong("give either `source` or `url`, not both")),
        (None, None) => Err(wrong("give `source` for a model to host, or `url` for a remote one")),
        (Some(source), None) => {
            if let Some(kind) = &table.quantize {
                check_quantization(kind).map_err(|message| wrong(&message))?;
            }
            let remote_keys = table.api_key_env.is_some()
                || table.model.is_some()
                || table.without_thinking.is_some();
            if remote_keys {
                return Err(wrong(
                    "`model`, `api_key_env` and `without_thinking` belong to a remote model",
                ));
            }
            let sampling = Sampling {
                temperature: table.temperature,
                top_p: table.top_p,
                top_k: table.top_k,
                min_p: table.min_p,
                repetition_penalty: table.repetition_penalty,
                ..Sampling::default()
            };
            check_sampling(&sampling).map_err(|message| wrong(&message))?;
            for (key, value) in
                [("max_tokens", table.max_tokens), ("max_prompt_tokens", table.max_prompt_tokens)]
            {
                if value == Some(0) {
                    return Err(wrong(&format!("`{key}` must be at least 1")));
                }
            }
            Ok(ModelConfig::Hosted(HostedModel {
                source: source.parse().map_err(|error| wrong(&format!("{error}")))?,
                quantize: table.quantize,
                device: table.device.unwrap_or_default(),
                system_prompt: table.system_prompt,
                sampling,
                max_tokens: table.max_tokens,
                max_prompt_tokens: table.max_prompt_tokens,
            }))
        }
        (None, Some(url)) => {
            if table.hosting_key().is_some() {
                let key = table.hosting_key().unwrap_or_default();
                return Err(wrong(&format!("`{key}` belongs to a model with `source`")));
            }
            Ok(ModelConfig::Remote(RemoteModel {
                url: checked_url(id, url)?,
                model: table.model.unwrap_or_else(|| id.to_owned()),
                api_key: api_key(table.api_key_env.as_deref())?,
                without_thinking: table.without_thinking.unwrap_or_default(),
            }))
        }
    }
}

pub(super) fn hosted_by_flags(
    arguments: &ModelArguments,
) -> Result<(String, HostedModel), ConfigError> {
    let source: ModelSource = match &arguments.model {
        Some(text) => text.parse().map_err(|error| ConfigError(format!("--model: {error}")))?,
        None if cfg!(feature = "local") => ModelSource::Embedded,
        None => ModelSource::Scripted(None),
    };
    if let Some(kind) = &arguments.quantize {
        check_quantization(kind)
            .map_err(|message| ConfigError(format!("--quantize: {message}")))?;
    }
    let sampling = Sampling {
        temperature: arguments.default_temperature,
        top_p: arguments.default_top_p,
        top_k: arguments.default_top_k,
        min_p: arguments.default_min_p,
        repetition_penalty: arguments.default_repetition_penalty,
        ..Sampling::default()
    };
    check_sampling(&sampling).map_err(ConfigError)?;
    if arguments.model_id.as_ref().is_some_and(|id| id.is_empty() || id.starts_with("chain/")) {
        return Err(ConfigError(
            "--model-id: a model needs a name, and names that begin with chain/ belong to chains"
                .to_owned(),
        ));
    }
    let id = arguments.model_id.clone().unwrap_or_else(|| source.default_id());
    let hosted = HostedModel {
        source,
        quantize: arguments.quantize.clone(),
        device: arguments.device.unwrap_or_default(),
        system_prompt: arguments.system_prompt.clone(),
        sampling,
        max_tokens: arguments.default_max_tokens,
        max_prompt_tokens: arguments.max_prompt_tokens,
    };
    Ok((id, hosted))
}

/// A model behind the endpoint that a command's own flags name; the key is in the variable of that name.
///
/// # Errors
///
/// If the address is none, or the variable holds no key.
pub fn remote_model(
    url: &str,
    model: &str,
    api_key_env: Option<&str>,
) -> Result<RemoteModel, ConfigError> {
    Ok(RemoteModel {
        url: checked_url(model, url)?,
        model: model.to_owned(),
        api_key: api_key(api_key_env)?,
        without_thinking: serde_json::Map::new(),
    })
}

/// Adds the model of `--general-url`, if there is one, and returns the general model's name.
pub(super) fn general_by_flags(
    arguments: &ModelArguments,
    general: Option<String>,
    models: &mut BTreeMap<String, ModelConfig>,
) -> Result<Option<String>, ConfigError> {
    let Some(url) = &arguments.general_url else { return Ok(general) };
    let id = general.unwrap_or_else(|| "general".to_owned());
    if id.starts_with("chain/") || models.contains_key(&id) {
        return Err(ConfigError(format!(
            "--general-url: there is a model or a chain called `{id}` already; give another name \
             with --general"
        )));
    }
    let model = RemoteModel {
        url: checked_url(&id, url)?,
        model: arguments.general_model.clone().unwrap_or_else(|| id.clone()),
        api_key: api_key(arguments.general_api_key_env.as_deref())?,
        without_thinking: serde_json::Map::new(),
    };
    models.insert(id.clone(), ModelConfig::Remote(model));
    Ok(Some(id))
}

/// The aliases of the file and those of the flags, which win.
pub(super) fn aliases(
    mut aliases: BTreeMap<String, String>,
    flags: &[String],
    models: &BTreeMap<String, ModelConfig>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    for flag in flags {
        let Some((alias, id)) = flag.split_once('=') else {
            return Err(ConfigError(format!(
                "--alias: `{flag}` is not of the form NAME=MODEL, for example gpt-4o=chain/solve"
            )));
        };
        aliases.insert(alias.trim().to_owned(), id.trim().to_owned());
    }
    for alias in aliases.keys() {
        if alias.is_empty() || alias.starts_with("chain/") {
            return Err(ConfigError(format!(
                "the alias {alias:?}: an alias needs a name, and names that begin with chain/ \
                 belong to chains"
            )));
        }
        if models.contains_key(alias) {
            return Err(ConfigError(format!(
                "the alias `{alias}` is the name of a model already; give the alias another one"
            )));
        }
    }
    Ok(aliases)
}

/// Without a role, the reasoner is the only hosted model there is.
pub(super) fn only_one(models: &BTreeMap<String, ModelConfig>) -> Result<String, ConfigError> {
    let mut hosted = models.iter().filter(|(_, model)| matches!(model, ModelConfig::Hosted(_)));
    match (hosted.next(), hosted.next()) {
        (Some((id, _)), None) => Ok(id.clone()),
        _ => Err(ConfigError(
            "say which model is the reasoner: [roles] reasoner = \"…\" or --reasoner".to_owned(),
        )),
    }
}

/// The kinds of in-situ quantization that the engine has on every device.
const QUANTIZATIONS: [&str; 9] =
    ["q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q3k", "q4k", "q5k", "q6k"];

fn check_quantization(kind: &str) -> Result<(), String> {
    if QUANTIZATIONS.contains(&kind.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(format!("`{kind}` is no quantization; use one of {}", QUANTIZATIONS.join(", ")))
}

fn check_sampling(sampling: &Sampling) -> Result<(), String> {
    let ranges = [
        ("temperature", sampling.temperature, 0.0, 2.0),
        ("top_p", sampling.top_p, f32::MIN_POSITIVE, 1.0),
        ("min_p", sampling.min_p, 0.0, 1.0),
        ("repetition_penalty", sampling.repetition_penalty, f32::MIN_POSITIVE, 10.0),
    ];
    for (name, value, low, high) in ranges {
        if value.is_some_and(|value| !(low..=high).contains(&value)) {
            return Err(format!("`{name}` must be between {low:.0} and {high:.0}"));
        }
    }
    if sampling.top_k == Some(0) { Err("`top_k` must be at least 1".to_owned()) } else { Ok(()) }
}

pub(super) fn checked_url(id: &str, url: &str) -> Result<String, ConfigError> {
    let valid = ["http://", "https://"].iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if valid {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(ConfigError(format!(
        "the url of the model `{id}` must look like http://127.0.0.1:11434/v1, not `{url}`"
    )))
}

/// The key in the variable of this name.
pub(super) fn api_key(variable: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(variable) = variable else { return Ok(None) };
    match environment(variable).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()) {
        Some(key) if key.chars().all(|letter| letter.is_ascii_graphic()) => Ok(Some(key)),
        Some(_) => Err(ConfigError(format!(
            "the environment variable {variable} holds something that is no API key: keys have no \
             spaces and only ASCII letters, digits and signs"
        ))),
        None => Err(ConfigError(format!(
            "the environment variable {variable}, which should hold an API key, is not set"
        ))),
    }
}
