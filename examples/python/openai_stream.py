"""The OpenAI SDK against ponder: thinking dimmed, answer bright, tokens counted.

Run with: pip install -r examples/python/requirements.txt
          ponder serve &
          python examples/python/openai_stream.py "What is 15% of 240?"
"""

import os
import sys

from openai import OpenAI

QUESTION = "小明有12个苹果，又买了30个，现在一共有多少个苹果？"

# Without configured keys ponder takes any key; the SDK insists on one.
base_url = os.environ.get("PONDER_URL", "http://127.0.0.1:8080") + "/v1"
client = OpenAI(base_url=base_url, api_key="any")

stream = client.chat.completions.create(
    model="chain/solve",
    messages=[{"role": "user", "content": " ".join(sys.argv[1:]) or QUESTION}],
    stream=True,
    stream_options={"include_usage": True},
)
answering = False
for chunk in stream:
    if chunk.usage:
        print(f"\n\n{chunk.usage.completion_tokens} tokens")
    for choice in chunk.choices:
        thinking = getattr(choice.delta, "reasoning_content", None)
        if thinking:
            print(f"\033[2m{thinking}\033[0m", end="", flush=True)
        if choice.delta.content:
            print("" if answering else "\n\n", choice.delta.content, sep="", end="", flush=True)
            answering = True
