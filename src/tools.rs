//! Tools that chains call: those of servers of the Model Context Protocol, and HTTP endpoints. Which there are is
//! for the configuration to say; a chain, and whoever asks it, names them only.
//!
//! ```text
//! chain step ─▶ chain::CallTool ─▶ Tools ─┬─▶ server ─▶ mcp::client (a program, or an address)
//!                                         └─▶ endpoint (an address and what is below it)
//! ```

mod arguments;
mod endpoint;
mod error;
mod server;

use std::{collections::BTreeMap, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use tokio::time::timeout;

use crate::{chain::CallTool, generate::GenerateError, mcp::client::Place};
use endpoint::Endpoint;
pub use error::ToolError;
use server::Server;

/// What is known of a server or an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolConfig {
    /// Where it is.
    pub way: Way,
    /// How long a call may take, starting a program included.
    pub timeout: Duration,
    /// The most bytes that a call may give.
    pub most_bytes: usize,
}

/// How tools are called.
#[derive(Clone, PartialEq)]
pub enum Way {
    /// By the Model Context Protocol.
    Server(Place),
    /// By an HTTP request to what is below an address.
    Endpoint {
        /// The address, without a `/` at its end.
        url: String,
        /// The key to send.
        key: Option<String>,
        /// How arguments are sent.
        method: Method,
    },
}

impl std::fmt::Debug for Way {
    /// Without what may be secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server(place) => formatter.debug_tuple("Server").field(place).finish(),
            Self::Endpoint { url, .. } => formatter.debug_tuple("Endpoint").field(url).finish(),
        }
    }
}

/// How an endpoint gets the arguments of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// In the address.
    Get,
    /// As JSON.
    Post,
}

/// The tools of a node.
#[derive(Debug, Default)]
pub struct Tools {
    known: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    timeout: Duration,
    way: Started,
}

#[derive(Debug)]
enum Started {
    Server(Server),
    Endpoint(Endpoint),
}

impl Tools {
    /// The tools of a configuration. Nothing is started or asked before a tool is called.
    pub fn of(config: &BTreeMap<String, ToolConfig>) -> Self {
        let known = config.iter().map(|(name, config)| {
            let way = match &config.way {
                Way::Server(place) => {
                    Started::Server(Server::at(name, place.clone(), config.most_bytes))
                }
                Way::Endpoint { url, key, method } => {
                    let (url, key) = (url.clone(), key.clone());
                    Started::Endpoint(Endpoint::at(name, (url, key, *method), config.most_bytes))
                }
            };
            (name.clone(), Known { timeout: config.timeout, way })
        });
        Self { known: known.collect() }
    }

    /// Calls a tool.
    ///
    /// # Errors
    ///
    /// Why it gives nothing, and what to do about it.
    pub async fn ask(
        &self,
        server: &str,
        tool: &str,
        arguments: &Value,
    ) -> Result<Value, ToolError> {
        let name = || format!("{server}/{tool}");
        let Some(known) = self.known.get(server) else {
            return Err(ToolError::NotConfigured { server: server.to_owned() });
        };
        let asked = async {
            match &known.way {
                Started::Server(server) => server.call(tool, arguments).await,
                Started::Endpoint(endpoint) => endpoint.call(tool, arguments).await,
            }
        };
        timeout(known.timeout, asked)
            .await
            .unwrap_or_else(|_| Err(ToolError::Late { tool: name(), after: known.timeout }))
    }
}

impl CallTool for Tools {
    fn call<'call>(
        &'call self,
        server: &'call str,
        tool: &'call str,
        arguments: &'call Value,
    ) -> BoxFuture<'call, Result<Value, GenerateError>> {
        async move { self.ask(server, tool, arguments).await.map_err(GenerateError::from) }.boxed()
    }
}
