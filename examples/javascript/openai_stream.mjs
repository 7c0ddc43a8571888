// The OpenAI SDK for JavaScript against ponder: thinking dimmed, answer bright, tokens counted.
//
// Run with: ponder serve &
//           cd examples/javascript && npm install && node openai_stream.mjs "What is 15% of 240?"
import OpenAI from "openai";

const QUESTION = "小明有12个苹果，又买了30个，现在一共有多少个苹果？";

// Without configured keys ponder takes any key; the SDK insists on one.
const baseURL = `${process.env.PONDER_URL ?? "http://127.0.0.1:8080"}/v1`;
const client = new OpenAI({ baseURL, apiKey: "any" });

const stream = await client.chat.completions.create({
  model: "chain/solve",
  messages: [{ role: "user", content: process.argv.slice(2).join(" ") || QUESTION }],
  stream: true,
  stream_options: { include_usage: true },
});
let gap = "\n\n"; // Between the thinking and the answer.
for await (const chunk of stream) {
  const delta = chunk.choices[0]?.delta;
  if (delta?.reasoning_content) process.stdout.write(`\x1b[2m${delta.reasoning_content}\x1b[0m`);
  if (delta?.content) {
    process.stdout.write(gap + delta.content);
    gap = "";
  }
  if (chunk.usage) console.log(`\n\n${chunk.usage.completion_tokens} tokens`);
}
