//! A folder that is open, and what is in it. Nothing outside of it is reached through it, whatever is put in the place
//! of its parts meanwhile: it is first opened and then looked at, and what is read is what was opened.

#[cfg(any(not(target_os = "linux"), test))]
use std::fs::Metadata;
use std::{fs::File, io};

#[cfg(target_os = "linux")]
mod handles;
#[cfg(any(not(target_os = "linux"), test))]
mod paths;

#[cfg(target_os = "linux")]
pub(super) use handles::Folder;
#[cfg(not(target_os = "linux"))]
pub(super) use paths::Folder;

/// What an entry of a folder is, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Link,
    Folder,
    File {
        bytes: u64,
        stamp: Stamp,
    },
    /// A pipe, a socket, a device.
    Other,
}

/// When a file was written, when anything about it changed, and which file it is: what was written in the same moment
/// with the same length is still another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    written: (i64, i64),
    changed: (i64, i64),
    file: u64,
}

impl Folder {
    /// A folder further inside, by its path with `/` between its parts; none of them may be a link.
    pub(super) fn beneath(&self, path: &str) -> io::Result<Self> {
        let mut folder = self.again()?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            folder = folder.inside(part)?;
        }
        Ok(folder)
    }

    /// A file further inside, open for reading, as [`beneath`](Self::beneath).
    pub(super) fn file_beneath(&self, path: &str) -> io::Result<File> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.beneath(folders)?.file(name)
    }
}

/// What is not the file that was looked for.
fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "no file")
}

/// A file that was opened, if it is one.
fn only_a_file(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() { Ok(file) } else { Err(no_file()) }
}

#[cfg(any(not(target_os = "linux"), test))]
impl Seen {
    fn of(known: &Metadata) -> Self {
        if known.is_symlink() {
            Self::Link
        } else if known.is_dir() {
            Self::Folder
        } else if known.is_file() {
            Self::File { bytes: known.len(), stamp: Stamp::of(known) }
        } else {
            Self::Other
        }
    }
}

#[cfg(any(not(target_os = "linux"), test))]
impl Stamp {
    fn of(known: &Metadata) -> Self {
        let since =
            known.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let written = since.map_or((0, 0), |since| {
            (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), i64::from(since.subsec_nanos()))
        });
        let (changed, file) = identity(known);
        Self { written, changed, file }
    }
}

#[cfg(all(unix, any(not(target_os = "linux"), test)))]
fn identity(known: &Metadata) -> ((i64, i64), u64) {
    use std::os::unix::fs::MetadataExt;

    ((known.ctime(), known.ctime_nsec()), known.ino())
}

#[cfg(not(unix))]
fn identity(_known: &Metadata) -> ((i64, i64), u64) {
    ((0, 0), 0)
}
