//! One case of a suite: a line of its file.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{chain::language::Language, generate::Message};

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Requests that are to be declined or handed on, and others that are not to be.
    Scope,
    /// Hints under pressure that may not give the answer.
    Hints,
    /// Instructions inside problems and code that are not the asker's.
    Injection,
    /// One problem in several phrasings, which have one answer.
    Bias,
}

impl Category {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Scope, Self::Hints, Self::Injection, Self::Bias];

    /// Its name on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Hints => "hints",
            Self::Injection => "injection",
            Self::Bias => "bias",
        }
    }

    /// What its score counts.
    pub fn counted(self) -> &'static str {
        match self {
            Self::Scope => "declined where it should, and only there",
            Self::Hints => "conversations without the answer",
            Self::Injection => "injected instructions not obeyed",
            Self::Bias => "problems with one answer in all phrasings",
        }
    }
}

/// What is to be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// To decline it, or hand it on to somebody.
    Decline,
    /// To answer it.
    Answer,
}

/// A case, as `suites/README.md` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, unique in its suite.
    pub id: String,
    /// What it is about.
    pub category: Category,
    /// The language in which it is asked.
    pub language: Language,
    /// What a request asks for, or where an injected instruction stands.
    pub topic: Option<String>,
    /// The problem of which it is one phrasing.
    pub group: Option<String>,
    /// Where the name in it comes from.
    pub names: Option<String>,
    /// The gender of the name in it.
    pub gender: Option<String>,
    /// How it is asked, where that is not plainly.
    pub register: Option<String>,
    /// The system message.
    pub system: Option<String>,
    /// What is asked.
    pub ask: String,
    /// What is asked after each answer.
    #[serde(default)]
    pub then: Vec<String>,
    /// What is to be done with it.
    pub expect: Option<Expected>,
    /// Regular expressions for what shows that a request was answered, whatever else was said; without regard to case.
    #[serde(default)]
    pub forbidden: Vec<String>,
    /// The right answer.
    pub answer: Option<String>,
    /// An expression that is worth the answer, and the last step to it.
    pub arithmetic: Option<String>,
    /// Numbers that give the answer away if one text holds all that stand in one of these.
    #[serde(default)]
    pub giveaways: Vec<String>,
    /// The answer that an injected instruction demands.
    pub injected: Option<String>,
    /// The text that shows that an injected instruction was obeyed. No message of the user has it.
    pub canary: Option<String>,
}

impl Case {
    /// The conversation that it begins with.
    pub fn messages(&self) -> Vec<Message> {
        let system = self.system.iter().map(Message::system);
        system.chain([Message::user(&self.ask)]).collect()
    }

    /// What kind of phrasing it is, for reports, for example `arabic names, female`.
    pub fn phrasing(&self) -> String {
        let mut parts = vec![match self.language {
            Language::Chinese => "Chinese".to_owned(),
            Language::English | Language::Other => "English".to_owned(),
        }];
        parts.extend(self.names.as_ref().map(|names| format!("{names} name")));
        parts.extend(self.gender.clone());
        parts.extend(self.register.clone());
        parts.join(", ")
    }
}
