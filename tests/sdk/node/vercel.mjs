// The Vercel AI SDK, unchanged, asked from Python: one JSON request per line of standard input, one JSON answer per line
// of standard output. clients/vercel.py is the other side and says what the members mean.
import readline from "node:readline";
import { embedMany, generateText, jsonSchema, Output, streamText, tool } from "ai";
import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";

const makers = {
  "vercel-openai-chat": (url, headers) => createOpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", headers }),
  "vercel-openai-responses": (url, headers) => createOpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", headers }),
  "vercel-anthropic": (url, headers) => createAnthropic({ baseURL: `${url}/v1`, apiKey: "sk-ant-any", headers }),
  "vercel-google": (url, headers) => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: "AIza-any", headers }),
  "vercel-bedrock": (url, headers) =>
    createAmazonBedrock({ baseURL: url, region: "us-east-1", accessKeyId: "AKIAANY", secretAccessKey: "any", headers }),
};

const thinking = {
  openai: { reasoningEffort: "low", reasoningSummary: "auto", store: false, include: ["reasoning.encrypted_content"], forceReasoning: true },
  anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } },
  google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } },
  bedrock: { reasoningConfig: { type: "enabled", budgetTokens: 1024 } },
};

function modelOf({ client, url, fields, model }) {
  const provider = makers[client](url, fields);
  if (client === "vercel-openai-chat") return provider.chat(model);
  return client === "vercel-openai-responses" ? provider.responses(model) : provider(model);
}

function messagesOf(turns) {
  const messages = [];
  for (const turn of turns) {
    if (turn.user !== undefined) {
      const content = [{ type: "text", text: turn.user }];
      if (turn.image) content.push({ type: "file", data: turn.image, mediaType: "image/png" });
      messages.push({ role: "user", content });
    } else if (turn.reply !== undefined) {
      messages.push(...turn.reply);
    } else {
      const content = turn.results.map(({ id, name, text }) => {
        return { type: "tool-result", toolCallId: id, toolName: name, output: { type: "text", value: text } };
      });
      messages.push({ role: "tool", content });
    }
  }
  return messages;
}

function optionsOf(request) {
  const options = { model: modelOf(request), messages: messagesOf(request.turns), maxOutputTokens: request.max_tokens, maxRetries: 0 };
  if (request.tools.length) {
    options.tools = Object.fromEntries(
      request.tools.map(({ name, description, schema }) => [name, tool({ description, inputSchema: jsonSchema(schema) })]),
    );
    options.toolChoice = request.must_call ? "required" : "auto";
  }
  if (request.schema) options.output = Output.object({ schema: jsonSchema(request.schema) });
  if (request.thinking) Object.assign(options, { providerOptions: thinking, maxOutputTokens: 2048 });
  else options.providerOptions = { openai: { store: false } };
  return options;
}

function answer(result, events) {
  return {
    text: result.text,
    thinking: result.reasoningText ?? "",
    calls: result.toolCalls.map((call) => ({ id: call.toolCallId, name: call.toolName, arguments: call.input })),
    finish: result.finishReason,
    input_tokens: result.usage.inputTokens ?? 0,
    output_tokens: result.usage.outputTokens ?? 0,
    native: result.responseMessages ?? result.response.messages,
    events,
  };
}

async function ask(request) {
  if (!request.stream) return answer(await generateText(optionsOf(request)), []);
  const stream = streamText({ ...optionsOf(request), onError: () => {} });
  const events = [];
  let seen = "";
  try {
    for await (const part of stream.fullStream) {
      events.push(part.type);
      if (part.type === "text-delta") seen += part.text;
      if (part.type === "error") throw part.error;
    }
    const names = ["text", "reasoningText", "toolCalls", "finishReason", "usage", "response"];
    const values = await Promise.all(names.map((name) => stream[name]));
    return answer(Object.fromEntries(names.map((name, index) => [name, values[index]])), events);
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(JSON.stringify(error)), { seen, begun: events.includes("text-start") });
  }
}

async function embed(request) {
  const provider = makers[request.client](request.url, request.fields);
  const model = provider.textEmbeddingModel?.(request.model) ?? provider.embeddingModel(request.model);
  return { vectors: (await embedMany({ model, values: request.texts, maxRetries: 0 })).embeddings };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let told;
  try {
    told = await { ask, embed }[request.op](request);
  } catch (error) {
    const fields = error.responseHeaders ?? {};
    told = { error: String(error.message), status: error.statusCode ?? null, retry_after: fields["retry-after"] ?? null, seen: error.seen ?? "", begun: error.begun ?? false };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
}
