"""Chains of ponder that call tools of a server made with the protocol's Python SDK, over pipes and over HTTP."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest
from ponder import PROGRAM

SERVER = str(pathlib.Path(__file__).with_name("tool_server.py"))
SCRIPT = "otherwise: { content: 'Said.' }\n"


@pytest.fixture(scope="module")
def address():
    """The server behind an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, SERVER, str(port)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/mcp"
    process.kill()
    process.wait()


@pytest.fixture(params=["stdio", "http"])
def folder(request, tmp_path, address):
    """A folder with a configuration that names the server."""
    way = f'mcp = "{address}"' if request.param == "http" else f"command = {json.dumps([sys.executable, SERVER])}"
    (tmp_path / "script.yaml").write_text(SCRIPT)
    (tmp_path / "ponder.toml").write_text(
        '[models.m]\nsource = "scripted:script.yaml"\n[models.g]\nsource = "scripted:script.yaml"\n'
        f'[roles]\nreasoner = "m"\ngeneral = "g"\n[tools.arithmetic]\n{way}\ntimeout = "20s"\n'
    )
    return tmp_path


def start(folder, tool, arguments, prompt):
    """Runs a chain that calls a tool and answers with what `prompt` makes of it."""
    chain = {
        "version": 1,
        "name": "asks",
        "description": "Asks.",
        "steps": [
            {"id": "found", "tool": f"arithmetic/{tool}", "arguments": arguments},
            {"id": "said", "prompt": prompt},
        ],
        "output": "${said}",
    }
    # JSON is YAML.
    (folder / "chain.yaml").write_text(json.dumps(chain))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PONDER_RUNS": str(folder / "runs.sqlite"),
    }
    return subprocess.Popen(
        [PROGRAM, "run", "chain.yaml", "--quiet", "3 and 4"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder, *chain):
    process = start(folder, *chain)
    output, errors = process.communicate(timeout=60)
    return output.strip(), errors


def test_a_tool_gets_what_its_schema_says_and_gives_data(folder):
    output, errors = run(folder, "add", {"parts": [3, 4, 5]}, "{{ found.data.total }} of {{ found.data.parts|length }}")
    assert output == "12 of 3", errors


def test_arguments_are_made_of_templates(folder):
    arguments = {"text": "{{ input.question }} are seven", "loud": True}
    output, errors = run(folder, "shout", arguments, "{{ found.text }}")
    assert output == "3 AND 4 ARE SEVEN!", errors


def test_a_reference_keeps_its_type(folder):
    output, errors = run(folder, "shout", {"text": "${input.question}"}, "{{ found.text }}")
    assert output == "3 AND 4", errors


def test_wrong_arguments_are_refused_before_the_call(folder):
    output, errors = run(folder, "add", {"parts": ["three"]}, "{{ found }}")
    assert output == "" and "does not take these arguments: `parts.0` must be integer" in errors


def test_what_a_tool_says_went_wrong_is_said(folder):
    output, errors = run(folder, "divide", {"by": 0}, "{{ found }}")
    assert output == "" and "the tool `arithmetic/divide` failed: " in errors and "division by zero" in errors


def test_a_record_replays_without_the_server(folder):
    output, errors = run(folder, "add", {"parts": [1, 2]}, "{{ found.data.total }}")
    assert output == "3", errors
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PONDER_RUNS": str(folder / "runs.sqlite")}
    listed = subprocess.run([PROGRAM, "runs", "list", "--json"], env=environment, cwd=folder, capture_output=True)
    identity = json.loads(listed.stdout)[0]["id"]
    # Nothing is configured any more.
    (folder / "ponder.toml").unlink()
    replayed = subprocess.run(
        [PROGRAM, "runs", "replay", identity], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert replayed.returncode == 0 and replayed.stdout.strip() == "3", replayed.stderr


def test_ctrl_c_ends_the_call(folder):
    mark = folder / "mark"
    process = start(folder, "wait", {"mark": str(mark)}, "{{ found.text }}")
    deadline = time.monotonic() + 20
    while not mark.exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert time.monotonic() - began < 15
