//! Tests as LiveCodeBench packs its private ones: JSON, as a pickled text, compressed, in base64.
//!
//! Unpickling can run any code, so nothing is unpickled here: of pickle's instructions those that make up one text are
//! read, as <https://github.com/python/cpython/blob/main/Lib/pickletools.py> describes them, and any other is refused.

use std::io::Read;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::ZlibDecoder;

/// The most bytes that are unpacked: LiveCodeBench's largest problem has some 50 MB.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The text that is packed; the error says what is wrong with it.
pub(super) fn unpacked(packed: &str) -> Result<String, String> {
    unpacked_up_to(packed, MOST_BYTES)
}

fn unpacked_up_to(packed: &str, most: u64) -> Result<String, String> {
    let compressed = STANDARD
        .decode(packed.trim())
        .map_err(|error| format!("it is no base64: {}", error.to_string().trim_end_matches('.')))?;
    let mut pickle = Vec::new();
    ZlibDecoder::new(&*compressed)
        .take(most + 1)
        .read_to_end(&mut pickle)
        .map_err(|error| format!("it cannot be decompressed: {error}"))?;
    if pickle.len() as u64 > most {
        return Err(format!("unpacked it has more than {most} bytes"));
    }
    text_of(&pickle)
}

/// The one text that a pickle of protocol 2 or later consists of.
fn text_of(pickle: &[u8]) -> Result<String, String> {
    let mut rest = pickle;
    let mut text = None;
    loop {
        let [instruction] = taken::<1>(&mut rest)?;
        match instruction {
            // PROTO, BINPUT: a byte that says nothing here; FRAME: a length; LONG_BINPUT, MEMOIZE: places for later use.
            0x80 | b'q' => drop(taken::<1>(&mut rest)?),
            0x95 => drop(taken::<8>(&mut rest)?),
            b'r' => drop(taken::<4>(&mut rest)?),
            0x94 => {}
            // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8: a text after its length.
            0x8c | b'X' | 0x8d if text.is_none() => {
                let length = match instruction {
                    0x8c => u64::from(u8::from_le_bytes(taken(&mut rest)?)),
                    b'X' => u64::from(u32::from_le_bytes(taken(&mut rest)?)),
                    _ => u64::from_le_bytes(taken(&mut rest)?),
                };
                let bytes = usize::try_from(length)
                    .ok()
                    .and_then(|length| rest.split_off(..length))
                    .ok_or("it ends in the middle of its text")?;
                text = Some(std::str::from_utf8(bytes).map_err(|_| "its text is not UTF-8")?);
            }
            b'.' => {
                return text.map(str::to_owned).ok_or_else(|| "there is no text in it".to_owned());
            }
            other => {
                return Err(format!(
                    "it is more than one pickled text (instruction 0x{other:02x}), and nothing else is unpickled, for \
                     that can run any code"
                ));
            }
        }
    }
}

/// The next bytes.
fn taken<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], String> {
    rest.split_off(..N)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "it ends too early".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    const PROTOCOL_2: &str = "eJxrYIqwZWBgiK5WyswrKC1RslJQMo7JM1QwUjBW0lFQyi8tgYqaxeSBBEpSi0tKKgtSQULFJSmZeUq1sYUMegCoGBP9";
    const PROTOCOL_4: &str = "eJxrYJlqwcgABhGGQEZ0tVJmXkFpiZKVgpJxTJ6hgpGCsZKOglJ+aQlU1CwmDyRQklpcUlJZkAoSKi5JycxTqtVRGHmaY6foAQBDjlxN";
    const PROTOCOL_4_SHORT: &str = "eJxrYJnqyAABPbbR1UqZeQWlJUpWCkrGMXmGCkYKxko6Ckr5pSVQUbOYPJBASWpxSUllQSpIqLgkJTNPqTZ2ih4A4UcVLA==";

    fn packed(pickle: &[u8]) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(pickle).unwrap();
        STANDARD.encode(encoder.finish().unwrap())
    }

    /// Made by Python 3: `base64.b64encode(zlib.compress(pickle.dumps(text, protocol)))`.
    #[test]
    fn what_python_packed_is_unpacked() {
        for text in [PROTOCOL_2, PROTOCOL_4, PROTOCOL_4_SHORT] {
            let text = unpacked(text).unwrap();
            assert!(text.starts_with("[{\"input\": \""), "{text}");
        }
        assert_eq!(unpacked(PROTOCOL_4).unwrap().len(), 305);
    }

    #[test]
    fn code_in_a_pickle_is_refused() {
        // os.system("echo"), as pickle writes it.
        let error = unpacked(&packed(b"cos\nsystem\n(S'echo'\ntR.")).unwrap_err();
        insta::assert_snapshot!(error, @"it is more than one pickled text (instruction 0x63), and nothing else is unpickled, for that can run any code");
    }

    #[test]
    fn what_unpacks_without_end_is_refused() {
        let bomb = packed(&vec![b'a'; 100_000]);
        insta::assert_snapshot!(unpacked_up_to(&bomb, 5_000).unwrap_err(), @"unpacked it has more than 5000 bytes");
    }

    proptest! {
        #[test]
        fn reading_is_total(pickle in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = text_of(&pickle);
        }

        #[test]
        fn reading_what_looks_like_a_pickle_is_total(
            instructions in prop::collection::vec(prop::sample::select(b"\x80\x95qr\x94\x8cX\x8d.\x00\x01\xff".to_vec()), 0..40)
        ) {
            let _ = text_of(&instructions);
        }
    }
}
