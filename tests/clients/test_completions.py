"""E16: the older endpoint, by the OpenAI package; `llama_index` has its other users."""

import json
import os
import urllib.request

import openai
import pytest

from conftest import CHAIN, MODEL, QUESTION

HOSTED = "ponder-embedded"
hosted = pytest.mark.skipif(
    not os.environ.get("PONDER_HOSTED"), reason="this ponder was built without the engine"
)


def test_the_package_gets_texts(client):
    reply = client.completions.create(model=MODEL, prompt=[QUESTION, "x"], n=2, echo=True)
    assert reply.object == "text_completion"
    assert [choice.index for choice in reply.choices] == [0, 1, 2, 3]
    assert reply.choices[0].text == QUESTION + "The answer is \\boxed{42}."
    assert reply.choices[3].text.startswith("xone two")
    assert reply.choices[0].finish_reason == "stop" and reply.usage.completion_tokens > 0


def test_the_package_gets_a_stream(client):
    stream = client.completions.create(
        model=CHAIN, prompt=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].text for chunk in chunks if chunk.choices)
    assert "\\boxed{42}" in text and "<think>" not in text
    assert chunks[-1].usage.total_tokens > 0


@hosted
def test_tokens_can_be_asked_with(client, server):
    """A prompt of tokens is continued as its text is, and the probabilities come in the older form."""

    def post(path: str, body: dict) -> dict:
        request = urllib.request.Request(
            server + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    messages = [{"role": "user", "content": "What is 12 + 30?"}]
    cut = post("/v1/tokenize", {"model": HOSTED, "messages": messages, "return_token_strs": True})
    assert cut["count"] == len(cut["tokens"]) == len(cut["token_strs"])
    text = post("/detokenize", {"model": HOSTED, "tokens": cut["tokens"]})["prompt"]
    assert post("/tokenize", {"model": HOSTED, "prompt": text})["tokens"] == cut["tokens"]
    options = {"model": HOSTED, "temperature": 0, "max_tokens": 200}
    by_tokens = client.completions.create(prompt=cut["tokens"], logprobs=2, **options).choices[0]
    by_text = client.completions.create(prompt=text, **options).choices[0]
    chat = client.chat.completions.create(messages=messages, **options).choices[0].message
    # The thinking stays in the text here, and apart in a conversation.
    assert by_tokens.text == by_text.text
    assert by_text.text.startswith("<think>") and by_text.text.endswith(chat.content)
    logprobs = by_tokens.logprobs
    assert "".join(logprobs.tokens) == by_tokens.text
    assert len(logprobs.token_logprobs) == len(logprobs.text_offset) == len(logprobs.tokens)
    # The chosen token is always among the likeliest that are listed.
    assert all(len(top) <= 3 for top in logprobs.top_logprobs)
    assert all(token in top for token, top in zip(logprobs.tokens, logprobs.top_logprobs))
    assert all(by_tokens.text[at:].startswith(token)
               for at, token in zip(logprobs.text_offset, logprobs.tokens))


@hosted
def test_a_reply_can_be_too_long_for_the_context(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=HOSTED, prompt=[7] * 5000)
    assert caught.value.code == "context_length_exceeded" and caught.value.param == "prompt"
