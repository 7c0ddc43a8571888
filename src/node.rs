//! Puts a node together: loads the configured models, loads the chains, and fills the catalog.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use crate::{
    catalog::{Catalog, ModelInfo, Purpose},
    chain::{self, Chain, ModelRole, Models, Named, Observe, Observers},
    config::{ConfigError, ModelArguments, ModelConfig, NodeConfig, RemoteModel, Roles},
    engine::{
        LoadError,
        remote::RemoteEngine,
        scripted::{Script, ScriptedEngine},
        source::ModelSource,
    },
    execution::{SandboxOptions, SharedSandbox},
    generate::Generate,
    telemetry::{ModelPlace, Telemetry},
    tools::Tools,
};

/// A node that is ready to answer.
pub struct Node {
    /// Everything that can be asked, by name.
    pub catalog: Catalog,
    /// The name of the hosted chat model.
    pub reasoner: String,
    /// What chains call that is no model.
    pub tools: Arc<Tools>,
    /// What was loaded and from which settings, so that reading the configuration again leaves alone
    /// what has not changed.
    loaded: BTreeMap<String, Loaded>,
    max_running: u32,
}

struct Loaded {
    config: ModelConfig,
    started: Started,
}

/// Why a node could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A model could not be loaded.
    #[error("the model `{id}` cannot be used: {error}")]
    Model {
        /// The model's name.
        id: String,
        /// What went wrong.
        error: LoadError,
    },
    /// The configuration is wrong.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// A chain file is wrong.
    #[error("{0}")]
    Chain(#[from] chain::LoadError),
}

/// Those who keep records or traces of what a node does.
#[derive(Debug, Clone, Default)]
pub struct Watchers {
    /// Who keeps records of what the chains do.
    pub records: Option<Arc<dyn Observe>>,
    /// Who keeps traces.
    pub telemetry: Option<Telemetry>,
}

impl Watchers {
    /// All who are told of the runs of chains, as one.
    pub fn observer(&self) -> Option<Arc<dyn Observe>> {
        let telemetry = self.telemetry.clone().map(|telemetry| Arc::new(telemetry) as _);
        Observers::all(self.records.clone().into_iter().chain(telemetry))
    }

    /// The model, its calls traced where traces are kept.
    fn traced(
        &self,
        id: &str,
        config: &ModelConfig,
        model: Arc<dyn Generate>,
    ) -> Arc<dyn Generate> {
        let Some(telemetry) = &self.telemetry else { return model };
        let place = match config {
            ModelConfig::Hosted(_) => ModelPlace::hosted(id),
            ModelConfig::Remote(remote) => ModelPlace::remote(remote.model.as_str(), &remote.url),
        };
        telemetry.traced(place, model)
    }
}

/// Told, line by line, what is being done.
pub type Report<'report> = &'report (dyn Fn(&str) + Send + Sync);

impl Node {
    /// The node of someone who configured nothing: the embedded model and the chains of the program.
    ///
    /// # Errors
    ///
    /// If the cache cannot be written, or an environment variable or a `ponder.toml` is wrong.
    pub async fn default(report: Report<'_>) -> Result<Self, StartError> {
        let config = NodeConfig::resolve(&ModelArguments::default())?;
        Self::start(&config, report).await
    }

    /// The hosted chat model.
    pub fn reasoner(&self) -> Option<Arc<dyn Generate>> {
        self.catalog.find(&self.reasoner).map(|entry| Arc::clone(&entry.model))
    }

    /// Loads everything that is configured, the hosted chat model first.
    ///
    /// # Errors
    ///
    /// If a model or a chain cannot be loaded.
    pub async fn start(config: &NodeConfig, report: Report<'_>) -> Result<Self, StartError> {
        Self::start_after(None, config, Watchers::default(), report).await
    }

    /// The same, with those who keep records or traces of what is done.
    ///
    /// # Errors
    ///
    /// As for [`Node::start`].
    pub async fn start_observed(
        config: &NodeConfig,
        watchers: Watchers,
        report: Report<'_>,
    ) -> Result<Self, StartError> {
        Self::start_after(None, config, watchers, report).await
    }

    /// The node of a changed configuration. Models whose settings are the same are kept, not loaded
    /// again; answers that run on the others end as they began.
    ///
    /// # Errors
    ///
    /// As for [`Node::start`]; this node goes on as it was.
    pub async fn restart(
        &self,
        config: &NodeConfig,
        watchers: Watchers,
        report: Report<'_>,
    ) -> Result<Self, StartError> {
        Self::start_after(Some(self), config, watchers, report).await
    }

    async fn start_after(
        before: Option<&Self>,
        config: &NodeConfig,
        watchers: Watchers,
        report: Report<'_>,
    ) -> Result<Self, StartError> {
        let observer = watchers.observer();
        // The first question should not wait for the router's expressions to be compiled.
        chain::routing::decide("1 + 1");
        // Chains are checked before models are loaded: it takes no time and fails often.
        let plans = plans(config)?;
        let tools = Arc::new(Tools::of(&config.tools));
        let mut catalog = Catalog::default();
        let mut loaded = BTreeMap::new();
        let mut ids: Vec<&String> = config.models.keys().collect();
        ids.sort_by_key(|id| **id != config.roles.reasoner);
        for id in ids {
            let Some(model) = config.models.get(id) else { continue };
            let kept = before.and_then(|before| before.unchanged(id, model, config));
            let (info, engine) = match kept {
                Some(started) => started,
                // Boxed: hosting a model takes a large future, and this one is not worth its size.
                None => Box::pin(start_model(id, model, config, report))
                    .await
                    .map_err(|error| StartError::Model { id: id.clone(), error })?,
            };
            let started = (info.clone(), Arc::clone(&engine));
            loaded.insert(id.clone(), Loaded { config: model.clone(), started });
            catalog.insert(info, watchers.traced(id, model, engine));
        }
        check_purposes(&config.roles, &catalog)?;
        let sandbox = Arc::new(SharedSandbox::new(SandboxOptions::default()));
        // A node that only makes embeddings has nobody who reasons.
        if catalog.find(&config.roles.reasoner).is_some() {
            for plan in plans {
                let info = ModelInfo {
                    id: format!("chain/{}", plan.name),
                    description: plan.description.clone(),
                    purpose: Purpose::Answers,
                    owned_by: "ponder".to_owned(),
                    created: now(),
                    context_length: None,
                    demonstration: demonstrates(&catalog, &config.roles.reasoner),
                };
                // Those that it calls are in front of it.
                let models = models_for(&plan, &config.roles, &catalog)?;
                let plan = Arc::new(plan);
                let mut chain =
                    Chain::new(Arc::clone(&plan), models).running_programs_in(Arc::clone(&sandbox));
                chain = chain.with_tools(Arc::clone(&tools) as _);
                if let Some(observer) = &observer {
                    chain = chain.observed_by(Arc::clone(observer));
                }
                catalog.insert_chain(info, plan, Arc::new(chain));
            }
        }
        for (alias, id) in &config.aliases {
            catalog.alias(alias.as_str(), id.as_str());
        }
        let reasoner = config.roles.reasoner.clone();
        Ok(Self { catalog, reasoner, tools, loaded, max_running: config.max_running })
    }

    /// The model of this name, if it was loaded from the same settings.
    fn unchanged(&self, id: &str, model: &ModelConfig, config: &NodeConfig) -> Option<Started> {
        let loaded = self.loaded.get(id)?;
        // A script is small and may have been edited.
        let scripted = matches!(
            model,
            ModelConfig::Hosted(hosted) if matches!(hosted.source, ModelSource::Scripted(_))
        );
        let same = loaded.config == *model && self.max_running == config.max_running;
        (same && !scripted).then(|| (loaded.started.0.clone(), Arc::clone(&loaded.started.1)))
    }
}

/// The chains inside the program and those of the configured folder, which win.
///
/// # Errors
///
/// If a chain is wrong, or one of the folder needs a model for a role that the configuration leaves
/// empty, or an alias stands for nothing.
pub fn plans(config: &NodeConfig) -> Result<Vec<chain::Plan>, StartError> {
    let mut plans = Vec::new();
    for shipped in chain::shipped() {
        let plan = chain::load(shipped.text, shipped.file)?;
        // Nobody asked for these by name: one that lacks a model is left out.
        if check_roles(&plan, &config.roles).is_ok() {
            plans.push(plan);
        }
    }
    if let Some(folder) = &config.chains {
        for plan in chain::load_folder(folder)? {
            plans.retain(|known| known.name != plan.name);
            plans.push(plan);
        }
    }
    for plan in &plans {
        check_roles(plan, &config.roles)?;
        check_tools(plan, config)?;
    }
    check_aliases(config, &plans)?;
    Ok(in_order(plans, config)?)
}

/// The chains, each behind those that it calls.
fn in_order(
    mut plans: Vec<chain::Plan>,
    config: &NodeConfig,
) -> Result<Vec<chain::Plan>, ConfigError> {
    let mut ordered: Vec<chain::Plan> = Vec::new();
    while !plans.is_empty() {
        let is_ready = |plan: &chain::Plan| {
            plan.named_models().iter().all(|name| match name.strip_prefix("chain/") {
                Some(name) => ordered.iter().any(|earlier| earlier.name == name),
                None => config.models.contains_key(name),
            })
        };
        match plans.iter().position(is_ready) {
            Some(position) => ordered.push(plans.remove(position)),
            None => return Err(unready(&plans, config)),
        }
    }
    Ok(ordered)
}

/// Why none of these chains can be put together.
fn unready(plans: &[chain::Plan], config: &NodeConfig) -> ConfigError {
    let known = |name: &str| match name.strip_prefix("chain/") {
        Some(chain) => plans.iter().any(|plan| plan.name == chain),
        None => config.models.contains_key(name),
    };
    for plan in plans {
        if let Some(missing) = plan.named_models().into_iter().find(|name| !known(name)) {
            return ConfigError::new(format!(
                "the chain `{}` calls `{missing}`, which is neither a model nor a chain; \
                 `ponder models` lists both",
                plan.name
            ));
        }
    }
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    ConfigError::new(format!(
        "chains call each other in a circle: {}; a chain may call only those that do not call it",
        names.join(", ")
    ))
}

/// The models that a chain runs on.
///
/// # Errors
///
/// A role or a name that it needs and nothing has.
pub fn models_for(
    plan: &chain::Plan,
    roles: &Roles,
    catalog: &Catalog,
) -> Result<Models, ConfigError> {
    check_roles(plan, roles)?;
    let named = |id: &String| {
        let entry = catalog.find(id).ok_or_else(|| {
            ConfigError::new(format!("there is no model `{id}`; `ponder models` lists them"))
        })?;
        Ok::<_, ConfigError>(Named::new(id.as_str(), Arc::clone(&entry.model)))
    };
    Ok(Models {
        reasoner: named(&roles.reasoner)?,
        translator: roles.translator.as_ref().map(named).transpose()?,
        general: roles.general.as_ref().map(named).transpose()?,
        embedder: roles.embedder.as_ref().map(named).transpose()?,
        named: named_models(plan, catalog)?,
    })
}

/// The models and chains that a chain calls by name.
///
/// # Errors
///
/// Which one is not there.
fn named_models(
    plan: &chain::Plan,
    catalog: &Catalog,
) -> Result<BTreeMap<String, Named>, ConfigError> {
    let found = |name: String| match catalog.find(&name) {
        Some(entry) => Ok((name.clone(), Named::new(name, Arc::clone(&entry.model)))),
        None => Err(ConfigError::new(format!(
            "the chain `{}` calls `{name}`, which is neither a model nor a chain; `ponder models` \
             lists both",
            plan.name
        ))),
    };
    plan.named_models().into_iter().map(found).collect()
}

/// Whether this build can host the configured models.
///
/// # Errors
///
/// Which one it cannot.
#[cfg(not(feature = "local"))]
pub fn check_hosting(config: &NodeConfig) -> Result<(), StartError> {
    let unhosted = config.models.iter().find_map(|(id, model)| match model {
        ModelConfig::Hosted(hosted) => match &hosted.source {
            ModelSource::Scripted(_) => None,
            source => Some((id, no_engine(source))),
        },
        ModelConfig::Remote(_) => None,
    });
    unhosted.map_or(Ok(()), |(id, error)| Err(StartError::Model { id: id.clone(), error }))
}

/// Whether this build can host the configured models; with the engine it can.
#[cfg(feature = "local")]
pub fn check_hosting(_config: &NodeConfig) -> Result<(), StartError> {
    Ok(())
}

/// Whether every alias stands for a model or a chain.
fn check_aliases(config: &NodeConfig, plans: &[chain::Plan]) -> Result<(), ConfigError> {
    let served = |id: &str| {
        config.models.contains_key(id)
            || id
                .strip_prefix("chain/")
                .is_some_and(|name| plans.iter().any(|plan| plan.name == name))
    };
    match config.aliases.iter().find(|(_, id)| !served(id)) {
        None => Ok(()),
        Some((alias, id)) => Err(ConfigError::new(format!(
            "the alias `{alias}` stands for `{id}`, which is neither a model nor a chain; \
             `ponder models` lists both"
        ))),
    }
}

/// Whether every role that the chain cannot do without has a model.
///
/// # Errors
///
/// Which role has none. A translator there is always: the reasoner stands in for it.
pub fn check_roles(plan: &chain::Plan, roles: &Roles) -> Result<(), ConfigError> {
    let needs = |role| plan.roles.iter().any(|used| used.role == role && !used.optional);
    let (what, how) = if needs(ModelRole::General) && roles.general.is_none() {
        ("general model", "set `general` under [roles], or --general-url")
    } else if needs(ModelRole::Embedder) && roles.embedder.is_none() {
        ("model that makes embeddings", "set `embedder` under [roles]")
    } else {
        return Ok(());
    };
    Err(ConfigError::new(format!("the chain `{}` needs a {what}: {how}", plan.name)))
}

/// Whether every tool that the chain calls is of a server or an endpoint that is configured.
///
/// # Errors
///
/// Which one is not.
pub fn check_tools(plan: &chain::Plan, config: &NodeConfig) -> Result<(), ConfigError> {
    let missing = plan.tool_servers().into_iter().find(|server| !config.tools.contains_key(server));
    missing.map_or(Ok(()), |server| {
        Err(ConfigError::new(format!(
            "the chain `{}` calls a tool of `{server}`, which is not configured: add [tools.{server}] \
             with `command`, `mcp` or `url` to ponder.toml",
            plan.name
        )))
    })
}

/// Whether every role has a model that answers.
fn check_purposes(roles: &Roles, catalog: &Catalog) -> Result<(), ConfigError> {
    let embedder = roles.embedder.as_ref().and_then(|id| catalog.find(id));
    if let Some(entry) = embedder.filter(|entry| entry.model.embedder().is_none()) {
        return Err(ConfigError::new(format!(
            "`{}` makes no embeddings and cannot be the `embedder`: name a model that does, such as a folder with \
             `modules.json` or one behind an endpoint",
            entry.info.id
        )));
    }
    let named = [Some(&roles.reasoner), roles.translator.as_ref(), roles.general.as_ref()];
    let embedding = named
        .into_iter()
        .flatten()
        .find(|id| catalog.find(id).is_some_and(|entry| entry.info.purpose == Purpose::Embeddings));
    embedding.map_or(Ok(()), |id| {
        Err(ConfigError::new(format!(
            "`{id}` makes embeddings and answers nothing: give it an entry of its own, \
             [models.\"{id}\"] with `source`, and choose another model for --model and [roles]"
        )))
    })
}

fn demonstrates(catalog: &Catalog, id: &str) -> bool {
    catalog.find(id).is_some_and(|entry| entry.info.demonstration)
}

type Started = (ModelInfo, Arc<dyn Generate>);

async fn start_model(
    id: &str,
    model: &ModelConfig,
    config: &NodeConfig,
    report: Report<'_>,
) -> Result<Started, LoadError> {
    match model {
        ModelConfig::Remote(remote) => Ok(start_remote(id, remote)),
        ModelConfig::Hosted(hosted) => match &hosted.source {
            ModelSource::Scripted(script) => start_scripted(id, script.as_deref()),
            _ => start_hosted(id, hosted, config, report).await,
        },
    }
}

fn start_remote(id: &str, remote: &RemoteModel) -> Started {
    let engine = RemoteEngine::new(&remote.url, remote.api_key.as_deref(), remote.model.as_str())
        .without_thinking(remote.without_thinking.clone());
    let info = ModelInfo {
        id: id.to_owned(),
        description: format!("The model {} of a remote endpoint.", remote.model),
        purpose: Purpose::Answers,
        owned_by: "remote".to_owned(),
        created: now(),
        context_length: None,
        demonstration: false,
    };
    (info, Arc::new(engine))
}

fn start_scripted(id: &str, file: Option<&std::path::Path>) -> Result<Started, LoadError> {
    let engine = match file {
        None => ScriptedEngine::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| LoadError::broken(path, error))?;
            let script: Script =
                serde_saphyr::from_str(&text).map_err(|error| LoadError::broken(path, error))?;
            ScriptedEngine::new(script)
        }
    };
    let info = ModelInfo {
        id: id.to_owned(),
        description: "No model: prepared replies, for tests and measurements.".to_owned(),
        purpose: Purpose::Answers,
        owned_by: "ponder".to_owned(),
        created: now(),
        context_length: None,
        demonstration: true,
    };
    Ok((info, Arc::new(engine)))
}

#[cfg(feature = "local")]
async fn start_hosted(
    id: &str,
    hosted: &crate::config::HostedModel,
    config: &NodeConfig,
    report: Report<'_>,
) -> Result<Started, LoadError> {
    use crate::engine::{
        hub::HubSettings,
        load::{LoadRequest, Loaded, load},
    };

    let request = LoadRequest {
        source: hosted.source.clone(),
        quantize: hosted.quantize.clone(),
        device: hosted.device,
        max_running: config.max_running as usize,
        system_prompt: hosted.system_prompt.clone(),
        sampling: hosted.sampling,
        max_tokens: hosted.max_tokens,
        max_prompt_tokens: hosted.max_prompt_tokens,
        cache: config.cache.clone(),
        hub: HubSettings {
            endpoint: config.hub.endpoint.clone(),
            home: config.hub.home.clone(),
            token: config.hub.token.clone(),
        },
    };
    let loaded = load(request, report).await?;
    let demonstration = hosted.source == ModelSource::Embedded;
    let (engine, context_length, does): (Arc<dyn Generate>, u32, _) = match loaded {
        Loaded::Answering(engine) => {
            let context_length = engine.context_length();
            (engine, context_length, Purpose::Answers)
        }
        Loaded::Embedding(engine) => {
            let context_length = engine.context_length();
            (engine, context_length, Purpose::Embeddings)
        }
    };
    let info = ModelInfo {
        id: id.to_owned(),
        description: match does {
            _ if demonstration => {
                "Demonstration model inside ponder: arithmetic, short word problems, linear \
                 equations, short Python functions and their translation from Chinese; nothing else."
                    .to_owned()
            }
            Purpose::Answers => format!("Hosted from {}.", hosted.source),
            Purpose::Embeddings => format!("Hosted from {}; makes embeddings.", hosted.source),
        },
        purpose: does,
        owned_by: match &hosted.source {
            ModelSource::Hub(hub) => {
                hub.repository.split('/').next().unwrap_or("unknown").to_owned()
            }
            ModelSource::Embedded | ModelSource::Scripted(_) => "ponder".to_owned(),
            ModelSource::Folder(_) | ModelSource::Gguf(_) => "local".to_owned(),
        },
        created: now(),
        context_length: Some(context_length),
        demonstration,
    };
    Ok((info, engine))
}

#[cfg(not(feature = "local"))]
#[expect(clippy::unused_async, reason = "the same signature as with the engine")]
async fn start_hosted(
    _id: &str,
    hosted: &crate::config::HostedModel,
    _config: &NodeConfig,
    _report: Report<'_>,
) -> Result<Started, LoadError> {
    Err(no_engine(&hosted.source))
}

#[cfg(not(feature = "local"))]
fn no_engine(source: &ModelSource) -> LoadError {
    LoadError::Unsupported(format!(
        "this build has no engine to host `{source}`: build with the default features, use --model \
         scripted, or configure a remote model"
    ))
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
