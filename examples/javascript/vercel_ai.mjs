// The Vercel AI SDK against ponder: thinking dimmed, answer bright, tokens counted.
//
// Run with: ponder serve &
//           cd examples/javascript && npm install && node vercel_ai.mjs "What is 15% of 240?"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";

const QUESTION = "小明有12个苹果，又买了30个，现在一共有多少个苹果？";

const ponder = createOpenAICompatible({
  name: "ponder",
  baseURL: `${process.env.PONDER_URL ?? "http://127.0.0.1:8080"}/v1`,
  includeUsage: true,
});
const reply = streamText({
  model: ponder("chain/solve"),
  prompt: process.argv.slice(2).join(" ") || QUESTION,
});
for await (const part of reply.fullStream) {
  if (part.type === "error") throw part.error;
  if (part.type === "reasoning-delta") process.stdout.write(`\x1b[2m${part.text}\x1b[0m`);
  if (part.type === "text-start") process.stdout.write("\n\n");
  if (part.type === "text-delta") process.stdout.write(part.text);
}
console.log(`\n\n${(await reply.totalUsage).outputTokens} tokens`);
