//! Names and what answers to them.
//!
//! The catalog is filled once, when the program starts, and only read afterwards. The first entry
//! that is not a chain is the hosted chat model.

use std::sync::Arc;

use crate::{chain::Plan, generate::Generate};

/// Everything this node can be asked by name, in the order in which it is listed.
#[derive(Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    /// Further names, each with the name of an entry.
    aliases: Vec<(String, String)>,
}

/// A name and what answers to it.
#[derive(Clone)]
pub struct Entry {
    /// What a client may know about it.
    pub info: ModelInfo,
    /// What answers.
    pub model: Arc<dyn Generate>,
    /// What it does, if it is a chain.
    pub chain: Option<Arc<Plan>>,
}

/// What a client may know about a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name that requests use, for example `WeiboAI/VibeThinker-1.5B` or `chain/solve`.
    pub id: String,
    /// What it is, in one or two sentences.
    pub description: String,
    /// What it makes.
    pub purpose: Purpose,
    /// Who made it; `ponder` for chains.
    pub owned_by: String,
    /// When it was loaded, in seconds since 1970.
    pub created: u64,
    /// The most tokens of a prompt and its answer together, where it is known.
    pub context_length: Option<u32>,
    /// Whether it only demonstrates: small, and right only inside a narrow domain.
    pub demonstration: bool,
}

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Answers; a remote one perhaps embeddings too.
    #[default]
    Answers,
    /// Embeddings only.
    Embeddings,
}

impl Catalog {
    /// Adds a model; a later one with the same name replaces the earlier one in its place.
    pub fn insert(&mut self, info: ModelInfo, model: Arc<dyn Generate>) {
        self.add(Entry { info, model, chain: None });
    }

    /// Adds a chain, which is a model that can also say what it does.
    pub fn insert_chain(&mut self, info: ModelInfo, plan: Arc<Plan>, model: Arc<dyn Generate>) {
        self.add(Entry { info, model, chain: Some(plan) });
    }

    fn add(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|existing| existing.info.id == entry.info.id) {
            Some(existing) => *existing = entry,
            None => self.entries.push(entry),
        }
    }

    /// Lets `alias` stand for the model called `id`; where a model has that name itself, it wins.
    pub fn alias(&mut self, alias: impl Into<String>, id: impl Into<String>) {
        self.aliases.push((alias.into(), id.into()));
    }

    /// What answers to `id`, its own name or an alias.
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.named(id).or_else(|| {
            let (_, id) = self.aliases.iter().find(|(alias, _)| alias == id)?;
            self.named(id)
        })
    }

    fn named(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.info.id == id)
    }

    /// Every alias that stands for something, in the order in which they were added.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.aliases.iter().filter_map(|(alias, id)| Some((alias.as_str(), self.named(id)?)))
    }

    /// Every entry, in the order in which it was added.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}
