//! What a call of a tool gives: the answer, or why there is none.

use serde_json::{Value, json};

use super::arguments::ThinkingShown;
use crate::{
    chain::extract,
    generate::{Answer, FinishReason, GenerateError, Kind},
};

/// The result of a call whose answer has come to its end.
pub(super) fn finished(answer: &Answer, run_id: &str, thinking: ThinkingShown) -> Value {
    let content = answer.content.trim();
    let reason = answer.finish.reason;
    if content.is_empty() && reason == FinishReason::Length {
        return wrong(
            "The answer was cut off before it began: raise `max_tokens`, or ask with \
             `enable_thinking` false.",
        );
    }
    let usage = answer.finish.usage;
    let mut structured = json!({
        "answer": content,
        "result": extract::result(content, reason),
        "kind": answer.finish.kind.map(Kind::as_str),
        "finish_reason": match reason {
            // A chain calls no functions.
            FinishReason::Stop | FinishReason::ToolCalls => "stop",
            FinishReason::Length => "length",
        },
        "run_id": run_id,
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
    });
    if let Some(fields) = structured.as_object_mut() {
        if let Some(confidence) = answer.finish.confidence {
            fields.insert("confidence".to_owned(), json!(confidence));
        }
        if thinking == ThinkingShown::Included {
            fields.insert("reasoning".to_owned(), answer.reasoning.trim().into());
        }
    }
    json!({
        "content": [{ "type": "text", "text": content }],
        "structuredContent": structured,
        "isError": false,
    })
}

/// The result of a call without an answer, in words that say what can be done.
pub(super) fn failed(error: &GenerateError) -> Value {
    let next = match error {
        GenerateError::Overloaded { retry_after, .. }
        | GenerateError::Unavailable { retry_after, .. } => {
            Some(format!("Call the tool again in {} s.", retry_after.as_secs().max(1)))
        }
        GenerateError::ContextLength { .. } | GenerateError::PromptTooLong { .. } => {
            Some("Ask a shorter question.".to_owned())
        }
        GenerateError::Engine { .. } | GenerateError::Remote { .. } if error.may_pass() => {
            Some("Calling the tool again may help.".to_owned())
        }
        GenerateError::Cancelled => {
            Some("Call the tool again if the answer is still wanted.".to_owned())
        }
        GenerateError::Invalid { .. }
        | GenerateError::ModelNotFound { .. }
        | GenerateError::Timeout { .. }
        | GenerateError::Engine { .. }
        | GenerateError::Remote { .. } => None,
    };
    // Inside the node the question is a message of a conversation.
    let said = error.to_string().replace("`messages`", "`question`");
    wrong(&[Some(said), next].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The result of a call that has none, for this reason.
pub(super) fn wrong(message: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": message }], "isError": true })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::generate::{Confidence, Finish};

    #[test]
    fn the_thinking_is_only_there_if_it_was_asked_for() {
        let answer = Answer {
            reasoning: "twelve and thirty".to_owned(),
            content: "It is \\boxed{42}.".to_owned(),
            finish: Finish { kind: Some(Kind::Math), ..Finish::default() },
            ..Answer::default()
        };
        let result = finished(&answer, "run_1", ThinkingShown::LeftOut);
        assert!(!result.to_string().contains("twelve"), "{result}");
        assert_eq!(result["structuredContent"]["result"], "42");
        assert_eq!(result["structuredContent"]["kind"], "math");
        let result = finished(&answer, "run_1", ThinkingShown::Included);
        assert_eq!(result["structuredContent"]["reasoning"], "twelve and thirty");
    }

    #[test]
    fn a_vote_says_how_it_ended() {
        let mut answer = Answer { content: "\\boxed{42}".to_owned(), ..Answer::default() };
        let result = finished(&answer, "run_1", ThinkingShown::LeftOut);
        assert_eq!(result["structuredContent"].get("confidence"), None);
        answer.finish.confidence =
            Some(Confidence { votes: 3, samples: 4, margin: 0.5, ..Confidence::default() });
        let result = finished(&answer, "run_1", ThinkingShown::LeftOut);
        assert_eq!(
            result["structuredContent"]["confidence"],
            json!({ "votes": 3, "samples": 4, "margin": 0.5, "state": "unverified" })
        );
    }

    #[test]
    fn an_answer_that_never_began_is_an_error() {
        let finish = Finish { reason: FinishReason::Length, ..Finish::default() };
        let cut = Answer { finish, reasoning: "on and on".to_owned(), ..Answer::default() };
        let result = finished(&cut, "run_1", ThinkingShown::LeftOut);
        assert!(result["isError"] == true && result.to_string().contains("max_tokens"), "{result}");
    }

    #[test]
    fn a_failure_says_what_can_be_done() {
        let error = GenerateError::Overloaded {
            message: "4 requests run.".to_owned(),
            retry_after: Duration::from_secs(7),
        };
        let text = |result: Value| result["content"][0]["text"].as_str().unwrap().to_owned();
        assert_eq!(text(failed(&error)), "4 requests run. Call the tool again in 7 s.");
        let error = GenerateError::invalid("messages", "`messages` are too long.");
        assert_eq!(text(failed(&error)), "`question` are too long.");
    }
}
