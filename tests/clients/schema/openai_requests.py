"""Requests made from OpenAI's schemas get what no schema can give: names of what exists, and fields that fit
together, so that they are answered."""

import collections
import copy
import itertools
import json
import os

import requests

from openai_kept import CALLED, FUNCTION, PATIENCE, QUESTION, URL, existing, kept

MODELS = [model["id"] for model in requests.get(f"{URL}/v1/models", timeout=PATIENCE).json()["data"]]
HOSTED = "ponder-embedded" if "ponder-embedded" in MODELS else None
# What only hosted models have.
ONLY_HOSTED = ("logprobs", "top_logprobs", "logit_bias")

turns = collections.defaultdict(itertools.count)


def fill(case):
    """Requests that keep to the schema; those that break it on purpose are sent as they are."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw["operationId"]
    turn = next(turns[operation])
    if isinstance(case.body, dict):
        # Several requests may share one.
        case.body = whole_numbers(copy.deepcopy(case.body))
        FILLED[operation](case.body, turn)
        if operation != "createEmbedding":
            # Left to chance, hardly any would be streams.
            case.body["stream"] = turn % 3 == 0
        if turn % 6 == 0 and operation in ("createChatCompletion", "createCompletion"):
            case.body["stream_options"] = {"include_usage": True}
    if "model" in case.path_parameters:
        case.path_parameters["model"] = MODELS[turn % len(MODELS)]
    if "response_id" in case.path_parameters:
        existing(case, operation, turn)


def whole_numbers(value):
    """To JSON Schema 1.0 is an integer; OpenAI answers that it is a decimal number, and so does ponder."""
    if isinstance(value, dict):
        return {key: whole_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def chat(body, turn):
    if turn % 5 == 1:
        body["tools"] = [{"type": "function", "function": {"name": CALLED}}]
    if turn % 7 == 2:
        body.update({"logprobs": True, "top_logprobs": turn % 4})
    functions(body, lambda tool: tool["function"], {"function": {"name": CALLED}})
    choose_model(body, turn, body.get("response_format"), ("max_completion_tokens", "max_tokens"))
    if body.get("top_logprobs"):
        body["logprobs"] = True
    body["messages"].append({"role": "user", "content": QUESTION})


def completion(body, turn):
    if turn % 7 == 2:
        body["logprobs"] = turn % 4
    choose_model(body, turn, None, ("max_tokens",))
    if body.get("logprobs") is not None:
        # A prompt's own tokens come without probabilities.
        body["echo"] = False


def response(body, turn):
    if turn % 5 == 1:
        body["tools"] = [dict(FUNCTION)]
    if turn % 7 == 2:
        body["include"] = ["message.output_text.logprobs"]
    functions(body, lambda tool: tool, {"name": CALLED})
    choose_model(body, turn, (body.get("text") or {}).get("format"), ("max_output_tokens",))
    given = body.get("input")
    for item in given if isinstance(given, list) else []:
        if item.get("type") in ("item_reference", None) and "role" not in item:
            item["id"] = kept("tests/thinker", "Hello")["output"][-1]["id"]
        if item.get("type") == "function_call_output" and not item.get("call_id"):
            # OpenAI's schema lets a result come without the call that it belongs to.
            item["call_id"] = "call"
    # Something has to be asked, and earlier thinking alone asks nothing.
    question = {"role": "user", "content": QUESTION}
    body["input"] = [*given, question] if isinstance(given, list) else given or QUESTION
    if body.get("previous_response_id") is not None:
        body["previous_response_id"] = kept("tests/thinker", "Hello")["id"]
    if body.get("background"):
        # One that is not kept could not be read.
        body["store"] = True


def embedding(body, turn):
    body["model"] = os.environ["OPENAI_TESTS_EMBEDDER"]


FILLED = {
    "createChatCompletion": chat,
    "createCompletion": completion,
    "createEmbedding": embedding,
    "createResponse": response,
}


def functions(body, function, named):
    """With functions, one that the prepared replies call; a choice is among them."""
    tools = body.get("tools") or []
    for number, tool in enumerate(tools):
        function(tool)["name"] = f"{CALLED}{number or ''}"
    choice = body.get("tool_choice")
    if not tools:
        body.pop("tool_choice", None)
    elif isinstance(choice, dict) and choice["type"] == "function":
        choice.update(named)
    elif isinstance(choice, dict):
        choice.get("allowed_tools", choice)["tools"] = [{"type": "function", **named}]


def choose_model(body, turn, form, limits):
    """A model that can do what is asked: `form` holds the form of the answer, `limits` name the most tokens."""
    prompt = body.get("prompt")
    numbers = isinstance(prompt, list) and not isinstance(prompt[0], str)
    ranked = any(body.get(field) not in (None, False, {}) for field in ONLY_HOSTED)
    ranked = ranked or "message.output_text.logprobs" in (body.get("include") or [])
    formed = (form or {}).get("type") in ("json_object", "json_schema")
    called = any(word in json.dumps(body) for word in ("function_call", "tool_calls", "tool_call_id"))
    if turn % 2:
        # Generated limits are short more often than not: these answers are whole.
        for limit in limits:
            body.pop(limit, None)
    if body.get("tools"):
        body["model"] = "tests/caller"
    elif HOSTED and (numbers or ranked or formed):
        # It is no fast one, and what it says does not matter.
        body.update({"model": HOSTED, "temperature": 0, limits[0]: 64, **({"n": 1} if "n" in body else {})})
        return
    else:
        body["model"] = "tests/thinker" if turn % 4 or called else "chain/solve"
    # Prepared replies have no other form and no probabilities, nor has a chain.
    if formed:
        form.clear()
        form["type"] = "text"
    if numbers:
        body["prompt"] = QUESTION
    for field in ONLY_HOSTED:
        body.pop(field, None)
    if "include" in body:
        body["include"] = [name for name in body["include"] or [] if "logprobs" not in name]
