"""The example of a chain as a Runnable and as a tool."""

import importlib.util
import pathlib

import pytest
from conftest import QUESTION

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples/python/langchain_runnable.py"


@pytest.fixture(scope="module")
def example():
    specification = importlib.util.spec_from_file_location("langchain_runnable", EXAMPLE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_a_chain_invokes_streams_and_batches(example):
    answer = "The answer is \\boxed{42}."
    assert example.solve.invoke(QUESTION) == answer
    assert "".join(example.solve.stream(QUESTION)) == answer
    assert example.solve.batch([QUESTION, QUESTION]) == [answer, answer]


def test_a_chain_is_a_tool(example):
    assert example.work_out.args == {"question": {"title": "Question", "type": "string"}}
    assert example.work_out.invoke({"question": QUESTION}) == "The answer is \\boxed{42}."
    call = {"name": "work_out", "args": {"question": QUESTION}, "id": "1", "type": "tool_call"}
    message = example.work_out.invoke(call)
    assert message.tool_call_id == "1" and "\\boxed{42}" in message.content
