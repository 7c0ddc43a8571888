"""Starts Open WebUI with ponder as its only connection; otherwise as it comes."""

import contextlib
import os
import pathlib
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 240  # Seconds; it takes about 20 on an idle machine.


def settings(folder: pathlib.Path, ponder: str) -> dict[str, str]:
    """Its environment: nothing of the user's, and nothing that looks for the internet."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DATA_DIR": str(folder / "data"),
        # It copies pictures there as it starts; without this, into the installed package.
        "STATIC_DIR": str(folder / "static"),
        # The makers' own smaller variant, without models of its own; requirements.txt is its list.
        "USE_SLIM_DOCKER": "true",
        "WEBUI_AUTH": "False",
        "WEBUI_SECRET_KEY": "for this run only",
        "OPENAI_API_BASE_URL": f"{ponder}/v1",
        "OPENAI_API_KEY": "any",
        "ENABLE_OLLAMA_API": "False",
        "ENABLE_VERSION_UPDATE_CHECK": "False",
        "OFFLINE_MODE": "True",
        "HF_HUB_OFFLINE": "1",
    }


def free_port() -> int:
    """A port that nothing listens on, outside of those that the system lends to outgoing connections."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextlib.contextmanager
def open_webui(folder: pathlib.Path, ponder: str):
    """Its address, while it runs."""
    for name in ("data", "static"):
        (folder / name).mkdir()
    log = folder / "log"
    program = pathlib.Path(sys.executable).parent / "open-webui"
    port = free_port()
    command = [str(program), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=settings(folder, ponder), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        while not answers(url):
            running = process.poll() is None and time.monotonic() < deadline
            assert running, f"Open WebUI did not start:\n{log.read_text(errors='replace')[-5000:]}"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
