#include "processors/response_cache/request_key.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "cache/canonical.h"
#include "json/cursor.h"
#include "json/value.h"
#include "llm/provider.h"

namespace tidegate::processors::response_cache {
namespace {

using llm::Operation;

// They choose a version or beta of an API, whose budget is billed, or a guardrail.
// Source: OpenAI, Anthropic, Google and Amazon Bedrock API references (2026-11).
constexpr std::array<std::string_view, 8> kMeaningful = {"anthropic-version",
                                                         "anthropic-beta",
                                                         "openai-beta",
                                                         "openai-organization",
                                                         "openai-project",
                                                         "x-goog-user-project",
                                                         "x-amzn-bedrock-guardrailidentifier",
                                                         "x-amzn-bedrock-guardrailversion"};

// The path without the word that says whether to stream.
std::string_view path_of(const pipeline::Message& message) {
  const std::string_view path = message.request->path();
  switch (message.call->operation) {
    case Operation::kGenerateContent:
      return path.substr(0, path.rfind(':'));
    case Operation::kConverse:
      return path.substr(0, path.rfind('/'));
    default:
      return path;
  }
}

// The query without the word for the form of a stream (Gemini).
void add_query(std::string_view query, cache::KeyBuilder& key) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    if (!parameter.starts_with("alt=")) key.add(parameter);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

void add_field(const http::HeaderMap& fields, std::string_view name, cache::KeyBuilder& key) {
  key.add(name);
  std::uint64_t count = 0;
  for (const auto& field : fields.fields()) {
    if (!http::iequals(field.name, name)) continue;
    key.add(field.value);
    ++count;
  }
  key.add(count);
}

// What the provider keeps, or does later: the same request again is another one.
bool has_state(const pipeline::Message& message) {
  if (message.call->operation != Operation::kResponses) return false;
  const auto conversation = json::find_member(message.payload, "conversation");
  const auto background = json::find_member(message.payload, "background");
  return (conversation && !json::is_null(*conversation)) || background == "true";
}

// Empty: `body` is too deep.
std::optional<cache::Key> key_of(const pipeline::Message& message, std::string_view body,
                                 std::string_view question, std::uint64_t policy,
                                 const Config& config) {
  std::vector<std::string_view> left_out = {"stream", "stream_options"};
  left_out.insert(left_out.end(), config.ignore.begin(), config.ignore.end());
  std::string canonical;
  canonical.reserve(body.size());
  if (!cache::append_canonical(body, left_out, canonical)) return std::nullopt;
  cache::KeyBuilder key;
  key.add(policy);
  key.add(message.route);
  key.add(std::uint64_t{message.rule});
  key.add(message.backend);
  key.add(static_cast<std::uint64_t>(message.call->dialect) << 8 |
          static_cast<std::uint64_t>(message.call->operation));
  key.add(path_of(message));
  add_query(message.request->query(), key);
  for (const std::string_view name : kMeaningful) add_field(message.request->fields, name, key);
  for (const std::string& name : config.partition_by) {
    add_field(message.request->fields, name, key);
  }
  key.add(message.model);
  key.add(canonical);
  key.add(question);
  return key.finish();
}

}  // namespace

bool is_kept(Operation operation) {
  switch (operation) {
    case Operation::kChatCompletions:
    case Operation::kResponses:
    case Operation::kMessages:
    case Operation::kGenerateContent:
    case Operation::kConverse:
    case Operation::kEmbeddings:
    case Operation::kRerank:
      return true;
    default:
      return false;
  }
}

std::optional<cache::Key> make_key(const pipeline::Message& message, std::uint64_t policy,
                                   const Config& config) {
  if (message.payload.size() > config.max_request_bytes) return std::nullopt;
  if (message.facts->choices != 1 || has_state(message)) return std::nullopt;
  return key_of(message, message.payload, {}, policy, config);
}

std::optional<Question> make_question(const pipeline::Message& message, std::uint64_t policy,
                                      const Config& config, const cache::Synonyms& synonyms,
                                      std::span<const llm::Text> texts) {
  if (!llm::format_of(*message.call)) return std::nullopt;
  const llm::Text* last = nullptr;
  for (const llm::Text& text : texts) {
    if (text.channel == llm::Channel::kUser &&
        (last == nullptr || text.range.begin > last->range.begin)) {
      last = &text;
    }
  }
  if (last == nullptr || last->is_json) return std::nullopt;
  auto wording = cache::Wording::read(last->plain, synonyms);
  if (!wording) return std::nullopt;
  // The rest of the request, with nothing between the quotes of that text.
  std::string rest(message.payload.substr(0, last->range.begin + 1));
  rest += message.payload.substr(last->range.end - 1);
  const auto key = key_of(message, rest, wording->to_key(), policy, config);
  if (!key) return std::nullopt;
  return Question{*key, std::move(*wording)};
}

}  // namespace tidegate::processors::response_cache
