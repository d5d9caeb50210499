#include "app/quickstart/banner.h"

#include <fmt/format.h>

namespace tidegate::app {
namespace {

std::string format_found(const Findings& findings) {
  if (!findings.any()) {
    return "  no API key and no local model server: the built-in simulator answers, as any model\n"
           "  (set OPENAI_API_KEY or ANTHROPIC_API_KEY, or start Ollama, and run this again)\n";
  }
  std::string text;
  if (findings.openai_key) text += "  OPENAI_API_KEY: models go to OpenAI\n";
  if (findings.openai_url) {
    text +=
        fmt::format("  OPENAI_BASE_URL: OpenAI calls go to {}:{}{}\n", findings.openai_url->host,
                    findings.openai_url->port, findings.openai_url->path);
  }
  if (findings.anthropic_key)
    text += "  ANTHROPIC_API_KEY: claude-* and /v1/messages go to Anthropic\n";
  for (const auto& server : findings.local_servers) {
    text += fmt::format("  {} on port {}: {} model{}\n", server.name, server.port,
                        server.models.size(), server.models.size() == 1 ? "" : "s");
  }
  return text;
}

// A model that what was found surely has.
std::string choose_model(const Findings& findings) {
  if (!findings.local_servers.empty()) return findings.local_servers.front().models.front();
  const bool only_anthropic =
      findings.anthropic_key && !findings.openai_key && !findings.openai_url;
  return only_anthropic ? "claude-haiku-4-5" : "gpt-4o-mini";
}

std::string format_host(const io::Address& listen) {
  if (listen.ip() == "0.0.0.0" || listen.ip() == "::") {
    return fmt::format("localhost:{}", listen.port());
  }
  return listen.to_string();
}

constexpr std::string_view kOpenAiCalls = R"(
Chat:
  curl http://{host}/v1/chat/completions -H 'Content-Type: application/json' \
    -d '{{"model":"{model}","messages":[{{"role":"user","content":"Hello"}}]}}'

Streaming:
  curl -N http://{host}/v1/chat/completions -H 'Content-Type: application/json' \
    -d '{{"model":"{model}","stream":true,"messages":[{{"role":"user","content":"Hello"}}]}}'

Python (pip install openai):
  from openai import OpenAI
  client = OpenAI(base_url="http://{host}/v1", api_key="unused")
  chat = client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": "Hello"}}])
  print(chat.choices[0].message.content)

Node (npm install openai):
  import OpenAI from "openai";
  const client = new OpenAI({{ baseURL: "http://{host}/v1", apiKey: "unused" }});
  const chat = await client.chat.completions.create({{ model: "{model}", messages: [{{ role: "user", content: "Hello" }}] }});
  console.log(chat.choices[0].message.content);
)";

constexpr std::string_view kAnthropicCalls = R"(
Messages:
  curl http://{host}/v1/messages -H 'Content-Type: application/json' -H 'anthropic-version: 2023-06-01' \
    -d '{{"model":"{model}","max_tokens":256,"messages":[{{"role":"user","content":"Hello"}}]}}'

Streaming: the same with "stream":true and curl -N.

Python (pip install anthropic):
  from anthropic import Anthropic
  client = Anthropic(base_url="http://{host}", api_key="unused")
  message = client.messages.create(model="{model}", max_tokens=256, messages=[{{"role": "user", "content": "Hello"}}])
  print(message.content[0].text)

Node (npm install @anthropic-ai/sdk):
  import Anthropic from "@anthropic-ai/sdk";
  const client = new Anthropic({{ baseURL: "http://{host}", apiKey: "unused" }});
  const message = await client.messages.create({{ model: "{model}", max_tokens: 256, messages: [{{ role: "user", content: "Hello" }}] }});
  console.log(message.content[0].text);
)";

}  // namespace

std::string format_banner(const Banner& banner) {
  const std::string host = format_host(banner.listen);
  const std::string model = choose_model(banner.findings);
  std::string text = fmt::format("\nTidegate is serving http://{}\n\nFound:\n", host);
  text += format_found(banner.findings);
  text += fmt::format("\nIts configuration: {} (watched: edit it, and it takes effect)\n",
                      banner.directory);
  text +=
      "Made anew by each quickstart; copy it to keep it, and serve the copy with \"tidegate run "
      "-f\".\n";
  if (!banner.admin.empty()) {
    text += fmt::format("Health and metrics: http://{}/metrics\n", banner.admin);
  }
  const auto calls = model.starts_with("claude-") ? kAnthropicCalls : kOpenAiCalls;
  text += fmt::format(fmt::runtime(calls), fmt::arg("host", host), fmt::arg("model", model));
  return text + "\nCtrl-C ends it.\n\n";
}

}  // namespace tidegate::app
