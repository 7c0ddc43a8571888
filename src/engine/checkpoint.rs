//! Opens a model folder and brings it into the shape the engine reads.
//!
//! Checkpoints come from many hands: newer exporters write `rope_parameters` instead of
//! `rope_theta` and `null` for a sliding window that is off. What the engine would refuse is mended
//! in a copy of the configuration, in a folder of links beside the cache; the original is never
//! touched.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokenizers::Tokenizer;

use super::{LoadError, template::ChatTemplate, tokens::Tokens};
use crate::generate::Sampling;

/// A model on disk, opened and checked but not loaded.
pub struct Checkpoint {
    /// What the engine loads.
    pub weights: Weights,
    /// Its tokenizer.
    pub tokens: Tokens,
    /// Its chat template.
    pub template: ChatTemplate,
    /// The most tokens of prompt and answer together.
    pub context_length: u32,
    /// The tokens that end an answer.
    pub stop_tokens: Vec<u32>,
    /// The size of the weights.
    pub bytes: u64,
    /// The architecture's name, for example `Qwen2ForCausalLM`.
    pub architecture: String,
    /// The sampling its `generation_config.json` asks for.
    pub sampling: Sampling,
}

/// The files the engine loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weights {
    /// A folder with safetensors.
    Folder(PathBuf),
    /// A GGUF file.
    Gguf(PathBuf),
}

impl Weights {
    /// The folder or the file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Gguf(path) => path,
        }
    }
}

/// The template of models that speak `ChatML` but carry none, such as base models.
pub(super) const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// Opens the model in `folder`; `staging` is where a mended configuration may be kept.
///
/// # Errors
///
/// Which file is missing or wrong.
pub fn open_folder(folder: &Path, staging: &Path) -> Result<Checkpoint, LoadError> {
    let config = read_json(&folder.join("config.json"))?;
    let bytes = weight_bytes(folder)?;
    let tokens = tokens(folder)?;
    let tokenizer_config = read_optional_json(&folder.join("tokenizer_config.json"))?;
    let generation = read_optional_json(&folder.join("generation_config.json"))?;
    let source = chat_template(folder, &tokenizer_config)?
        .or_else(|| tokens.id("<|im_start|>").map(|_| CHATML.to_owned()))
        .ok_or_else(|| {
            LoadError::Invalid(format!(
                "{} has no chat template; ponder needs an instruction-tuned model",
                folder.display()
            ))
        })?;
    let template = ChatTemplate::new(
        source,
        token_text(&tokenizer_config, "bos_token"),
        token_text(&tokenizer_config, "eos_token"),
    )
    .map_err(|error| LoadError::broken(folder, error))?;
    let stop_tokens = stop_tokens(&tokens, &[&generation, &config], &tokenizer_config);
    if stop_tokens.is_empty() {
        return Err(LoadError::Invalid(format!(
            "{} names no end-of-text token, so an answer would never end",
            folder.display()
        )));
    }
    Ok(Checkpoint {
        weights: Weights::Folder(mended(folder, &config, staging)?),
        tokens,
        template,
        context_length: context_length(folder, &config)?,
        stop_tokens,
        bytes,
        architecture: architecture(&config),
        sampling: sampling(&generation),
    })
}

/// The tokenizer in `folder`.
pub(super) fn tokens(folder: &Path) -> Result<Tokens, LoadError> {
    let path = folder.join("tokenizer.json");
    let broken = |error| LoadError::broken(&path, error);
    let mut tokenizer = Tokenizer::from_file(&path).map_err(broken)?;
    // Some are saved with a length to cut texts to, or to fill them up to. What is too long is refused
    // here, not cut in silence.
    tokenizer.with_truncation(None).map_err(broken)?.with_padding(None);
    Ok(Tokens::new(tokenizer))
}

/// The most tokens that the model of this configuration reads.
pub(super) fn context_length(folder: &Path, config: &Value) -> Result<u32, LoadError> {
    unscaled_length(config)
        .or_else(|| config.get("max_position_embeddings").and_then(Value::as_u64))
        .and_then(|length| u32::try_from(length).ok())
        .ok_or_else(|| {
            let file = folder.join("config.json");
            LoadError::Invalid(format!("{} has no `max_position_embeddings`", file.display()))
        })
}

/// The architecture's name.
pub(super) fn architecture(config: &Value) -> String {
    let name = config.pointer("/architectures/0").and_then(Value::as_str);
    name.unwrap_or("unknown architecture").to_owned()
}

pub(super) fn read_json(path: &Path) -> Result<Value, LoadError> {
    let text = fs::read(path).map_err(|error| LoadError::broken(path, error))?;
    serde_json::from_slice(&text).map_err(|error| LoadError::broken(path, error))
}

/// The JSON in `path`, or `null` if there is no such file.
fn read_optional_json(path: &Path) -> Result<Value, LoadError> {
    if path.exists() { read_json(path) } else { Ok(Value::Null) }
}

pub(super) fn weight_bytes(folder: &Path) -> Result<u64, LoadError> {
    let entries = fs::read_dir(folder).map_err(|error| LoadError::broken(folder, error))?;
    let bytes = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "safetensors"))
        .filter_map(|entry| fs::metadata(entry.path()).ok())
        .map(|metadata| metadata.len())
        .sum();
    if bytes == 0 {
        return Err(LoadError::Invalid(format!(
            "{} holds no .safetensors weights; give a folder in Hugging Face layout, or a .gguf file",
            folder.display()
        )));
    }
    Ok(bytes)
}

/// The template, wherever this exporter put it.
fn chat_template(folder: &Path, tokenizer_config: &Value) -> Result<Option<String>, LoadError> {
    let file = folder.join("chat_template.jinja");
    if file.exists() {
        return fs::read_to_string(&file)
            .map(Some)
            .map_err(|error| LoadError::broken(&file, error));
    }
    let extra = read_optional_json(&folder.join("chat_template.json"))?;
    let template = extra.get("chat_template").or_else(|| tokenizer_config.get("chat_template"));
    Ok(match template {
        Some(Value::String(template)) => Some(template.clone()),
        // Several templates: the one for plain conversations is called `default`.
        Some(Value::Array(named)) => named
            .iter()
            .find(|entry| entry.get("name").and_then(Value::as_str) == Some("default"))
            .or(named.first())
            .and_then(|entry| entry.get("template"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        _ => None,
    })
}

/// The text of a special token, which is a string or an object with `content`.
fn token_text(tokenizer_config: &Value, name: &str) -> String {
    let token = tokenizer_config.get(name);
    token
        .and_then(Value::as_str)
        .or_else(|| token.and_then(|token| token.get("content")).and_then(Value::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// What ends a turn in the chat formats of common families; many a checkpoint declares only the end
/// of its training documents, and would go on with the user's next turn.
const END_OF_TURN: [&str; 5] =
    ["<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>", "<|end_of_text|>"];

fn stop_tokens(tokens: &Tokens, configs: &[&Value], tokenizer_config: &Value) -> Vec<u32> {
    let declared =
        configs.iter().filter_map(|config| config.get("eos_token_id")).flat_map(|id| match id {
            Value::Array(ids) => ids.clone(),
            id => vec![id.clone()],
        });
    let mut stops: Vec<u32> =
        declared.filter_map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok())).collect();
    let declared = token_text(tokenizer_config, "eos_token");
    stops.extend(tokens.id(&declared));
    stops.extend(END_OF_TURN.iter().filter_map(|text| tokens.id(text)));
    stops.sort_unstable();
    stops.dedup();
    stops
}

fn sampling(generation: &Value) -> Sampling {
    let number =
        |name: &str| generation.get(name).and_then(Value::as_f64).map(|number| number as f32);
    // A checkpoint that says "do not sample" is one whose other settings are leftovers.
    if generation.get("do_sample").and_then(Value::as_bool) == Some(false) {
        return Sampling { temperature: Some(0.0), ..Sampling::default() };
    }
    Sampling {
        temperature: number("temperature"),
        top_p: number("top_p").filter(|&top_p| top_p > 0.0),
        top_k: generation
            .get("top_k")
            .and_then(Value::as_u64)
            .and_then(|top_k| u32::try_from(top_k).ok())
            .filter(|&top_k| top_k > 0),
        repetition_penalty: number("repetition_penalty").filter(|&penalty| penalty > 0.0),
        ..Sampling::default()
    }
}

/// `folder` itself if the engine can read its configuration, else a folder of links with a mended
/// one.
pub(super) fn mended(folder: &Path, config: &Value, staging: &Path) -> Result<PathBuf, LoadError> {
    let repaired = repaired_config(config);
    if repaired == *config {
        return Ok(folder.to_owned());
    }
    let source = folder.canonicalize().map_err(|error| LoadError::broken(folder, error))?;
    let text =
        serde_json::to_vec_pretty(&repaired).map_err(|error| LoadError::broken(folder, error))?;
    let mut hash = Sha256::new();
    hash.update(source.as_os_str().as_encoded_bytes());
    hash.update(&text);
    let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let target = staging.join("mended").join(name);
    link_all(&source, &target, &text).map_err(|error| LoadError::broken(&target, error))?;
    Ok(target)
}

fn link_all(source: &Path, target: &Path, config: &[u8]) -> io::Result<()> {
    link_files(source, target, Level::Model)?;
    // Never half written, for another process may be reading it.
    let mut written = tempfile::NamedTempFile::new_in(target)?;
    written.write_all(config)?;
    written.persist(target.join("config.json"))?;
    Ok(())
}

/// Which folder's files are linked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Model,
    /// Of a model that makes embeddings.
    Module,
}

fn link_files(source: &Path, target: &Path, level: Level) -> io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let link = target.join(entry.file_name());
        let mended = level == Level::Model && entry.file_name() == "config.json";
        if mended || link.exists() {
            continue;
        }
        // Not every system links folders, and those of modules are all that is needed.
        if entry.path().is_dir() {
            if level == Level::Model && entry.path().join("config.json").exists() {
                link_files(&entry.path(), &link, Level::Module)?;
            }
            continue;
        }
        #[cfg(unix)]
        let linked = std::os::unix::fs::symlink(entry.path(), &link);
        #[cfg(not(unix))]
        let linked = fs::hard_link(entry.path(), &link);
        match linked {
            // Another process opens the same model at this moment.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
    }
    Ok(())
}

/// What a checkpoint says about stretching its positions, unless it says "not at all".
fn scaling(config: &Value) -> Option<&Value> {
    let named = ["rope_scaling", "rope_parameters"];
    let scaling = named.iter().filter_map(|name| config.get(name)).find(|value| value.is_object());
    scaling.filter(|scaling| {
        let kind = scaling.get("rope_type").or_else(|| scaling.get("type")).and_then(Value::as_str);
        kind.is_some_and(|kind| kind != "default")
    })
}

/// The context of a model whose positions are to be stretched, but which the engine runs unstretched:
/// what it was trained on.
fn unscaled_length(config: &Value) -> Option<u64> {
    let family = config.get("model_type").and_then(Value::as_str)?;
    let scaling =
        scaling(config).filter(|_| family.starts_with("qwen2") || family.starts_with("qwen3"))?;
    scaling.get("original_max_position_embeddings").and_then(Value::as_u64)
}

fn repaired_config(config: &Value) -> Value {
    let mut repaired = config.clone();
    let Some(fields) = repaired.as_object_mut() else { return repaired };
    if !fields.get("rope_theta").is_some_and(Value::is_number) {
        let theta = config.pointer("/rope_parameters/rope_theta").cloned();
        // 10,000 is what the architecture's own code assumes when nothing is said.
        fields.insert("rope_theta".to_owned(), theta.unwrap_or_else(|| json!(10_000.0)));
    }
    if !fields.get("rope_scaling").is_some_and(Value::is_object)
        && let Some(Value::Object(scaling)) = scaling(config)
    {
        let mut scaling = scaling.clone();
        scaling.remove("rope_theta");
        fields.insert("rope_scaling".to_owned(), Value::Object(scaling));
    }
    let window_is_off = config.get("use_sliding_window").and_then(Value::as_bool) == Some(false)
        || !config.get("sliding_window").is_some_and(Value::is_number);
    if window_is_off && let Some(length) = config.get("max_position_embeddings") {
        fields.insert("sliding_window".to_owned(), length.clone());
    }
    repaired
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_newer_exporters_write_is_mended() {
        let config = json!({
            "max_position_embeddings": 4096,
            "rope_parameters": {"rope_theta": 1_000_000.0, "rope_type": "default"},
            "sliding_window": null,
        });
        let repaired = repaired_config(&config);
        assert_eq!(repaired["rope_theta"], json!(1_000_000.0));
        assert_eq!(repaired["sliding_window"], json!(4096));
        assert_eq!(repaired_config(&repaired), repaired);
    }

    #[test]
    fn stretched_positions_are_passed_on_or_left_out_knowingly() {
        let stretched = json!({"rope_type": "yarn", "factor": 4.0, "rope_theta": 5e5,
            "original_max_position_embeddings": 32768});
        let config = json!({"model_type": "llama", "rope_parameters": stretched});
        let repaired = repaired_config(&config);
        assert_eq!(repaired["rope_scaling"]["factor"], json!(4.0));
        assert_eq!(unscaled_length(&config), None, "the engine stretches this family");
        let config = json!({"model_type": "qwen2", "rope_scaling": stretched});
        assert_eq!(unscaled_length(&config), Some(32768));
        let config = json!({"model_type": "qwen2", "rope_parameters": {"rope_type": "default"}});
        assert_eq!(unscaled_length(&config), None);
    }

    #[test]
    fn generation_settings_of_a_checkpoint_are_read() {
        let settings = sampling(&json!({"temperature": 0.7, "top_k": 20, "top_p": 0.8}));
        assert_eq!((settings.temperature, settings.top_k), (Some(0.7), Some(20)));
        let settings = sampling(&json!({"do_sample": false, "temperature": 0.7}));
        assert_eq!(settings.temperature, Some(0.0));
    }
}
