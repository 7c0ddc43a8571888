//! What is in a folder of notes, and reading it. The files may come from anybody: what is not plain text within
//! the bounds is left out, with the reason.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The most bytes of one file.
pub(super) const LARGEST_FILE: u64 = 4 * 1024 * 1024;
/// The most bytes of all files together. The index of so much was made in 7 s on a machine of two busy cores, and took
/// about 180 MB; two indexes of 58 MB took 48 s and 660 MB.
pub(super) const LARGEST_FOLDER: u64 = 16 * 1024 * 1024;
/// The most files.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into.
const DEEPEST: usize = 16;
/// The most entries that are looked at, those that are left out among them.
const MOST_ENTRIES: usize = 100_000;
/// Of how many files it is said why they are left out.
pub(super) const MOST_REASONS: usize = 100;

/// A file, or a part of one, that is not searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file's path within the folder, with the line where it is about one: `problems.jsonl:3`.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// How a file is cut into passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Markdown,
    Text,
    /// One solved problem a line.
    Records,
}

/// A file that is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// The path within the folder, with `/` between its parts.
    pub(super) name: String,
    pub(super) form: Form,
    path: PathBuf,
    pub(super) bytes: u64,
    modified: Option<SystemTime>,
    /// When anything about it changed, and which file it is: what was written in the same moment with the
    /// same length is still another.
    changed: (i64, i64, u64),
}

/// What a folder holds; two that are the same hold the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) files: Vec<Listed>,
    pub(super) skipped: Vec<Skipped>,
}

impl Listing {
    /// Looks into a folder, in the order of names.
    ///
    /// # Errors
    ///
    /// If the folder itself cannot be read; one inside of it that cannot is left out.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        let mut bytes = 0;
        let mut seen = 0;
        let mut waiting = vec![(folder.to_owned(), String::new(), 0)];
        while let Some((path, prefix, depth)) = waiting.pop() {
            let entries = match std::fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if depth == 0 => return Err(error),
                Err(error) => {
                    listing.skip(&prefix, format!("cannot be read: {error}"));
                    continue;
                }
            };
            let mut paths: Vec<PathBuf> = Vec::new();
            for entry in entries.take(MOST_ENTRIES - seen) {
                paths.extend(entry.ok().map(|entry| entry.path()));
            }
            seen += paths.len();
            if seen >= MOST_ENTRIES {
                listing.skip(&prefix, format!("there are more than {MOST_ENTRIES} files"));
            }
            paths.sort();
            let mut inside = Vec::new();
            for path in paths {
                let Some(name) = name_of(&path) else {
                    listing.skip(&prefix, "a name in it is no text of one line".to_owned());
                    continue;
                };
                // Of programs such as git and of editors.
                if name.starts_with('.') {
                    continue;
                }
                let name = format!("{prefix}{name}");
                match listing.entry(&path, &name, &mut bytes) {
                    Ok(true) if depth + 1 < DEEPEST => {
                        inside.push((path, format!("{name}/"), depth + 1));
                    }
                    Ok(true) => listing.skip(&name, format!("deeper than {DEEPEST} folders")),
                    Ok(false) => {}
                    Err(reason) => listing.skip(&name, reason),
                }
            }
            waiting.extend(inside.into_iter().rev());
        }
        Ok(listing)
    }

    /// Takes a file in; says whether it is a folder instead.
    ///
    /// # Errors
    ///
    /// Why it is left out.
    fn entry(&mut self, path: &Path, name: &str, bytes: &mut u64) -> Result<bool, String> {
        let known =
            std::fs::symlink_metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
        if known.is_symlink() {
            return Err("a link; put the file itself there".to_owned());
        }
        if known.is_dir() {
            return Ok(true);
        }
        if !known.is_file() {
            return Err("no file".to_owned());
        }
        let Some(form) = form_of(path) else {
            return Err("neither .md, .txt nor .jsonl".to_owned());
        };
        let length = known.len();
        if length > LARGEST_FILE {
            return Err(format!("{length} bytes; at most {LARGEST_FILE} are read"));
        }
        if self.files.len() >= MOST_FILES {
            return Err(format!("there are more than {MOST_FILES} files"));
        }
        if *bytes + length > LARGEST_FOLDER {
            return Err(format!("all files together have more than {LARGEST_FOLDER} bytes"));
        }
        *bytes += length;
        self.files.push(Listed {
            name: name.to_owned(),
            form,
            path: path.to_owned(),
            bytes: length,
            modified: known.modified().ok(),
            changed: changed(&known),
        });
        Ok(false)
    }

    /// Notes what is left out; not without end.
    pub(super) fn skip(&mut self, file: &str, reason: String) {
        if self.skipped.len() < MOST_REASONS {
            self.skipped.push(Skipped { file: file.to_owned(), reason });
        }
    }
}

impl Listed {
    /// The text of the file.
    ///
    /// # Errors
    ///
    /// Why it is left out.
    pub(super) fn text(&self) -> Result<String, String> {
        let unreadable = |error: io::Error| format!("cannot be read: {error}");
        let file = open(&self.path).map_err(unreadable)?;
        // What was listed may be something else by now.
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err("no file".to_owned());
        }
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(format!("more than {LARGEST_FILE} bytes"));
        }
        if bytes.contains(&0) {
            return Err("binary".to_owned());
        }
        let text = String::from_utf8(bytes).map_err(|_| "no text in UTF-8".to_owned())?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

/// Opens a file that is no link, without waiting for the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    options.open(path)
}

/// The last part of a path, if it can stand in a line of text.
fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str().filter(|name| !name.contains(char::is_control))
}

fn form_of(path: &Path) -> Option<Form> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "md" | "markdown" => Some(Form::Markdown),
        "txt" | "text" => Some(Form::Text),
        "jsonl" => Some(Form::Records),
        _ => None,
    }
}

#[cfg(unix)]
fn changed(known: &Metadata) -> (i64, i64, u64) {
    use std::os::unix::fs::MetadataExt;

    (known.ctime(), known.ctime_nsec(), known.ino())
}

#[cfg(not(unix))]
fn changed(_known: &Metadata) -> (i64, i64, u64) {
    (0, 0, 0)
}
