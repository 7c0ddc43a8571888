//! The format of chain files, as serde reads it: version 1.
//!
//! Nothing is resolved here; [`super::load()`] makes a plan of it. Every value keeps its place in the
//! file, so that what is found wrong later can be pointed at.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::language::Language;

/// A chain file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub(super) version: Spanned<u32>,
    pub(super) name: Spanned<String>,
    pub(super) description: String,
    pub(super) models: Roles,
    pub(super) steps: Vec<Spanned<Step>>,
    #[serde(default)]
    pub(super) limits: Limits,
    pub(super) output: Spanned<String>,
}

/// The roles that the chain uses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    pub(super) reasoner: Option<Need>,
    pub(super) translator: Option<Need>,
    pub(super) general: Option<Need>,
}

/// Whether the chain can do without a model for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Need {
    Required,
    Optional,
}

/// What a whole run may cost.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) tokens: Option<Spanned<u64>>,
    pub(super) seconds: Option<Spanned<u64>>,
}

/// Declares a step or an arm: the keys of a call are the same in both.
macro_rules! with_call_keys {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$field_meta])* pub(super) $field: $type,)*
            detect_language: Option<Spanned<String>>,
            route: Option<Spanned<String>>,
            translate: Option<Spanned<String>>,
            reason: Option<Spanned<String>>,
            split: Option<Spanned<String>>,
            chat: Option<Spanned<String>>,
            translate_answer: Option<Spanned<String>>,
            model: Option<Spanned<String>>,
            to: Option<Spanned<Language>>,
            attempts: Option<Spanned<u8>>,
            #[serde(rename = "as")]
            topic: Option<Spanned<Topic>>,
            extract: Option<Spanned<Extract>>,
            each: Option<Spanned<String>>,
        }

        impl $name {
            /// The actions that are asked for, with what each works on; there should be one.
            pub(super) fn actions(&self) -> Vec<(&'static str, &Spanned<String>)> {
                let actions = [
                    ("detect_language", &self.detect_language),
                    ("route", &self.route),
                    ("translate", &self.translate),
                    ("reason", &self.reason),
                    ("split", &self.split),
                    ("chat", &self.chat),
                    ("translate_answer", &self.translate_answer),
                ];
                actions
                    .into_iter()
                    .filter_map(|(name, input)| input.as_ref().map(|input| (name, input)))
                    .collect()
            }

            /// The options of the action.
            pub(super) fn options(&self) -> Options<'_> {
                Options {
                    model: self.model.as_ref(),
                    to: self.to.as_ref(),
                    attempts: self.attempts.as_ref(),
                    topic: self.topic.as_ref(),
                    extract: self.extract.as_ref(),
                    each: self.each.as_ref(),
                }
            }
        }
    };
}

with_call_keys! {
    /// One step.
    Step {
        id: Spanned<String>,
        when: Option<Spanned<String>>,
        otherwise: Option<Spanned<String>>,
        #[serde(rename = "match")]
        match_on: Option<Spanned<String>>,
        math: Option<Spanned<Arm>>,
        code: Option<Spanned<Arm>>,
        both: Option<Spanned<Arm>>,
        other: Option<Spanned<Arm>>,
    }
}

with_call_keys! {
    /// What is done for one kind of question.
    Arm {}
}

/// The options of an action; which belong to it is checked later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options<'file> {
    pub(super) model: Option<&'file Spanned<String>>,
    pub(super) to: Option<&'file Spanned<Language>>,
    pub(super) attempts: Option<&'file Spanned<u8>>,
    pub(super) topic: Option<&'file Spanned<Topic>>,
    pub(super) extract: Option<&'file Spanned<Extract>>,
    pub(super) each: Option<&'file Spanned<String>>,
}

/// What a question to the reasoning model is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Topic {
    Math,
    Code,
}

/// What the final result of an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Extract {
    Boxed,
    Code,
}
