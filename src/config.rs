//! Configuration: flags, environment and `ponder.toml`, read once, checked, then passed on.
//!
//! A flag wins over its environment variable, which wins over the file, which wins over the
//! default. Nothing outside this module reads the environment.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    engine::{DeviceChoice, source::ModelSource},
    generate::Sampling,
    tools::ToolConfig,
};

mod arguments;
mod file;
mod models;
mod serving;
mod telemetry;
mod tools;

pub(crate) use arguments::address;
pub use arguments::{ModelArguments, ServeArguments};
use file::ConfigFile;
pub use models::remote_model;
use models::{aliases, general_by_flags, hosted_by_flags, model, only_one};
pub use serving::ServeConfig;
pub use telemetry::telemetry;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// What is wrong, and what to do about it.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Everything the node must know to load its models.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// The models, by the name they are served under.
    pub models: BTreeMap<String, ModelConfig>,
    /// Who plays which role in chains.
    pub roles: Roles,
    /// Further names, each with the name of the model or chain that it stands for.
    pub aliases: BTreeMap<String, String>,
    /// The servers and endpoints whose tools chains may call.
    pub tools: BTreeMap<String, ToolConfig>,
    /// A folder with chain files beside those inside the program.
    pub chains: Option<PathBuf>,
    /// Where unpacked and mended model files are kept.
    pub cache: PathBuf,
    /// Where models are downloaded from and to.
    pub hub: Hub,
    /// How many answers run at once.
    pub max_running: u32,
}

/// Names of the models that play the roles of chains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// Solves mathematics and programming; the hosted chat model.
    pub reasoner: String,
    /// Translates.
    pub translator: Option<String>,
    /// Answers everything else.
    pub general: Option<String>,
    /// Turns texts into numbers by what they mean, for searches.
    pub embedder: Option<String>,
}

/// One model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelConfig {
    /// Loaded into this process.
    Hosted(HostedModel),
    /// Behind an OpenAI-compatible endpoint.
    Remote(RemoteModel),
}

/// A model to load into this process.
#[derive(Debug, Clone, PartialEq)]
pub struct HostedModel {
    /// Where it comes from.
    pub source: ModelSource,
    /// Quantize the weights while loading.
    pub quantize: Option<String>,
    /// Where to run it.
    pub device: DeviceChoice,
    /// A system prompt for requests that bring none; may be empty.
    pub system_prompt: Option<String>,
    /// Sampling in place of what the model recommends.
    pub sampling: Sampling,
    /// The most tokens of an answer, in place of what the model recommends.
    pub max_tokens: Option<u32>,
    /// The most tokens of a prompt, in place of what this machine reads in reasonable time.
    pub max_prompt_tokens: Option<u32>,
}

/// A model behind an endpoint.
#[derive(Clone, PartialEq)]
pub struct RemoteModel {
    /// The endpoint's address, which usually ends in `/v1`.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The key to send.
    pub api_key: Option<String>,
    /// What to add to a request that wants no thinking.
    pub without_thinking: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for RemoteModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RemoteModel")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("api_key", &self.api_key.as_ref().map(|_| "…"))
            .finish()
    }
}

/// Where models are downloaded from and to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hub {
    /// The hub's address (`HF_ENDPOINT`).
    pub endpoint: Option<String>,
    /// The shared cache folder (`HF_HOME`).
    pub home: Option<PathBuf>,
    /// An access token (`HF_TOKEN`).
    pub token: Option<String>,
}

impl NodeConfig {
    /// Combines flags, environment and file.
    ///
    /// # Errors
    ///
    /// Which setting is wrong, and where it came from.
    pub fn resolve(arguments: &ModelArguments) -> Result<Self, ConfigError> {
        let file = ConfigFile::find(arguments.config.as_deref())?;
        let mut models = BTreeMap::new();
        for (id, table) in file.models {
            if id.is_empty() || id.starts_with("chain/") {
                return Err(ConfigError(format!(
                    "[models.{id:?}]: a model needs a name, and names that begin with chain/ belong \
                     to chains"
                )));
            }
            let model = model(&id, table)?;
            models.insert(id, model);
        }
        let mut reasoner = arguments.reasoner.clone().or(file.roles.reasoner);
        let hosted_by_flag = arguments.model.is_some();
        if hosted_by_flag && arguments.reasoner.is_some() {
            return Err(ConfigError(
                "--model and --reasoner both say who reasons; give one of them".to_owned(),
            ));
        }
        if hosted_by_flag || (models.is_empty() && reasoner.is_none()) {
            let (id, model) = hosted_by_flags(arguments)?;
            models.insert(id.clone(), ModelConfig::Hosted(model));
            if hosted_by_flag || reasoner.is_none() {
                reasoner = Some(id);
            }
        } else if let Some(flag) = arguments.set_without_model() {
            return Err(ConfigError(format!(
                "{flag} applies to the model of --model; for a model of the file, set it there"
            )));
        }
        let general = arguments.general.clone().or(file.roles.general);
        let general = general_by_flags(arguments, general, &mut models)?;
        let reasoner = match reasoner {
            Some(reasoner) => reasoner,
            None => only_one(&models)?,
        };
        let roles = Roles {
            reasoner,
            translator: arguments.translator.clone().or(file.roles.translator),
            general,
            embedder: arguments.embedder.clone().or(file.roles.embedder),
        };
        for (role, id) in [
            ("reasoner", Some(&roles.reasoner)),
            ("translator", roles.translator.as_ref()),
            ("general", roles.general.as_ref()),
            ("embedder", roles.embedder.as_ref()),
        ] {
            if let Some(id) = id.filter(|id| !models.contains_key(*id)) {
                return Err(ConfigError(format!(
                    "the role `{role}` names the model `{id}`, which is not configured; the models \
                     are: {}",
                    models.keys().cloned().collect::<Vec<_>>().join(", ")
                )));
            }
        }
        let aliases = aliases(file.aliases, &arguments.alias, &models)?;
        Ok(Self {
            models,
            roles,
            aliases,
            tools: tools::tools(file.tools)?,
            chains: arguments.chains.clone().or(file.chains.folder),
            cache: cache_folder(arguments.cache.clone().or(file.cache.folder))?,
            hub: Hub {
                endpoint: environment("HF_ENDPOINT").filter(|value| !value.is_empty()),
                home: environment("HF_HOME").filter(|value| !value.is_empty()).map(PathBuf::from),
                token: environment("HF_TOKEN").filter(|value| !value.is_empty()),
            },
            max_running: arguments.max_running.or(file.server.max_running).unwrap_or(4),
        })
    }
}

fn cache_folder(chosen: Option<PathBuf>) -> Result<PathBuf, ConfigError> {
    use etcetera::BaseStrategy;
    if let Some(folder) = chosen {
        return Ok(folder);
    }
    // Without a home folder (some containers and services) the temporary one does.
    Ok(etcetera::choose_base_strategy()
        .map_or_else(|_| std::env::temp_dir(), |folders| folders.cache_dir())
        .join("ponder"))
}

/// The file that keeps the records of runs: `PONDER_RUNS`, else one among this user's state; `None` where there is
/// no home folder.
pub fn runs_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    if let Some(file) = environment("PONDER_RUNS").filter(|value| !value.is_empty()) {
        return Some(file.into());
    }
    let folders = etcetera::choose_base_strategy().ok()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Some(folder.join("ponder").join("runs.sqlite"))
}

/// What to log, in the words of `RUST_LOG`, if it is set.
pub fn log_filter() -> Option<String> {
    environment("RUST_LOG").filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(toml: &str, arguments: ModelArguments) -> Result<NodeConfig, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ponder.toml");
        std::fs::write(&file, toml).unwrap();
        NodeConfig::resolve(&ModelArguments { config: Some(file), ..arguments })
    }

    const FILE: &str = r#"
        [models.script]
        source = "scripted"
        temperature = 0.5
        [models.helper]
        url = "http://127.0.0.1:11434/v1/"
        [roles]
        general = "helper"
        [server]
        max_running = 2
    "#;

    #[test]
    fn a_file_alone_is_enough() {
        let config = resolve(FILE, ModelArguments::default()).unwrap();
        assert_eq!(config.roles.reasoner, "script", "the only hosted model reasons");
        assert_eq!(config.roles.general.as_deref(), Some("helper"));
        assert_eq!(config.max_running, 2);
        let Some(ModelConfig::Remote(helper)) = config.models.get("helper") else { panic!() };
        assert_eq!(
            (helper.url.as_str(), helper.model.as_str()),
            ("http://127.0.0.1:11434/v1", "helper")
        );
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let flags = ModelArguments {
            model: Some("scripted".to_owned()),
            max_running: Some(9),
            ..ModelArguments::default()
        };
        let config = resolve(FILE, flags).unwrap();
        assert_eq!(config.roles.reasoner, "ponder-scripted");
        assert_eq!(config.max_running, 9);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (toml, expected) in [
            ("[models.a]\n", "[models.a]: give `source`"),
            ("[models.a]\nsource = \"scripted\"\nurl = \"http://x\"\n", "not both"),
            ("[models.a]\nurl = \"ftp://x\"\n", "must look like http://"),
            ("[models.a]\nurl = \"http://x\"\nquantize = \"q4k\"\n", "`quantize` belongs"),
            ("[models.a]\nsource = \"scripted\"\nquantize = \"zzz\"\n", "`zzz` is no quantization"),
            ("[models.a]\nsource = \"scripted\"\ntop_p = 7.0\n", "`top_p` must be between"),
            ("[models.\"chain/x\"]\nsource = \"scripted\"\n", "belong to chains"),
            (
                "[models.a]\nsource = \"scripted\"\n[roles]\ntranslator = \"b\"\n",
                "names the model `b`",
            ),
            ("[models.a]\nurl = \"http://x\"\n", "which model is the reasoner"),
            ("[server]\nmax_running = 0\n", "between 1 and 4096"),
            ("[sever]\n", "unknown field `sever`"),
            (
                "[models.a]\nsource = \"scripted\"\n[aliases]\na = \"a\"\n",
                "`a` is the name of a model already",
            ),
            ("[aliases]\n\"chain/x\" = \"chain/solve\"\n", "belong to chains"),
            ("[tools.x]\n", "[tools.x]: give one of `command`"),
            ("[tools.\"a b\"]\nmcp = \"http://x\"\n", "a name is letters"),
            ("[tools.x]\ncommand = []\n", "`command` is a program"),
            ("[tools.x]\ncommand = [\"a\"]\nmcp = \"http://x\"\n", "give one of `command`"),
            ("[tools.x]\nmcp = \"file:///etc/passwd\"\n", "an address looks like"),
            ("[tools.x]\nurl = \"http://x/?q=\"\n", "an address looks like"),
            ("[tools.x]\nurl = \"http://x\"\nmethod = \"PUT\"\n", "`method` is GET or POST"),
            ("[tools.x]\nmcp = \"http://x\"\ntimeout = \"2h\"\n", "`timeout` is 1ms to 1h"),
            ("[tools.x]\nmcp = \"http://x\"\nmax_bytes = 0\n", "`max_bytes` is 1 to"),
            ("[tools.x]\nmcp = \"http://x\"\nenv = [\"A\"]\n", "`env` belongs to a program"),
            ("[tools.x]\ncommand = [\"a\"]\nenv = [\"NO_SUCH_VARIABLE\"]\n", "is not set"),
        ] {
            let error = resolve(toml, ModelArguments::default()).expect_err(toml).to_string();
            assert!(error.contains(expected), "{toml}: {error}");
        }
    }

    #[test]
    fn an_alias_of_a_flag_wins_over_the_file() {
        let flags = |alias: &str| ModelArguments {
            alias: vec![alias.to_owned()],
            ..ModelArguments::default()
        };
        let file = format!("{FILE}[aliases]\ngpt = \"script\"\nold = \"helper\"\n");
        let config = resolve(&file, flags("gpt = chain/solve")).unwrap();
        let aliases: Vec<(&str, &str)> =
            config.aliases.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
        assert_eq!(aliases, [("gpt", "chain/solve"), ("old", "helper")]);
        let error = resolve(&file, flags("gpt")).unwrap_err().to_string();
        assert!(error.contains("NAME=MODEL"), "{error}");
    }

    #[test]
    fn tools_are_named_and_get_no_more_of_the_environment_than_they_need() {
        use crate::{mcp::client::Place, tools::Way};

        let toml = format!(
            "{FILE}[tools.files]\ncommand = [\"files\", \"--root\", \"/srv\"]\ntimeout = \"5s\"\n\
             [tools.web]\nurl = \"https://example.org/v1/\"\nmethod = \"GET\"\n"
        );
        let config = resolve(&toml, ModelArguments::default()).unwrap();
        let files = &config.tools["files"];
        assert_eq!((files.timeout.as_secs(), files.most_bytes), (5, 1024 * 1024));
        let Way::Server(Place::Command { program, arguments, environment }) = &files.way else {
            panic!("{files:?}")
        };
        assert_eq!((program.as_str(), arguments.len()), ("files", 2));
        assert!(environment.keys().all(|name| !name.starts_with("CARGO")), "{environment:?}");
        assert!(environment.contains_key("PATH"));
        assert!(!format!("{files:?}").contains("PATH"), "values may be secret");
        let Way::Endpoint { url, .. } = &config.tools["web"].way else { panic!() };
        assert_eq!(url, "https://example.org/v1");
    }

    #[test]
    fn keys_stay_out_of_logs() {
        let remote = RemoteModel {
            url: "http://x".to_owned(),
            model: "m".to_owned(),
            api_key: Some("secret-canary".to_owned()),
            without_thinking: serde_json::Map::new(),
        };
        assert!(!format!("{remote:?}").contains("secret-canary"));
    }
}
