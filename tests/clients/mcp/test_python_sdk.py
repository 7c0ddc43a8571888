"""The protocol's Python SDK, first generation: connections that begin with `initialize`."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import McpError
from ponder import ARGUMENTS, CHINESE, MCP, PROGRAM, QUESTION, until

TRANSPORTS = ["stdio", "http"]


@contextlib.asynccontextmanager
async def connected(transport: str, url: str = MCP):
    """A session that has begun."""
    if transport == "stdio":
        streams = stdio_client(StdioServerParameters(command=PROGRAM, args=ARGUMENTS))
    else:
        streams = streamable_http_client(url)
    async with streams as (read, write, *_), ClientSession(read, write) as session:
        await session.initialize()
        yield session


def during(transport: str, work, url: str = MCP):
    async def run():
        async with connected(transport, url) as session:
            return await work(session)

    return asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_chains_are_tools(transport):
    tools = during(transport, lambda session: session.list_tools()).tools
    assert {"solve", "translate"} <= {tool.name for tool in tools}
    for tool in tools:
        assert tool.description and tool.inputSchema["required"] == ["question"]
        assert tool.outputSchema and tool.annotations.readOnlyHint


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_answer_is_text_and_structure(transport):
    async def work(session):
        await session.list_tools()
        return await session.call_tool("solve", {"question": QUESTION, "include_reasoning": True})

    # The SDK itself holds the structure to the tool's schema.
    result = during(transport, work)
    assert not result.isError
    assert [part.text for part in result.content] == ["The answer is \\boxed{42}."]
    assert result.structuredContent["result"] == "42"
    assert result.structuredContent["kind"] == "math"
    assert result.structuredContent["usage"]["completion_tokens"] > 0
    assert "42" in result.structuredContent["reasoning"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_progress_arrives_before_the_result(transport):
    reports = []

    async def report(progress, total, message):
        reports.append((progress, message))

    async def work(session):
        result = await session.call_tool("solve", {"question": CHINESE}, progress_callback=report)
        return result, len(reports)

    result, before = during(transport, work)
    assert "\\boxed{42}" in result.content[0].text
    assert before == len(reports) > 3
    numbers = [number for number, _ in reports]
    assert numbers == sorted(set(numbers))
    assert any("translate" in message and "started" in message for _, message in reports), reports


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_fails_is_a_result_and_what_is_wrong_an_error(transport):
    async def work(session):
        failed = await session.call_tool("solve", {"question": "1 + 1, too many"})
        wrong = await session.call_tool("solve", {"question": 5})
        with pytest.raises(McpError) as unknown:
            await session.call_tool("nothing", {})
        # And the connection goes on.
        await session.send_ping()
        return failed, wrong, unknown.value.error

    failed, wrong, unknown = during(transport, work)
    assert failed.isError and "again" in failed.content[0].text
    assert wrong.isError and "`question`" in wrong.content[0].text
    assert unknown.code == -32602 and "solve" in unknown.message


def test_leaving_ends_the_work():
    async def work(session):
        call = asyncio.create_task(session.call_tool("solve", {"question": "1 + 1, count slowly"}))
        await asyncio.to_thread(until, 1)
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call

    during("http", work)
    until(0)


def test_calls_run_side_by_side():
    async def work(session):
        calls = [session.call_tool("solve", {"question": QUESTION}) for _ in range(8)]
        return await asyncio.gather(*calls)

    for transport in TRANSPORTS:
        results = during(transport, work)
        assert [result.structuredContent["result"] for result in results] == ["42"] * 8


@pytest.mark.skipif(sys.platform == "win32", reason="stops the program with a signal")
def test_a_server_of_its_own():
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen([PROGRAM, *ARGUMENTS, "--http", "127.0.0.1:0"], stderr=log, env={"HOME": "/nowhere"})
        try:
            url = None
            # A busy machine takes a while to load the embedded model.
            for _ in range(1200):
                log.seek(0)
                said = log.read()
                found = re.search(r" on (http://[^ ;]+)", said)
                if found:
                    url = found[1]
                    break
                assert server.poll() is None, said
                asyncio.run(asyncio.sleep(0.05))
            result = during("http", lambda session: session.call_tool("solve", {"question": QUESTION}), url)
            assert result.structuredContent["result"] == "42"
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(15) == 0
    assert os.path.basename(url) == "mcp"
