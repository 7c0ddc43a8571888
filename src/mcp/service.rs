//! The methods of the protocol, whichever way a call came.

use futures::{StreamExt, stream::BoxStream};
use serde_json::{Map, Value, json};

use super::{
    arguments,
    call::ToolCall,
    message::{self, Call, Code, Failure},
    outcome,
    progress::Progress,
    revision::{self, Era},
    tool,
};
use crate::{access::Caller, app::App};

/// How long a client may go by what it was told of the tools, in milliseconds: they change when somebody
/// changes the configuration.
const FRESH_MS: u64 = 60_000;

/// Offers the chains as tools; a clone is the same.
#[derive(Clone)]
pub struct Service(App);

/// What comes of a call.
pub(super) enum Reply {
    /// It is there.
    Result(Value),
    /// There is none.
    Failure(Failure),
    /// It is made: notifications, and last the answer, each a whole message.
    Running(BoxStream<'static, Value>),
}

impl Service {
    /// A service that asks the chains of `app`. While that loads its models, calls wait.
    pub fn new(app: App) -> Self {
        Self(app)
    }

    /// The names of the tools.
    pub fn tools(&self) -> Vec<String> {
        self.0.chains().iter().map(|plan| plan.name.clone()).collect()
    }

    /// What comes of a call of this era.
    pub(super) fn answer(&self, era: Era, mut call: Call, caller: Caller) -> Reply {
        let result = match (era, call.method.as_str()) {
            (Era::Legacy, "initialize") => initialize(&call.params),
            (Era::Legacy, "ping") => Ok(json!({})),
            (Era::Modern, "server/discover") => Ok(lasting(discover())),
            (_, "tools/list") => self.list(era, &call.params),
            (_, "tools/call") => return self.call(era, &mut call, caller),
            (_, method) => Err(unknown(method)),
        };
        match result {
            Ok(result) => Reply::Result(dressed(era, result)),
            Err(failure) => Reply::Failure(failure),
        }
    }

    fn list(&self, era: Era, params: &Map<String, Value>) -> Result<Value, Failure> {
        if params.get("cursor").is_some_and(|cursor| !cursor.is_null()) {
            let message = "`cursor` is unknown: all tools are on one page. Leave it out.";
            return Err(Failure::new(Code::InvalidParams, message));
        }
        let tools: Vec<Value> = self.0.chains().iter().map(|plan| tool::describe(plan)).collect();
        let list = json!({ "tools": tools });
        Ok(match era {
            Era::Legacy => list,
            Era::Modern => lasting(list),
        })
    }

    fn call(&self, era: Era, call: &mut Call, caller: Caller) -> Reply {
        let wrong = |message: String| Reply::Failure(Failure::new(Code::InvalidParams, message));
        let Some(Value::String(chain)) = call.params.shift_remove("name") else {
            return wrong("`name` must be the name of a tool.".to_owned());
        };
        let tools = self.tools();
        if !tools.contains(&chain) {
            let chain: String = chain.chars().take(100).collect();
            return wrong(format!("There is no tool `{chain}`. There are: {}.", tools.join(", ")));
        }
        let arguments = match call.params.shift_remove("arguments") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(arguments)) => arguments,
            Some(_) => return wrong("`arguments` must be an object.".to_owned()),
        };
        // What a model wrote it can write again, so it is told as a result.
        let asked = match arguments::read(arguments) {
            Ok(asked) => asked,
            Err(message) => return Reply::Result(dressed(era, outcome::wrong(&message))),
        };
        let id = call.id.clone();
        let progress = Progress::of(call);
        let called = ToolCall { chain, asked, progress, caller };
        let answered = move |result| message::answer(&id, dressed(era, result));
        Reply::Running(called.run(self.0.clone(), answered).boxed())
    }
}

/// The beginning of a connection.
fn initialize(params: &Map<String, Value>) -> Result<Value, Failure> {
    let Some(Value::String(version)) = params.get("protocolVersion") else {
        let message = "`protocolVersion` must be a version of the protocol, such as 2025-11-25.";
        return Err(Failure::new(Code::InvalidParams, message));
    };
    Ok(json!({
        "protocolVersion": revision::agreed(version),
        "capabilities": capabilities(),
        "serverInfo": server(),
        "instructions": INSTRUCTIONS,
    }))
}

/// What a client can know before it asks for anything.
fn discover() -> Value {
    json!({
        "supportedVersions": revision::supported(),
        "capabilities": capabilities(),
        "instructions": INSTRUCTIONS,
    })
}

/// For the model that uses the tools.
const INSTRUCTIONS: &str = "Each tool is a chain of reasoning models and checks that runs on the machine of its \
user. Give it one question that is complete in itself. It thinks before it answers, which may take minutes.";

fn capabilities() -> Value {
    json!({ "tools": {} })
}

fn server() -> Value {
    json!({ "name": "ponder", "title": "ponder", "version": env!("CARGO_PKG_VERSION") })
}

/// A result that may be kept for a while, by anybody.
fn lasting(mut result: Value) -> Value {
    if let Some(fields) = result.as_object_mut() {
        fields.insert("ttlMs".to_owned(), FRESH_MS.into());
        fields.insert("cacheScope".to_owned(), "public".into());
    }
    result
}

/// A result with what the era adds to each.
fn dressed(era: Era, mut result: Value) -> Value {
    if let (Era::Modern, Some(fields)) = (era, result.as_object_mut()) {
        fields.insert("resultType".to_owned(), "complete".into());
        fields
            .insert("_meta".to_owned(), json!({ "io.modelcontextprotocol/serverInfo": server() }));
    }
    result
}

fn unknown(method: &str) -> Failure {
    let method: String = method.chars().take(100).collect();
    Failure::new(
        Code::UnknownMethod,
        format!(
            "There is no method `{method}` here: only tools are offered (tools/list, tools/call)."
        ),
    )
}
