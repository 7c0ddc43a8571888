"""What needs a real model: forms, probabilities and budgets, on the embedded one.

What is proven here is the server; what the model can do itself is in MODEL_CARD.md.
"""

import json
import os

import jsonschema
import openai
import pydantic
import pytest
from langchain_openai import ChatOpenAI

HOSTED = "ponder-embedded"
pytestmark = pytest.mark.skipif(
    not os.environ.get("PONDER_HOSTED"), reason="this ponder was built without the engine"
)


class Apples(pydantic.BaseModel):
    """A count of apples."""

    owner: str
    count: int
    colours: list[str]


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a place.",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "maxLength": 20},
                "days": {"type": "integer", "minimum": 1, "maximum": 7},
            },
            "required": ["place", "days"],
        },
    },
}
PLACE = [{"role": "user", "content": "What is the weather in Paris?"}]


def check_call(call) -> None:
    """One call of the function, with arguments of its schema."""
    assert call.id and call.function.name == "weather"
    jsonschema.validate(json.loads(call.function.arguments), WEATHER["function"]["parameters"])


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "weather"}}])
def test_a_call_is_whole_and_fits_its_function(client, choice):
    """R10: the embedded model knows nothing of functions, so this is the server's doing."""
    for limit in (90, 400):
        reply = client.chat.completions.create(
            model=HOSTED, messages=PLACE, tools=[WEATHER], tool_choice=choice, max_tokens=limit
        )
        assert reply.choices[0].finish_reason == "tool_calls"
        assert reply.choices[0].message.content is None
        (call,) = reply.choices[0].message.tool_calls
        check_call(call)


def test_the_packages_own_accumulator_takes_a_streamed_call(client):
    """S12: `.stream()` fails on a call whose id, name or number comes in the wrong chunk."""
    with client.chat.completions.stream(
        model=HOSTED, messages=PLACE, tools=[WEATHER], tool_choice="required", max_tokens=400
    ) as stream:
        completion = stream.get_final_completion()
    (call,) = completion.choices[0].message.tool_calls
    check_call(call)


def test_the_result_of_a_call_comes_back(client):
    """R2, R10: a second turn with the call and its result."""
    first = client.chat.completions.create(
        model=HOSTED, messages=PLACE, tools=[WEATHER], tool_choice="required", max_tokens=400
    )
    message = first.choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "12 degrees"}
    second = client.chat.completions.create(
        model=HOSTED, messages=[*PLACE, message, result], tools=[WEATHER], max_tokens=64
    )
    assert second.choices[0].finish_reason in ("stop", "length", "tool_calls")


def test_langchain_binds_tools_and_agents_get_typed_arguments(base_url):
    """R10: `bind_tools`, whole and streamed, and the function-calling way to structured output."""
    model = ChatOpenAI(base_url=base_url, api_key="any", model=HOSTED, max_tokens=400, timeout=60)
    bound = model.bind_tools([WEATHER], tool_choice="any")
    (call,) = bound.invoke("Paris?").tool_calls
    assert call["name"] == "weather" and isinstance(call["args"]["days"], int)
    streamed = None
    for chunk in bound.stream("Paris?"):
        streamed = chunk if streamed is None else streamed + chunk
    (call,) = streamed.tool_calls
    assert call["name"] == "weather" and isinstance(call["args"]["days"], int)
    by_function = model.with_structured_output(Apples, method="function_calling")
    assert isinstance(by_function.invoke("What is 2 + 2?"), Apples)


def test_the_packages_own_parser_gets_an_object(client):
    """R9: `.parse()`, whole."""
    completion = client.chat.completions.parse(
        model=HOSTED,
        messages=[{"role": "user", "content": "Anna has 3 red apples and 4 green apples."}],
        response_format=Apples,
        max_tokens=400,
    )
    assert isinstance(completion.choices[0].message.parsed, Apples)
    assert completion.choices[0].finish_reason == "stop"


def test_the_packages_own_parser_gets_an_object_from_a_stream(client):
    """R9, S1-S4: `.stream()` with a form."""
    with client.chat.completions.stream(
        model=HOSTED,
        messages=[{"role": "user", "content": "What is 12 + 30?"}],
        response_format=Apples,
        max_tokens=400,
    ) as stream:
        completion = stream.get_final_completion()
    assert isinstance(completion.choices[0].message.parsed, Apples)


def test_langchain_gets_structured_output(base_url):
    """R9: LangChain's default, a strict JSON schema."""
    model = ChatOpenAI(base_url=base_url, api_key="any", model=HOSTED, max_tokens=400, timeout=60)
    assert isinstance(model.with_structured_output(Apples).invoke("What is 2 + 2?"), Apples)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 10, "maximum": 20},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 4},
        {"anyOf": [{"type": "null"}, {"type": "string", "enum": ["yes", "no"]}]},
        {"type": "string", "pattern": "^[a-z]{3}-[0-9]{2}$"},
        {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {
            "value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
            "required": ["value", "next"], "additionalProperties": False}}},
        {"type": "object", "properties": {"date": {"type": "string", "format": "date"}},
         "required": ["date"], "additionalProperties": False},
    ],
)
def test_answers_are_valid_by_another_validator(client, schema):
    """R9: judged by `jsonschema`; the thinking stays free and apart."""
    for limit in (64, 300):
        reply = client.chat.completions.create(
            model=HOSTED,
            messages=[{"role": "user", "content": "What is 12 + 30?"}],
            response_format={"type": "json_schema", "json_schema": {"name": "it", "schema": schema}},
            max_tokens=limit,
        )
        jsonschema.validate(json.loads(reply.choices[0].message.content), schema)
        assert reply.usage.completion_tokens <= limit


def test_a_schema_that_is_none_is_refused_in_the_words_langchain_looks_for(client):
    """R9."""
    with pytest.raises(openai.BadRequestError, match="Invalid schema for response_format 'it'"):
        client.chat.completions.create(
            model=HOSTED,
            messages=[{"role": "user", "content": "?"}],
            response_format={
                "type": "json_schema", "json_schema": {"name": "it", "schema": {"type": "nonsense"}},
            },
        )


def test_probabilities_of_the_answer(client):
    """R6, S13: whole and streamed, joined they are the answer."""
    asked = {
        "model": HOSTED, "messages": [{"role": "user", "content": "What is 12 + 30?"}],
        "logprobs": True, "top_logprobs": 3, "temperature": 0,
    }
    reply = client.chat.completions.create(**asked).choices[0]
    tokens = reply.logprobs.content
    assert "".join(token.token for token in tokens) == reply.message.content
    for token in tokens:
        assert token.logprob <= 0 and len(token.top_logprobs) == 3
        assert token.top_logprobs[0].logprob == pytest.approx(token.logprob)
    streamed, text = [], ""
    for chunk in client.chat.completions.create(**asked, stream=True):
        choice = chunk.choices[0]
        text += choice.delta.content or ""
        if choice.logprobs:
            streamed += [token.token for token in choice.logprobs.content]
    assert "".join(streamed) == text == reply.message.content


def test_a_thinking_budget_binds(client):
    """R11: to the token, and the answer comes."""
    reply = client.chat.completions.create(
        model=HOSTED,
        messages=[{"role": "user", "content": "What is 123 + 456 + 789 + 12?"}],
        extra_body={"thinking_token_budget": 5},
        max_tokens=300,
    )
    assert reply.ponder["thinking_end"] == "budget"
    assert reply.usage.completion_tokens_details.reasoning_tokens < 60
    assert "give my answer now" in reply.choices[0].message.reasoning_content


def test_the_plain_form(client, base_url):
    """`POST /v1/inference` without any SDK."""
    import urllib.request

    request = urllib.request.Request(
        f"{base_url}/inference",
        json.dumps({"prompt": "What is 12 + 30?", "model": HOSTED, "temperature": 0}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        reply = json.load(response)
    assert reply["success"] is True
    assert "42" in reply["result"]
