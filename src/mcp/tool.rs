//! What a chain looks like as a tool.

use serde_json::{Value, json};

use crate::chain::Plan;

/// A chain as a tool: its name, what it does, what it takes and what it gives.
pub(super) fn describe(plan: &Plan) -> Value {
    json!({
        "name": plan.name,
        "description": plan.description,
        "inputSchema": input(),
        "outputSchema": output(),
        // It computes, and changes nothing anywhere.
        "annotations": { "readOnlyHint": true, "openWorldHint": false },
    })
}

/// What every chain takes; [`super::arguments`] reads it.
fn input() -> Value {
    json!({
        "type": "object",
        "properties": {
            "question": {
                "type": "string",
                "minLength": 1,
                "description": "The question or the text, complete in itself: nothing else of the \
                    conversation is seen. In any language; formulas as LaTeX, code between fences.",
            },
            "enable_thinking": {
                "type": "boolean",
                "default": true,
                "description": "False answers without thinking first: faster, and worse.",
            },
            "include_reasoning": {
                "type": "boolean",
                "default": false,
                "description": "True adds the thinking to the structured result, as `reasoning`.",
            },
            "max_tokens": {
                "type": "integer",
                "minimum": 1,
                "maximum": u32::MAX,
                "description": "The most tokens to write, thinking included. Without it, as many as the \
                    model recommends and can write in the time of an answer.",
            },
            "temperature": {
                "type": "number",
                "minimum": 0,
                "maximum": 2,
                "description": "How freely words are chosen. Without it, as the model recommends.",
            },
            "seed": {
                "type": "integer",
                "description": "The same number repeats the same choices.",
            },
        },
        "required": ["question"],
        "additionalProperties": false,
    })
}

/// What every chain gives; [`super::outcome`] writes it.
fn output() -> Value {
    let tokens =
        |description: &str| json!({"type": "integer", "minimum": 0, "description": description});
    json!({
        "type": "object",
        "properties": {
            "answer": { "type": "string", "description": "The whole answer." },
            "result": {
                "type": ["string", "null"],
                "description": "What stands in the answer's last \\boxed{…}, or its last program, or else the \
                    whole of it; null if it was cut off before one.",
            },
            "reasoning": {
                "type": "string",
                "description": "The thinking, if `include_reasoning` asked for it.",
            },
            "kind": {
                "enum": ["math", "code", "both", "other", null],
                "description": "What the question was taken for; null from a chain that does not decide on it.",
            },
            "finish_reason": {
                "enum": ["stop", "length"],
                "description": "`length` if a limit cut the answer off.",
            },
            "confidence": {
                "type": "object",
                "description": "How a vote ended, from a chain that votes: how many samples gave this answer, \
                    of how many, how far it was ahead (0 to 1), and whether that was more than half.",
                "properties": {
                    "votes": tokens("Samples that gave this answer."),
                    "samples": tokens("Samples that were counted."),
                    "margin": { "type": "number", "minimum": 0, "maximum": 1 },
                    "state": { "enum": ["verified", "unverified", "disagreed"] },
                },
                "required": ["votes", "samples", "margin", "state"],
            },
            "run_id": {
                "type": "string",
                "description": "The run's id: for `ponder runs show` where runs are recorded, and for /v1/runs \
                    on a server that offers it.",
            },
            "usage": {
                "type": "object",
                "properties": {
                    "prompt_tokens": tokens("Tokens read, over all model calls."),
                    "completion_tokens": tokens("Tokens written, thinking included."),
                    "reasoning_tokens": tokens("Of these, the thinking."),
                    "total_tokens": tokens("Read and written together."),
                },
                "required": ["prompt_tokens", "completion_tokens", "reasoning_tokens", "total_tokens"],
            },
        },
        "required": ["answer", "result", "kind", "finish_reason", "run_id", "usage"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{load, shipped};

    #[test]
    fn every_shipped_chain_has_a_valid_name_and_says_what_it_does() {
        for shipped in shipped() {
            let tool = describe(&load(shipped.text, shipped.file).unwrap());
            let name = tool["name"].as_str().unwrap();
            let good = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
            assert!((1..=64).contains(&name.len()) && name.chars().all(good), "{name}");
            assert!(tool["description"].as_str().unwrap().ends_with('.'), "{name}");
        }
    }
}
