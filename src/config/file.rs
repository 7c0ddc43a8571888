//! `ponder.toml` as it is written; unknown keys are errors.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::ConfigError;
use crate::{api::reasoning::ReasoningOutput, engine::DeviceChoice};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    pub(super) models: BTreeMap<String, ModelTable>,
    pub(super) roles: RolesTable,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) tools: BTreeMap<String, ToolTable>,
    pub(super) server: ServerTable,
    pub(super) telemetry: TelemetryTable,
    pub(super) chains: FolderTable,
    pub(super) cache: FolderTable,
}

/// `[models.ID]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ModelTable {
    pub(super) source: Option<String>,
    pub(super) quantize: Option<String>,
    pub(super) device: Option<DeviceChoice>,
    pub(super) system_prompt: Option<String>,
    pub(super) temperature: Option<f32>,
    pub(super) top_p: Option<f32>,
    pub(super) top_k: Option<u32>,
    pub(super) min_p: Option<f32>,
    pub(super) repetition_penalty: Option<f32>,
    pub(super) max_tokens: Option<u32>,
    pub(super) max_prompt_tokens: Option<u32>,
    pub(super) url: Option<String>,
    pub(super) model: Option<String>,
    pub(super) api_key_env: Option<String>,
    pub(super) without_thinking: Option<serde_json::Map<String, serde_json::Value>>,
}

impl ModelTable {
    /// A key that only a hosted model has, if one is set.
    pub(super) fn hosting_key(&self) -> Option<&'static str> {
        [
            ("quantize", self.quantize.is_some()),
            ("device", self.device.is_some()),
            ("system_prompt", self.system_prompt.is_some()),
            ("temperature", self.temperature.is_some()),
            ("top_p", self.top_p.is_some()),
            ("top_k", self.top_k.is_some()),
            ("min_p", self.min_p.is_some()),
            ("repetition_penalty", self.repetition_penalty.is_some()),
            ("max_tokens", self.max_tokens.is_some()),
            ("max_prompt_tokens", self.max_prompt_tokens.is_some()),
        ]
        .into_iter()
        .find_map(|(key, set)| set.then_some(key))
    }
}

/// `[tools.NAME]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ToolTable {
    pub(super) command: Option<Vec<String>>,
    pub(super) env: Vec<String>,
    pub(super) mcp: Option<String>,
    pub(super) url: Option<String>,
    pub(super) method: Option<String>,
    pub(super) api_key_env: Option<String>,
    pub(super) timeout: Option<String>,
    pub(super) max_bytes: Option<usize>,
}

/// `[roles]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RolesTable {
    pub(super) reasoner: Option<String>,
    pub(super) translator: Option<String>,
    pub(super) general: Option<String>,
    pub(super) embedder: Option<String>,
}

/// `[server]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServerTable {
    pub(super) listen: Option<String>,
    pub(super) max_running: Option<u32>,
    pub(super) max_waiting: Option<usize>,
    pub(super) queue_timeout: Option<String>,
    pub(super) max_responses: Option<usize>,
    pub(super) record_runs: Option<bool>,
    pub(super) generation_timeout: Option<String>,
    pub(super) answer_time: Option<String>,
    pub(super) drain_timeout: Option<String>,
    pub(super) reasoning: Option<ReasoningOutput>,
    pub(super) origins: Option<String>,
    pub(super) hosts: Option<String>,
    pub(super) keys_file: Option<PathBuf>,
    pub(super) allow_open: Option<bool>,
    pub(super) mcp: Option<bool>,
}

/// `[telemetry]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TelemetryTable {
    pub(super) endpoint: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) headers_env: Option<String>,
    pub(super) service_name: Option<String>,
    pub(super) sample_ratio: Option<f64>,
    pub(super) record_content: Option<bool>,
}

/// `[chains]` and `[cache]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FolderTable {
    pub(super) folder: Option<PathBuf>,
}

impl ConfigFile {
    /// The file at `chosen`, which must exist, or `ponder.toml` here, which need not.
    pub(super) fn find(chosen: Option<&Path>) -> Result<Self, ConfigError> {
        let path = chosen.unwrap_or(Path::new("ponder.toml"));
        if chosen.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("{}: {error}", path.display())))?;
        let file: Self = toml::from_str(&text).map_err(|error| {
            ConfigError(format!("{}: {}", path.display(), error.to_string().trim_end()))
        })?;
        if file.server.max_running.is_some_and(|running| !(1..=4096).contains(&running)) {
            return Err(ConfigError(format!(
                "{}: `max_running` must be between 1 and 4096",
                path.display()
            )));
        }
        Ok(file)
    }
}
