//! A run's folder: `run.json`, what it was made from, and `results.jsonl`, a line for every answer.
//!
//! A line is written when its answer has ended, whole and through to the disk, so whatever ends the program
//! costs only the answers that were being made. A last line without an end is cut off when the run goes on.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{
    manifest::{Manifest, Mismatch, SCHEMA},
    sample::Sample,
};

/// The file with what a run was made from.
pub const MANIFEST: &str = "run.json";
/// The file with the answers.
pub const RESULTS: &str = "results.jsonl";

/// Why a run's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It holds no run.
    #[error("{0} holds no run of `ponder eval`: there is no {MANIFEST} in it")]
    NoRun(PathBuf),
    /// A file in it is not what it should be.
    #[error("{path}: {message}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do about it.
        message: String,
    },
    /// Another program works on it.
    #[error("another `ponder eval` is at work in {0}; wait for it, or choose another --output")]
    Busy(PathBuf),
    /// The run in it is another one.
    #[error("the run in {path} cannot go on: {mismatch}. {}", way_on(.path, .mismatch))]
    Mismatch {
        /// The folder.
        path: PathBuf,
        /// Why not.
        mismatch: Mismatch,
    },
}

/// What to do about a run that cannot go on.
fn way_on(path: &Path, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Answer(_) | Mismatch::Tests(_) => format!(
            "Judge those again first: `ponder eval regrade {} --problems FILE`, with the file that is right",
            path.display()
        ),
        Mismatch::Settings(_) | Mismatch::Problem(_) | Mismatch::File(_) => {
            "Choose another --output, or remove the folder".to_owned()
        }
    }
}

/// The answers of a run, by problem and number; of a repeated one the last.
pub type Samples = BTreeMap<(String, u32), Sample>;

/// A run's folder, open for more answers.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    manifest: Manifest,
    results: File,
    samples: Samples,
}

impl Folder {
    /// Begins a run, or goes on with the one that is there.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written, or holds another run.
    pub fn open(path: &Path, wanted: Manifest) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(|error| at(path, error))?;
        let file = path.join(RESULTS);
        let mut results = locked(path)?;
        mend(&mut results).map_err(|error| at(&file, error))?;
        let manifest = match read_manifest(path) {
            Ok(found) => found
                .continued(wanted)
                .map_err(|mismatch| FolderError::Mismatch { path: path.to_owned(), mismatch })?,
            // Without it nobody knows what the answers are to.
            Err(FolderError::NoRun(_)) if is_empty(&results) => wanted,
            Err(error) => return Err(error),
        };
        write_manifest(path, &manifest)?;
        let samples = read_samples(path)?;
        Ok(Self { path: path.to_owned(), manifest, results, samples })
    }

    /// What the run is made from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The answers so far, without their texts.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps an answer.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep(&mut self, sample: Sample) -> Result<(), FolderError> {
        let file = self.path.join(RESULTS);
        let written = line(&sample).and_then(|line| {
            // In one piece: a line is there or it is not.
            self.results.write_all(&line)?;
            self.results.sync_data()
        });
        written.map_err(|error| at(&file, error))?;
        let key = (sample.problem.clone(), sample.sample);
        self.samples.insert(key, sample.without_texts());
        Ok(())
    }
}

/// Reads a run that nobody needs to be at work on.
///
/// # Errors
///
/// If the folder holds no run, or a damaged one.
pub fn read(path: &Path) -> Result<(Manifest, Samples), FolderError> {
    Ok((read_manifest(path)?, read_samples(path)?))
}

/// The answers of a run, open for nobody else.
pub(super) fn locked(path: &Path) -> Result<File, FolderError> {
    let file = path.join(RESULTS);
    let options = OpenOptions::new().read(true).append(true).create(true).open(&file);
    let results = options.map_err(|error| at(&file, error))?;
    results.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => FolderError::Busy(path.to_owned()),
        TryLockError::Error(error) => at(&file, error),
    })?;
    Ok(results)
}

/// A line of `results.jsonl`.
pub(super) fn line(sample: &Sample) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(sample)?;
    line.push(b'\n');
    Ok(line)
}

/// Tells every answer of a run with its texts, in the order in which they were written.
///
/// # Errors
///
/// If a line cannot be read, or the caller fails.
pub(super) fn each_sample(
    path: &Path,
    mut tell: impl FnMut(Sample) -> Result<(), FolderError>,
) -> Result<(), FolderError> {
    let file = path.join(RESULTS);
    let mut reader = match File::open(&file) {
        Ok(opened) => BufReader::new(opened),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(&file, error)),
    };
    let mut line = Vec::new();
    for number in 1_usize.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(|error| at(&file, error))?;
        // A line without an end is still being written, or never will be.
        if read == 0 || !line.ends_with(b"\n") {
            break;
        }
        let sample = serde_json::from_slice(&line).map_err(|error| FolderError::Damaged {
            path: file.clone(),
            message: format!(
                "line {number} is no result ({error}); without it the run goes on, and asks again"
            ),
        })?;
        tell(sample)?;
    }
    Ok(())
}

fn read_samples(path: &Path) -> Result<Samples, FolderError> {
    let mut samples = Samples::new();
    each_sample(path, |sample| {
        samples.insert((sample.problem.clone(), sample.sample), sample.without_texts());
        Ok(())
    })?;
    Ok(samples)
}

fn read_manifest(path: &Path) -> Result<Manifest, FolderError> {
    let file = path.join(MANIFEST);
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Err(FolderError::NoRun(path.to_owned()));
        }
        Err(error) => return Err(at(&file, error)),
    };
    let damaged = |message| FolderError::Damaged { path: file.clone(), message };
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    if manifest.schema != SCHEMA {
        let message =
            format!("its form is {:?}, and this program knows {SCHEMA:?}", manifest.schema);
        return Err(damaged(message));
    }
    Ok(manifest)
}

pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), FolderError> {
    let file = path.join(MANIFEST);
    let written = serde_json::to_vec_pretty(manifest)
        .map_err(io::Error::from)
        .and_then(|text| replace(&file, &text));
    written.map_err(|error| at(&file, error))
}

/// Puts a file in the place of another, or leaves that as it is.
///
/// # Errors
///
/// If the folder cannot be written.
pub fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".ponder-").tempfile_in(folder)?;
    temporary.write_all(content)?;
    put(temporary, file)
}

/// Gives a written temporary file its name.
pub(super) fn put(temporary: tempfile::NamedTempFile, file: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    readable(temporary.as_file())?;
    temporary.persist(file).map(drop).map_err(|error| error.error)
}

/// Temporary files are for their owner only; reports are as readable as any file.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &File) -> io::Result<()> {
    Ok(())
}

fn is_empty(results: &File) -> bool {
    results.metadata().is_ok_and(|metadata| metadata.len() == 0)
}

/// Cuts off what follows the last end of a line.
fn mend(results: &mut File) -> io::Result<()> {
    let mut end = results.metadata()?.len();
    let mut block = [0; 64 * 1024];
    let mut whole = end;
    while end > 0 {
        let size = end.min(block.len() as u64);
        let Some(part) = block.get_mut(..usize::try_from(size).unwrap_or_default()) else { break };
        results.seek(SeekFrom::Start(end - size))?;
        results.read_exact(part)?;
        let found = part.iter().rposition(|byte| *byte == b'\n');
        end -= size;
        if let Some(at) = found {
            whole = end + at as u64 + 1;
            break;
        }
        whole = 0;
    }
    results.set_len(whole)
}

fn at(path: &Path, error: io::Error) -> FolderError {
    FolderError::File { path: path.to_owned(), error }
}
