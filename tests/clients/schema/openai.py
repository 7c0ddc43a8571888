#!/usr/bin/env python3
"""Every answer of a running ponder against OpenAI's own document.

Run with: tests/clients/schema/openai.py SPECIFICATION URL

SPECIFICATION is the path or the https address of openapi.yaml or openapi.json of
github.com/openai/openai-openapi, URL the address of a server that has the models of tests/clients/run.sh.
It needs the packages in requirements.txt, which run.sh installs.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from openai_document import reduced

HERE = Path(__file__).resolve().parent
# What OpenAI refuses is not what ponder refuses: ponder takes more on purpose (other servers' fields, longer
# lists), passes over fields that it does not know whatever is in them, and is more exact elsewhere. That what
# is wrong by ponder's own document is refused is tested with that document. The wrong requests are sent all the
# same: the answers to them are errors in OpenAI's form, and never a failure of the server.
LEFT_OUT = "negative_data_rejection"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    specification, url = sys.argv[1:]
    embedder = makes_embeddings(url)
    left_out = () if embedder else ("createEmbedding",)
    document = reduced(load(specification), load(HERE / "../../../openapi.yaml"), left_out)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "openai.json")
        file.write_text(json.dumps(document))
        # By itself it leaves a stream after 20 events, and the end is what is most easily wrong.
        Path(folder, "schemathesis.toml").write_text("max-stream-events = 10000\n")
        counts = Path(folder, "counts.json")
        environment = os.environ | {
            "SCHEMATHESIS_HOOKS": "openai_hooks",
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENAI_TESTS_URL": url,
            "OPENAI_TESTS_COUNTS": str(counts),
            "OPENAI_TESTS_EMBEDDER": embedder or "",
        }
        command = [
            Path(sys.executable).with_name("st"), "run", file, "--url", f"{url}/v1", "--phases", "coverage,fuzzing",
            "--max-examples", "40", "--generation-deterministic", "--continue-on-failure",
            "--suppress-health-check", "all", "--request-timeout", "60", "--exclude-checks", LEFT_OUT,
            "--warnings", "off",
        ]
        run = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
        if not counts.exists():
            sys.exit(run.stdout + run.stderr)
        counted = json.loads(counts.read_text())
    passed = run.returncode == 0
    if not passed and not counted["differences"]:
        print(run.stdout)
    for kind, (request, answer) in counted["differences"].items():
        print(f"\n{kind}\n  {request}\n  {answer}")
    total = 0
    for path, item in document["paths"].items():
        for method in item:
            label = f"{method.upper()} {path}"
            answers = counted["answered"].get(label, {})
            total += sum(answers.values())
            numbers = ", ".join(f"{number} {kind}" for kind, number in sorted(answers.items()))
            print(f"{label}: {numbers}; {counted['streams'].get(label, 0)} of them streams")
            # Where nothing succeeds nothing was compared.
            passed = passed and answers.get("2xx", 0) > 0
    print(f"{total} requests made from OpenAI's document, {len(counted['differences'])} differences")
    sys.exit(0 if passed else 1)


def makes_embeddings(url):
    """The first model that does; prepared replies have none to give."""
    with urllib.request.urlopen(f"{url}/v1/models", timeout=60) as answer:
        models = [model["id"] for model in json.load(answer)["data"]]
    for model in models:
        body = json.dumps({"model": model, "input": "Hello"}).encode()
        request = urllib.request.Request(f"{url}/v1/embeddings", body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60):
                return model
        except urllib.error.HTTPError:
            continue
    return None


def load(place):
    if str(place).startswith("https://"):
        with urllib.request.urlopen(place, timeout=60) as answer:
            text = answer.read()
    else:
        text = Path(place).read_bytes()
    # Most of YAML is not JSON, but reading JSON as such is much faster.
    return json.loads(text) if text[:1] == b"{" else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


if __name__ == "__main__":
    main()
