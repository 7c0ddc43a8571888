"""Responses that are kept, in every state, for requests that read them."""

import os
import time

import requests

URL = os.environ["OPENAI_TESTS_URL"]
PATIENCE = 60
QUESTION = "What is the weather in San Francisco?"
CALLED = "get_weather"
FUNCTION = {"type": "function", "name": CALLED, "parameters": {}, "strict": None}

left_running = {}


def kept(model, question, **more):
    """A response that is made for this."""
    body = {"model": model, "input": question, **more}
    return requests.post(f"{URL}/v1/responses", json=body, timeout=PATIENCE).json()


def existing(case, operation, turn):
    """A response to read: a whole one, one with a call, a cut one, a failed one, or one on its way."""
    going = operation == "cancelResponse" and turn % 2 == 1 or turn % 5 == 4
    kinds = [
        {"model": "tests/thinker", "question": "apples"},
        {"model": "tests/caller", "question": QUESTION, "tools": [FUNCTION]},
        {"model": "tests/thinker", "question": "apples", "max_output_tokens": 3},
        {"model": "tests/thinker", "question": "break in the middle"},
    ]
    kind = {"model": "tests/thinker", "question": "count slowly"} if going else kinds[turn % 5]
    call = {"call_id": "call", "type": "function_call"}
    before = kept("tests/thinker", "Hello")
    kind["question"] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
        {"role": "assistant", "content": "Hello."},
        {**call, "name": CALLED, "arguments": "{}"},
        {**call, "type": "function_call_output", "output": "sunny", "id": None, "status": None},
        {"role": "assistant", "content": [{"type": "output_text", "text": "It is sunny."}]},
        {"type": "item_reference", "id": before["output"][-1]["id"]},
        {"type": "item_reference", "id": before["output"][0]["id"]},
        {"role": "user", "content": kind["question"]},
    ]
    made = kept(**kind, background=True)
    where = f"{URL}/v1/responses/{made['id']}"
    while not going and made["status"] in ("queued", "in_progress"):
        time.sleep(0.02)
        made = requests.get(where, timeout=PATIENCE).json()
    case.path_parameters["response_id"] = made["id"]
    if going:
        left_running[case.id] = where
    query = case.query if isinstance(case.query, dict) else {}
    if query.get("stream"):
        # Otherwise the stream would last as long as the answer.
        leave(case)
    if "starting_after" in query:
        # The document knows no limits; events are counted from 0.
        query["starting_after"] = turn % 5
    if "after" in query:
        items = requests.get(f"{where}/input_items", timeout=PATIENCE).json()["data"]
        query["after"] = items[turn % len(items)]["id"]
    if "limit" in query:
        # Its description has these limits, the schema has none.
        query["limit"] = 1 + turn % 100


def leave(case):
    """Ends what would hold a place that later requests wait for."""
    if where := left_running.pop(case.id, None):
        requests.post(f"{where}/cancel", timeout=PATIENCE)
