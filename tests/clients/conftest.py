"""Where the server is and what it serves; `run.sh` starts it."""

import os
import time
import urllib.request

import openai
import pytest

MODEL = "tests/thinker"  # A slash, as in the names of hubs.
CHAIN = "chain/solve"
QUESTION = "How many apples are 12 apples and 30 apples?"
CHINESE = "小明有12个苹果，又买了30个，现在一共有多少个苹果？"


@pytest.fixture(scope="session")
def server() -> str:
    """The server's address, without `/v1`."""
    return os.environ["PONDER_URL"]


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    return f"{server}/v1"


@pytest.fixture
def client(base_url: str) -> openai.OpenAI:
    # No retries: a test sees the first answer.
    return openai.OpenAI(base_url=base_url, api_key="any", max_retries=0, timeout=30)


@pytest.fixture
def metric(server: str):
    """Reads one of the server's metrics for the model of the tests."""

    def read(name: str) -> int:
        with urllib.request.urlopen(f"{server}/metrics", timeout=10) as response:
            for line in response.read().decode().splitlines():
                if line.startswith(f'{name}{{model_name="{MODEL}"}} '):
                    return int(line.rsplit(" ", 1)[1])
        return 0

    return read


@pytest.fixture
def eventually():
    """Waits until something holds; fails after 15 seconds: "count slowly" ends by itself after 20."""

    def wait(holds, what: str) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            assert time.monotonic() < deadline, f"after 15 seconds still not: {what}"
            time.sleep(0.05)

    return wait
