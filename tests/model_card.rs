//! The model card speaks of the weights and the prompts that are here, not of earlier ones.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

fn fingerprint(files: &[&str]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_card_names_the_weights_and_the_prompts_they_were_trained_with() {
    let card = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("MODEL_CARD.md"));
    let card = card.unwrap();
    let weights = fingerprint(&["assets/embedded/weights.safetensors"]);
    let prompts = fingerprint(&[
        "prompts/claims.j2",
        "prompts/code.j2",
        "prompts/judge.j2",
        "prompts/math.j2",
        "prompts/translate-to-chinese.j2",
        "prompts/translate-to-english.j2",
    ]);
    for (what, hash) in [("weights", weights), ("prompts", prompts)] {
        assert!(
            card.contains(&hash),
            "MODEL_CARD.md does not name the {what} {hash}: measure again and update it"
        );
    }
}
