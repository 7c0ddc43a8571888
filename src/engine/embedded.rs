//! The small model inside this program, so that everything can be tried without a download.
//!
//! Its weights are stored as 8-bit integers with one scale per row, which halves them. On first use
//! they are unpacked into an ordinary model folder in the cache; from there on the model goes the
//! same way as any other.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

use half::f16;
use safetensors::{Dtype, SafeTensors, View};
use sha2::{Digest, Sha256};

use super::LoadError;

/// The weights: every matrix `NAME` as I8 with `NAME.scale`, everything else as F32.
const WEIGHTS: &[u8] = include_bytes!("../../assets/embedded/weights.safetensors");

/// The files that are unpacked as they are.
const FILES: [(&str, &[u8]); 4] = [
    ("config.json", include_bytes!("../../assets/embedded/config.json")),
    ("generation_config.json", include_bytes!("../../assets/embedded/generation_config.json")),
    ("tokenizer.json", include_bytes!("../../assets/embedded/tokenizer.json")),
    ("tokenizer_config.json", include_bytes!("../../assets/embedded/tokenizer_config.json")),
];

/// The folder of the unpacked model inside `cache`; unpacks it if it is not there yet.
///
/// # Errors
///
/// If the folder cannot be written.
pub fn unpack(cache: &Path) -> Result<PathBuf, LoadError> {
    let target = cache.join(format!("embedded-{}", fingerprint()));
    if is_complete(&target) {
        return Ok(target);
    }
    write_folder(cache, &target).map_err(|error| {
        LoadError::Unavailable(format!(
            "the embedded model could not be unpacked into {}: {error}. Set PONDER_CACHE to a \
             folder that can be written",
            target.display()
        ))
    })?;
    Ok(target)
}

/// The size of the packed model in bytes.
pub fn packed_bytes() -> u64 {
    FILES.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() + WEIGHTS.len() as u64
}

/// Changes whenever a packed file does, so that an old copy is never taken for this one.
fn fingerprint() -> String {
    let mut hash = Sha256::new();
    hash.update(WEIGHTS);
    for (_, bytes) in FILES {
        hash.update(bytes);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes beside the target and renames, so that nobody ever sees half a model.
fn write_folder(cache: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(cache)?;
    let draft = tempfile::Builder::new().prefix("unpacking-").tempdir_in(cache)?;
    write_files(draft.path())?;
    // A temporary folder is private, but a cache may be shared.
    #[cfg(unix)]
    fs::set_permissions(draft.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    match fs::rename(draft.path(), target) {
        Ok(()) => Ok(()),
        // Another process may have been faster, and its copy is as good.
        Err(_) if is_complete(target) => Ok(()),
        // Something has tidied up in the cache and left a part of it.
        Err(_) if target.is_dir() => {
            fs::remove_dir_all(target)?;
            fs::rename(draft.path(), target)
        }
        Err(error) => Err(error),
    }
}

fn is_complete(folder: &Path) -> bool {
    let mut names = FILES.iter().map(|(name, _)| *name).chain(["model.safetensors"]);
    names.all(|name| folder.join(name).is_file())
}

fn write_files(folder: &Path) -> io::Result<()> {
    for (name, bytes) in FILES {
        fs::write(folder.join(name), bytes)?;
    }
    let packed = SafeTensors::deserialize(WEIGHTS).map_err(io::Error::other)?;
    let tensors = packed
        .tensors()
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".scale"))
        .map(|(name, tensor)| Ok((name.clone(), Unpacked::new(&packed, &name, &tensor)?)))
        .collect::<io::Result<Vec<_>>>()?;
    safetensors::serialize_to_file(tensors, None, &folder.join("model.safetensors"))
        .map_err(io::Error::other)
}

/// A tensor in half precision.
struct Unpacked {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Unpacked {
    fn new(
        packed: &SafeTensors<'_>,
        name: &str,
        tensor: &safetensors::tensor::TensorView<'_>,
    ) -> io::Result<Self> {
        let bytes = match tensor.dtype() {
            Dtype::I8 => {
                let scales = packed.tensor(&format!("{name}.scale")).map_err(io::Error::other)?;
                let scales = floats(scales.data());
                let rows = scales.len().max(1);
                let columns = (tensor.data().len() / rows).max(1);
                let rows = tensor.data().chunks_exact(columns).zip(scales);
                rows.flat_map(|(row, scale)| {
                    row.iter().map(move |&byte| f32::from(byte.cast_signed()) * scale)
                })
                .flat_map(|value| f16::from_f32(value).to_le_bytes())
                .collect()
            }
            Dtype::F32 => floats(tensor.data())
                .into_iter()
                .flat_map(|value| f16::from_f32(value).to_le_bytes())
                .collect(),
            other => {
                return Err(io::Error::other(format!("tensor {name} is stored as {other:?}")));
            }
        };
        Ok(Self { shape: tensor.shape().to_vec(), bytes })
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<4>();
    chunks.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
}

impl View for Unpacked {
    fn dtype(&self) -> Dtype {
        Dtype::F16
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
