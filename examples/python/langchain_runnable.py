"""A chain of ponder as a LangChain `Runnable` and as a tool, through the OpenAI endpoint.

Run with: pip install -r examples/python/requirements.txt
          ponder serve &
          python examples/python/langchain_runnable.py
"""

import os

from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableParallel
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

base_url = os.environ.get("PONDER_URL", "http://127.0.0.1:8080") + "/v1"


def chain(name: str) -> Runnable[str, str]:
    """The chain of that name: a question in, an answer out; it invokes, batches and streams."""
    return ChatOpenAI(base_url=base_url, api_key="any", model=f"chain/{name}") | StrOutputParser()


solve = chain("solve")


@tool
def work_out(question: str) -> str:
    """Works out a mathematical or programming question that is complete in itself."""
    return solve.invoke(question)


if __name__ == "__main__":
    for piece in solve.stream("What is 12 * 7?"):
        print(piece, end="", flush=True)
    print()
    # Like any other Runnable it is composed: here it works on two questions at the same time.
    both = RunnableParallel(
        product=lambda numbers: solve.invoke("What is {a} * {b}?".format(**numbers)),
        sum=lambda numbers: solve.invoke("What is {a} + {b}?".format(**numbers)),
    )
    print(both.invoke({"a": 12, "b": 7}))
    # As a tool, for an agent whose model calls tools: `model.bind_tools([work_out])`.
    print(work_out.invoke({"question": "What is 12 * 7?"}))
