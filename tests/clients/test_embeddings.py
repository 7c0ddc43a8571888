"""E14: embeddings, by the packages of OpenAI and LangChain; words that texts share bring them together."""

import base64
import struct

import openai
import pytest
from langchain_openai import OpenAIEmbeddings

from conftest import MODEL

TEXTS = ["the sum of a list of numbers", "the area of a circle", "a train that leaves the station"]


def product(one, other):
    return sum(first * second for first, second in zip(one, other, strict=True))


def test_the_package_reads_what_it_asked_for_as_base64(client):
    reply = client.embeddings.create(model=MODEL, input=TEXTS)
    assert [entry.index for entry in reply.data] == [0, 1, 2]
    assert len(reply.data[0].embedding) == 64 and reply.usage.prompt_tokens == 18
    plain = client.embeddings.create(model=MODEL, input=TEXTS[0], encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(reply.data[0].embedding)
    raw = client.embeddings.with_raw_response.create(model=MODEL, input=TEXTS[0], encoding_format="base64")
    encoded = raw.http_response.json()["data"][0]["embedding"]
    numbers = struct.unpack("<64f", base64.b64decode(encoded))
    assert product(numbers, numbers) == pytest.approx(1)


def test_fewer_dimensions_and_tokens(client):
    reply = client.embeddings.create(model=MODEL, input=[[1, 2], [3]], dimensions=8)
    assert [len(entry.embedding) for entry in reply.data] == [8, 8]
    with pytest.raises(openai.BadRequestError) as refused:
        client.embeddings.create(model=MODEL, input="x", dimensions=65)
    assert refused.value.param == "dimensions"


def test_langchain_finds_the_nearest_text(server):
    embeddings = OpenAIEmbeddings(
        model=MODEL, base_url=f"{server}/v1", api_key="any", check_embedding_ctx_length=False
    )
    question = embeddings.embed_query("What is the area of a circle?")
    nearness = [product(question, text) for text in embeddings.embed_documents(TEXTS)]
    assert max(nearness) == nearness[1], nearness
