"""How much later than the bare model `chain/solve` shows something: the first delta of any kind, which is usually
thinking, and the first of the answer.

Asks a running ponder with the embedded model the same questions in pairs, the order turning with every pair, so
that whatever else the machine does falls on both. Needs nothing but Python.

    ponder serve &
    python3 benches/first_delta.py --url http://127.0.0.1:8080
"""

import argparse
import http.client
import json
import random
import statistics
import sys
import time
import urllib.parse
from dataclasses import dataclass, field

QUESTIONS = {
    "English": "Tom has {first} apples and buys {second} more. How many apples does he have now?",
    "Chinese": "小明有{first}个苹果，又买了{second}个，现在一共有多少个苹果？",
}
RESAMPLES = 2000


@dataclass
class Seen:
    """When a client sees what, in milliseconds after its request."""

    anything: float
    content: float
    end: float
    thinking_deltas: int
    # What all model calls of the answer read.
    prompt_tokens: int
    answer: str
    # What the chain's steps took, by their ids; only where that was asked for.
    steps: dict[str, float] = field(default_factory=dict)


class Server:
    """One connection to a running ponder."""

    def __init__(self, url: str, key: str | None) -> None:
        self.address = urllib.parse.urlsplit(url)
        self.headers = {"content-type": "application/json"}
        if key:
            self.headers["authorization"] = f"Bearer {key}"
        self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=300)

    def hosted_model(self) -> str:
        """The hosted model: the first that is no chain."""
        self.connection.request("GET", "/v1/models", headers=self.headers)
        models = json.loads(self.connection.getresponse().read())["data"]
        return next(model["id"] for model in models if not model["id"].startswith("chain/"))

    def ask(self, model: str, question: str, steps: bool = False) -> Seen:
        body = {
            "model": model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "messages": [{"role": "user", "content": question}],
        }
        if steps:
            body["ponder"] = {"events": True}
        sent = json.dumps(body)
        started = time.perf_counter()
        self.connection.request("POST", "/v1/chat/completions", sent, self.headers)
        reply = self.connection.getresponse()
        if reply.status != 200:
            sys.exit(f"{model} answered {reply.status}: {reply.read().decode()}")
        seen = Seen(anything=0, content=0, end=0, thinking_deltas=0, prompt_tokens=0, answer="")
        for line in reply:
            now = (time.perf_counter() - started) * 1000
            if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
                continue
            chunk = json.loads(line[6:])
            if "error" in chunk:
                sys.exit(f"{model} failed: {chunk['error']}")
            step = chunk.get("ponder", {}).get("step", {})
            if step.get("state") == "finished":
                seen.steps[step["id"]] = step["elapsed_ms"]
            if chunk.get("usage"):
                seen.prompt_tokens = chunk["usage"]["prompt_tokens"]
            delta = chunk["choices"][0]["delta"] if chunk["choices"] else {}
            text = delta.get("content") or ""
            thinking = delta.get("reasoning_content") or ""
            if (text or thinking) and not seen.anything:
                seen.anything = now
            if text and not seen.content:
                seen.content = now
            seen.thinking_deltas += bool(thinking)
            seen.answer += text
        seen.end = (time.perf_counter() - started) * 1000
        if not seen.content:
            sys.exit(f"{model} said nothing to: {question}")
        return seen


def interval(values: list[float]) -> tuple[float, float]:
    """The middle 95 % of what the median is when the values are drawn again, each as often as chance has it."""
    chance = random.Random(7)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return medians[int(RESAMPLES * 0.025)], medians[int(RESAMPLES * 0.975) - 1]


def compared(name: str, bare: list[float], chain: list[float]) -> str:
    """A line of the table: medians, the median of the differences with its interval, and the ratio of the medians."""
    differences = [late - early for early, late in zip(bare, chain, strict=True)]
    low, high = interval(differences)
    ratio = statistics.median(chain) / statistics.median(bare)
    return (
        f"| {name} | {statistics.median(bare):.1f} | {statistics.median(chain):.1f} | "
        f"{statistics.median(differences):+.1f} ({low:+.1f} to {high:+.1f}) | {ratio:.2f} |"
    )


def pairs(server: Server, hosted: str, form: str, count: int) -> tuple[list[Seen], list[Seen]]:
    """The same questions to the model and to the chain, one after the other."""
    chance = random.Random(42)
    found: dict[str, list[Seen]] = {hosted: [], "chain/solve": []}
    for number in range(count + 2):
        question = form.format(first=chance.randint(11, 89), second=chance.randint(11, 89))
        order = list(found) if number % 2 else list(reversed(found))
        for model in order:
            seen = server.ask(model, question)
            # The first two pairs warm up.
            if number >= 2:
                found[model].append(seen)
    return found[hosted], found["chain/solve"]


def main() -> None:
    reader = argparse.ArgumentParser(description="Compares chain/solve with the bare model.")
    reader.add_argument("--url", default="http://127.0.0.1:8080")
    reader.add_argument("--key", help="where the server wants one")
    reader.add_argument("--pairs", type=int, default=40, help="questions of each language (default 40)")
    reader.add_argument("--json", help="a file for all that was measured")
    arguments = reader.parse_args()
    server = Server(arguments.url, arguments.key)
    hosted = server.hosted_model()
    print(f"`chain/solve` and `{hosted}`, {arguments.pairs} pairs of each language, temperature 0; milliseconds,")
    print("medians, the difference of each pair with a bootstrap interval of 95 %.")
    print()
    print("| | bare model | chain | added | ratio |")
    print("|---|--:|--:|--:|--:|")
    kept = {}
    notes = []
    for language, form in QUESTIONS.items():
        bare, chain = pairs(server, hosted, form, arguments.pairs)
        for what, name in (
            ("anything", "first delta of any kind"),
            ("content", "first delta of the answer"),
            ("end", "end of the answer"),
        ):
            times = [[getattr(seen, what) for seen in answers] for answers in (bare, chain)]
            print(compared(f"{language}: {name}", *times))
        wrote = [statistics.median(seen.thinking_deltas for seen in answers) for answers in (bare, chain)]
        read = [statistics.median(seen.prompt_tokens for seen in answers) for answers in (bare, chain)]
        notes.append(
            f"{language}: the bare model reads {read[0]:.0f} tokens and thinks {wrote[0]:.0f} deltas long, "
            f"the chain's calls together {read[1]:.0f} and {wrote[1]:.0f}."
        )
        # The same chain with its steps told, which costs a little itself: only what the time is made of.
        told = [server.ask("chain/solve", form.format(first=number + 12, second=35), steps=True) for number in range(10)]
        ids = list(dict.fromkeys(step for seen in told for step in seen.steps))
        parts = [f"`{step}` {statistics.median(seen.steps.get(step, 0) for seen in told):.0f}" for step in ids]
        notes.append(f"{language}, what the steps took in ms, of ten more runs: {', '.join(parts)}.")
        kept[language] = {"bare": [vars(seen) for seen in bare], "chain": [vars(seen) for seen in chain]}
    print()
    print("\n".join(f"- {note}" for note in notes))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
