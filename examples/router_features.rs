//! The features that the question router sees in labelled questions, for its training script.
//!
//! Reads questions as lines of JSON (`{"question": "…"}`) and writes a line of features for each, and
//! at last the names of the features. See `training/router/train.py`.

use std::io::{BufRead, Write};

use ponder::chain::routing::Numbering;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbering = Numbering::default();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let labelled: serde_json::Value = serde_json::from_str(&line?)?;
        let question = labelled.get("question").and_then(serde_json::Value::as_str);
        writeln!(output, "{}", numbering.features(question.ok_or("a line without a question")?))?;
    }
    writeln!(output, "{}", serde_json::to_string(&numbering.names())?)?;
    Ok(())
}
