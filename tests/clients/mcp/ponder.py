"""Where ponder is, for the tests of this folder; `run.sh` says it."""

import json
import os
import time
import urllib.request

URL = os.environ["PONDER_URL"]
MCP = URL + "/mcp"
# The program and its configuration, for tests that start it themselves.
PROGRAM = os.environ["PONDER_BINARY"]
ARGUMENTS = ["mcp", "--no-record", "--config", os.environ["PONDER_TOML"]]
QUESTION = "How many apples are 12 apples and 30 apples?"
CHINESE = "小明有12个苹果，又买了30个，现在一共有多少个苹果？"


def running() -> int:
    """How many answers the server works on."""
    with urllib.request.urlopen(f"{URL}/health", timeout=10) as response:
        return json.load(response)["running"]


def until(answers: int) -> None:
    """Waits until the server works on so many answers."""
    deadline = time.monotonic() + 15
    while running() != answers:
        assert time.monotonic() < deadline, f"after 15 seconds {running()} answers run, not {answers}"
        time.sleep(0.05)
