"""LlamaIndex's client for servers like OpenAI's, apart: it wants another version of their package."""

import os

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

BASE_URL = os.environ["PONDER_URL"] + "/v1"
NAMES = ["tests/thinker", "chain/solve"]
QUESTION = "How many apples are 12 apples and 30 apples?"


def model(name: str, **settings) -> OpenAILike:
    return OpenAILike(model=name, api_base=BASE_URL, api_key="any", timeout=30, **settings)


@pytest.mark.parametrize("name", NAMES)
def test_it_completes_by_default(name):
    """E16: `is_chat_model` is off unless somebody sets it."""
    assert "\\boxed{42}" in model(name).complete(QUESTION).text
    assert "\\boxed{42}" in "".join(piece.delta for piece in model(name).stream_complete(QUESTION))


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_is_flattened_by_default(name):
    reply = model(name).chat([ChatMessage(role="user", content=QUESTION)])
    assert "\\boxed{42}" in reply.message.content


@pytest.mark.parametrize("name", NAMES)
def test_it_chats_where_it_is_told_to(name):
    messages = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=QUESTION)]
    chat = model(name, is_chat_model=True)
    assert "\\boxed{42}" in chat.chat(messages).message.content
    assert "\\boxed{42}" in "".join(piece.delta or "" for piece in chat.stream_chat(messages))
