"""The unmodified `langserve` package: `RemoteRunnable`, against the chains."""

import asyncio
import json
import logging

import httpx
import pytest
from conftest import CHAIN, CHINESE, QUESTION
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.runnables import RunnableLambda
from langserve import RemoteRunnable

ANSWER = "The answer is \\boxed{42}."
THINKING = "12 apples and 30 apples make 42 apples."


@pytest.fixture
def chain(base_url):
    return RemoteRunnable(f"{base_url}/chains/solve/")


@pytest.fixture
def idle(server, eventually):
    """Waits until no answer of the chain runs."""
    name = f'vllm:num_requests_running{{model_name="{CHAIN}"}} 0'
    return lambda: eventually(lambda: name in httpx.get(f"{server}/metrics").text.splitlines(), "nothing runs")


def added_up(chunks):
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    return dict(whole)


def test_invoke(chain):
    output = chain.invoke(QUESTION)
    assert (output["answer"], output["result"], output["reasoning"]) == (ANSWER, "42", THINKING)
    assert (output["kind"], output["finish_reason"]) == ("math", "stop")
    assert output["usage"]["completion_tokens_details"]["reasoning_tokens"] == 8


def test_the_address_may_end_without_a_slash(base_url):
    assert RemoteRunnable(f"{base_url}/chains/solve").invoke(QUESTION)["result"] == "42"


@pytest.mark.parametrize(
    "question",
    [
        {"question": QUESTION, "temperature": 0, "seed": 7},
        {"messages": [{"role": "user", "content": QUESTION}]},
        {"messages": [HumanMessage(QUESTION)]},
        [SystemMessage("Be brief."), HumanMessage("Hello."), AIMessage("Hello."), HumanMessage(QUESTION)],
        [("system", "Be brief."), ("human", QUESTION)],
        HumanMessage([{"type": "text", "text": QUESTION}]),
        ChatPromptTemplate.from_messages([("system", "Be brief."), ("human", "{q}")]).invoke({"q": QUESTION}),
        PromptTemplate.from_template("{q}").invoke({"q": QUESTION}),
    ],
)
def test_every_kind_of_input(chain, question):
    assert chain.invoke(question)["result"] == "42"


def test_a_question_in_chinese(chain):
    assert "\\boxed{42}" in chain.invoke(CHINESE)["answer"]


def test_it_composes(chain):
    prompt = ChatPromptTemplate.from_messages([("human", "{question}")])
    whole = prompt | chain | RunnableLambda(lambda output: output["result"])
    assert whole.invoke({"question": QUESTION}, {"tags": ["a"], "metadata": {"b": 1}}) == "42"


def test_batch(chain):
    outputs = chain.batch([QUESTION, CHINESE, QUESTION], {"max_concurrency": 2})
    assert [output["result"] for output in outputs] == ["42"] * 3
    outputs = chain.batch([QUESTION] * 6, [{"tags": [str(number)]} for number in range(6)])
    assert len(outputs) == 6
    assert chain.batch([]) == []


def test_a_batch_fails_with_its_first_failure(chain):
    with pytest.raises(httpx.HTTPStatusError, match=r"inputs\[1\]"):
        chain.batch([QUESTION, "Compute 1 + 1 with too many numbers", QUESTION])


def test_stream(chain, caplog):
    with caplog.at_level(logging.WARNING, logger="langserve"):
        chunks = list(chain.stream(QUESTION))
    assert not caplog.records, "the client met events that it does not know"
    assert len([chunk for chunk in chunks if chunk.get("answer")]) > 1
    assert added_up(chunks) == chain.invoke(QUESTION)
    texts = "".join(chunk.get("answer", "") for chunk in chunks)
    assert texts == ANSWER


def test_a_stream_that_is_left_is_cancelled(chain, idle):
    stream = chain.stream("Compute 1 + 1 and count slowly")
    next(stream)
    stream.close()
    idle()


def test_a_stream_that_breaks(chain):
    with pytest.raises(httpx.HTTPStatusError) as failure:
        list(chain.stream("Compute 1 + 1 and break in the middle"))
    assert failure.value.response.status_code == 500


def test_asynchronously(chain):
    async def everything():
        one = await chain.ainvoke(QUESTION)
        several = await chain.abatch([QUESTION, CHINESE])
        chunks = [chunk async for chunk in chain.astream(QUESTION)]
        return one, several, chunks

    one, several, chunks = asyncio.run(everything())
    assert (one["result"], [output["result"] for output in several]) == ("42", ["42", "42"])
    assert added_up(chunks) == one


def test_errors_say_what_is_wrong(chain, base_url):
    with pytest.raises(httpx.HTTPStatusError, match="input.temperature"):
        chain.invoke({"question": QUESTION, "temperature": 3})
    # Of a stream it keeps the status only.
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        list(chain.stream(QUESTION, stop=["x"]))
    with pytest.raises(httpx.HTTPStatusError, match="chain_not_found"):
        RemoteRunnable(f"{base_url}/chains/none/").invoke(QUESTION)


def test_steps_for_whom_asks(base_url):
    body = {"input": QUESTION, "ponder": {"events": True}}
    with httpx.stream("POST", f"{base_url}/chains/solve/stream", json=body) as response:
        events = [line for line in response.iter_lines() if line.startswith("event: ")]
    assert events[0] == "event: metadata" and events[-1] == "event: end"
    assert "event: step" in events and "event: data" in events


def test_a_run_is_cancelled_by_its_id(base_url, idle):
    body = {"input": "Compute 1 + 1 and count slowly"}
    with httpx.stream("POST", f"{base_url}/chains/solve/stream", json=body) as response:
        run = f"{base_url}/runs/{response.headers['x-ponder-run-id']}"
        assert httpx.get(run).json()["state"] == "running"
        assert httpx.delete(run).json()["state"] == "cancelled"
        lines = list(response.iter_lines())
    error = json.loads(lines[lines.index("event: error") + 1].removeprefix("data: "))
    assert (error["status_code"], error["error"]["code"]) == (409, "cancelled")
    idle()
