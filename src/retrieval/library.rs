//! A folder that is searched: its index is made when it is first needed, and anew when a file has changed.

use std::{
    collections::HashMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use super::{
    folder::Folder,
    index::Index,
    listing::{Listing, Skipped, Unread},
    meaning::{self, Vectors},
    passage::{self, Passage},
};

/// The most passages of a folder.
const MOST_PASSAGES: usize = 200_000;

/// The most passages of a folder that is searched by meaning.
pub const MOST_BY_MEANING: usize = 10_000;

/// How many passages of each ranking are joined.
const RANKED: usize = 50;

/// The folders that are searched in this process, for as long as anybody may.
static SHARED: LazyLock<Mutex<HashMap<PathBuf, Weak<Library>>>> = LazyLock::new(Mutex::default);

/// A folder of notes and solved problems.
pub struct Library {
    folder: PathBuf,
    shelf: Mutex<Option<Arc<Shelf>>>,
    vectors: Mutex<Vectors>,
    /// Held while vectors are made: whoever searches meanwhile needs them, too.
    pub(super) embedding: tokio::sync::Mutex<()>,
}

/// What was in the folder when the index was made.
struct Shelf {
    listing: Listing,
    passages: Vec<Passage>,
    index: Index,
    skipped: Vec<Skipped>,
    /// Whether nothing is missing that might be read the next time.
    whole: bool,
}

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The passages, best first, each with its score (by words BM25: the more the rarer the words it shares with the
    /// query are; by meaning, too, that of reciprocal rank fusion; comparable within one search
    /// only).
    pub passages: Vec<(Passage, f32)>,
    /// How many passages were searched.
    pub searched: usize,
    /// What was left out of the search; at most a hundred.
    pub skipped: Vec<Skipped>,
}

/// Why a folder cannot be searched.
#[derive(Debug, thiserror::Error)]
pub enum RetrievalError {
    /// There is no such folder.
    #[error("the folder `{0}` does not exist")]
    Missing(String),
    /// It is something else.
    #[error("`{0}` is no folder")]
    NoFolder(String),
    /// It cannot be read.
    #[error("the folder `{name}` cannot be read: {error}")]
    Unreadable {
        /// The folder.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// The index.
    #[error("the folder `{name}` cannot be indexed: {message}")]
    Index {
        /// The folder.
        name: String,
        /// What the index reports.
        message: String,
    },
}

impl Library {
    /// The folder at this path. Nothing is read yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            shelf: Mutex::default(),
            vectors: Mutex::default(),
            embedding: tokio::sync::Mutex::default(),
        }
    }

    /// The same, shared by everybody in this process who searches the folder at this path: an index takes as much
    /// memory as its files and more. It is forgotten when nobody has it any more.
    pub fn shared(folder: impl Into<PathBuf>) -> Arc<Self> {
        let folder = folder.into();
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.retain(|_, library| library.strong_count() > 0);
        if let Some(known) = shared.get(&folder).and_then(Weak::upgrade) {
            return known;
        }
        let library = Arc::new(Self::at(folder.clone()));
        shared.insert(folder, Arc::downgrade(&library));
        library
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it is called where its place is nobody's business: the last part of its path.
    pub fn name(&self) -> String {
        let last = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        last.to_string_lossy().into_owned()
    }

    /// Whether it is a folder that can be read.
    ///
    /// # Errors
    ///
    /// Why it cannot be searched.
    pub fn check(&self) -> Result<(), RetrievalError> {
        Folder::open(&self.folder).map(drop).map_err(|error| self.unreadable(error))
    }

    /// Searches it: at most `top` passages with at most so many characters in all. A passage for which there is
    /// no room is left out; the first one is cut instead. Reads files, and may take seconds when they have
    /// changed.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read, an index that cannot be made.
    pub fn search(
        &self,
        query: &str,
        top: usize,
        most_characters: usize,
    ) -> Result<Found, RetrievalError> {
        let shelf = self.shelf()?;
        let found = shelf.index.search(query, top).map_err(|error| self.broken(error))?;
        Ok(shelf.chosen(found, top, most_characters))
    }

    /// What has to be turned into vectors by a model before the folder can be searched by meaning with it; `None` where
    /// it has more than [`MOST_BY_MEANING`] passages.
    ///
    /// # Errors
    ///
    /// As for [`search`](Self::search).
    pub(super) fn lacking(&self, model: &str) -> Result<Option<Vec<String>>, RetrievalError> {
        let shelf = self.shelf()?;
        if shelf.passages.len() > MOST_BY_MEANING {
            return Ok(None);
        }
        Ok(Some(self.vectors().lacking(model, shelf.read())))
    }

    /// Keeps vectors that a model made, and forgets those of passages that are no longer there.
    ///
    /// # Errors
    ///
    /// As for [`search`](Self::search).
    pub(super) fn keep(
        &self,
        model: &str,
        made: impl Iterator<Item = (String, Vec<f32>)>,
    ) -> Result<(), RetrievalError> {
        let shelf = self.shelf()?;
        let mut vectors = self.vectors();
        vectors.keep(model, made);
        vectors.only(&shelf.read().collect());
        Ok(())
    }

    /// Searches it by words and by meaning: see [`search`](Self::search).
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn search_by_meaning(
        &self,
        (query, model, vector): (&str, &str, &[f32]),
        top: usize,
        most_characters: usize,
    ) -> Result<Found, RetrievalError> {
        let shelf = self.shelf()?;
        let by_words =
            shelf.index.search(query, RANKED.max(top)).map_err(|error| self.broken(error))?;
        let by_words = by_words.into_iter().map(|(number, _)| number).collect();
        let near = self.vectors().nearest(model, vector, shelf.read(), RANKED.max(top));
        Ok(shelf.chosen(meaning::fused(&[by_words, near]), top, most_characters))
    }

    fn vectors(&self) -> std::sync::MutexGuard<'_, Vectors> {
        self.vectors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in the folder now.
    fn shelf(&self) -> Result<Arc<Shelf>, RetrievalError> {
        // Held while an index is made: whoever searches meanwhile needs that index, too.
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Folder::open(&self.folder).map_err(|error| self.unreadable(error))?;
        let listing = Listing::of(&folder).map_err(|error| self.unreadable(error))?;
        if let Some(known) = shelf.as_ref().filter(|known| known.listing == listing) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Shelf::of(listing, &folder).map_err(|error| self.broken(error))?);
        *shelf = made.whole.then(|| Arc::clone(&made));
        Ok(made)
    }

    fn unreadable(&self, error: io::Error) -> RetrievalError {
        let name = self.name();
        match error.kind() {
            io::ErrorKind::NotFound => RetrievalError::Missing(name),
            io::ErrorKind::NotADirectory => RetrievalError::NoFolder(name),
            _ => RetrievalError::Unreadable { name, error },
        }
    }

    fn broken(&self, error: impl fmt::Display) -> RetrievalError {
        RetrievalError::Index { name: self.name(), message: error.to_string() }
    }
}

impl Shelf {
    /// What of each passage is turned into a vector.
    fn read(&self) -> impl Iterator<Item = &str> {
        self.passages.iter().map(|passage| meaning::read(&passage.text))
    }

    /// The best of what was found, with at most so many characters.
    fn chosen(&self, found: Vec<(usize, f32)>, top: usize, most_characters: usize) -> Found {
        let mut passages: Vec<(Passage, f32)> = Vec::new();
        let mut left = most_characters;
        for (number, score) in found.into_iter().take(top) {
            let Some(passage) = self.passages.get(number) else { continue };
            let mut passage = passage.clone();
            let characters = passage.text.chars().count();
            if characters > left {
                if !passages.is_empty() {
                    continue;
                }
                passage.text = passage.text.chars().take(left.saturating_sub(1)).collect();
                passage.text.push('…');
            }
            left = left.saturating_sub(characters);
            passages.push((passage, score));
        }
        Found { passages, searched: self.passages.len(), skipped: self.skipped.clone() }
    }

    fn of(listing: Listing, folder: &Folder) -> Result<Self, tantivy::TantivyError> {
        let mut notes = Listing { files: Vec::new(), skipped: listing.skipped.clone() };
        let (mut passages, mut whole) = (Vec::new(), true);
        for file in &listing.files {
            let text = match file.text(folder) {
                Ok(text) => text,
                Err(unread) => {
                    whole &= matches!(unread, Unread::Ever(_));
                    let (Unread::Ever(reason) | Unread::Now(reason)) = unread;
                    notes.skip(&file.name, reason);
                    continue;
                }
            };
            let (cut, skipped) = passage::cut(file.form, &file.name, &text);
            for (line, reason) in skipped {
                notes.skip(&format!("{}:{line}", file.name), reason);
            }
            let room = MOST_PASSAGES - passages.len();
            if cut.len() > room {
                notes.skip(&file.name, format!("there are more than {MOST_PASSAGES} passages"));
            }
            passages.extend(cut.into_iter().take(room));
        }
        let index = Index::of(&passages)?;
        Ok(Self { listing, passages, index, skipped: notes.skipped, whole })
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Library").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
