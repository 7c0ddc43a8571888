"""Measures a model on the committed evaluation files.

    python training/evaluate.py --base-url http://127.0.0.1:8080/v1     a served model; standard library only
    python -m training.evaluate --folder assets/embedded                the shipped weights in PyTorch

Prints a table with 95 % Wilson intervals, writes JSON with --output, and exits
1 when a bar is missed.
"""

import argparse
import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from training.grading import grade, keeps_numbers, wilson  # noqa: E402
from training.tools_in_words import CLOSE, OPEN, in_words  # noqa: E402

FOLDER = Path(__file__).resolve().parent / "evaluation"
BARS = {"math-known": 0.95, "code-known": 0.95, "translation-known": 0.97, "math-heldout": 0.80, "code-heldout": 0.80, "translation-heldout": 0.80}
# Not asked for yet, except with --tools-bars.
TOOLS_BARS = {"tools-known": 0.80, "tools-heldout": 0.70}
SETS = [f"{kind}-{split}" for kind in ("math", "code", "translation", "out_of_domain", "tools") for split in ("known", "heldout")] + ["claims-known", "judge-known", "judge-heldout", "smoke"]
# What is asked for with the thinking off.
UNTHINKING = ("translation", "claims")


def request(url: str, body: dict | None = None, key: str | None = None) -> dict:
    """One JSON request."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers), timeout=300) as reply:
        return json.load(reply)


def conversation(entry: dict) -> list:
    """What the model is asked."""
    return entry.get("messages") or [{"role": "user", "content": entry["prompt"]}]


def text_of(message: dict) -> str:
    """The visible text of an answer, its calls as a model writes them."""
    made = [call["function"] for call in message.get("tool_calls") or []]
    return "\n".join([message["content"]] * bool(message["content"]) + [f'{OPEN}\n{{"name": {json.dumps(call["name"])}, "arguments": {call["arguments"]}}}\n{CLOSE}' for call in made])


class Served:
    """Asks an OpenAI-compatible server."""

    def __init__(self, options):
        self.options = options
        models = request(f"{options.base_url}/models", key=options.api_key)["data"]
        self.model = options.model or next(entry["id"] for entry in models if not entry["id"].startswith("chain/"))

    def one(self, entry: dict) -> str:
        """The visible text of one answer."""
        body = {"model": self.model, "messages": conversation(entry)}
        if entry.get("tools"):
            body["tools"] = entry["tools"]
        if entry["kind"] in UNTHINKING:
            body["reasoning_effort"] = "none"
        if self.options.temperature is not None:
            body["temperature"] = self.options.temperature
        try:
            return text_of(request(f"{self.options.base_url}/chat/completions", body, self.options.api_key)["choices"][0]["message"])
        except Exception as error:  # a failed request is a wrong answer, and is shown
            return f"(request failed: {error})"

    def all(self, entries: list) -> list:
        """Answers in order."""
        with ThreadPoolExecutor(self.options.concurrency) as pool:
            return list(pool.map(self.one, entries))


class Local:
    """Samples from the shipped weights in PyTorch."""

    def __init__(self, options):
        from training.sampling import Sampler

        self.sampler = Sampler(Path(options.folder), options.temperature if options.temperature is not None else 0.2, options.top_p, options.seed)

    def all(self, entries: list) -> list:
        """Answers in order."""
        return self.sampler.answer([(in_words(conversation(entry), entry.get("tools") or []), entry["kind"] in UNTHINKING) for entry in entries])


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url")
    parser.add_argument("--api-key")
    parser.add_argument("--model")
    parser.add_argument("--folder", help="evaluate this folder in PyTorch instead of a server")
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--temperature", type=float, help="default: what the model recommends")
    parser.add_argument("--top-p", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--show-wrong", type=int, default=0)
    parser.add_argument("--tools-bars", action="store_true", help="ask for a share of right answers about tools as well")
    options = parser.parse_args()
    if not options.base_url and not options.folder:
        parser.error("--base-url or --folder")
    engine = Served(options) if options.base_url else Local(options)
    bars = {**BARS, **(TOOLS_BARS if options.tools_bars else {})}
    report, missed = {}, []
    print(f"{'set':<24}{'right':>7}{'of':>6}{'share':>9}   95 % interval     bar")
    for name in options.sets:
        entries = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line]
        entries = entries[: options.limit] if options.limit else entries
        begun = time.time()
        answers = engine.all(entries)
        marks = [grade(entry, answer) for entry, answer in zip(entries, answers)]
        right, total = sum(marks), len(marks)
        low, high = wilson(right, total)
        bar = bars.get(name)
        if bar and right / max(1, total) < bar:
            missed.append(name)
        print(f"{name:<24}{right:>7}{total:>6}{right / max(1, total):>9.1%}   {low:.1%} - {high:.1%}   {'' if bar is None else f'{bar:.0%}' + (' missed' if name in missed else ' ok')}   ({time.time() - begun:.0f} s)", flush=True)
        kept = sum(keeps_numbers(entry, answer) for entry, answer in zip(entries, answers)) if name.startswith("translation") else None
        if kept is not None:
            print(f"{'':<8}numbers alone{kept:>10}{total:>6}{kept / max(1, total):>9.1%}", flush=True)
        by_task: dict = {}
        for entry, mark in zip(entries, marks):
            counts = by_task.setdefault(entry.get("task", entry["kind"]), [0, 0])
            counts[0] += mark
            counts[1] += 1
        if name.startswith(("tools", "judge")):
            print(f"{'':<8}" + ", ".join(f"{task} {right} of {total}" for task, (right, total) in sorted(by_task.items())), flush=True)
        report[name] = {"right": right, "total": total, "interval": [low, high], "bar": bar, "numbers_alone": kept, "tasks": by_task,
                        "answers": [{"id": entry["id"], "right": mark, "text": answer} for entry, answer, mark in zip(entries, answers, marks)]}
        shown = 0
        for entry, answer, mark in zip(entries, answers, marks):
            if not mark and shown < options.show_wrong:
                shown += 1
                print(f"    {entry['id']} [{entry.get('task')}] {entry['prompt']!r}\n      want {entry.get('gold') or entry.get('reference') or entry.get('call') or entry.get('says') or entry.get('function')!r}\n      got  {answer!r}")
    if options.output:
        options.output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if missed:
        print("missed: " + ", ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
