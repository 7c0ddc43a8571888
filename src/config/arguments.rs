//! Flags; each is an environment variable too, and most are a key of `ponder.toml`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use crate::{api::reasoning::ReasoningOutput, engine::DeviceChoice};

/// Which models to use, and how.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Models")]
pub struct ModelArguments {
    /// The model to host: `embedded`, a folder, a .gguf file, or a hub id such as
    /// WeiboAI/VibeThinker-1.5B [default: embedded]
    #[arg(long, value_name = "MODEL", env = "PONDER_MODEL", global = true)]
    pub model: Option<String>,
    /// The name to serve it under [default: its own]
    #[arg(long, value_name = "NAME", env = "PONDER_MODEL_ID", global = true)]
    pub model_id: Option<String>,
    /// Another name for a model or chain, as NAME=MODEL, for clients whose model name cannot be
    /// changed; several are separated by commas
    #[arg(
        long,
        value_name = "NAME=MODEL",
        env = "PONDER_ALIAS",
        global = true,
        value_delimiter = ','
    )]
    pub alias: Vec<String>,
    /// Quantize its weights while loading: `q4k`, `q5k`, `q6k` or `q8_0`
    #[arg(long, value_name = "KIND", env = "PONDER_QUANTIZE", global = true)]
    pub quantize: Option<String>,
    /// Where to run it [default: auto]
    #[arg(long, value_enum, value_name = "DEVICE", env = "PONDER_DEVICE", global = true)]
    pub device: Option<DeviceChoice>,
    /// A system prompt for requests that bring none; may be empty
    #[arg(long, value_name = "TEXT", env = "PONDER_SYSTEM_PROMPT", global = true)]
    pub system_prompt: Option<String>,
    /// Its temperature where a request sets none [default: as its authors recommend]
    #[arg(long, value_name = "NUMBER", env = "PONDER_DEFAULT_TEMPERATURE", global = true)]
    pub default_temperature: Option<f32>,
    /// Its top-p where a request sets none
    #[arg(long, value_name = "NUMBER", env = "PONDER_DEFAULT_TOP_P", global = true)]
    pub default_top_p: Option<f32>,
    /// Its top-k where a request sets none
    #[arg(long, value_name = "N", env = "PONDER_DEFAULT_TOP_K", global = true)]
    pub default_top_k: Option<u32>,
    /// Its min-p where a request sets none
    #[arg(long, value_name = "NUMBER", env = "PONDER_DEFAULT_MIN_P", global = true)]
    pub default_min_p: Option<f32>,
    /// Its repetition penalty where a request sets none
    #[arg(long, value_name = "NUMBER", env = "PONDER_DEFAULT_REPETITION_PENALTY", global = true)]
    pub default_repetition_penalty: Option<f32>,
    /// The most tokens of an answer where a request sets none
    #[arg(long, value_name = "N", env = "PONDER_DEFAULT_MAX_TOKENS", global = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub default_max_tokens: Option<u32>,
    /// The most tokens of a prompt [default: what this machine reads in two minutes]
    #[arg(long, value_name = "N", env = "PONDER_MAX_PROMPT_TOKENS", global = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_prompt_tokens: Option<u32>,
    /// How many answers run at once; a model on a processor takes them in turn [default: 4]
    #[arg(long, value_name = "N", env = "PONDER_MAX_RUNNING", global = true,
          value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub max_running: Option<u32>,
    /// The model of the file that reasons
    #[arg(long, value_name = "NAME", env = "PONDER_REASONER", global = true)]
    pub reasoner: Option<String>,
    /// The model of the file that translates [default: the general model, else the reasoner]
    #[arg(long, value_name = "NAME", env = "PONDER_TRANSLATOR", global = true)]
    pub translator: Option<String>,
    /// The model of the file that answers what is neither mathematics nor code
    #[arg(long, value_name = "NAME", env = "PONDER_GENERAL", global = true)]
    pub general: Option<String>,
    /// The model of the file that makes embeddings, for chains that search by meaning
    #[arg(long, value_name = "NAME", env = "PONDER_EMBEDDER", global = true)]
    pub embedder: Option<String>,
    /// An OpenAI-compatible endpoint for the general model, for example
    /// `http://127.0.0.1:11434/v1`
    #[arg(long, value_name = "URL", env = "PONDER_GENERAL_URL", global = true)]
    pub general_url: Option<String>,
    /// The general model's name there
    #[arg(
        long,
        value_name = "NAME",
        env = "PONDER_GENERAL_MODEL",
        requires = "general_url",
        global = true
    )]
    pub general_model: Option<String>,
    /// The environment variable that holds the key for it
    #[arg(
        long,
        value_name = "VARIABLE",
        env = "PONDER_GENERAL_API_KEY_ENV",
        requires = "general_url",
        global = true
    )]
    pub general_api_key_env: Option<String>,
    /// A folder with chain files of your own
    #[arg(long, value_name = "FOLDER", env = "PONDER_CHAINS", global = true)]
    pub chains: Option<PathBuf>,
    /// Where unpacked models are kept [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER", env = "PONDER_CACHE", global = true)]
    pub cache: Option<PathBuf>,
    /// The configuration file [default: ponder.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "PONDER_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

impl ModelArguments {
    /// A flag that describes the hosted model although none is given by flag.
    pub(super) fn set_without_model(&self) -> Option<&'static str> {
        [
            ("--model-id", self.model_id.is_some()),
            ("--quantize", self.quantize.is_some()),
            ("--device", self.device.is_some()),
            ("--system-prompt", self.system_prompt.is_some()),
            ("--default-temperature", self.default_temperature.is_some()),
            ("--default-top-p", self.default_top_p.is_some()),
            ("--default-top-k", self.default_top_k.is_some()),
            ("--default-min-p", self.default_min_p.is_some()),
            ("--default-repetition-penalty", self.default_repetition_penalty.is_some()),
            ("--default-max-tokens", self.default_max_tokens.is_some()),
            ("--max-prompt-tokens", self.max_prompt_tokens.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, set)| set.then_some(flag))
    }
}

/// How to serve.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "PONDER_LISTEN", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// How many requests wait before new ones are refused [default: 64]
    #[arg(long, value_name = "N", env = "PONDER_MAX_WAITING")]
    pub max_waiting: Option<usize>,
    /// How long a request waits for its turn [default: 20s]
    #[arg(long, value_name = "TIME", env = "PONDER_QUEUE_TIMEOUT")]
    pub queue_timeout: Option<String>,
    /// How many responses of `/v1/responses` are kept in memory, to be read and gone on from; 0 keeps
    /// none [default: 1000]
    #[arg(long, value_name = "N", env = "PONDER_MAX_RESPONSES")]
    pub max_responses: Option<usize>,
    /// Record what chains do, with every question, prompt and answer, in the file that `ponder runs` reads
    /// (`PONDER_RUNS` names another). A run's record can be read with the key that started it
    #[arg(long, env = "PONDER_RECORD_RUNS", value_name = "YES", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub record_runs: Option<bool>,
    /// How long an answer may take from its turn on; then it ends with an error [default: 0s, no limit]
    #[arg(long, value_name = "TIME", env = "PONDER_GENERATION_TIMEOUT")]
    pub generation_timeout: Option<String>,
    /// In how long an answer in one piece should be there, where the request sets no `max_tokens`: by
    /// its measured speed a hosted model thinks no longer; 0s: as long as it recommends [default: 540s]
    #[arg(long, value_name = "TIME", env = "PONDER_ANSWER_TIME")]
    pub answer_time: Option<String>,
    /// How long running answers may take to finish after Ctrl-C or SIGTERM [default: 10s]
    #[arg(long, value_name = "TIME", env = "PONDER_DRAIN_TIMEOUT")]
    pub drain_timeout: Option<String>,
    /// Where replies carry the thinking [default: both]
    #[arg(long, value_enum, value_name = "FIELD", env = "PONDER_REASONING")]
    pub reasoning: Option<ReasoningOutput>,
    /// Which web pages may call this server: none, loopback, any, or addresses separated by commas
    /// [default: loopback]
    #[arg(long, value_name = "ORIGINS", env = "PONDER_ORIGINS")]
    pub origins: Option<String>,
    /// Under which names this server may be called: loopback, any, or names separated by commas
    /// [default: loopback, or any where it listens elsewhere or asks for keys]
    #[arg(long, value_name = "NAMES", env = "PONDER_HOSTS")]
    pub hosts: Option<String>,
    /// A file with the keys that may ask: one a line, each with a name before it or not. The
    /// variable `PONDER_API_KEY` gives a single one
    #[arg(long, value_name = "FILE", env = "PONDER_KEYS_FILE")]
    pub keys_file: Option<PathBuf>,
    /// Serve everyone who can reach the address, without a key
    #[arg(long, env = "PONDER_ALLOW_OPEN", value_name = "YES", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub allow_open: Option<bool>,
    /// Offer the chains as tools of agents as well, at /mcp (see `ponder mcp`)
    #[arg(long, env = "PONDER_MCP", value_name = "YES", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub mcp: Option<bool>,
}

/// An address to listen on; `localhost` is the one name that needs no resolver.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_| {
        "an address and a port are needed, for example 127.0.0.1:8080 or [::1]:8080".to_owned()
    })
}
