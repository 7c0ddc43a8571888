//! Finds the interpreter, and what it needs to read.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Deserialize;
use tokio::process::Command;

use super::error::ExecutionError;

/// An interpreter that does not answer in this time is none.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks the interpreter where it lives. What it is called by may be a script that chooses one (pyenv), or a link in a
/// virtual environment.
const QUESTION: &str = "import json, sys; print(json.dumps({'executable': sys.executable, 'base': getattr(sys, \
    '_base_executable', sys.executable), 'prefixes': [sys.prefix, sys.base_prefix, sys.exec_prefix, \
    sys.base_exec_prefix], 'path': sys.path, 'version': sys.version.split()[0]}))";

/// Folders and files of the system that every dynamically linked program reads.
const SYSTEM: [&str; 8] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
    "/etc/localtime",
];

/// A Python interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// The interpreter itself.
    pub executable: PathBuf,
    /// Its version, such as `3.11.7`.
    pub version: String,
    /// What may be read inside of the sandbox: the interpreter, its libraries and those of the system.
    pub readable: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    base: Option<PathBuf>,
    prefixes: Vec<PathBuf>,
    path: Vec<PathBuf>,
    version: String,
}

impl Python {
    /// Finds an interpreter by its name in `PATH`, or by its path.
    ///
    /// # Errors
    ///
    /// It does not exist, or does not answer.
    pub async fn find(name: &Path) -> Result<Self, ExecutionError> {
        let unusable = |why: String| ExecutionError::NoPython(name.to_owned(), why);
        let mut command = Command::new(name);
        command.args(["-I", "-B", "-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output())
            .await
            .map_err(|_| unusable("it does not answer".to_owned()))?
            .map_err(|error| unusable(error.to_string()))?;
        let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.trim().lines().last().unwrap_or("it is no Python 3").to_owned();
            unusable(said)
        })?;
        Ok(Self {
            readable: answer.readable(),
            executable: answer.executable,
            version: answer.version,
        })
    }
}

impl Answer {
    /// Of the prefix only what the interpreter needs: it may be `/usr`, or hold a project. Other folders of the module
    /// path are left out: those of packages installed for editing lie anywhere.
    fn readable(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
        paths.push(self.executable.clone());
        paths.extend(self.base.clone());
        for prefix in &self.prefixes {
            paths.extend(["lib", "lib64", "pyvenv.cfg"].map(|name| prefix.join(name)));
        }
        let own = |path: &&PathBuf| self.prefixes.iter().any(|prefix| path.starts_with(prefix));
        paths.extend(self.path.iter().filter(own).cloned());
        if self.executable.canonicalize().is_ok_and(|real| real.starts_with("/nix/store")) {
            paths.push("/nix/store".into());
        }
        paths.retain(|path| path.is_absolute() && path.exists());
        paths.sort();
        // What lies in a folder of the list needs no entry of its own; the sorting put the folder before it.
        let mut kept: Vec<PathBuf> = Vec::new();
        for path in paths {
            if !kept.iter().any(|folder| path.starts_with(folder)) {
                kept.push(path);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_is_readable() {
        let answer = Answer {
            executable: "/usr/bin/python3".into(),
            base: Some("/usr/bin/python3".into()),
            prefixes: vec!["/usr".into()],
            path: vec!["/usr/lib/python3.11".into(), "/home/me/project".into(), "/etc".into()],
            version: "3.11.2".to_owned(),
        };
        let readable = answer.readable();
        assert!(readable.contains(&"/usr/lib".into()));
        assert!(!readable.iter().any(|path| path == Path::new("/usr")));
        assert!(
            !readable.iter().any(|path| path.starts_with("/home") || path == Path::new("/etc"))
        );
        assert!(
            !readable.iter().any(|path| path.starts_with("/usr/lib/python3.11")),
            "/usr/lib covers it"
        );
    }
}
