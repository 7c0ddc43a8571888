"""LangChain's adapters, and the LangGraph example that uses them."""

import asyncio
import importlib.util
import pathlib

import pytest
from langchain_core.messages import HumanMessage
from langchain_mcp_adapters.client import MultiServerMCPClient
from ponder import ARGUMENTS, CHINESE, MCP, PROGRAM, QUESTION

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/python/langgraph_mcp.py"
CONNECTIONS = {
    "stdio": {"transport": "stdio", "command": PROGRAM, "args": ARGUMENTS},
    "http": {"transport": "streamable_http", "url": MCP},
}


@pytest.mark.parametrize("transport", CONNECTIONS)
def test_a_chain_is_a_tool_of_langchain(transport):
    async def work():
        client = MultiServerMCPClient({"ponder": CONNECTIONS[transport]})
        tools = {tool.name: tool for tool in await client.get_tools()}
        call = {"name": "solve", "args": {"question": QUESTION}, "id": "1", "type": "tool_call"}
        answer = await tools["solve"].ainvoke(call)
        wrong = {"name": "solve", "args": {"question": "1 + 1, too many"}, "id": "2", "type": "tool_call"}
        return tools, answer, await tools["solve"].ainvoke(wrong)

    tools, answer, failed = asyncio.run(work())
    assert "question" in tools["solve"].args and "translate" in tools
    assert answer.content[0]["text"] == "The answer is \\boxed{42}."
    assert answer.artifact["structured_content"]["result"] == "42"
    assert failed.status == "error" and "again" in str(failed.content)


@pytest.mark.parametrize("transport", CONNECTIONS)
def test_the_example_shows_progress_and_answers(transport):
    specification = importlib.util.spec_from_file_location("langgraph_mcp", EXAMPLE)
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)

    async def work():
        graph = await example.graph_over(CONNECTIONS[transport])
        question = {"messages": [HumanMessage(CHINESE)]}
        events = graph.astream(question, stream_mode=["custom", "values"])
        return [event async for event in events]

    events = asyncio.run(work())
    reports = [event for mode, event in events if mode == "custom"]
    assert all(report["tool"] == "solve" for report in reports)
    assert any("translate" in report["progress"] for report in reports), reports
    last = events[-1][1]["messages"][-1]
    assert "\\boxed{42}" in last.content[0]["text"]
    assert last.artifact["structured_content"]["kind"] == "math"
