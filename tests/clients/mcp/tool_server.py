"""A server of tools made with the protocol's Python SDK, for chains to call.

`tool_server.py` speaks over its pipes, `tool_server.py PORT` over HTTP.
"""

import asyncio
import pathlib
import sys

from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel

port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
server = FastMCP("arithmetic", host="127.0.0.1", port=port or 8000)


class Sum(BaseModel):
    """A sum and how it was made."""

    total: int
    parts: list[int]


@server.tool()
def add(parts: list[int]) -> Sum:
    """Adds whole numbers."""
    return Sum(total=sum(parts), parts=parts)


@server.tool()
def shout(text: str, loud: bool = False) -> str:
    """Says a text in capital letters."""
    return text.upper() + ("!" if loud else "")


@server.tool()
def divide(by: int) -> float:
    """Divides 1 by a number."""
    return 1 / by


@server.tool()
async def wait(mark: str) -> str:
    """Waits for a minute; leaves a mark when it begins and another when it is cancelled."""
    pathlib.Path(mark).write_text("begun")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        pathlib.Path(mark).write_text("cancelled")
        raise
    return "done"


server.run(transport="streamable-http" if port else "stdio")
