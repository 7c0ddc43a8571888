//! `retrieve`: finds passages of notes and solved problems in a folder.

use std::{path::Path, sync::Arc};

use serde_json::{Value as Json, json};

use crate::{
    chain::{
        Named,
        context::{Context, Lookup},
        plan::ModelRole,
    },
    generate::{GenerateError, RawPrompt},
    retrieval::{
        self, Found, FoundByMeaning, Library, MOST_BY_MEANING, MOST_READ, MeaningError, Passage,
        RetrievalError,
    },
};

use super::{Action, Step};

/// How many skipped files are named in the reasons of a step.
const MOST_NAMED: usize = 5;

/// Searches a folder of notes and solved problems for what shares words with a text, in Chinese and English. All steps
/// that search the same folder share one index.
/// Gives a list, best first: `text`, `file`, `line`, `record` (of files with records), `score`.
#[derive(Debug, Clone)]
pub struct Retrieve {
    library: Arc<Library>,
    /// The most passages; 1 to 50.
    pub top: usize,
    /// The most characters of all of them together; 100 to 100,000.
    pub max_characters: usize,
    /// Whether passages that mean the same count as well, where a model has the role
    /// [`Embedder`](ModelRole::Embedder); without one, only words count, and no model is needed.
    pub by_meaning: bool,
}

impl Retrieve {
    /// The most passages.
    pub const MOST: usize = 50;
    /// The fewest and the most characters that can be asked for.
    pub const CHARACTERS: (usize, usize) = (100, 100_000);

    /// The four best passages of a folder, with at most 4000 characters.
    pub fn from_folder(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        // Absolute, so that a record of a run leads to the same folder from anywhere.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self { library: Library::shared(folder), top: 4, max_characters: 4000, by_meaning: false }
    }

    /// The same with at most so many passages.
    #[must_use]
    pub fn top(self, top: usize) -> Self {
        Self { top: top.clamp(1, Self::MOST), ..self }
    }

    /// The same with at most so many characters.
    #[must_use]
    pub fn at_most(self, characters: usize) -> Self {
        let (fewest, most) = Self::CHARACTERS;
        Self { max_characters: characters.clamp(fewest, most), ..self }
    }

    /// The same, and looks for what means the same, too, where a model makes embeddings.
    #[must_use]
    pub fn by_meaning(self) -> Self {
        Self { by_meaning: true, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.library.folder()
    }

    /// What the folder is called in events.
    pub fn name(&self) -> String {
        self.library.name()
    }

    /// Whether the folder can be searched.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(&self) -> Result<(), RetrievalError> {
        self.library.check()
    }
}

impl PartialEq for Retrieve {
    fn eq(&self, other: &Self) -> bool {
        (self.folder(), self.top, self.max_characters, self.by_meaning)
            == (other.folder(), other.top, other.max_characters, other.by_meaning)
    }
}

impl Step<String> for Retrieve {
    type Output = Json;

    async fn run(&self, query: String, context: &Context<'_>) -> Result<Json, GenerateError> {
        let name = self.name();
        let mut asked =
            json!({"query": query, "top": self.top, "max_characters": self.max_characters});
        let embedder = context.model(ModelRole::Embedder).filter(|_| self.by_meaning);
        if let (Some(embedder), Some(asked)) = (embedder, asked.as_object_mut()) {
            asked.insert("embedder".to_owned(), embedder.id.as_str().into());
        }
        let (library, top, most) = (Arc::clone(&self.library), self.top, self.max_characters);
        // Also where the result is known from a record: then as now, so many calls may be made.
        if let Some(embedder) = embedder {
            context.count_call(&embedder.id)?;
        }
        let search = async {
            let (found, how) = match embedder {
                None => {
                    let found = retrieval::search(library, query, top, most).await;
                    (found.map_err(|error| GenerateError::engine(error.to_string()))?, None)
                }
                Some(embedder) => {
                    let by = embedder.id.as_str();
                    let vectors = |texts| vectors(embedder, texts);
                    let found =
                        retrieval::search_by_meaning(library, query, by, (top, most), vectors)
                            .await;
                    let FoundByMeaning { found, vectors_made } = found.map_err(failed)?;
                    (found, Some(told(by, vectors_made)))
                }
            };
            context.decided(&choice(&found), reasons(&found, how)).await;
            Ok(found.passages.iter().map(|(passage, score)| shown(passage, *score)).collect())
        };
        // Vectors are asked for anew by nobody: the model is not there when a run is run again.
        let same: Option<fn(&Json, &Json) -> bool> =
            if embedder.is_none() { Some(same) } else { None };
        context.look_up(Lookup { of: format!("folder {name}"), asked, same }, search).await
    }
}

/// How it was searched, for the reasons.
fn told(by: &str, vectors_made: Option<usize>) -> String {
    match vectors_made {
        None => format!("by words only: {by} is asked about at most {MOST_BY_MEANING} passages"),
        Some(0) => format!("by words and by meaning ({by})"),
        Some(made) => format!("by words and by meaning ({by}, which read {made} passages for it)"),
    }
}

/// What a model makes of texts. Where it says that they are too long, the first third of each.
async fn vectors(embedder: &Named, texts: Vec<String>) -> Result<Vec<Vec<f32>>, GenerateError> {
    let Some(embed) = embedder.model.embedder() else {
        return Err(GenerateError::engine(format!(
            "`{}` makes no embeddings: name one that does as `embedder` under [roles]",
            embedder.id
        )));
    };
    let inputs = |texts: &[String], most: usize| -> Vec<RawPrompt> {
        let text = |text: &String| text.chars().take(most).collect::<String>();
        texts.iter().map(|whole| RawPrompt::Text(text(whole).into())).collect()
    };
    let made = match embed.embed(inputs(&texts, MOST_READ), None).await {
        Err(GenerateError::ContextLength { .. } | GenerateError::Invalid { .. }) => {
            embed.embed(inputs(&texts, MOST_READ / 3), None).await
        }
        made => made,
    };
    let vectors = made?.vectors;
    if vectors.len() == texts.len() {
        return Ok(vectors);
    }
    let (id, found, asked) = (&embedder.id, vectors.len(), texts.len());
    Err(GenerateError::engine(format!("`{id}` made {found} embeddings of {asked} texts")))
}

fn failed(error: MeaningError<GenerateError>) -> GenerateError {
    match error {
        MeaningError::Retrieval(error) => GenerateError::engine(error.to_string()),
        MeaningError::Model(error) => error,
    }
}

fn choice(found: &Found) -> String {
    match found.passages.len() {
        0 => "nothing".to_owned(),
        1 => "1 passage".to_owned(),
        many => format!("{many} passages"),
    }
}

/// What was used, and what was left out of the search.
fn reasons(found: &Found, how: Option<String>) -> Vec<String> {
    let used = found.passages.iter().map(|(passage, score)| {
        let place = place(&shown(passage, *score)).unwrap_or_default();
        // Scores of joined rankings are small.
        if how.is_some() {
            format!("{place} ({score:.3})")
        } else {
            format!("{place} ({score:.2})")
        }
    });
    let searched = format!("{} passages searched", found.searched);
    let left_out = found.skipped.iter().take(MOST_NAMED);
    let left_out = left_out.map(|one| format!("left out {}: {}", one.file, one.reason));
    let more = found.skipped.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!("{more} more left out"));
    used.chain(how.clone()).chain([searched]).chain(left_out).chain(more).collect()
}

/// A passage as later steps see it.
fn shown(passage: &Passage, score: f32) -> Json {
    let score = (f64::from(score) * 1000.0).round() / 1000.0;
    let mut shown = json!({
        "text": passage.text, "file": passage.file, "line": passage.line, "score": score,
    });
    if let (Some(record), Some(keys)) = (&passage.record, shown.as_object_mut()) {
        keys.insert("record".to_owned(), record.as_str().into());
    }
    shown
}

/// Where a passage stands, as it is cited: `algebra.md:12`, `solved.jsonl:3 (p7)`; nothing for what is no
/// passage.
pub(in crate::chain) fn place(passage: &Json) -> Option<String> {
    let file = passage.get("file")?.as_str()?;
    let line = passage.get("line")?.as_u64()?;
    Some(match passage.get("record").and_then(Json::as_str) {
        Some(record) => format!("{file}:{line} ({record})"),
        None => format!("{file}:{line}"),
    })
}

/// Whether the same passages were found; their scores depend on everything else in the folder.
fn same(then: &Json, now: &Json) -> bool {
    let bare = |found: &Json| -> Vec<Option<(String, Json)>> {
        let passages = found.as_array().into_iter().flatten();
        passages.map(|one| Some((place(one)?, one.get("text")?.clone()))).collect()
    };
    bare(then) == bare(now)
}

impl From<Retrieve> for Action {
    fn from(step: Retrieve) -> Self {
        Self::Retrieve(step)
    }
}
