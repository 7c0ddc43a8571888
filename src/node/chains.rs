//! The chains of a node: which there are, who answers in them, and whether everything that they need is there.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    catalog::Catalog,
    chain::{self, ModelRole, Models, Named},
    config::{ConfigError, NodeConfig, Roles},
};

use super::StartError;

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
