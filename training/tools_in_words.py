"""The conversation as the server writes it for a chat template that knows no tools.

The wording is that of `src/engine/template_tools.rs`; `tools/in_words.json` holds examples that both
sides must agree on, byte for byte: `python -m training.tools_in_words` compares this side. Standard
library only.
"""

import json
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent / "tools" / "in_words.json"

OFFER = "You may call functions. These can be called:\n<tools>\n{tools}\n</tools>\nTo call one, answer with its name and its arguments:\n<tool_call>\n{\"name\": \"…\", \"arguments\": {…}}\n</tool_call>"
OPEN, CLOSE = "<tool_call>", "</tool_call>"


def spaced(value) -> str:
    """JSON on one line, with a space after `,` and `:`."""
    return json.dumps(value, ensure_ascii=False)


def offer(tools: list) -> str:
    """What can be called."""
    described = []
    for tool in tools:
        function = tool["function"]
        described.append({"type": "function", "function": {"name": function["name"], "description": function.get("description") or "", "parameters": function.get("parameters") or {}}})
    return OFFER.replace("{tools}", "\n".join(spaced(function) for function in described))


def call(name: str, arguments) -> str:
    """A call as an answer has it; arguments that are no JSON stay text."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            pass
    return f"{OPEN}\n{spaced({'name': name, 'arguments': arguments})}\n{CLOSE}"


def in_words(messages: list, tools: list) -> list:
    """Messages with roles and texts only: what there is stands in the system message."""
    told: list = []
    after_result = False
    for message in messages:
        role, content = message["role"], message.get("content") or ""
        if role == "tool":
            text = f"<tool_response>\n{content}\n</tool_response>"
            if after_result:
                told[-1]["content"] += "\n" + text
            else:
                told.append({"role": "user", "content": text})
        elif role == "assistant" and message.get("tool_calls"):
            calls = [call(made["function"]["name"], made["function"]["arguments"]) for made in message["tool_calls"]]
            told.append({"role": role, "content": "\n".join(([content] if content else []) + calls)})
        else:
            told.append({"role": role, "content": content})
        after_result = role == "tool"
    if tools:
        system = next((message for message in told if message["role"] == "system"), None)
        if system:
            system["content"] += "\n\n" + offer(tools)
        else:
            told.insert(0, {"role": "system", "content": offer(tools)})
    return told


def prompt(messages: list, tools: list) -> str:
    """The whole prompt in the embedded model's chat template, up to where the answer begins."""
    turns = [f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n" for message in in_words(messages, tools)]
    return "".join(turns) + "<|im_start|>assistant\n"


def differing() -> list:
    """The names of the examples that are written otherwise than the server does."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return [example["name"] for example in examples if prompt(example["messages"], example["tools"]) != example["prompt"]]


if __name__ == "__main__":
    raise SystemExit(f"other words than the server's: {differing()}" if differing() else 0)
