"""ponder's chains as tools of a LangGraph graph, through the Model Context Protocol, with their progress.

Run with: pip install -r examples/python/requirements.txt
          python examples/python/langgraph_mcp.py

The graph starts `ponder mcp` itself, which has to be on the PATH. With PONDER_URL it asks a server instead,
started by `ponder serve --mcp` or `ponder mcp --http 127.0.0.1:8080`.
"""

import asyncio
import os

from langchain_core.messages import AIMessage, HumanMessage
from langchain_mcp_adapters.callbacks import CallbackContext, Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode


def connection() -> dict:
    """How ponder is reached."""
    if url := os.environ.get("PONDER_URL"):
        return {"transport": "streamable_http", "url": f"{url}/mcp"}
    return {"transport": "stdio", "command": "ponder", "args": ["mcp"]}


async def report(_progress: float, _total: float | None, message: str | None, context: CallbackContext) -> None:
    """Passes what a chain reports on to whoever reads the graph's `custom` stream."""
    get_stream_writer()({"tool": context.tool_name, "progress": message})


def decide(state: MessagesState) -> dict:
    """Calls a tool, as a model with tools would; here every question goes to the chain `solve`."""
    question = state["messages"][-1].content
    call = {"name": "solve", "args": {"question": question}, "id": "call-1", "type": "tool_call"}
    return {"messages": [AIMessage(content="", tool_calls=[call])]}


async def graph_over(ponder: dict):
    """The graph: decide, then let ponder work."""
    client = MultiServerMCPClient({"ponder": ponder}, callbacks=Callbacks(on_progress=report))
    graph = StateGraph(MessagesState)
    graph.add_node("decide", decide)
    graph.add_node("tools", ToolNode(await client.get_tools()))
    graph.add_edge(START, "decide")
    graph.add_edge("decide", "tools")
    graph.add_edge("tools", END)
    return graph.compile()


async def main() -> None:
    graph = await graph_over(connection())
    question = {"messages": [HumanMessage("What is 12 * 7?")]}
    async for mode, event in graph.astream(question, stream_mode=["custom", "values"]):
        if mode == "custom":
            print(f"\033[2m{event['progress']}\033[0m")
        else:
            last = event["messages"][-1]
    print(last.content[0]["text"])
    # What is not text: the result by itself, the kind of question, the tokens.
    print(last.artifact["structured_content"])


if __name__ == "__main__":
    asyncio.run(main())
