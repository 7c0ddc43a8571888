"""Runs guidellm as its users do, against the server in $PONDER_URL, and reads its report.

Each benchmark prints one line. Ends with 1 if something is missing in a report.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

REQUESTS = 20
AT_ONCE = 2
PATIENCE = 300  # Seconds; a benchmark takes about 15 on two processors, most of them to start.
PROMPT_TOKENS = 64
OUTPUT_TOKENS = 32
# Beside the model are its tokenizer.json and tokenizer_config.json.
EMBEDDED = pathlib.Path(__file__).resolve().parents[3] / "assets" / "embedded"


def benchmark(folder: pathlib.Path, model: str, data: str, chat: bool, *options: str) -> dict:
    """One run of the command in a new folder: the benchmark in its report."""
    folder.mkdir()
    report = folder / "report.json"
    # Nothing of the user's, and nothing is looked for on the internet.
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "HF_HUB_OFFLINE": "1"}
    if chat:  # It asks for completions of bare text unless told otherwise.
        environment["GUIDELLM__PREFERRED_ROUTE"] = "chat_completions"
    command = [str(pathlib.Path(sys.executable).with_name("guidellm")), "benchmark", "run"]
    command += ["--target", os.environ["PONDER_URL"], "--model", model, "--data", data, *options]
    command += ["--rate-type", "concurrent", "--rate", str(AT_ONCE), "--max-requests", str(REQUESTS)]
    command += ["--output-path", str(report), "--disable-progress"]
    output = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        command, cwd=folder, env=environment, text=True, start_new_session=True, **output
    ) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # Its workers would outlive it.
            raise
    if process.returncode or not report.exists():
        raise RuntimeError(f"guidellm ended with {process.returncode} and this:\n{said[-4000:]}")
    (measured,) = json.loads(report.read_text())["benchmarks"]
    return measured


def faults(measured: dict) -> list[str]:
    """What is missing in the report of a benchmark."""
    found = []
    totals = measured["request_totals"]
    if totals != {"successful": REQUESTS, "errored": 0, "incomplete": 0, "total": REQUESTS}:
        found.append(f"not every request was completed: {totals}")
        found += [f"an error: {request['error']}" for request in measured["requests"]["errored"][:3]]
    for answer in measured["requests"]["successful"]:
        for count in ("prompt_tokens", "output_tokens"):
            if not (answer[count] or 0) > 0:
                found.append(f"{count} is {answer[count]}")
        # Without text there is no first token, and guidellm then reports a moment before the request.
        first, whole = answer["time_to_first_token_ms"] or 0, 1000 * answer["request_latency"]
        if not 0 < first <= whole:
            found.append(f"the first token of {answer['output']!r} after {first} of {whole} ms")
    for name in ("requests_per_second", "output_tokens_per_second", "tokens_per_second"):
        if not measured["metrics"][name]["successful"]["mean"] > 0:
            found.append(f"{name} is {measured['metrics'][name]['successful']['mean']}")
    return found


def summary(measured: dict) -> str:
    """As guidellm's own table has it: the median of its rates is of single moments and says little."""
    successful = {name: metric["successful"] for name, metric in measured["metrics"].items()}
    return (
        f"{successful['requests_per_second']['mean']:.1f} requests/s, "
        f"{successful['output_tokens_per_second']['mean']:.0f} output tokens/s, "
        f"first token after {successful['time_to_first_token_ms']['median']:.1f} ms (median)"
    )


def main() -> int:
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        prompts = work / "prompts.jsonl"
        # The scripted model knows this question, the embedded one thinks before it answers.
        questions = (f"What is {12 + n} apples and {30 + 7 * n} apples?" for n in range(REQUESTS))
        prompts.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in questions))
        runs = [("tests/thinker", "chat", str(prompts), [])]
        if os.environ.get("PONDER_HOSTED"):
            runs.append(("ponder-embedded", "chat", str(prompts), []))
            # Pieces of a novel, cut by the model's own tokenizer. It asks for answers of one length with
            # `ignore_eos`, which ponder does not know; so the tokens that end an answer are made impossible.
            ends = json.loads((EMBEDDED / "generation_config.json").read_text())["eos_token_id"]
            body = {"extra_body": {"logit_bias": {str(token): -100 for token in ends}}}
            options = ["--processor", str(EMBEDDED), "--backend-args", json.dumps(body)]
            novel = f"prompt_tokens={PROMPT_TOKENS},output_tokens={OUTPUT_TOKENS}"
            runs.append(("ponder-embedded", "text", novel, options))
        for model, kind, data, options in runs:
            name = f"{model.replace('/', '-')}-{kind}"
            try:
                measured = benchmark(work / name, model, data, kind == "chat", *options)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"guidellm, {model}, {kind}: {error}")
                failed = True
                continue
            found = faults(measured)
            counts = ("prompt_token_count", "output_token_count")
            prompt, output = (measured["metrics"][count]["successful"]["median"] for count in counts)
            # A piece that was cut can become a few tokens more; far from it, it is another tokenizer.
            if kind == "text" and (abs(prompt - PROMPT_TOKENS) > 6 or output != OUTPUT_TOKENS):
                found.append(f"not {PROMPT_TOKENS} and {OUTPUT_TOKENS} tokens, but {prompt} and {output}")
            print(f"guidellm, {model}, {kind}: {'; '.join([summary(measured), *found])}")
            failed = failed or bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
