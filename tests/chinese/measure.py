"""Measures what a question loses on its way from Chinese into English, on labelled problems.

    ponder serve &
    python3 tests/chinese/measure.py --ponder target/release/ponder [--set demonstration] [--limit 10] [--show]

For each problem of problems.jsonl: `chain/translate` puts it into English, and check.py says whether every
formula, quotation and number is there and no Chinese is left. `chain/solve` answers it in Chinese and in the
English of the reference: both answers are compared with the right one. Programs run with the problem's tests, in
a process of their own with a time limit but without a sandbox: measure models that you trust. Standard library
only; ends with 1 if it could not measure.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import urllib.request

from check import faults

HARNESS = """
import json, sys
payload = json.load(sys.stdin)
scope = {}
exec(payload["code"], scope)
for test in payload["tests"]:
    got = eval(test["call"], scope)
    want = test["value"]
    got = json.loads(json.dumps(got))
    assert type(got) == type(want) or {type(got), type(want)} == {int, float}, (test, got)
    assert got == want or isinstance(want, float) and abs(got - want) < 1e-6, (test, got)
"""


def invoke(url: str, chain: str, text: str) -> dict:
    """What a chain answers, with its result found."""
    body = json.dumps({"input": text}).encode()
    request = urllib.request.Request(f"{url}/v1/chains/{chain}/invoke", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=3600) as response:
        return json.load(response)["output"]


def right(ponder: str, record: dict, output: dict) -> bool:
    """Whether an answer is right."""
    result = output.get("result")
    if not result:
        return False
    if record["kind"] == "math":
        graded = subprocess.run([ponder, "grade", f"--gold={record['answer']}", f"--answer={result}"], capture_output=True, timeout=60)
        return graded.returncode == 0
    payload = json.dumps({"code": result, "tests": record["tests"]})
    try:
        ran = subprocess.run([sys.executable, "-I", "-c", HARNESS], input=payload, text=True, capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


def share(count: int, total: int) -> str:
    """So many of so many."""
    return f"{count} of {total} ({100 * count / max(1, total):.1f} %)"


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--ponder", required=True, help="the program, for `ponder grade`")
    parser.add_argument("--set", choices=("demonstration", "general"), help="default: both")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is lost")
    options = parser.parse_args()
    lines = pathlib.Path(__file__).with_name("problems.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    for name in ("demonstration", "general"):
        chosen = [record for record in records if record["set"] == name and options.set in (None, name)]
        chosen = chosen[: options.limit or None]
        if not chosen:
            continue
        counts = dict.fromkeys(("faithful", "original", "lossy", "chinese", "english", "same"), 0)
        for record in chosen:
            translation = invoke(options.url, "translate", record["zh"])["answer"].strip()
            lost = faults(record, translation)
            kept = translation == record["zh"].strip() or bool(re.search("[\u4e00-\u9fff]{8}", translation))
            state = "original" if kept else "lossy" if lost else "faithful"
            counts[state] += 1
            in_chinese = right(options.ponder, record, invoke(options.url, "solve", record["zh"]))
            in_english = right(options.ponder, record, invoke(options.url, "solve", record["en"]))
            counts["chinese"] += in_chinese
            counts["english"] += in_english
            counts["same"] += in_chinese == in_english
            if options.show and state != "faithful":
                print(f"{record['id']} {state}: {'; '.join(lost)}\n    {record['zh']!r}\n    {translation!r}")
        total = len(chosen)
        print(f"{name}: {total} problems")
        print(f"  translated, everything kept:   {share(counts['faithful'], total)}")
        print(f"  translated, something lost:    {share(counts['lossy'], total)}")
        print(f"  not proved, so left as it was: {share(counts['original'], total)}")
        print(f"  right when asked in Chinese:   {share(counts['chinese'], total)}")
        print(f"  right when asked in English:   {share(counts['english'], total)}")
        print(f"  as right in both:              {share(counts['same'], total)}")


if __name__ == "__main__":
    main()
