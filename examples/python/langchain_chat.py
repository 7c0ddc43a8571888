"""LangChain against ponder: a prompt, a model and a parser; then the model's thinking.

Run with: pip install -r examples/python/requirements.txt
          ponder serve &
          python examples/python/langchain_chat.py
"""

import os

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_deepseek import ChatDeepSeek
from langchain_openai import ChatOpenAI

base_url = os.environ.get("PONDER_URL", "http://127.0.0.1:8080") + "/v1"

# Without configured keys ponder takes any key. A chain of ponder is a model for LangChain.
model = ChatOpenAI(base_url=base_url, api_key="any", model="chain/solve")
prompt = ChatPromptTemplate.from_template("{name} has {count} apples and buys 30 more. How many now?")
chain = prompt | model | StrOutputParser()
for text in chain.stream({"name": "Ming", "count": 12}):
    print(text, end="", flush=True)
print("\n")

# ChatOpenAI drops the thinking; ChatDeepSeek, the same protocol, shows it.
thinker = ChatDeepSeek(api_base=base_url, api_key="any", model="chain/solve")
for chunk in thinker.stream("What is 12 * 7?"):
    thinking = chunk.additional_kwargs.get("reasoning_content", "")
    if thinking:
        print(f"\033[2m{thinking}\033[0m", end="", flush=True)
    print(chunk.content, end="", flush=True)
print()
