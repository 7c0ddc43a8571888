//! The format of chain files, as serde reads it: version 1.
//!
//! Nothing is resolved here; [`super::load()`] makes a plan of it. Every value keeps its place in the
//! file, so that what is found wrong later can be pointed at. What stands at a key is also its
//! description in the JSON Schema ([`super::schema`]).

use std::{borrow::Cow, collections::BTreeMap, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_saphyr::Spanned;

/// A value and where it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Placed<T>(Spanned<T>);

impl<T> Deref for Placed<T> {
    type Target = Spanned<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A chain: steps that are run one after the other, and what comes of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "ponder chain", rename = "Chain")]
pub(super) struct Spec {
    /// The version of this format: 1.
    pub(super) version: Placed<u32>,
    /// The chain's name; it is served as `chain/NAME`. Letters, digits, `_` and `-`, beginning with a letter.
    pub(super) name: Placed<String>,
    /// What it does, in one or two sentences; shown wherever models are listed.
    pub(super) description: String,
    /// `true`: whoever asks sees the answer and nothing of the way to it: no thinking, no text of a step, and in
    /// the record of a run no calls. `false` if it is left out.
    #[serde(default)]
    pub(super) private: bool,
    /// The model roles that the chain uses; the configuration says which model has which.
    #[serde(default)]
    pub(super) models: Roles,
    /// The steps, in the order in which they run.
    pub(super) steps: Vec<Placed<Step>>,
    /// What a whole run may cost.
    #[serde(default)]
    pub(super) limits: Limits,
    /// What the chain answers with: `${ID}` of a step that gives an answer or text.
    pub(super) output: Placed<String>,
}

/// The roles that the chain uses.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    /// Solves mathematics and programming: the hosted model.
    pub(super) reasoner: Option<Need>,
    /// Translates. If none is configured: the general model, else the reasoner.
    pub(super) translator: Option<Need>,
    /// Answers everything else.
    pub(super) general: Option<Need>,
    /// Turns texts into numbers by what they mean, for `retrieve`.
    pub(super) embedder: Option<Need>,
}

/// Whether the chain can do without a model for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Need {
    Required,
    Optional,
}

/// What a whole run may cost, over all its steps.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    /// The most tokens that all model calls together may write; at least 1.
    pub(super) tokens: Option<Placed<u64>>,
    /// The longest a run may take, in seconds; 1 to 604800.
    pub(super) seconds: Option<Placed<u64>>,
    /// The most model calls; at least 1.
    pub(super) calls: Option<Placed<u64>>,
}

/// A step: its id, one action with its options, and when it is done. Also one of several ways of a step, which
/// has no id and no conditions; there, `steps` holds more than one action.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// The step's name: later steps take what it gives as `${ID}`.
    pub(super) id: Option<Placed<String>>,
    /// The step is skipped unless this holds: `${STEP} == VALUE`, `!=`, `in [VALUE, VALUE]`, `not in [...]`,
    /// joined by `and`.
    pub(super) when: Option<Placed<String>>,
    /// What a skipped step gives.
    pub(super) otherwise: Option<Placed<String>>,
    /// Tries the step again when it fails.
    pub(super) retry: Option<Placed<Retry>>,

    /// Chooses one of several ways by a value: of a kind of question with `math`, `code`, `both` and `other`, of
    /// any other value with `cases` and `else`.
    #[serde(rename = "match")]
    pub(super) match_on: Option<Placed<String>>,
    /// With `match`: mathematics.
    pub(super) math: Option<Box<Placed<Self>>>,
    /// With `match`: a program to write.
    pub(super) code: Option<Box<Placed<Self>>>,
    /// With `match`: an explicitly composite question.
    pub(super) both: Option<Box<Placed<Self>>>,
    /// With `match`: everything else.
    pub(super) other: Option<Box<Placed<Self>>>,
    /// With `match`: what is done for each value.
    pub(super) cases: Option<BTreeMap<String, Placed<Self>>>,
    /// With `match`: what is done for every other value.
    #[serde(rename = "else")]
    pub(super) or_else: Option<Box<Placed<Self>>>,

    /// Runs these steps at the same time; gives an object with what each gives.
    pub(super) parallel: Option<Placed<Vec<Placed<Self>>>>,
    /// Does the same for every item of this list; gives the list of what comes of them. Inside, `${item}` is the
    /// item and `${index}` its number from 0.
    pub(super) map: Option<Placed<String>>,
    /// With `map`: what is done for each item. With `vote`: what gives an answer; `${index}` is its number from 0.
    #[serde(rename = "do")]
    pub(super) each_does: Option<Box<Placed<Self>>>,
    /// With `map`: how many items at the same time; 1 to 64, 1 if it is left out. With `vote`: how many answers,
    /// 4 if it is left out; with `clr`: how many solutions, 8 if it is left out; with `decompose`: how many parts,
    /// 1 to 8, 4 if it is left out.
    pub(super) at_once: Option<Placed<usize>>,
    /// Asks the same so many times at most, 2 to 256, and takes the answer that most agree on, by what it means.
    pub(super) vote: Option<Placed<u32>>,
    /// With `vote`: when it may end before that: `adaptive` (the leading answer stays ahead with 95 %; if it is
    /// left out), `never`, or a number of samples in a row that agree.
    pub(super) stop: Option<Placed<StopAt>>,
    /// With `vote`: its answers are programs; those that fail a test are left out, and the others are compared by what
    /// they do.
    pub(super) check: Option<Placed<Check>>,
    /// With `execute`: the problem in words, whose examples are the tests; the question if it is left out.
    pub(super) statement: Option<Placed<String>>,
    /// With `execute`: the tests, a list as `ponder exec --tests` takes it, or `${STEP}` that gives one.
    pub(super) tests: Option<Placed<Json>>,
    /// With `vote`: what each answer weighs, a number from 0 on, or what `execute` gives; `${item}` is the answer.
    /// Without it all weigh the same.
    pub(super) weigh: Option<Box<Placed<Self>>>,
    /// With `vote`: its samples are told apart by how sure the model was of them, from the probabilities of its tokens;
    /// `{}` takes everything as it is if it is left out.
    pub(super) confidence: Option<Placed<Confidence>>,
    /// Takes the first of these that does not fail and says something.
    pub(super) fallback: Option<Placed<Vec<Placed<Self>>>>,
    /// Ends the chain with this answer.
    pub(super) finish: Option<Placed<String>>,
    /// With `finish`: what a `retrieve` step gave; its passages are named below the answer.
    pub(super) cite: Option<Placed<String>>,
    /// In place of one action: several steps; the last one's value is what they give.
    pub(super) steps: Option<Placed<Vec<Placed<Self>>>>,

    /// Fills a template in the Jinja language with the values of earlier steps by their ids, `input.question`,
    /// `input.messages`, `item` and `index`; gives text.
    pub(super) prompt: Option<Placed<String>>,
    /// Computes a Jinja expression of the same values; gives data.
    pub(super) transform: Option<Placed<String>>,
    /// Which language a text is in: zh, en or other.
    pub(super) detect_language: Option<Placed<String>>,
    /// What a question is about: math, code, both or other, each with its reasons.
    pub(super) route: Option<Placed<String>>,
    /// Translates a text into English or Chinese, proved; what does not pass the proof stays as it is.
    pub(super) translate: Option<Placed<String>>,
    /// Asks the reasoning model one question.
    pub(super) reason: Option<Placed<String>>,
    /// Solves a question many times over, states five claims of each solution, finds each claim true or false by
    /// itself, and answers with what the most reliable solutions agree on.
    pub(super) clr: Option<Placed<String>>,
    /// Answers each part of a composite question by itself and joins the answers.
    pub(super) decompose: Option<Placed<String>>,
    /// Hands a conversation to the general model.
    pub(super) chat: Option<Placed<String>>,
    /// Asks a model or another chain: a text, or messages.
    pub(super) call: Option<Placed<String>>,
    /// Runs the program of an answer on tests, shut in without network and files; gives data: `state` (`passed`,
    /// `failed`, `untested`, `no_program`), `share` of the tests that pass, and `tests` with `id`, `verdict`, `reason`.
    pub(super) execute: Option<Placed<String>>,
    /// Finds the final result in a text; gives data, `null` if it is not there.
    pub(super) extract_answer: Option<Placed<String>>,
    /// Finds passages in a folder of notes (Markdown, text) and solved problems (JSON Lines of `question` and
    /// `answer` or `solution`) by the words of this: a reference, or a template in the Jinja language. Gives a list
    /// of `text`, `file`, `line`, `record` and `score`, the best first.
    pub(super) retrieve: Option<Placed<String>>,
    /// Calls a tool, SERVER/TOOL: of a server of the Model Context Protocol, or below the address of an HTTP endpoint,
    /// as `[tools.SERVER]` of ponder.toml says. Gives an object with `text` and `data`.
    pub(super) tool: Option<Placed<String>>,
    /// Puts an answer into Chinese, proved; the boxed value and the code stay as they are.
    pub(super) translate_answer: Option<Placed<String>>,

    /// Gives an answer that was voted on as it is, unless it is less far ahead than `below`: then the general model is
    /// asked, or where there is none it is said that the samples do not agree.
    pub(super) escalate: Option<Placed<String>>,

    /// The texts of a conversation that may state a problem, each with what was said before it; gives a list.
    pub(super) find_problems: Option<Placed<String>>,
    /// Gives this text if it says nothing of `secret`, and fails otherwise; only in a `private` chain.
    pub(super) withhold: Option<Placed<String>>,

    /// With `escalate`: the least margin of an answer that is given as it is; 0 to 1, 0.5 if it is left out.
    pub(super) below: Option<Placed<f64>>,
    /// With `withhold`: what must not be said: an answer, a text, or a list of them.
    pub(super) secret: Option<Placed<String>>,
    /// With `withhold`: the conversation that the text is said in.
    pub(super) conversation: Option<Placed<String>>,
    /// With `decompose`: `general` may take apart what no rule splits. Otherwise who is asked: a role (`reasoner`, `translator`, `general`); with `call` also `chain/NAME` or a model's name.
    pub(super) model: Option<Placed<String>>,
    /// With `translate` (`en` or `zh`) and `translate_answer` (`zh`): the language to translate into.
    pub(super) to: Option<Placed<String>>,
    /// With `translate` and `translate_answer`: how often a translation is asked for; 1 to 8, 2 if it is left out.
    pub(super) attempts: Option<Placed<u8>>,
    /// With `clr`: how many solutions at most; 2 to 256, 32 if it is left out.
    pub(super) samples: Option<Placed<u32>>,
    /// With `clr`: how long a verdict on a claim may be.
    pub(super) verdicts: Option<Placed<Verdicts>>,
    /// With `reason` and `clr`: `math` or `code`; `clr` takes `math` if it is left out. With `extract_answer`: `boxed`, `code` or `json`.
    #[serde(rename = "as")]
    pub(super) topic: Option<Placed<String>>,
    /// With `reason` and `clr`: what to look for in the answer, `boxed` or `code`.
    pub(super) extract: Option<Placed<String>>,
    /// With `decompose`: what answers each part, this chain's own `chain/NAME`, another chain or a model.
    pub(super) each: Option<Placed<String>>,
    /// With `retrieve`: the folder, from where the chain file is.
    pub(super) from: Option<Placed<String>>,
    /// With `retrieve`: the most passages; 1 to 50, 4 if it is left out.
    pub(super) top: Option<Placed<usize>>,
    /// With `retrieve`: the most characters of all passages together; 100 to 100000, 4000 if it is left out.
    pub(super) max_characters: Option<Placed<usize>>,
    /// With `tool`: its arguments, an object in which texts may be references or templates in the Jinja language; or
    /// a reference to such an object. Without it there are none.
    pub(super) arguments: Option<Placed<Json>>,
    /// With `call`: instructions in front of the conversation.
    pub(super) system: Option<Placed<String>>,
    /// With `call`: 0 to 2.
    pub(super) temperature: Option<Placed<f32>>,
    /// With `call`: the most tokens of the answer, thinking included; at least 1.
    pub(super) max_tokens: Option<Placed<u32>>,
    /// With `call`: whether the model thinks first; `false` is not at all.
    pub(super) thinking: Option<Placed<bool>>,
    /// With `call`: the JSON Schema that the answer keeps to.
    pub(super) schema: Option<Placed<Json>>,
}

/// When a vote may end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum StopAt {
    /// So many samples in a row that agree; at least 2.
    Row(u32),
    /// `adaptive` or `never`.
    Rule(String),
}

/// How the programs of a vote are checked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    /// The problem in words, whose examples are the tests; the question if it is left out.
    pub(super) statement: Option<Placed<String>>,
    /// The tests, a list as `ponder exec --tests` takes it, or `${STEP}` that gives one.
    pub(super) tests: Option<Placed<Json>>,
    /// How many inputs of our own tell programs apart where there are fewer than three tests; 0 to 32, 8 if it is left
    /// out.
    pub(super) inputs: Option<u32>,
}

/// How samples are told apart by how sure the model was of them (arXiv:2508.15260).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confidence {
    /// Which number is a sample's: `lowest`, the least sure window, if it is left out; `bottom`, the mean of the least sure
    /// tenth of the windows; `tail`, the last window; `mean`, the mean of all tokens.
    pub(super) measure: Option<Measure>,
    /// The tokens of a window; 1 to 8192, 128 if it is left out.
    pub(super) window: Option<u32>,
    /// The share of the samples with a result that have a vote, the surest: over 0, up to 1; 0.9 if it is left out.
    pub(super) keep: Option<f64>,
    /// Whether they weigh as much as their confidence; `true` if it is left out.
    pub(super) weigh: Option<bool>,
    /// So many samples are taken first, at least 2, and set how sure the model must be: each later one is stopped as soon
    /// as a window of it is less sure than the least sure one of those that `keep` keeps of the first. Without it none is
    /// stopped.
    pub(super) warm_up: Option<u32>,
}

/// Which number says how sure a model was.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Measure {
    Lowest,
    Bottom,
    Tail,
    Mean,
}

/// How long a verdict on a claim may be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdicts {
    /// The most tokens of thinking before it; 0 is none at all, 256 if it is left out.
    pub(super) thinking: Option<u32>,
    /// The most tokens of the verdict itself; at least 1, 16 if it is left out.
    pub(super) max_tokens: Option<u32>,
}

/// How often a step is tried.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Retry {
    /// 2 to 10.
    pub(super) attempts: u8,
    /// Seconds before the second attempt, doubled before each later one; 0 to 60, 0.5 if it is left out.
    pub(super) wait: Option<f64>,
}

impl Step {
    /// The actions that are asked for, with where each stands; there should be one.
    pub(super) fn actions(&self) -> Vec<(&'static str, Spot)> {
        let texts = [
            ("match", &self.match_on),
            ("map", &self.map),
            ("finish", &self.finish),
            ("prompt", &self.prompt),
            ("transform", &self.transform),
            ("detect_language", &self.detect_language),
            ("route", &self.route),
            ("translate", &self.translate),
            ("reason", &self.reason),
            ("clr", &self.clr),
            ("decompose", &self.decompose),
            ("chat", &self.chat),
            ("call", &self.call),
            ("execute", &self.execute),
            ("extract_answer", &self.extract_answer),
            ("retrieve", &self.retrieve),
            ("tool", &self.tool),
            ("translate_answer", &self.translate_answer),
            ("escalate", &self.escalate),
            ("find_problems", &self.find_problems),
            ("withhold", &self.withhold),
        ];
        let vote = self.vote.as_ref().map(|vote| ("vote", spot(vote)));
        let lists =
            [("parallel", &self.parallel), ("fallback", &self.fallback), ("steps", &self.steps)];
        let texts = texts.into_iter().filter_map(|(name, at)| Some((name, spot(at.as_ref()?))));
        let lists = lists.into_iter().filter_map(|(name, at)| Some((name, spot(at.as_ref()?))));
        texts.chain(vote).chain(lists).collect()
    }

    /// The options that are given, with where each stands.
    pub(super) fn options(&self) -> Vec<(&'static str, Spot)> {
        let boxed = |at: &Option<Box<Placed<Self>>>| at.as_ref().map(|at| spot(at));
        let case = self.cases.as_ref().and_then(|cases| cases.values().next());
        let options = [
            ("math", boxed(&self.math)),
            ("code", boxed(&self.code)),
            ("both", boxed(&self.both)),
            ("other", boxed(&self.other)),
            ("cases", case.map(spot)),
            ("else", boxed(&self.or_else)),
            ("do", boxed(&self.each_does)),
            ("at_once", self.at_once.as_ref().map(spot)),
            ("stop", self.stop.as_ref().map(spot)),
            ("check", self.check.as_ref().map(spot)),
            ("statement", self.statement.as_ref().map(spot)),
            ("tests", self.tests.as_ref().map(spot)),
            ("weigh", boxed(&self.weigh)),
            ("confidence", self.confidence.as_ref().map(spot)),
            ("below", self.below.as_ref().map(spot)),
            ("secret", self.secret.as_ref().map(spot)),
            ("conversation", self.conversation.as_ref().map(spot)),
            ("cite", self.cite.as_ref().map(spot)),
            ("model", self.model.as_ref().map(spot)),
            ("to", self.to.as_ref().map(spot)),
            ("attempts", self.attempts.as_ref().map(spot)),
            ("samples", self.samples.as_ref().map(spot)),
            ("verdicts", self.verdicts.as_ref().map(spot)),
            ("as", self.topic.as_ref().map(spot)),
            ("extract", self.extract.as_ref().map(spot)),
            ("each", self.each.as_ref().map(spot)),
            ("from", self.from.as_ref().map(spot)),
            ("top", self.top.as_ref().map(spot)),
            ("max_characters", self.max_characters.as_ref().map(spot)),
            ("arguments", self.arguments.as_ref().map(spot)),
            ("system", self.system.as_ref().map(spot)),
            ("temperature", self.temperature.as_ref().map(spot)),
            ("max_tokens", self.max_tokens.as_ref().map(spot)),
            ("thinking", self.thinking.as_ref().map(spot)),
            ("schema", self.schema.as_ref().map(spot)),
        ];
        options.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
    }

    /// What belongs to a step and not to one of its ways, with where each stands.
    pub(super) fn head(&self) -> Vec<(&'static str, Spot)> {
        let head = [
            ("id", self.id.as_ref().map(spot)),
            ("when", self.when.as_ref().map(spot)),
            ("otherwise", self.otherwise.as_ref().map(spot)),
            ("retry", self.retry.as_ref().map(spot)),
        ];
        head.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
    }
}

/// A line and a column, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// Where a value stands.
pub(super) fn spot<T>(value: &Placed<T>) -> Spot {
    Spot { line: value.referenced.line(), column: value.referenced.column() }
}
