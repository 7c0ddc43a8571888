"""The unmodified `langchain-openai` and `langchain-deepseek` packages."""

import asyncio

import openai
import pytest
from conftest import CHAIN, CHINESE, MODEL, QUESTION
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_deepseek import ChatDeepSeek
from langchain_openai import ChatOpenAI

ANSWER = "The answer is \\boxed{42}."
THINKING = "12 apples and 30 apples make 42 apples."


@pytest.fixture
def model(base_url):
    return ChatOpenAI(base_url=base_url, api_key="any", model=MODEL, max_retries=0, stream_usage=True)


@pytest.fixture
def thinker(base_url):
    return ChatDeepSeek(api_base=base_url, api_key="any", model=MODEL, max_retries=0)


def test_chat_openai_answers(model):
    reply = model.invoke(QUESTION)
    assert reply.content == ANSWER
    assert reply.usage_metadata["output_token_details"]["reasoning"] == 8
    assert reply.response_metadata["finish_reason"] == "stop"
    assert reply.response_metadata["model_name"] == MODEL


def test_chat_openai_streams_and_counts_once(model):
    chunks = list(model.stream(QUESTION))
    whole = sum(chunks[1:], chunks[0])
    assert whole.content == ANSWER
    assert len([chunk for chunk in chunks if chunk.content]) > 1
    assert whole.usage_metadata["output_tokens"] == 12
    assert whole.response_metadata["finish_reason"] == "stop"


def test_chat_openai_streams_asynchronously(model):
    async def collect():
        return [chunk.content async for chunk in model.astream(QUESTION)]

    assert "".join(asyncio.run(collect())) == ANSWER


def test_prompt_model_and_parser_compose(model):
    prompt = ChatPromptTemplate.from_messages([("system", "Be brief."), ("human", "{question}")])
    chain = prompt | model | StrOutputParser()
    assert chain.invoke({"question": QUESTION}) == ANSWER
    assert chain.batch([{"question": QUESTION}] * 8) == [ANSWER] * 8


def test_a_conversation_goes_on(model):
    first = model.invoke([("human", "My name is Ada.")])
    assert model.invoke([("human", "My name is Ada."), first, ("human", "Who am I?")]).content == "You are Ada."


def test_a_chain_of_ponder_is_a_model(base_url):
    model = ChatOpenAI(base_url=base_url, api_key="any", model=CHAIN, max_retries=0)
    assert "\\boxed{42}" in model.invoke(CHINESE).content


def test_chat_deepseek_shows_the_thinking(thinker):
    """T3: `ChatOpenAI` drops it."""
    reply = thinker.invoke(QUESTION)
    assert reply.content == ANSWER
    assert reply.additional_kwargs["reasoning_content"] == THINKING


def test_chat_deepseek_streams_the_thinking(thinker):
    """T3, S14."""
    thinking, content = "", ""
    for chunk in thinker.stream(QUESTION):
        thinking += chunk.additional_kwargs.get("reasoning_content", "")
        content += chunk.content
    assert (thinking, content) == (THINKING, ANSWER)


def test_errors_keep_their_type(base_url):
    model = ChatOpenAI(base_url=base_url, api_key="any", model="no-such-model", max_retries=0)
    with pytest.raises(openai.NotFoundError):
        model.invoke("x")
    model = ChatOpenAI(base_url=base_url, api_key="any", model=MODEL, temperature=3, max_retries=0)
    with pytest.raises(openai.BadRequestError, match="temperature"):
        model.invoke("x")
