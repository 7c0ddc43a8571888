"""ponder as a node of a LangGraph graph: its steps and its thinking arrive in the graph's own stream.

Run with: pip install -r examples/python/requirements.txt
          ponder serve &
          python examples/python/langgraph_node.py
"""

import os
from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from openai import OpenAI

client = OpenAI(base_url=os.environ.get("PONDER_URL", "http://127.0.0.1:8080") + "/v1", api_key="any")


class State(TypedDict):
    question: str
    answer: str


def reason(state: State) -> dict:
    """Asks the chain; whoever reads the graph's `custom` stream sees what it does."""
    write = get_stream_writer()
    stream = client.chat.completions.create(
        model="chain/solve",
        messages=[{"role": "user", "content": state["question"]}],
        stream=True,
        extra_body={"ponder": {"events": True}},
    )
    answer = ""
    # Leaving the graph's stream closes this one, and that ends the work.
    with stream:
        for chunk in stream:
            step = ((chunk.model_extra or {}).get("ponder") or {}).get("step")
            if step:
                write({"step": step})
            for choice in chunk.choices:
                if thinking := getattr(choice.delta, "reasoning_content", None):
                    write({"reasoning": thinking})
                if text := choice.delta.content:
                    answer += text
                    write({"answer": text})
    return {"answer": answer}


graph = StateGraph(State)
graph.add_node("reason", reason)
graph.add_edge(START, "reason")
graph.add_edge("reason", END)
graph = graph.compile()

if __name__ == "__main__":
    for mode, event in graph.stream({"question": "What is 12 * 7?"}, stream_mode=["custom", "values"]):
        print(mode, event)
