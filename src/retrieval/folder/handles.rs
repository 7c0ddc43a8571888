//! Folders by their handles: each part is opened in the one before, so that there is no path that could lead
//! elsewhere by the time it is used.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use nix::{
    dir::Dir,
    fcntl::{AtFlags, OFlag, open, openat},
    sys::stat::{Mode, fstatat},
};

use super::{Seen, Stamp, only_a_file};

/// A folder, to be read.
const FOLDER: OFlag = OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_CLOEXEC);

/// A folder that is open.
pub(in crate::retrieval) struct Folder(OwnedFd);

impl Folder {
    /// Opens a folder. It may be a link itself: it was named by whoever has it searched.
    pub(in crate::retrieval) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(open(path, FOLDER, Mode::empty())?))
    }

    /// The same folder once more.
    pub(super) fn again(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// A folder in it that is no link.
    pub(super) fn inside(&self, name: &str) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, FOLDER | OFlag::O_NOFOLLOW, Mode::empty())?))
    }

    /// The names of its entries, at most so many, in no order.
    pub(in crate::retrieval) fn names(&self, most: usize) -> io::Result<Vec<OsString>> {
        // Opened anew: reading the names moves a place in what is open.
        let mut folder = Dir::openat(&self.0, ".", FOLDER, Mode::empty())?;
        let names = folder.iter().filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().to_bytes();
            (name != b"." && name != b"..").then(|| OsStr::from_bytes(name).to_owned())
        });
        Ok(names.take(most).collect())
    }

    /// What an entry is.
    pub(in crate::retrieval) fn look(&self, name: &str) -> io::Result<Seen> {
        let known = fstatat(&self.0, name, AtFlags::AT_SYMLINK_NOFOLLOW)?;
        Ok(match known.st_mode & libc::S_IFMT {
            libc::S_IFLNK => Seen::Link,
            libc::S_IFDIR => Seen::Folder,
            libc::S_IFREG => Seen::File {
                bytes: known.st_size.unsigned_abs(),
                stamp: Stamp {
                    written: (known.st_mtime, known.st_mtime_nsec),
                    changed: (known.st_ctime, known.st_ctime_nsec),
                    file: known.st_ino,
                },
            },
            _ => Seen::Other,
        })
    }

    /// A file in it that is no link, open for reading, without waiting for the other end of a pipe.
    pub(super) fn file(&self, name: &str) -> io::Result<File> {
        let how = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        only_a_file(File::from(openat(&self.0, name, how, Mode::empty())?))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn nothing_outside_is_reached_by_a_folder_that_was_swapped() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.txt"), "secret").unwrap();
        let notes = tempfile::tempdir().unwrap();
        fs::create_dir_all(notes.path().join("in/deep")).unwrap();
        fs::write(notes.path().join("in/deep/a.txt"), "note").unwrap();
        let folder = Folder::open(notes.path()).unwrap();
        assert_eq!(
            io::read_to_string(folder.file_beneath("in/deep/a.txt").unwrap()).unwrap(),
            "note"
        );
        let deep = folder.beneath("in/deep").unwrap();
        fs::rename(notes.path().join("in/deep"), notes.path().join("in/away")).unwrap();
        symlink(outside.path(), notes.path().join("in/deep")).unwrap();
        assert!(folder.file_beneath("in/deep/a.txt").is_err());
        // What was opened before is still what was opened.
        assert_eq!(io::read_to_string(deep.file("a.txt").unwrap()).unwrap(), "note");
        assert_eq!(folder.beneath("in").unwrap().look("deep").unwrap(), Seen::Link);
    }
}
