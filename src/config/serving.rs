//! What the server must know: where it listens, whom it answers, and how much at once.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{
    ConfigError, ModelArguments, ServeArguments,
    arguments::address,
    environment,
    file::ConfigFile,
    models::{api_key, checked_url},
};
use crate::{
    access::{Access, KeyRing},
    api::reasoning::ReasoningOutput,
    app::ApiSettings,
    limits::Limits,
    router::{cors::AllowedOrigins, host::AllowedHosts},
    server::ServerSettings,
};

/// Everything the server must know.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How the edge behaves.
    pub api: ApiSettings,
    /// How connections are treated.
    pub server: ServerSettings,
    /// Whether the runs of chains are recorded.
    pub record_runs: bool,
}

impl ServeConfig {
    /// Combines flags, environment and file.
    ///
    /// # Errors
    ///
    /// Which setting is wrong.
    pub fn resolve(
        models: &ModelArguments,
        arguments: &ServeArguments,
    ) -> Result<Self, ConfigError> {
        let file = ConfigFile::find(models.config.as_deref())?.server;
        let listen = match (arguments.listen, &file.listen) {
            (Some(listen), _) => listen,
            (None, Some(text)) => address(text)
                .map_err(|message| ConfigError(format!("`listen` is `{text}`: {message}")))?,
            (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
        };
        let access = access(arguments.keys_file.as_ref().or(file.keys_file.as_ref()))?;
        let asks_for_keys = matches!(access, Access::Keys(_));
        let open = arguments.allow_open.or(file.allow_open).unwrap_or(false);
        let loopback = listen.ip().is_loopback();
        if !loopback && !open && !asks_for_keys {
            return Err(ConfigError(format!(
                "{listen} can be reached from other machines and this server asks nobody for a \
                 key: set keys with --keys-file or PONDER_API_KEY, or add --allow-open to serve \
                 everyone"
            )));
        }
        let limits = Limits {
            max_running: models.max_running.or(file.max_running).unwrap_or(4),
            max_waiting: arguments.max_waiting.or(file.max_waiting).unwrap_or(64),
            queue_timeout: duration(
                arguments.queue_timeout.as_ref().or(file.queue_timeout.as_ref()),
                Duration::from_secs(20),
                "queue_timeout",
            )?,
        };
        let drain_timeout = duration(
            arguments.drain_timeout.as_ref().or(file.drain_timeout.as_ref()),
            Duration::from_secs(10),
            "drain_timeout",
        )?;
        let defaults = ApiSettings::default();
        let generation_timeout = limit(
            arguments.generation_timeout.as_ref().or(file.generation_timeout.as_ref()),
            defaults.generation_timeout,
            "generation_timeout",
        )?;
        let answer_time = limit(
            arguments.answer_time.as_ref().or(file.answer_time.as_ref()),
            defaults.answer_time,
            "answer_time",
        )?;
        let origins = arguments.origins.clone().or(file.origins);
        Ok(Self {
            listen,
            api: ApiSettings {
                limits,
                reasoning: arguments.reasoning.or(file.reasoning).unwrap_or(ReasoningOutput::Both),
                origins: origins.map_or(Ok(AllowedOrigins::default()), |text| origins_of(&text))?,
                // Behind a public address the name is whatever the proxy or the DNS makes of it.
                hosts: match arguments.hosts.as_ref().or(file.hosts.as_ref()) {
                    Some(text) => hosts_of(text)?,
                    None if loopback && !asks_for_keys => AllowedHosts::Loopback,
                    None => AllowedHosts::Any,
                },
                access,
                generation_timeout,
                answer_time,
                tools: arguments.mcp.or(file.mcp).unwrap_or(false),
                max_responses: arguments.max_responses.or(file.max_responses).unwrap_or(1000),
                ..defaults
            },
            server: ServerSettings { drain_timeout, ..ServerSettings::default() },
            record_runs: arguments.record_runs.or(file.record_runs).unwrap_or(false),
        })
    }
}

fn hosts_of(text: &str) -> Result<AllowedHosts, ConfigError> {
    match text {
        "loopback" => Ok(AllowedHosts::Loopback),
        "any" | "*" => Ok(AllowedHosts::Any),
        list => {
            let names: Vec<String> =
                list.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
            let good = |name: &String| {
                !name.is_empty() && !name.contains(|sign: char| sign == '/' || sign.is_whitespace())
            };
            if names.iter().all(good) {
                return Ok(AllowedHosts::Named(names));
            }
            Err(ConfigError(format!(
                "`hosts` must be loopback, any, or names such as ponder.example.org, not `{text}`"
            )))
        }
    }
}

/// The keys of the file and of `PONDER_API_KEY`; without any, everybody may ask.
fn access(file: Option<&PathBuf>) -> Result<Access, ConfigError> {
    let single = api_key(environment(KEY_VARIABLE).map(|_| KEY_VARIABLE))?;
    if file.is_none() && single.is_none() {
        return Ok(Access::Open);
    }
    let mut text = String::new();
    if let Some(path) = file {
        text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("the keys in {}: {error}", path.display())))?;
    }
    let place = file.map_or(KEY_VARIABLE.to_owned(), |path| path.display().to_string());
    if let Some(key) = single {
        text.push_str(&format!("\n{KEY_VARIABLE} {key}"));
    }
    let ring = KeyRing::parse(&text)
        .map_err(|error| ConfigError(format!("the keys in {place}: {error}")))?;
    Ok(Access::Keys(ring))
}

const KEY_VARIABLE: &str = "PONDER_API_KEY";

fn duration(text: Option<&String>, default: Duration, name: &str) -> Result<Duration, ConfigError> {
    let Some(text) = text else { return Ok(default) };
    let parsed = humantime::parse_duration(text);
    match parsed {
        Ok(duration) if duration <= Duration::from_secs(24 * 3600) => Ok(duration),
        _ => Err(ConfigError(format!(
            "`{name}` must be a time such as 20s or 2m, at most a day, not `{text}`"
        ))),
    }
}

/// A time of which 0 means none.
fn limit(
    text: Option<&String>,
    default: Option<Duration>,
    name: &str,
) -> Result<Option<Duration>, ConfigError> {
    let time = duration(text, default.unwrap_or_default(), name)?;
    Ok(Some(time).filter(|time| !time.is_zero()))
}

fn origins_of(text: &str) -> Result<AllowedOrigins, ConfigError> {
    Ok(match text {
        "none" => AllowedOrigins::None,
        "loopback" => AllowedOrigins::Loopback,
        "any" | "*" => AllowedOrigins::Any,
        list => {
            let origins: Vec<String> = list
                .split(',')
                .map(|origin| origin.trim().trim_end_matches('/').to_owned())
                .collect();
            for origin in &origins {
                checked_url("origins", origin).map_err(|_| {
                    ConfigError(format!(
                        "`origins` must be none, loopback, any or addresses such as \
                         https://chat.example.org, not `{origin}`"
                    ))
                })?;
            }
            AllowedOrigins::List(origins)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_named_in_words_or_by_address() {
        assert!(matches!(origins_of("any"), Ok(AllowedOrigins::Any)));
        let Ok(AllowedOrigins::List(list)) = origins_of("https://a.example, http://b.example/")
        else {
            panic!()
        };
        assert_eq!(list, ["https://a.example", "http://b.example"]);
        assert!(origins_of("everyone").is_err());
    }
}
