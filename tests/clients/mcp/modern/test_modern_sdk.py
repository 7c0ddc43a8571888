"""The protocol's Python SDK, second generation: calls that stand for themselves, and the older ones."""

import asyncio
import pathlib
import sys

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from ponder import ARGUMENTS, CHINESE, MCP, PROGRAM, QUESTION, until  # noqa: E402

SERVERS = {"stdio": StdioServerParameters(command=PROGRAM, args=ARGUMENTS), "http": MCP}
MODES = ["auto", "legacy", "2026-07-28"]


def during(transport: str, mode: str, work):
    async def run():
        async with Client(SERVERS[transport], mode=mode) as client:
            return await work(client)

    return asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("transport", SERVERS)
def test_tools_answers_and_progress(transport, mode):
    reports = []

    async def report(progress, total, message):
        reports.append((progress, message))

    async def work(client):
        tools = (await client.list_tools()).tools
        result = await client.call_tool("solve", {"question": CHINESE}, progress_callback=report)
        return tools, result, len(reports)

    tools, result, before = during(transport, mode, work)
    assert {"solve", "translate"} <= {tool.name for tool in tools}
    assert "\\boxed{42}" in result.content[0].text and not result.is_error
    assert result.structured_content["result"] == "42"
    assert before == len(reports) > 3
    numbers = [number for number, _ in reports]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("transport", SERVERS)
def test_the_newest_version_is_agreed_on(transport):
    async def work(client):
        return client.session.protocol_version

    assert during(transport, "auto", work) == "2026-07-28"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("transport", SERVERS)
def test_what_fails_is_a_result_and_what_is_wrong_an_error(transport, mode):
    async def work(client):
        failed = await client.call_tool("solve", {"question": "1 + 1, too many"})
        with pytest.raises(MCPError) as unknown:
            await client.call_tool("nothing", {})
        fine = await client.call_tool("solve", {"question": QUESTION})
        return failed, unknown.value.error, fine

    failed, unknown, fine = during(transport, mode, work)
    assert failed.is_error and "again" in failed.content[0].text
    assert unknown.code == -32602
    assert fine.structured_content["result"] == "42"


@pytest.mark.parametrize("mode", MODES)
def test_a_cancelled_call_ends_the_work(mode):
    async def work(client):
        call = asyncio.create_task(client.call_tool("solve", {"question": "1 + 1, count slowly"}))
        await asyncio.to_thread(until, 1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        # The client is still there.
        await asyncio.to_thread(until, 0)
        return await client.call_tool("solve", {"question": QUESTION})

    assert during("http", mode, work).structured_content["result"] == "42"
