//! The tools of the configuration: servers and endpoints that chains may name.

use std::{collections::BTreeMap, time::Duration};

use super::{ConfigError, environment, file::ToolTable, models::api_key};
use crate::{
    mcp::client::Place,
    tools::{Method, ToolConfig, Way},
};

/// How long a call may take where the file does not say.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The longest that can be asked for.
const LONGEST: Duration = Duration::from_secs(3600);
/// The most bytes that a call may give where the file does not say.
const BYTES: usize = 1024 * 1024;
/// The most that can be asked for: a line of the protocol has no more.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What every program needs to find others, its user's files and the language of its texts. Nothing else is handed
/// on, for it may be secret.
const HANDED_ON: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER"];

/// The tools of the file.
pub(super) fn tools(
    tables: BTreeMap<String, ToolTable>,
) -> Result<BTreeMap<String, ToolConfig>, ConfigError> {
    tables.into_iter().map(|(name, table)| Ok((name.clone(), tool(&name, table)?))).collect()
}

fn tool(name: &str, table: ToolTable) -> Result<ToolConfig, ConfigError> {
    let wrong = |message: String| ConfigError(format!("[tools.{name}]: {message}"));
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-'));
    if !is_name {
        let message = "a name is letters, digits, `_` and `-`, beginning with a letter";
        return Err(wrong(message.to_owned()));
    }
    let timeout = match &table.timeout {
        None => TIMEOUT,
        Some(text) => humantime::parse_duration(text)
            .ok()
            .filter(|timeout| !timeout.is_zero() && *timeout <= LONGEST)
            .ok_or_else(|| {
                wrong(format!("`timeout` is 1ms to 1h, for example 30s, not `{text}`"))
            })?,
    };
    let most_bytes = table.max_bytes.unwrap_or(BYTES);
    if !(1..=MOST_BYTES).contains(&most_bytes) {
        return Err(wrong(format!("`max_bytes` is 1 to {MOST_BYTES}")));
    }
    let way = way(table).map_err(|message| wrong(message.to_string()))?;
    Ok(ToolConfig { way, timeout, most_bytes })
}

fn way(table: ToolTable) -> Result<Way, ConfigError> {
    let wrong = |message: &str| Err(ConfigError(message.to_owned()));
    if table.method.is_some() && table.url.is_none() {
        return wrong("`method` belongs to an endpoint with `url`");
    }
    if !table.env.is_empty() && table.command.is_none() {
        return wrong("`env` belongs to a program with `command`");
    }
    match (table.command, table.mcp, table.url) {
        (Some(command), None, None) => {
            let mut command = command.into_iter();
            let Some(program) = command.next().filter(|program| !program.is_empty()) else {
                return wrong(
                    "`command` is a program and its arguments, for example [\"uvx\", \"some-server\"]",
                );
            };
            if table.api_key_env.is_some() {
                return wrong(
                    "`api_key_env` belongs to `mcp` and `url`; a program gets variables by `env`",
                );
            }
            let known = HANDED_ON.into_iter().map(str::to_owned);
            let mut handed: BTreeMap<String, String> =
                known.filter_map(|name| Some((name.clone(), environment(&name)?))).collect();
            for name in table.env {
                let Some(value) = environment(&name) else {
                    return wrong(&format!("the environment variable {name} is not set"));
                };
                handed.insert(name, value);
            }
            let arguments = command.collect();
            Ok(Way::Server(Place::Command { program, arguments, environment: handed }))
        }
        (None, Some(url), None) => {
            let key = api_key(table.api_key_env.as_deref())?;
            Ok(Way::Server(Place::Http { url: address(&url)?, key }))
        }
        (None, None, Some(url)) => {
            let method = match table.method.as_deref() {
                None | Some("POST") => Method::Post,
                Some("GET") => Method::Get,
                Some(other) => return wrong(&format!("`method` is GET or POST, not `{other}`")),
            };
            let key = api_key(table.api_key_env.as_deref())?;
            Ok(Way::Endpoint { url: address(&url)?, key, method })
        }
        _ => wrong(
            "give one of `command` (a program that speaks the Model Context Protocol), `mcp` (the address of \
             such a server) and `url` (the address of an HTTP endpoint)",
        ),
    }
}

fn address(url: &str) -> Result<String, ConfigError> {
    let scheme = url.starts_with("http://") || url.starts_with("https://");
    match reqwest::Url::parse(url) {
        Ok(read) if scheme && read.query().is_none() && read.fragment().is_none() => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err(ConfigError(format!(
            "an address looks like http://127.0.0.1:8090/mcp, without `?` and `#`, not `{url}`"
        ))),
    }
}
