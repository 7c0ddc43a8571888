//! What is in a folder of notes, and reading it. The files may come from anybody: what is not plain text within
//! the bounds is left out, with the reason.

use std::{
    io::{self, Read},
    path::Path,
};

use super::folder::{Folder, Seen, Stamp};

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
    pub(super) bytes: u64,
    stamp: Stamp,
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
    pub(super) fn of(root: &Folder) -> io::Result<Self> {
        let mut listing = Self::default();
        let mut bytes = 0;
        let mut seen = 0;
        // By their paths: open ones would be more than a process may have.
        let mut waiting = vec![(String::new(), 0)];
        while let Some((prefix, depth)) = waiting.pop() {
            let opened = root.beneath(&prefix).and_then(|folder| {
                let names = folder.names(MOST_ENTRIES - seen)?;
                Ok((folder, names))
            });
            let (folder, mut names) = match opened {
                Ok(opened) => opened,
                Err(error) if depth == 0 => return Err(error),
                Err(error) => {
                    listing.skip(&prefix, format!("cannot be read: {error}"));
                    continue;
                }
            };
            seen += names.len();
            if seen >= MOST_ENTRIES {
                listing.skip(&prefix, format!("there are more than {MOST_ENTRIES} files"));
            }
            names.sort();
            let mut inside = Vec::new();
            for name in names {
                let Some(last) = name.to_str().filter(|name| !name.contains(char::is_control))
                else {
                    listing.skip(&prefix, "a name in it is no text of one line".to_owned());
                    continue;
                };
                // Of programs such as git and of editors.
                if last.starts_with('.') {
                    continue;
                }
                let name = format!("{prefix}{last}");
                match listing.entry(&folder, (last, &name), &mut bytes) {
                    Ok(true) if depth + 1 < DEEPEST => {
                        inside.push((format!("{name}/"), depth + 1));
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

    /// Takes a file in, by its name in this folder and its path within the whole one; says whether it is a folder
    /// instead.
    ///
    /// # Errors
    ///
    /// Why it is left out.
    fn entry(
        &mut self,
        folder: &Folder,
        (last, name): (&str, &str),
        bytes: &mut u64,
    ) -> Result<bool, String> {
        let seen = folder.look(last).map_err(|error| format!("cannot be read: {error}"))?;
        let (length, stamp) = match seen {
            Seen::Link => return Err("a link; put the file itself there".to_owned()),
            Seen::Folder => return Ok(true),
            Seen::Other => return Err("no file".to_owned()),
            Seen::File { bytes, stamp } => (bytes, stamp),
        };
        let Some(form) = form_of(last) else {
            return Err("neither .md, .txt nor .jsonl".to_owned());
        };
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
        self.files.push(Listed { name: name.to_owned(), form, bytes: length, stamp });
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
    /// The text of the file in the folder that was listed. What was listed may be something else by now: then it is
    /// that, if it is a file in the folder.
    ///
    /// # Errors
    ///
    /// Why it is left out.
    pub(super) fn text(&self, root: &Folder) -> Result<String, Unread> {
        let unreadable = |error: io::Error| Unread::Now(format!("cannot be read: {error}"));
        let file = root.file_beneath(&self.name).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(Unread::Ever(format!("more than {LARGEST_FILE} bytes")));
        }
        if bytes.contains(&0) {
            return Err(Unread::Ever("binary".to_owned()));
        }
        let text =
            String::from_utf8(bytes).map_err(|_| Unread::Ever("no text in UTF-8".to_owned()))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

/// Why a file was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// For what it is, until it changes.
    Ever(String),
    /// For something that may pass.
    Now(String),
}

fn form_of(name: &str) -> Option<Form> {
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "md" | "markdown" => Some(Form::Markdown),
        "txt" | "text" => Some(Form::Text),
        "jsonl" => Some(Form::Records),
        _ => None,
    }
}
