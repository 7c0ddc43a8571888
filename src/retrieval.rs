//! Search in a folder of notes and solved problems, in Chinese and in English: by words, and by what they mean where
//! somebody turns texts into vectors.
//!
//! ```text
//! folder ─▶ listing ─▶ passages ─▶ index (tantivy, in memory) ◀── turns: searches, so many at once
//!   links, binary and huge files     ▲
//!   are left out, with a reason    words: stems of words, pairs of Han characters
//! ```
//!
//! Nothing is written to the disk: an index is made when the folder is first searched, and made again when
//! a file has changed; whoever searches the same folder shares it. It imports nothing of ours.

mod folder;
mod index;
mod library;
mod listing;
mod meaning;
mod passage;
mod turns;
mod words;

pub use library::{Found, Library, MOST_BY_MEANING, RetrievalError};
pub use listing::Skipped;
pub use meaning::MOST_READ;
pub use passage::Passage;
pub use turns::{FoundByMeaning, MeaningError, search, search_by_meaning};
