//! Downloads a model from a Hugging Face hub into the cache that all such tools share.
//!
//! `HF_ENDPOINT` names another hub, `HF_HOME` another cache, and the token is the one that
//! `HF_TOKEN` holds or `huggingface-cli login` stored. An interrupted download goes on where it
//! stopped; a large file is compared with the hub's SHA-256 before it is used.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use hf_hub::{
    Cache, CacheRepo, Repo, RepoType,
    api::tokio::{ApiBuilder, ApiError, ApiRepo, Progress},
};
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use super::{LoadError, root_cause, source::HubId};

/// Where models come from and go to; read from the environment by the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HubSettings {
    /// The hub's address; `None`: <https://huggingface.co>.
    pub endpoint: Option<String>,
    /// The cache folder; `None`: that of `HF_HOME`, or `~/.cache/huggingface`.
    pub home: Option<PathBuf>,
    /// An access token for private or gated models; `None`: the stored one, if any.
    pub token: Option<String>,
}

/// Makes sure that the model is in the cache and returns its folder.
///
/// # Errors
///
/// If the hub cannot be reached and the model is not complete in the cache, if it refuses, or if a
/// file arrived damaged.
pub async fn fetch(id: &HubId, settings: &HubSettings) -> Result<PathBuf, LoadError> {
    let cache =
        settings.home.as_ref().map_or_else(Cache::from_env, |home| Cache::new(home.join("hub")));
    let repository =
        Repo::with_revision(id.repository.clone(), RepoType::Model, id.revision.clone());
    let cached = cache.repo(repository.clone());
    let token = settings.token.clone().or_else(|| cache.token());
    let endpoint = settings.endpoint.clone().unwrap_or_else(|| "https://huggingface.co".to_owned());
    let hub = ApiBuilder::from_cache(cache.clone())
        .with_endpoint(endpoint.clone())
        .with_token(token)
        .with_max_files(4)
        .build()
        .map_err(|error| LoadError::Unavailable(format!("no download is possible: {error}")))?;
    let asked = tokio::time::timeout(HUB_PATIENCE, hub.repo(repository).info()).await;
    let info = match asked {
        Ok(Ok(info)) => info,
        Ok(Err(error)) => {
            return complete_in_cache(&cached).ok_or_else(|| refused(id, &endpoint, &error));
        }
        Err(_silence) => {
            return complete_in_cache(&cached).ok_or_else(|| silent(id, &endpoint));
        }
    };
    // The commit, not the branch: a push during the download must not mix two versions.
    let pinned = Repo::with_revision(id.repository.clone(), RepoType::Model, info.sha.clone());
    let (api, commit) = (hub.repo(pinned.clone()), cache.repo(pinned));
    commit.create_ref(&info.sha).map_err(|error| unwritable(&error))?;
    let names = info.siblings.into_iter().map(|file| file.rfilename);
    let mut wanted: Vec<String> = names.filter(|name| is_needed(name)).collect();
    // Weights last: where they are, everything else is.
    wanted.sort_by_key(|name| name.ends_with(".safetensors"));
    let mut folder = None;
    for name in wanted {
        let path = match commit.get(&name) {
            Some(path) => path,
            None => download(&api, &name).await.map_err(|error| refused(id, &endpoint, &error))?,
        };
        if !name.contains('/') {
            folder = path.parent().map(Path::to_owned);
        }
    }
    // From now on the branch means this commit, also without a network.
    cached.create_ref(&info.sha).map_err(|error| unwritable(&error))?;
    folder.ok_or_else(|| {
        LoadError::Invalid(format!(
            "{} holds no safetensors model; choose another repository or a .gguf file",
            id.repository
        ))
    })
}

/// Configuration, tokenizer and safetensors at the top of the repository, and those of the modules of a
/// model that makes embeddings, such as `1_Pooling`; no other formats.
fn is_needed(name: &str) -> bool {
    let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
    let is_module = || {
        folder.split_once('_').is_some_and(|(number, kind)| {
            number.parse::<u8>().is_ok() && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
    };
    (folder.is_empty() || is_module())
        && (name.ends_with(".safetensors")
            || name.ends_with(".json")
            || name == "chat_template.jinja"
            || name == "merges.txt")
}

/// The folder of a model that was downloaded completely before.
fn complete_in_cache(cached: &CacheRepo) -> Option<PathBuf> {
    let config = cached.get("config.json")?;
    cached.get("tokenizer.json")?;
    let folder = config.parent()?.to_owned();
    let complete = match cached.get("model.safetensors.index.json") {
        None => cached.get("model.safetensors").is_some(),
        Some(index) => {
            let index: serde_json::Value = serde_json::from_slice(&fs::read(index).ok()?).ok()?;
            let files = index.get("weight_map")?.as_object()?;
            files.values().all(|file| file.as_str().is_some_and(|name| folder.join(name).exists()))
        }
    };
    complete.then_some(folder)
}

async fn download(api: &ApiRepo, name: &str) -> Result<PathBuf, ApiError> {
    let path = api.download_with_progress(name, DownloadBar(progress_bar())).await?;
    let checked = path.clone();
    tokio::task::spawn_blocking(move || verify(&checked))
        .await
        .map_err(ApiError::from)?
        .map_err(ApiError::from)?;
    Ok(path)
}

/// A bar on the terminal for one file.
#[derive(Clone)]
struct DownloadBar(ProgressBar);

impl Progress for DownloadBar {
    async fn init(&mut self, size: usize, name: &str) {
        self.0.set_length(size as u64);
        self.0.set_message(name.to_owned());
    }

    async fn update(&mut self, size: usize) {
        self.0.inc(size as u64);
    }

    async fn finish(&mut self) {
        self.0.finish();
    }
}

fn progress_bar() -> ProgressBar {
    let template = "{msg:32} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    // The template is a constant; should it ever be wrong, a plain bar is no reason to fail.
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style)
}

/// Compares a file with the SHA-256 that the hub gave it; small files carry none.
fn verify(path: &Path) -> io::Result<()> {
    let blob = path.canonicalize()?;
    let expected = blob.file_name().map(|name| name.to_string_lossy().into_owned());
    let Some(expected) = expected.filter(|name| name.len() == 64) else { return Ok(()) };
    let mut hash = Sha256::new();
    io::copy(&mut fs::File::open(&blob)?, &mut hash)?;
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected {
        return Ok(());
    }
    // Left in place it would be taken for a good copy the next time.
    fs::remove_file(path)?;
    fs::remove_file(&blob)?;
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{} arrived damaged and was removed; start again", path.display()),
    ))
}

/// How long the hub may take to describe a model before the cache is used without it.
const HUB_PATIENCE: Duration = Duration::from_secs(30);

fn silent(id: &HubId, endpoint: &str) -> LoadError {
    LoadError::Unavailable(format!(
        "{endpoint} does not answer, and {} is not complete in the cache. Check the network, set \
         HF_ENDPOINT to a mirror, or give a local folder: --model PATH",
        id.repository
    ))
}

fn unwritable(error: &io::Error) -> LoadError {
    LoadError::Unavailable(format!(
        "the cache of downloaded models cannot be written: {error}; set HF_HOME to another folder"
    ))
}

/// What went wrong, and what to do about it.
fn refused(id: &HubId, endpoint: &str, error: &ApiError) -> LoadError {
    let status = match error {
        ApiError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    };
    let repository = &id.repository;
    LoadError::Unavailable(match status {
        Some(401 | 403) => format!(
            "{endpoint} refuses access to {repository}: set HF_TOKEN to a token that may read it, \
             or check its name"
        ),
        Some(404) => format!("{endpoint} has no {repository} at revision `{}`", id.revision),
        Some(status) => format!("{endpoint} answered {status} for {repository}; try again later"),
        None => format!(
            "{repository} could not be fetched from {endpoint} and is not complete in the cache \
             ({}). Check the network, set HF_ENDPOINT to a mirror, or give a local folder: \
             --model PATH",
            root_cause(error)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_loaded_is_downloaded() {
        for name in [
            "config.json",
            "model-00001-of-00002.safetensors",
            "chat_template.jinja",
            "1_Pooling/config.json",
            "2_Dense/model.safetensors",
        ] {
            assert!(is_needed(name), "{name}");
        }
        for name in [
            "pytorch_model.bin",
            "onnx/model.safetensors",
            "1_Pooling/deeper/config.json",
            "2_Dense/pytorch_model.bin",
            "README.md",
            "model.gguf",
        ] {
            assert!(!is_needed(name), "{name}");
        }
    }

    #[tokio::test]
    async fn without_a_network_the_error_says_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let settings = HubSettings {
            // Port 9 (discard) is closed on any ordinary machine.
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            home: Some(home.path().to_owned()),
            token: None,
        };
        let id = HubId { repository: "WeiboAI/VibeThinker-1.5B".into(), revision: "main".into() };
        let message = fetch(&id, &settings).await.unwrap_err().to_string();
        assert!(message.contains("WeiboAI/VibeThinker-1.5B could not be fetched"), "{message}");
        assert!(message.contains("HF_ENDPOINT"), "{message}");
    }

    #[test]
    fn a_damaged_file_is_found_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blob = folder.path().join("a".repeat(64));
        fs::write(&blob, b"not what was promised").unwrap();
        let link = folder.path().join("model.safetensors");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&blob, &link).unwrap();
        let error = verify(&link).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
        assert!(!blob.exists() && !link.exists());
    }
}
