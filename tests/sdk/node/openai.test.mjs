// The official OpenAI Node SDK, unchanged, through the gateway. TIDEGATE_URL names it; test_openai_node.py runs this.
import assert from "node:assert/strict";
import test from "node:test";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.TIDEGATE_URL}/v1`, apiKey: "sk-any", maxRetries: 0 });
const model = "sim-chat";
const messages = [{ role: "user", content: "Say hello." }];
const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a city.",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

test("chat", async () => {
  const reply = await client.chat.completions.create({ model, messages });
  assert.ok(reply.choices[0].message.content);
  assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
});

test("stream gives the same text", async () => {
  const whole = (await client.chat.completions.create({ model, messages })).choices[0].message.content;
  let text = "";
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    assert.equal(chunk.usage ?? null, null);
    text += chunk.choices[0].delta.content ?? "";
  }
  assert.equal(text, whole);
});

test("stream with usage", async () => {
  const options = { model, messages, stream: true, stream_options: { include_usage: true } };
  let last;
  for await (const chunk of await client.chat.completions.create(options)) last = chunk;
  assert.deepEqual(last.choices, []);
  assert.ok(last.usage.total_tokens > 0);
});

test("stream helper assembles the message", async () => {
  const final = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
  assert.ok(final.choices[0].message.content);
});

test("stream that is aborted", async () => {
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const _ of stream) break;
  assert.ok((await client.chat.completions.create({ model, messages })).choices);
});

test("tool call", async () => {
  const reply = await client.chat.completions.create({ model, messages, tools, tool_choice: "required" });
  const call = reply.choices[0].message.tool_calls[0];
  assert.equal(call.function.name, "get_weather");
  assert.equal(typeof JSON.parse(call.function.arguments), "object");
});

test("tool call in a stream", async () => {
  const options = { model, messages, tools, tool_choice: "required", stream: true };
  let name = "";
  let json = "";
  for await (const chunk of await client.chat.completions.create(options)) {
    for (const call of chunk.choices[0].delta.tool_calls ?? []) {
      name += call.function.name ?? "";
      json += call.function.arguments ?? "";
    }
  }
  assert.equal(name, "get_weather");
  assert.equal(typeof JSON.parse(json), "object");
});

test("embeddings", async () => {
  const reply = await client.embeddings.create({ model: "sim-embed", input: ["one", "two"] });
  assert.equal(reply.data.length, 2);
  assert.ok(reply.data[0].embedding.length > 0);
  assert.ok(Number.isFinite(reply.data[0].embedding[0]));
});

test("models", async () => {
  const ids = [];
  for await (const entry of client.models.list()) ids.push(entry.id);
  assert.ok(ids.includes(model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

test("own error becomes NotFoundError", async () => {
  await assert.rejects(client.chat.completions.create({ model: "nobody-knows", messages }), OpenAI.NotFoundError);
});

test("error of the provider becomes RateLimitError", async () => {
  await assert.rejects(client.chat.completions.create({ model: "scripted", messages }), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, "slow_down");
    assert.equal(error.headers.get("retry-after"), "7");
    return true;
  });
});

test("timeout of the SDK", async () => {
  const hanging = client.chat.completions.create({ model: "scripted", messages, stream: true }, { timeout: 200 });
  await assert.rejects(hanging, OpenAI.APIConnectionTimeoutError);
});
