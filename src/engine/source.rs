//! Where a model comes from: what `--model` may say.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// The small model inside this program.
    Embedded,
    /// A folder with `config.json`, `tokenizer.json` and safetensors weights.
    Folder(PathBuf),
    /// A GGUF file.
    Gguf(PathBuf),
    /// A repository on a Hugging Face hub.
    Hub(HubId),
    /// No model: deterministic replies, for tests and measurements. With a path, a YAML file of
    /// rules.
    Scripted(Option<PathBuf>),
}

/// A repository on a Hugging Face hub, for example `WeiboAI/VibeThinker-1.5B`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubId {
    /// `owner/name`.
    pub repository: String,
    /// A branch, tag or commit; `main` unless `owner/name@revision` says otherwise.
    pub revision: String,
}

/// A `--model` value that names no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSource(String);

impl ModelSource {
    /// The name under which such a model is served unless the configuration gives another.
    pub fn default_id(&self) -> String {
        let file_name = |path: &Path| {
            path.canonicalize()
                .ok()
                .and_then(|path| path.file_stem().map(|name| name.to_string_lossy().into_owned()))
                .unwrap_or_else(|| path.display().to_string())
        };
        match self {
            Self::Embedded => "ponder-embedded".to_owned(),
            // `file_stem` would cut "VibeThinker-1.5B" at its dot.
            Self::Folder(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                cached_repository(&path)
                    .or_else(|| path.file_name().map(|name| name.to_string_lossy().into_owned()))
                    .unwrap_or_else(|| path.display().to_string())
            }
            Self::Gguf(path) => file_name(path),
            Self::Hub(id) => id.repository.clone(),
            Self::Scripted(_) => "ponder-scripted".to_owned(),
        }
    }
}

/// The hub's name of a folder in its cache: `…/models--OWNER--NAME/snapshots/COMMIT`.
fn cached_repository(path: &Path) -> Option<String> {
    let snapshots = path.parent().filter(|parent| parent.ends_with("snapshots"))?;
    let name = snapshots.parent()?.file_name()?.to_str()?;
    Some(name.strip_prefix("models--")?.replacen("--", "/", 1))
}

impl FromStr for ModelSource {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "embedded" => return Ok(Self::Embedded),
            "scripted" => return Ok(Self::Scripted(None)),
            _ => {}
        }
        if let Some(path) = text.strip_prefix("scripted:") {
            return Ok(Self::Scripted(Some(PathBuf::from(path))));
        }
        let path = Path::new(text);
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) {
            return if path.is_file() {
                Ok(Self::Gguf(path.to_owned()))
            } else {
                Err(InvalidSource(format!("there is no file `{text}`")))
            };
        }
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if let Some(id) = hub_id(text) {
            return Ok(Self::Hub(id));
        }
        Err(InvalidSource(format!(
            "`{text}` is neither `embedded`, nor an existing folder or .gguf file, nor a hub id \
             such as WeiboAI/VibeThinker-1.5B"
        )))
    }
}

/// `owner/name`, optionally `@revision`, in the letters a hub allows.
fn hub_id(text: &str) -> Option<HubId> {
    let (repository, revision) = text.split_once('@').unwrap_or((text, "main"));
    let (owner, name) = repository.split_once('/')?;
    let is_name = |part: &str| {
        !part.is_empty()
            && part.len() <= 96
            && part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    let is_revision = !revision.is_empty()
        && !revision.contains("..")
        && revision.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter));
    (is_name(owner) && is_name(name) && is_revision)
        .then(|| HubId { repository: repository.to_owned(), revision: revision.to_owned() })
}

impl fmt::Display for ModelSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => formatter.write_str("embedded"),
            Self::Folder(path) | Self::Gguf(path) => write!(formatter, "{}", path.display()),
            Self::Hub(id) if id.revision == "main" => formatter.write_str(&id.repository),
            Self::Hub(id) => write!(formatter, "{}@{}", id.repository, id.revision),
            Self::Scripted(None) => formatter.write_str("scripted"),
            Self::Scripted(Some(path)) => write!(formatter, "scripted:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_source_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let gguf = folder.path().join("tiny.Q8_0.gguf");
        std::fs::write(&gguf, b"GGUF").unwrap();
        let parse = |text: &str| text.parse::<ModelSource>();
        assert_eq!(parse("embedded"), Ok(ModelSource::Embedded));
        let text = folder.path().to_str().unwrap();
        assert_eq!(parse(text), Ok(ModelSource::Folder(folder.path().to_owned())));
        assert_eq!(parse(gguf.to_str().unwrap()), Ok(ModelSource::Gguf(gguf)));
        assert_eq!(
            parse("WeiboAI/VibeThinker-1.5B@v1"),
            Ok(ModelSource::Hub(HubId {
                repository: "WeiboAI/VibeThinker-1.5B".to_owned(),
                revision: "v1".to_owned()
            }))
        );
    }

    #[test]
    fn a_folder_in_the_hubs_cache_is_called_by_its_repository() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("hub/models--WeiboAI--VibeThinker-1.5B/snapshots/abc123");
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(ModelSource::Folder(folder).default_id(), "WeiboAI/VibeThinker-1.5B");
    }

    #[test]
    fn what_names_no_model_is_refused_with_advice() {
        for text in ["", "nonsense", "/no/such/folder", "../up/name", "a/b/c", "a/b@..", "a/b c"] {
            let error = text.parse::<ModelSource>().expect_err(text);
            assert!(error.to_string().contains("hub id"), "{error}");
        }
        let error = "no.gguf".parse::<ModelSource>().unwrap_err();
        assert_eq!(error.to_string(), "there is no file `no.gguf`");
    }
}
