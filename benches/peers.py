"""The chains of benches/chains/ in LangChain and LangGraph, on a model that takes no time.

Writes a line of JSON for every case, as the benchmark in Rust does. Run by benches/run.sh; alone:

    python benches/peers.py langchain-core
    python benches/peers.py langgraph --memory
"""

import argparse
import asyncio
import gc
import importlib.metadata
import json
import operator
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypedDict

# Nothing is sent anywhere while measuring.
os.environ["LANGSMITH_TRACING"] = "false"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel

QUESTION = "Tom has 12 red apples and buys 30 green ones. How many apples has he now?"
REPLY = "There are twelve red apples and thirty green ones in the basket, so forty two altogether."
DELTAS = [word + " " for word in REPLY.split()[:-1]] + [REPLY.split()[-1]]
PROMPTS = ["Answer in one sentence: {text}", "Say it in other words: {text}", "Say it more shortly: {text}"]
NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
STEPS = {"model": 1, "line": 10, "parallel": 10, "map": 10}
# The fewest pieces of text that whoever streams sees, where the package shows those of every call.
CALLS = {"model": 1, "line": 4, "parallel": 10, "map": 10}


class InstantModel(BaseChatModel):
    """Says the same at once, whole or in sixteen deltas, after one turn of the loop: a real model is waited for."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _generate(self, messages: list[BaseMessage], stop=None, run_manager=None, **options: Any) -> ChatResult:
        raise NotImplementedError("asked asynchronously only")

    async def _agenerate(self, messages: list[BaseMessage], stop=None, run_manager=None, **options: Any) -> ChatResult:
        await asyncio.sleep(0)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=REPLY))])

    async def _astream(
        self, messages: list[BaseMessage], stop=None, run_manager=None, **options: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        await asyncio.sleep(0)
        for delta in DELTAS:
            yield ChatGenerationChunk(message=AIMessageChunk(content=delta))


class Case:
    """What is run: an answer, so many at once, and an answer looked at piece by piece."""

    def __init__(
        self,
        whole: Callable[[int], Awaitable[list[Any]]],
        streamed: Callable[[], Awaitable[int]] | None,
        fewest_deltas: int,
    ) -> None:
        self.whole = whole
        self.streamed = streamed
        self.fewest_deltas = fewest_deltas

    async def run(self, streamed: bool, count: int) -> list[Any]:
        if not streamed:
            return await self.whole(count)
        return await asyncio.gather(*(self.streamed() for _ in range(count)))


def langchain_cases(model: InstantModel) -> dict[str, Case]:
    async def upper(message: BaseMessage) -> str:
        return message.content.upper()

    async def items(_: str) -> list[str]:
        return [str(number) for number in range(10)]

    async def joined(answers: dict[str, BaseMessage]) -> str:
        return f"The first: {answers['one'].content} The last: {answers['ten'].content}"

    async def listed(answers: list[BaseMessage]) -> str:
        return f"The first: {answers[0].content} The last: {answers[-1].content}"

    def part(prompt: str) -> Any:
        return PromptTemplate.from_template(prompt) | model | RunnableLambda(upper)

    line = part(PROMPTS[0]) | part(PROMPTS[1]) | part(PROMPTS[2]) | model
    branches = RunnableParallel({name: model for name in NAMES})
    parallel = branches | RunnableLambda(joined)
    mapped = RunnableLambda(items) | model.map() | RunnableLambda(listed)

    def case(runnable: Any, streams: Any, fewest_deltas: int) -> Case:
        async def whole(count: int) -> list[Any]:
            if count == 1:
                return [await runnable.ainvoke(QUESTION)]
            return await runnable.abatch([QUESTION] * count)

        async def streamed() -> int:
            deltas = 0
            async for _ in streams.astream(QUESTION):
                deltas += 1
            return deltas

        return Case(whole, streamed if streams else None, fewest_deltas)

    return {
        "model": case(model, model, len(DELTAS)),
        # A sequence shows the deltas of its last step only.
        "line": case(line, line, len(DELTAS)),
        # Without what puts the answers together: that would wait for all of them.
        "parallel": case(parallel, branches, 10 * len(DELTAS)),
        # `map` gives its list when it is complete: there is nothing to stream.
        "map": case(mapped, None, 0),
    }


def langgraph_cases(model: InstantModel) -> dict[str, Case]:
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import Send

    class Text(TypedDict):
        text: str

    class Answers(TypedDict):
        text: str
        answers: Annotated[list[str], operator.add]

    async def call(state: Text) -> dict[str, str]:
        return {"text": (await model.ainvoke(state["text"])).content}

    async def upper(state: Text) -> dict[str, str]:
        return {"text": state["text"].upper()}

    def prompt(template: str) -> Any:
        async def fill(state: Text) -> dict[str, str]:
            return {"text": template.format(text=state["text"])}

        return fill

    async def answer(state: Answers) -> dict[str, list[str]]:
        return {"answers": [(await model.ainvoke(state["text"])).content]}

    async def items(_: Answers) -> dict[str, Any]:
        return {}

    async def joined(state: Answers) -> dict[str, str]:
        return {"text": f"The first: {state['answers'][0]} The last: {state['answers'][-1]}"}

    def line() -> Any:
        nodes: list[Any] = []
        for template in PROMPTS:
            nodes += [prompt(template), call, upper]
        nodes.append(call)
        graph = StateGraph(Text)
        for place, node in enumerate(nodes):
            graph.add_node(f"step{place}", node)
            graph.add_edge(f"step{place - 1}" if place else START, f"step{place}")
        graph.add_edge(f"step{len(nodes) - 1}", END)
        return graph.compile()

    def parallel() -> Any:
        graph = StateGraph(Answers)
        graph.add_node("joined", joined)
        for name in NAMES:
            graph.add_node(name, answer)
            graph.add_edge(START, name)
        graph.add_edge(NAMES, "joined")
        graph.add_edge("joined", END)
        return graph.compile()

    def mapped() -> Any:
        graph = StateGraph(Answers)
        graph.add_node("items", items)
        graph.add_node("answer", answer)
        graph.add_node("joined", joined)
        graph.add_edge(START, "items")
        graph.add_conditional_edges(
            "items", lambda _: [Send("answer", {"text": str(number)}) for number in range(10)], ["answer"]
        )
        graph.add_edge("answer", "joined")
        graph.add_edge("joined", END)
        return graph.compile()

    def case(graph: Any, calls: int) -> Case:
        async def whole(count: int) -> list[Any]:
            if count == 1:
                return [await graph.ainvoke({"text": QUESTION})]
            return await graph.abatch([{"text": QUESTION}] * count)

        async def streamed() -> int:
            deltas = 0
            async for _ in graph.astream({"text": QUESTION}, stream_mode="messages"):
                deltas += 1
            return deltas

        return Case(whole, streamed, calls * len(DELTAS))

    return {
        "line": case(line(), CALLS["line"]),
        "parallel": case(parallel(), CALLS["parallel"]),
        "map": case(mapped(), CALLS["map"]),
    }


async def check(case: Case, streamed: bool) -> None:
    """Makes sure that what is measured does what it is to do."""
    (came,) = await case.run(streamed, 1)
    if streamed and came < case.fewest_deltas:
        raise SystemExit(f"only {came} of {case.fewest_deltas} deltas came")
    if not streamed and "forty two" not in str(came).lower():
        raise SystemExit(f"this is not the answer: {came}")


async def samples(case: Case, streamed: bool, count: int, steps: int, seconds: float, fewest: int) -> list[float]:
    """Microseconds per step, once for every repetition."""
    await case.run(streamed, min(count, 10))
    gc.collect()
    found: list[float] = []
    begun = time.perf_counter()
    while len(found) < fewest or (len(found) < 400 and time.perf_counter() - begun < seconds):
        started = time.perf_counter()
        await case.run(streamed, count)
        found.append((time.perf_counter() - started) * 1e6 / (count * steps))
    return sorted(found)


async def memory(case: Case, streamed: bool, steps: int) -> dict[str, float]:
    """What one run asks of Python's allocators, per step, counted by memray.

    Objects that Python keeps in lists of its own for use again (small tuples, dictionaries, frames) ask for
    nothing and are not counted.
    """
    import memray
    from memray._memray import compute_statistics

    runs = 5
    await case.run(streamed, 1)
    gc.collect()
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, "record.bin")
        with memray.Tracker(record, trace_python_allocators=True):
            for _ in range(runs):
                await case.run(streamed, 1)
        statistics = compute_statistics(record)
    return {
        "allocations": statistics.total_num_allocations / (runs * steps),
        "bytes": statistics.total_memory_allocated / (runs * steps),
        "peak": float(statistics.peak_memory_allocated),
    }


async def measure(arguments: argparse.Namespace) -> None:
    make = {"langchain-core": langchain_cases, "langgraph": langgraph_cases}[arguments.who]
    about = {
        "who": arguments.who,
        "version": importlib.metadata.version(arguments.who),
        "python": platform.python_version(),
    }
    for shape, case in make(InstantModel()).items():
        if arguments.shape not in (None, shape):
            continue
        for streamed in (False, True):
            if streamed and case.streamed is None:
                continue
            await check(case, streamed)
            if arguments.memory:
                result = await memory(case, streamed, STEPS[shape])
                line = {**about, "shape": shape, "streamed": streamed, "at_once": 1, **result}
                print(json.dumps(line), flush=True)
                continue
            for count in arguments.at_once:
                found = await samples(
                    case, streamed, count, STEPS[shape], arguments.seconds, 1 if count >= 100 else 3
                )
                line = {**about, "shape": shape, "streamed": streamed, "at_once": count, "microseconds": found}
                print(json.dumps(line), flush=True)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("who", choices=["langchain-core", "langgraph"])
    reader.add_argument("--shape", choices=list(STEPS), help="measures only this shape")
    reader.add_argument("--seconds", type=float, default=0.5, help="how long each case is repeated")
    reader.add_argument(
        "--at-once",
        type=lambda text: [int(count) for count in text.split(",")],
        default=[1, 100, 1000],
        help="how many run at once, separated by commas",
    )
    reader.add_argument("--memory", action="store_true", help="counts allocations in place of times")
    asyncio.run(measure(reader.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
