//! The other side of the protocol: asking the tools of a server, over the pipes of a process or over HTTP.
//!
//! Connections begin with `initialize`, which servers of every version until 2025-11-25 speak; what they give is
//! bounded and believed nothing but its form.

use std::collections::BTreeMap;

use serde_json::{Value, json};

mod http;
mod incoming;
mod pipe;

use super::revision::LEGACY;
use http::Http;
pub(crate) use http::bounded;
use pipe::Pipe;

/// The most pages of a list of tools.
const MOST_PAGES: usize = 20;
/// The most tools of a server.
const MOST_TOOLS: usize = 1000;

/// Where a server is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A program to start: nothing of it is read by a shell.
    Command {
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// The environment, all of it.
        environment: BTreeMap<String, String>,
    },
    /// An address.
    Http {
        /// The address, for example `http://127.0.0.1:8090/mcp`.
        url: String,
        /// The key to send.
        key: Option<String>,
    },
}

impl std::fmt::Debug for Place {
    /// Without what may be secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command { program, .. } => {
                formatter.debug_tuple("Command").field(program).finish()
            }
            Self::Http { url, .. } => formatter.debug_tuple("Http").field(url).finish(),
        }
    }
}

/// Why a server cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Its program cannot be started.
    #[error("the program `{program}` cannot be started: {message}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        message: String,
    },
    /// It is gone, or cannot be reached.
    #[error("it cannot be reached: {0}")]
    Gone(String),
    /// It has forgotten the session, and done nothing of what was asked in it.
    #[error("it does not know the session any more")]
    Forgotten,
    /// It says what the protocol does not.
    #[error("it does not speak the protocol: {0}")]
    Protocol(String),
    /// It answers with an error.
    #[error("it refuses: {message} ({code})")]
    Refused {
        /// The number of the error.
        code: i64,
        /// What it says.
        message: String,
    },
    /// It gives more than is taken.
    #[error("it gives more than {0} bytes")]
    TooMuch(usize),
}

/// A tool of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedTool {
    /// Its name.
    pub name: String,
    /// The JSON Schema of its arguments.
    pub input_schema: Value,
}

/// A connection to a server. Dropping it ends what it was asked.
pub struct Client {
    transport: Transport,
    asked: u64,
    tools: Vec<OfferedTool>,
}

enum Transport {
    Pipe(Box<Pipe>),
    Http(Box<Http>),
}

impl Client {
    /// Connects to a server and asks which tools it has.
    ///
    /// # Errors
    ///
    /// Why it cannot be asked.
    pub async fn connect(place: &Place, most_bytes: usize) -> Result<Self, ClientError> {
        let transport = match place {
            Place::Command { program, arguments, environment } => {
                let pipe = Pipe::start(program, arguments, environment, most_bytes)?;
                Transport::Pipe(Box::new(pipe))
            }
            Place::Http { url, key } => {
                Transport::Http(Box::new(Http::to(url, key.as_deref(), most_bytes)?))
            }
        };
        let mut client = Self { transport, asked: 0, tools: Vec::new() };
        client.begin().await?;
        client.list().await?;
        Ok(client)
    }

    /// The tools of the server.
    pub fn tools(&self) -> &[OfferedTool] {
        &self.tools
    }

    /// Whether it can still be asked, as far as that is known.
    pub fn is_alive(&mut self) -> bool {
        match &mut self.transport {
            Transport::Pipe(pipe) => pipe.is_alive(),
            Transport::Http(_) => true,
        }
    }

    /// Calls a tool; gives the result as the protocol has it.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub async fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value, ClientError> {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    async fn begin(&mut self) -> Result<(), ClientError> {
        let [newest, ..] = LEGACY;
        let client = json!({ "name": "ponder", "version": env!("CARGO_PKG_VERSION") });
        let params = json!({ "protocolVersion": newest, "capabilities": {}, "clientInfo": client });
        let begun = self.ask("initialize", params).await?;
        let version = begun.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
        let Some(spoken) = LEGACY.into_iter().find(|known| *known == version) else {
            let version: String = version.chars().take(40).collect();
            let message =
                format!("it speaks version `{version}`, not one of {}", LEGACY.join(", "));
            return Err(ClientError::Protocol(message));
        };
        if let Transport::Http(http) = &mut self.transport {
            http.speaks(spoken);
        }
        let begun = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        match &mut self.transport {
            Transport::Pipe(pipe) => pipe.tell(&begun).await,
            Transport::Http(http) => http.tell(&begun).await,
        }
    }

    async fn list(&mut self) -> Result<(), ClientError> {
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let params = match cursor {
                None => json!({}),
                Some(cursor) => json!({ "cursor": cursor }),
            };
            let mut page = self.ask("tools/list", params).await?;
            let Some(Value::Array(tools)) = page.get_mut("tools").map(Value::take) else {
                return Err(ClientError::Protocol("its list of tools is no list".to_owned()));
            };
            self.tools.extend(tools.into_iter().filter_map(offered));
            self.tools.truncate(MOST_TOOLS);
            cursor = page.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn ask(&mut self, method: &str, params: Value) -> Result<Value, ClientError> {
        self.asked += 1;
        let id = self.asked;
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        match &mut self.transport {
            Transport::Pipe(pipe) => pipe.ask(id, &call).await,
            Transport::Http(http) => http.ask(id, &call).await,
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Client").field("asked", &self.asked).finish_non_exhaustive()
    }
}

fn offered(mut tool: Value) -> Option<OfferedTool> {
    let name = tool.get("name")?.as_str()?.to_owned();
    let input_schema = tool.get_mut("inputSchema").map(Value::take).unwrap_or_default();
    Some(OfferedTool { name, input_schema })
}
