"""The LangGraph example: steps, thinking and answer in the graph's own stream."""

import importlib.util
import pathlib

from conftest import QUESTION

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples/python/langgraph_node.py"


def test_steps_and_thinking_arrive_in_the_graphs_stream():
    specification = importlib.util.spec_from_file_location("langgraph_node", EXAMPLE)
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    events = list(
        example.graph.stream({"question": QUESTION}, stream_mode=["custom", "values"])
    )
    custom = [event for mode, event in events if mode == "custom"]
    steps = [event["step"] for event in custom if "step" in event]
    decided = {step["id"]: step["choice"] for step in steps if step["state"] == "decided"}
    assert decided["language"] == "en" and decided["kind"] == "math", steps
    assert any(step["state"] == "finished" and step["id"] == "answer" for step in steps)
    assert "".join(event.get("reasoning", "") for event in custom)
    answer = "".join(event.get("answer", "") for event in custom)
    assert "\\boxed" in answer
    assert events[-1][1]["answer"] == answer
    # In the order in which they happen: thinking before the answer, the end of the step behind it.
    kinds = [next(iter(event)) for event in custom]
    assert kinds.index("reasoning") < kinds.index("answer") < len(kinds) - 1 - kinds[::-1].index("step")
