//! Folders by their paths, for systems without handles to open in: after opening it is checked that the path leads
//! there without a link, and that it is what was opened.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Seen, Stamp, no_file, only_a_file};

/// A folder that can be read.
pub(in crate::retrieval) struct Folder {
    /// Where it really is.
    path: PathBuf,
}

impl Folder {
    /// A folder. It may be a link itself: it was named by whoever has it searched.
    pub(in crate::retrieval) fn open(path: &Path) -> io::Result<Self> {
        fs::read_dir(path)?;
        Ok(Self { path: fs::canonicalize(path)? })
    }

    /// The same folder once more.
    #[cfg_attr(
        all(target_os = "linux", test),
        expect(dead_code, reason = "used where there are no handles")
    )]
    pub(super) fn again(&self) -> io::Result<Self> {
        Ok(Self { path: self.path.clone() })
    }

    /// A folder in it that is no link.
    pub(super) fn inside(&self, name: &str) -> io::Result<Self> {
        let path = self.straight(name)?;
        if path.symlink_metadata()?.is_dir() { Ok(Self { path }) } else { Err(no_folder()) }
    }

    /// The names of its entries, at most so many, in no order.
    #[cfg_attr(
        all(target_os = "linux", test),
        expect(dead_code, reason = "used where there are no handles")
    )]
    pub(in crate::retrieval) fn names(&self, most: usize) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(&self.path)?.filter_map(Result::ok);
        Ok(entries.map(|entry| entry.file_name()).take(most).collect())
    }

    /// What an entry is.
    pub(in crate::retrieval) fn look(&self, name: &str) -> io::Result<Seen> {
        self.path.join(name).symlink_metadata().map(|known| Seen::of(&known))
    }

    /// A file in it that is no link, open for reading.
    pub(super) fn file(&self, name: &str) -> io::Result<File> {
        let before = self.straight(name)?;
        // Not opened where it is a pipe, which would have us wait for its other end.
        if !before.symlink_metadata()?.is_file() {
            return Err(no_file());
        }
        let file = only_a_file(File::open(&before)?)?;
        let there = self.straight(name)?.symlink_metadata()?;
        if Stamp::of(&there) == Stamp::of(&file.metadata()?) { Ok(file) } else { Err(no_file()) }
    }

    /// The path of an entry, if it leads there without a link.
    fn straight(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        if fs::canonicalize(&path)? == path { Ok(path) } else { Err(no_folder()) }
    }
}

fn no_folder() -> io::Error {
    io::Error::new(io::ErrorKind::NotADirectory, "a link is in the way")
}

#[cfg(all(unix, test))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_is_reached_by_what_was_swapped() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.txt"), "secret").unwrap();
        let notes = tempfile::tempdir().unwrap();
        fs::create_dir(notes.path().join("deep")).unwrap();
        fs::write(notes.path().join("deep/a.txt"), "note").unwrap();
        fs::write(notes.path().join("b.txt"), "note").unwrap();
        let folder = Folder::open(notes.path()).unwrap();
        let deep = folder.inside("deep").unwrap();
        assert_eq!(io::read_to_string(deep.file("a.txt").unwrap()).unwrap(), "note");
        fs::remove_file(notes.path().join("b.txt")).unwrap();
        symlink(outside.path().join("a.txt"), notes.path().join("b.txt")).unwrap();
        assert!(folder.file("b.txt").is_err());
        assert_eq!(folder.look("b.txt").unwrap(), Seen::Link);
        fs::rename(notes.path().join("deep"), notes.path().join("away")).unwrap();
        symlink(outside.path(), notes.path().join("deep")).unwrap();
        assert!(deep.file("a.txt").is_err());
        assert!(folder.inside("deep").is_err());
    }
}
