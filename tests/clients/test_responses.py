"""`/v1/responses` with the unmodified `openai` and `langchain-openai` packages, and with the published
types of the Open Responses specification."""

import json
import time
from typing import Union

import openai
import openresponses_types
import pydantic
import pytest
from conftest import CHAIN, CHINESE, MODEL, QUESTION
from langchain_openai import ChatOpenAI
from openai.types.responses import Response, ResponseStreamEvent

ANSWER = "The answer is \\boxed{42}."
THINKING = "12 apples and 30 apples make 42 apples."
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather for a location",
    "strict": False,
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}


def strictly(model, value: dict) -> None:
    """Checks against a package's own types, without its leniency."""
    pydantic.TypeAdapter(model).validate_python(value)


def test_a_whole_response(client):
    reply = client.responses.create(model=MODEL, input=QUESTION)
    assert (reply.status, reply.output_text) == ("completed", ANSWER)
    assert reply.output[0].summary[0].text == THINKING
    assert reply.usage.output_tokens_details.reasoning_tokens == 8
    assert client.responses.retrieve(reply.id).output_text == ANSWER
    assert [item.id for item in client.responses.input_items.list(reply.id)]
    client.responses.delete(reply.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(reply.id)


def test_the_package_puts_the_stream_together(client):
    with client.responses.stream(model=MODEL, input=QUESTION) as stream:
        kinds = []
        for event in stream:
            kinds.append(event.type)
            strictly(ResponseStreamEvent, event.to_dict() if event.type != "response.output_text.delta" else {
                key: value for key, value in event.to_dict().items() if key != "snapshot"
            })
        final = stream.get_final_response()
    assert final.output_text == ANSWER
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.delta") > 1


def test_a_conversation_goes_on_from_a_response(client):
    first = client.responses.create(model=MODEL, input="My name is Ada.")
    second = client.responses.create(model=MODEL, input="Who am I?", previous_response_id=first.id)
    assert second.output_text == "You are Ada."


def test_a_thought_outlives_its_client(client):
    begun = client.responses.create(model=MODEL, input=QUESTION, background=True)
    deadline = time.monotonic() + 10
    while begun.status in ("queued", "in_progress"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        begun = client.responses.retrieve(begun.id)
    assert begun.output_text == ANSWER


def test_a_broken_stream_goes_on_where_it_was(client):
    seen = []
    with client.responses.create(model=MODEL, input=QUESTION, background=True, stream=True) as stream:
        for event in stream:
            seen.append(event)
            if len(seen) == 6:
                break
    response = seen[0].response.id
    rest = client.responses.retrieve(response, stream=True, starting_after=seen[-1].sequence_number)
    seen.extend(rest)
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    assert seen[-1].response.output_text == ANSWER


def test_work_in_the_background_is_cancelled(client, metric, eventually):
    slow = client.responses.create(model=MODEL, input="count slowly", background=True)
    eventually(lambda: metric("vllm:num_requests_running") == 1, "it runs")
    assert client.responses.cancel(slow.id).status == "cancelled"
    eventually(lambda: metric("vllm:num_requests_running") == 0, "it is gone")


def test_a_chain_answers_in_its_users_language(client):
    with client.responses.stream(model=CHAIN, input=CHINESE) as stream:
        final = stream.get_final_response()
    assert "42" in final.output_text and "答案" in final.output_text


def test_errors_have_their_types(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model=MODEL, input=QUESTION, truncation="auto")
    assert error.value.param == "truncation"
    with pytest.raises(openai.RateLimitError):
        client.responses.create(model=MODEL, input="too many", stream=True)
    with client.responses.create(model=MODEL, input="break in the middle", stream=True) as stream:
        last = list(stream)[-1]
    assert last.type == "response.failed" and last.response.error.code == "server_error"


@pytest.fixture
def caller(base_url):
    return ChatOpenAI(base_url=base_url, api_key="any", model=MODEL, max_retries=0, use_responses_api=True)


def test_langchain_shows_the_thinking(caller):
    reply = caller.invoke(QUESTION)
    assert reply.text == ANSWER
    assert [block["reasoning"] for block in reply.content_blocks if block["type"] == "reasoning"] == [THINKING]
    chunks = list(caller.stream(QUESTION))
    whole = sum(chunks[1:], chunks[0])
    assert whole.text == ANSWER
    assert [block["reasoning"] for block in whole.content_blocks if block["type"] == "reasoning"] == [THINKING]
    assert whole.usage_metadata["output_token_details"]["reasoning"] == 8


def test_langchain_sends_its_history_back(caller):
    first = caller.invoke([("human", "My name is Ada.")])
    again = caller.invoke([("human", "My name is Ada."), first, ("human", "Who am I?")])
    assert again.text == "You are Ada."
    linked = caller.bind(previous_response_id=first.response_metadata["id"]).invoke("Who am I?")
    assert linked.text == "You are Ada."


# Any event of the specification.
OPEN_RESPONSES_EVENT = Union[
    tuple(
        kind
        for name, kind in vars(openresponses_types).items()
        if name.startswith("Response") and name.endswith("StreamingEvent")
    )
]

# The compliance cases of the Open Responses specification, but for images, which no model here reads.
CASES = {
    "basic-response": {"input": [{"type": "message", "role": "user", "content": "Say hello in exactly 3 words."}]},
    "streaming-response": {
        "stream": True,
        "input": [{"type": "message", "role": "user", "content": "Count from 1 to 5."}],
    },
    "system-prompt": {
        "input": [
            {"type": "message", "role": "system", "content": "You are a pirate. Always respond in pirate speak."},
            {"type": "message", "role": "user", "content": "Say hello."},
        ]
    },
    "tool-calling": {
        "model": "tests/caller",
        "input": [{"type": "message", "role": "user", "content": "What is the weather in San Francisco?"}],
        "tools": [TOOL],
    },
    "multi-turn": {
        "input": [
            {"type": "message", "role": "user", "content": "My name is Alice."},
            {"type": "message", "role": "assistant", "content": "Hello Alice! Nice to meet you."},
            {"type": "message", "role": "user", "content": "What is my name?"},
        ]
    },
}
CASES["tool-calling-streaming"] = {**CASES["tool-calling"], "stream": True}


@pytest.mark.parametrize("case", CASES)
def test_open_responses(client, case):
    body = {"model": MODEL, **CASES[case]}
    raw = client.responses.with_raw_response.create(**body).http_response
    if body.get("stream"):
        raw.read()
        assert raw.headers["content-type"].startswith("text/event-stream")
        blocks = [block.split("\n") for block in raw.text.strip().split("\n\n")]
        assert blocks.pop() == ["data: [DONE]"]
        events = []
        for name, data in blocks:
            event = json.loads(data.removeprefix("data: "))
            assert name == f"event: {event['type']}"
            strictly(ResponseStreamEvent, event)
            strictly(OPEN_RESPONSES_EVENT, event)
            events.append(event)
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        kinds = [event["type"] for event in events]
        assert kinds[:2] == ["response.created", "response.in_progress"]
        assert kinds.count("response.output_item.added") == kinds.count("response.output_item.done")
        response = events[-1]["response"]
    else:
        response = raw.json()
    assert response["status"] == "completed" and response["output"]
    strictly(Response, response)
    openresponses_types.ResponseResource.model_validate(response)
    if "tools" in body:
        call = response["output"][-1]
        assert (call["type"], call["name"]) == ("function_call", "get_weather")
        assert json.loads(call["arguments"]) == {"location": "San Francisco, CA"}
