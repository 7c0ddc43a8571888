//! Puts a node together: loads the configured models, loads the chains, and fills the catalog.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    catalog::{Catalog, ModelInfo, Purpose},
    chain::{self, Chain, Observe, Observers},
    config::{ConfigError, ModelArguments, ModelConfig, NodeConfig, Roles},
    engine::{LoadError, source::ModelSource},
    execution::{SandboxOptions, SharedSandbox},
    generate::Generate,
    telemetry::{ModelPlace, Telemetry},
    tools::Tools,
};

mod chains;
mod models;

pub use chains::{check_roles, check_tools, models_for, plans};
pub use models::check_hosting;
use models::{Started, now, start_model};

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
