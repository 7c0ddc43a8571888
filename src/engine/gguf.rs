//! Reads what a GGUF file says about itself: its tokenizer, chat template and context.
//!
//! The format is described in the `ggml` project's `docs/gguf.md`. The weights are left to the
//! engine; only the header is read here, with every length bounded, since such files are downloaded
//! from anywhere.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use tokenizers::{
    AddedToken, SplitDelimiterBehavior, Tokenizer,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::{
        PreTokenizerWrapper,
        byte_level::ByteLevel,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
};

use super::{
    LoadError,
    checkpoint::{CHATML, Checkpoint, Weights},
    template::ChatTemplate,
    tokens::Tokens,
};
use crate::generate::Sampling;

/// No honest file has longer texts or lists than these.
const LONGEST_TEXT: u64 = 4 << 20;
const LONGEST_LIST: u64 = 4 << 20;

/// How Qwen2 cuts text into words; digits stand alone.
const QWEN2_WORDS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

#[derive(Debug, Clone, PartialEq)]
enum Metadata {
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Text(String),
    Texts(Vec<String>),
    Integers(Vec<i64>),
    /// Lists of other things, which nothing here needs.
    Ignored,
}

/// Opens a GGUF file.
///
/// # Errors
///
/// What is wrong with it, or which of its parts is not supported.
pub fn open(path: &Path) -> Result<Checkpoint, LoadError> {
    let broken = |error: &dyn std::fmt::Display| LoadError::broken(path, error);
    let bytes = std::fs::metadata(path).map_err(|error| broken(&error))?.len();
    let metadata = File::open(path)
        .and_then(|file| read_header(&mut BufReader::new(file)))
        .map_err(|error| broken(&error))?;
    let text = |name: &str| match metadata.get(name) {
        Some(Metadata::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let integer = |name: &str| match metadata.get(name) {
        Some(Metadata::Integer(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let architecture =
        text("general.architecture").ok_or_else(|| broken(&"it names no architecture"))?;
    let context_length = integer(&format!("{architecture}.context_length"))
        .ok_or_else(|| broken(&"it names no context length"))?;
    let beside = path.with_file_name("tokenizer.json");
    let tokenizer = if beside.is_file() {
        Tokenizer::from_file(&beside).map_err(|error| LoadError::broken(&beside, error))?
    } else {
        tokenizer(&metadata).map_err(|error| broken(&error))?
    };
    let token_text =
        |name: &str| integer(name).and_then(|id| tokenizer.id_to_token(id)).unwrap_or_default();
    let template = ChatTemplate::new(
        text("tokenizer.chat_template").unwrap_or_else(|| CHATML.to_owned()),
        token_text("tokenizer.ggml.bos_token_id"),
        token_text("tokenizer.ggml.eos_token_id"),
    )
    .map_err(|error| broken(&error))?;
    let end_of_turn = tokenizer.token_to_id("<|im_end|>");
    let mut stop_tokens: Vec<u32> =
        integer("tokenizer.ggml.eos_token_id").into_iter().chain(end_of_turn).collect();
    stop_tokens.dedup();
    if stop_tokens.is_empty() {
        return Err(broken(&"it names no end-of-text token, so an answer would never end"));
    }
    Ok(Checkpoint {
        weights: Weights::Gguf(path.to_owned()),
        tokens: Tokens::new(tokenizer),
        template,
        context_length,
        stop_tokens,
        bytes,
        architecture,
        sampling: Sampling::default(),
    })
}

/// Builds the tokenizer that the file describes.
fn tokenizer(metadata: &HashMap<String, Metadata>) -> Result<Tokenizer, String> {
    let advice = "put the model's tokenizer.json beside the file";
    match (metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre")) {
        (Some(Metadata::Text(model)), Some(Metadata::Text(words)))
            if model == "gpt2" && words == "qwen2" => {}
        (model, words) => {
            return Err(format!(
                "its tokenizer ({model:?}, {words:?}) is not one that ponder can build; {advice}"
            ));
        }
    }
    let (Some(Metadata::Texts(texts)), Some(Metadata::Texts(merges))) =
        (metadata.get("tokenizer.ggml.tokens"), metadata.get("tokenizer.ggml.merges"))
    else {
        return Err(format!("it holds no tokens or no merges; {advice}"));
    };
    let vocabulary: Vocab = (0u32..).zip(texts).map(|(id, text)| (text.clone(), id)).collect();
    let merges = merges
        .iter()
        .filter_map(|merge| merge.split_once(' '))
        .map(|(left, right)| (left.to_owned(), right.to_owned()))
        .collect();
    let model = BPE::builder()
        .vocab_and_merges(vocabulary, merges)
        .build()
        .map_err(|error| error.to_string())?;
    let words = Split::new(
        SplitPattern::Regex(QWEN2_WORDS.to_owned()),
        SplitDelimiterBehavior::Isolated,
        false,
    )
    .map_err(|error| error.to_string())?;
    let bytes = ByteLevel::new(false, false, false);
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![
        PreTokenizerWrapper::Split(words),
        PreTokenizerWrapper::ByteLevel(bytes),
    ])));
    tokenizer.with_decoder(Some(bytes));
    if let Some(Metadata::Integers(kinds)) = metadata.get("tokenizer.ggml.token_type") {
        // 3: control, 4: defined by the user; both are matched before words are cut.
        for (text, kind) in texts.iter().zip(kinds) {
            match kind {
                3 => {
                    tokenizer.add_special_tokens(&[AddedToken::from(text.clone(), true)]);
                }
                4 => {
                    tokenizer.add_tokens(&[AddedToken::from(text.clone(), false)]);
                }
                _ => {}
            }
        }
    }
    Ok(tokenizer)
}

fn read_header(reader: &mut impl Read) -> io::Result<HashMap<String, Metadata>> {
    if &read_bytes::<4>(reader)? != b"GGUF" {
        return Err(invalid("it is not a GGUF file"));
    }
    let version = u32::from_le_bytes(read_bytes(reader)?);
    if !(2..=3).contains(&version) {
        return Err(invalid("its GGUF version is neither 2 nor 3; convert it again"));
    }
    let _tensors = read_u64(reader)?;
    let entries = read_u64(reader)?;
    if entries > 65_536 {
        return Err(invalid("it announces an absurd number of entries"));
    }
    let mut metadata = HashMap::new();
    for _ in 0..entries {
        let name = read_text(reader)?;
        let kind = u32::from_le_bytes(read_bytes(reader)?);
        metadata.insert(name, read_value(reader, kind)?);
    }
    Ok(metadata)
}

fn read_value(reader: &mut impl Read, kind: u32) -> io::Result<Metadata> {
    Ok(match kind {
        0 => Metadata::Integer(u8::from_le_bytes(read_bytes(reader)?).into()),
        1 => Metadata::Integer(i8::from_le_bytes(read_bytes(reader)?).into()),
        2 => Metadata::Integer(u16::from_le_bytes(read_bytes(reader)?).into()),
        3 => Metadata::Integer(i16::from_le_bytes(read_bytes(reader)?).into()),
        4 => Metadata::Integer(u32::from_le_bytes(read_bytes(reader)?).into()),
        5 => Metadata::Integer(i32::from_le_bytes(read_bytes(reader)?).into()),
        6 => Metadata::Float(f32::from_le_bytes(read_bytes(reader)?).into()),
        7 => Metadata::Boolean(u8::from_le_bytes(read_bytes(reader)?) != 0),
        8 => Metadata::Text(read_text(reader)?),
        9 => return read_list(reader),
        10 => Metadata::Integer(i64::try_from(read_u64(reader)?).unwrap_or(i64::MAX)),
        11 => Metadata::Integer(i64::from_le_bytes(read_bytes(reader)?)),
        12 => Metadata::Float(f64::from_le_bytes(read_bytes(reader)?)),
        _ => return Err(invalid("it holds a value of an unknown type")),
    })
}

fn read_list(reader: &mut impl Read) -> io::Result<Metadata> {
    let kind = u32::from_le_bytes(read_bytes(reader)?);
    let length = read_u64(reader)?;
    if length > LONGEST_LIST {
        return Err(invalid("it announces an absurdly long list"));
    }
    let mut texts = Vec::new();
    let mut integers = Vec::new();
    for _ in 0..length {
        match read_value(reader, if kind == 9 { u32::MAX } else { kind })? {
            Metadata::Text(text) => texts.push(text),
            Metadata::Integer(number) => integers.push(number),
            _ => {}
        }
    }
    Ok(match kind {
        8 => Metadata::Texts(texts),
        0..=5 | 10 | 11 => Metadata::Integers(integers),
        _ => Metadata::Ignored,
    })
}

fn read_text(reader: &mut impl Read) -> io::Result<String> {
    let length = read_u64(reader)?;
    if length > LONGEST_TEXT {
        return Err(invalid("it announces an absurdly long text"));
    }
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(invalid("it ends in the middle of a text"));
    }
    String::from_utf8(bytes).map_err(|_| invalid("it holds a text that is not UTF-8"))
}

fn read_u64(reader: &mut impl Read) -> io::Result<u64> {
    read_bytes(reader).map(u64::from_le_bytes)
}

fn read_bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_is_read() {
        let mut file = Vec::from(*b"GGUF");
        file.extend(3u32.to_le_bytes());
        file.extend(0u64.to_le_bytes());
        file.extend(1u64.to_le_bytes());
        file.extend(20u64.to_le_bytes());
        file.extend(b"general.architecture");
        file.extend(8u32.to_le_bytes());
        file.extend(5u64.to_le_bytes());
        file.extend(b"qwen2");
        let metadata = read_header(&mut file.as_slice()).unwrap();
        assert_eq!(metadata["general.architecture"], Metadata::Text("qwen2".to_owned()));
        let mut cut = &file[..file.len() - 1];
        let error = read_header(&mut cut).unwrap_err();
        assert_eq!(error.to_string(), "it ends in the middle of a text");
    }

    proptest! {
        #[test]
        fn hostile_headers_are_errors_not_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut file = Vec::from(*b"GGUF\x03\0\0\0");
            file.extend(bytes);
            let _ = read_header(&mut file.as_slice());
        }
    }
}
