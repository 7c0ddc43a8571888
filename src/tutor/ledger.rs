//! What has been marked already: a line for every mark, so that a class that was interrupted goes on.
//!
//! A line is written when its mark is there, whole and through to the disk. It carries a digest of all that the
//! mark stands on, so that what was marked is not asked again, and what has changed since is.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::marking::Marked;

/// The file with the marks.
pub const MARKS: &str = "results.jsonl";

/// Why the marks cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line of it is none of ours.
    #[error(
        "{path}, line {line}: this is no mark ({message}); remove the line, and what it marked is marked again"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Another program works on it.
    #[error("another `ponder tutor` is at work in {0}; wait for it, or choose another --output")]
    Busy(PathBuf),
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Entry {
    /// The answer that a model found to a problem without one.
    Reference {
        /// The problem.
        problem: String,
        /// What it stands on.
        digest: String,
        /// The final answer.
        answer: String,
        /// The tokens that it took.
        tokens: u64,
    },
    /// A mark.
    Mark {
        /// Who.
        student: String,
        /// The problem.
        problem: String,
        /// What it stands on.
        digest: String,
        /// The mark.
        #[serde(flatten)]
        marked: Marked,
    },
}

impl Entry {
    fn digest(&self) -> &str {
        match self {
            Self::Reference { digest, .. } | Self::Mark { digest, .. } => digest,
        }
    }
}

/// The marks so far, and room for more.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    /// By digest.
    entries: BTreeMap<String, Entry>,
}

impl Ledger {
    /// Opens the ledger of a folder, and makes both where they are not there.
    ///
    /// # Errors
    ///
    /// The folder cannot be written, another program is at work in it, or a line of the ledger is damaged. A last
    /// line without an end, which a crash leaves, is cut off.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let path = folder.join(MARKS);
        let failed = |error| LedgerError::File { path: path.clone(), error };
        fs::create_dir_all(folder)
            .map_err(|error| LedgerError::File { path: folder.to_owned(), error })?;
        let options = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = options.map_err(failed)?;
        locked(&file).map_err(|error| match error {
            TryLockError::WouldBlock => LedgerError::Busy(folder.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64).map_err(failed)?;
        let mut entries = BTreeMap::new();
        let lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        for (line, number) in lines.zip(1_usize..).filter(|(line, _)| !line.is_empty()) {
            let entry: Entry = serde_json::from_slice(line).map_err(|error| LedgerError::Line {
                path: path.clone(),
                line: number,
                message: error.to_string(),
            })?;
            entries.insert(entry.digest().to_owned(), entry);
        }
        Ok(Self { path, file, entries })
    }

    /// What was found for this digest.
    pub fn find(&self, digest: &str) -> Option<&Entry> {
        self.entries.get(digest)
    }

    /// Keeps an entry.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn keep(&mut self, entry: Entry) -> Result<(), LedgerError> {
        let written = serde_json::to_vec(&entry).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            // In one piece: a line is there or it is not.
            self.file.write_all(&line)?;
            self.file.sync_data()
        });
        written.map_err(|error| LedgerError::File { path: self.path.clone(), error })?;
        self.entries.insert(entry.digest().to_owned(), entry);
        Ok(())
    }
}

/// Locks a file. A process that is being started holds the lock of the one that starts it for a moment, so it is
/// tried for a little while.
fn locked(file: &File) -> Result<(), TryLockError> {
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            ended => return ended,
        }
    }
    file.try_lock()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tutor::marking::Mark;

    fn entry(digest: &str) -> Entry {
        let marked = Marked { mark: Mark::Right, answer: None, fault: None, note: None, tokens: 0 };
        let (student, problem) = ("Ann".to_owned(), "a".to_owned());
        Entry::Mark { student, problem, digest: digest.to_owned(), marked }
    }

    #[test]
    fn what_was_kept_is_there_again_and_half_a_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        let mut ledger = Ledger::open(&path).unwrap();
        ledger.keep(entry("1")).unwrap();
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Busy(_))));
        ledger.keep(entry("2")).unwrap();
        drop(ledger);
        let file = path.join(MARKS);
        let mut text = fs::read_to_string(&file).unwrap();
        text.truncate(text.len() - 5);
        fs::write(&file, &text).unwrap();
        let mut ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.find("1"), Some(&entry("1")));
        assert_eq!(ledger.find("2"), None);
        ledger.keep(entry("3")).unwrap();
        drop(ledger);
        assert_eq!(Ledger::open(&path).unwrap().find("3"), Some(&entry("3")));
        fs::write(&file, "{}\n").unwrap();
        let error = Ledger::open(&path).unwrap_err().to_string();
        assert!(error.contains("results.jsonl, line 1: this is no mark"), "{error}");
    }
}
