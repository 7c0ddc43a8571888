// The unmodified `openai`, `@langchain/openai`, `ai`, `@ai-sdk/openai` and `@ai-sdk/openai-compatible`
// packages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { APICallError, embedMany, generateText, streamText } from "ai";
import OpenAI from "openai";

const baseURL = `${process.env.PONDER_URL}/v1`;
const MODEL = "tests/thinker";
const QUESTION = "How many apples are 12 apples and 30 apples?";
const ANSWER = "The answer is \\boxed{42}.";
const THINKING = "12 apples and 30 apples make 42 apples.";

const client = new OpenAI({ baseURL, apiKey: "any", maxRetries: 0 });
const messages = [{ role: "user", content: QUESTION }];
const provider = createOpenAICompatible({ name: "ponder", baseURL, includeUsage: true });

test("openai: a whole reply with thinking and usage", async () => {
  const reply = await client.chat.completions.create({ model: MODEL, messages });
  assert.equal(reply.choices[0].message.content, ANSWER);
  assert.equal(reply.choices[0].message.reasoning_content, THINKING);
  assert.equal(reply.usage.completion_tokens_details.reasoning_tokens, 8);
});

test("openai: the package's own accumulator takes the stream", async () => {
  const stream = client.chat.completions.stream({ model: MODEL, messages });
  const reply = await stream.finalChatCompletion();
  assert.equal(reply.choices[0].message.content, ANSWER);
  assert.equal(reply.choices[0].finish_reason, "stop");
});

test("openai and ai-sdk: embeddings are the same", async () => {
  const texts = ["the sum of a list", "the area of a circle"];
  const reply = await client.embeddings.create({ model: MODEL, input: texts });
  assert.equal(reply.data[1].embedding.length, 64);
  const { embeddings } = await embedMany({ model: provider.embeddingModel(MODEL), values: texts });
  embeddings[1].forEach((number, place) =>
    assert.ok(Math.abs(number - reply.data[1].embedding[place]) < 1e-6),
  );
});

test("openai: models are listed and found by names with slashes", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.equal(names[0], MODEL);
  assert.ok(names.includes("chain/solve"));
  assert.equal((await client.models.retrieve("chain/solve")).id, "chain/solve");
});

test("openai: errors have their types", async () => {
  await assert.rejects(client.chat.completions.create({ model: "nope", messages }), OpenAI.NotFoundError);
  const cold = client.chat.completions.create({ model: MODEL, messages, temperature: 3 });
  await assert.rejects(cold, (error) => error instanceof OpenAI.BadRequestError && error.param === "temperature");
});

test("openai: aborting a stream ends it", async () => {
  const slow = [{ role: "user", content: "count slowly" }];
  const stream = await client.chat.completions.create({ model: MODEL, messages: slow, stream: true });
  let chunks = 0;
  for await (const _ of stream) {
    chunks += 1;
    if (chunks === 3) stream.controller.abort();
  }
  // Left alone, it would go on for 20 seconds.
  const deadline = Date.now() + 15_000;
  const running = async () => {
    const text = await (await fetch(`${process.env.PONDER_URL}/metrics`)).text();
    return text.match(/^vllm:num_requests_running\{model_name="tests\/thinker"\} (\d+)$/m)[1];
  };
  while ((await running()) !== "0") assert.ok(Date.now() < deadline, "the slot is still taken");
});

test("langchain: an answer, streamed, with its thinking", async () => {
  const model = new ChatOpenAI({ model: MODEL, apiKey: "any", maxRetries: 0, configuration: { baseURL } });
  assert.equal((await model.invoke(QUESTION)).content, ANSWER);
  let [content, thinking] = ["", ""];
  for await (const chunk of await model.stream(QUESTION)) {
    content += chunk.content;
    thinking += chunk.additional_kwargs.reasoning_content ?? "";
  }
  assert.deepEqual([content, thinking], [ANSWER, THINKING]);
});

test("ai: text, thinking and usage", async () => {
  const reply = await generateText({ model: provider(MODEL), prompt: QUESTION, maxRetries: 0 });
  assert.deepEqual([reply.text, reply.reasoningText], [ANSWER, THINKING]);
  assert.equal(reply.finishReason, "stop");
  assert.equal(reply.usage.outputTokens, 12);
});

test("ai: a stream with its thinking first", async () => {
  const reply = streamText({ model: provider(MODEL), prompt: QUESTION, maxRetries: 0 });
  const kinds = [];
  let [content, thinking] = ["", ""];
  for await (const part of reply.fullStream) {
    if (part.type === "reasoning-delta") thinking += part.text;
    if (part.type === "text-delta") content += part.text;
    if (part.type.endsWith("-delta") && kinds.at(-1) !== part.type) kinds.push(part.type);
  }
  assert.deepEqual([content, thinking], [ANSWER, THINKING]);
  assert.deepEqual(kinds, ["reasoning-delta", "text-delta"]);
  assert.equal((await reply.totalUsage).outputTokens, 12);
});

test("ai: errors keep status and message", async () => {
  const wrong = generateText({ model: provider("nope"), prompt: QUESTION, maxRetries: 0 });
  await assert.rejects(wrong, (error) => APICallError.isInstance(error) && error.statusCode === 404);
});

test("openai: a response, whole and streamed", async () => {
  const reply = await client.responses.create({ model: MODEL, input: QUESTION });
  assert.equal(reply.output_text, ANSWER);
  const stream = client.responses.stream({ model: MODEL, input: QUESTION });
  let thinking = "";
  for await (const event of stream) {
    if (event.type === "response.reasoning_summary_text.delta") thinking += event.delta;
  }
  assert.equal(thinking, THINKING);
  assert.equal((await stream.finalResponse()).output_text, ANSWER);
});

test("vercel: the default of createOpenAI, which is responses, thinks and answers", async () => {
  const openai = createOpenAI({ baseURL, apiKey: "any" });
  const reply = await generateText({ model: openai(MODEL), prompt: QUESTION, maxRetries: 0 });
  assert.equal(reply.text, ANSWER);
  assert.equal(reply.reasoningText, THINKING);
  assert.equal(reply.usage.outputTokenDetails.reasoningTokens, 8);
  const streamed = streamText({ model: openai(MODEL), prompt: QUESTION, maxRetries: 0 });
  let text = "";
  let thinking = "";
  for await (const part of streamed.fullStream) {
    if (part.type === "text-delta") text += part.text;
    if (part.type === "reasoning-delta") thinking += part.text;
  }
  assert.equal(text, ANSWER);
  assert.equal(thinking, THINKING);
  assert.equal(await streamed.finishReason, "stop");
});

test("vercel: an earlier answer comes back as history, by reference", async () => {
  const openai = createOpenAI({ baseURL, apiKey: "any" });
  const first = await generateText({ model: openai(MODEL), prompt: "My name is Ada.", maxRetries: 0 });
  const messages = [{ role: "user", content: "My name is Ada." }, ...first.response.messages];
  messages.push({ role: "user", content: "Who am I?" });
  const second = await generateText({ model: openai(MODEL), messages, maxRetries: 0 });
  assert.equal(second.text, "You are Ada.");
});
