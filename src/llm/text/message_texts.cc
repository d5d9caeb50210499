#include "llm/text/message_texts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "json/value.h"
#include "llm/text/part.h"

namespace tidegate::llm {
namespace {

using enum Channel;

enum class Do : std::uint8_t {
  kContent,   // one text or message
  kMessages,  // a list of them
  kLeaves,    // every string within
  kSchema,    // descriptions within
  kRoot,      // another document of the same kind, or a list of them
  kInput,     // Responses' items, or what an embedding is made of; an object: another document
  kPrompt,    // texts, or a stored prompt with variables
  kChoices,   // of a reply, with an index each
};

struct Rule {
  std::string_view field;  // as LooseFields spells it
  Do what;
  Channel channel = kUser;
};

constexpr std::array kRequest = std::to_array<Rule>({
    {"content", Do::kContent, kUser},         // Gemini embedContent
    {"contents", Do::kMessages, kUser},       // Gemini
    {"converse", Do::kRoot},                  // Bedrock CountTokens
    {"documents", Do::kMessages, kDocument},  // rerank
    {"functions", Do::kSchema},               // Chat Completions, old
    {"generatecontentrequest", Do::kRoot},    // Gemini countTokens
    {"generationconfig", Do::kSchema},        // Gemini responseSchema
    {"input", Do::kInput, kUser},
    {"inputs", Do::kMessages, kUser},         // Cohere embed
    {"inputtext", Do::kContent, kUser},       // Titan
    {"instructions", Do::kContent, kSystem},  // Responses
    {"messages", Do::kMessages, kUser},
    {"outputconfig", Do::kSchema},  // Messages
    {"outputformat", Do::kSchema},
    {"prediction", Do::kContent, kDocument},  // Chat Completions
    {"prompt", Do::kPrompt, kUser},
    {"promptvariables", Do::kLeaves, kUser},  // Converse
    {"query", Do::kContent, kUser},           // rerank
    {"requests", Do::kRoot},                  // Gemini batchEmbedContents
    {"responseformat", Do::kSchema},
    {"suffix", Do::kContent, kUser},  // Completions
    {"system", Do::kContent, kSystem},
    {"systeminstruction", Do::kContent, kSystem},  // Gemini
    {"text", Do::kSchema},                         // Responses text.format
    {"texts", Do::kMessages, kUser},               // Cohere embed
    {"title", Do::kContent, kDocument},            // Gemini embedContent
    {"toolconfig", Do::kSchema},                   // Converse
    {"tools", Do::kSchema},
});

constexpr std::array kReply = std::to_array<Rule>({
    {"candidates", Do::kChoices, kAssistant},  // Gemini
    {"choices", Do::kChoices, kAssistant},     // Chat Completions, Completions
    {"completion", Do::kContent, kAssistant},  // InvokeModel, old
    {"content", Do::kMessages, kAssistant},    // Messages
    {"generation", Do::kContent, kAssistant},  // InvokeModel, Llama
    {"instructions", Do::kContent, kSystem},   // Responses repeats the request's
    {"output", Do::kMessages, kAssistant},     // Responses, Converse
    {"outputs", Do::kMessages, kAssistant},    // InvokeModel, Mistral
    {"results", Do::kMessages, kDocument},     // rerank
    {"tools", Do::kSchema},                    // Responses repeats the request's
});

constexpr bool is_sorted(std::span<const Rule> rules) {
  return std::ranges::is_sorted(rules, {}, &Rule::field);
}
static_assert(is_sorted(kRequest) && is_sorted(kReply));

class RootWalk {
 public:
  RootWalk(std::span<const Rule> rules, TextCollector& to) : rules_(rules), to_(to) {}

  void root(std::string_view value, std::size_t depth) {
    if (depth > kMaxRoots) return to_.add_leaves(value, kUser);
    json::ArrayCursor documents(value);
    while (const auto document = documents.next()) root(*document, depth + 1);
    LooseFields fields(value, to_.arena());
    LooseFields::Item item;
    while (fields.next(item) && !to_.overflow()) {
      const auto rule = std::ranges::lower_bound(rules_, item.name, {}, &Rule::field);
      if (rule != rules_.end() && rule->field == item.name) apply(*rule, item.value, depth);
    }
  }

 private:
  // Documents within documents: a list of requests, a request in a request.
  static constexpr std::size_t kMaxRoots = 4;

  void apply(const Rule& rule, std::string_view value, std::size_t depth) {
    switch (rule.what) {
      case Do::kContent:
        return add_content(to_, value, rule.channel);
      case Do::kMessages:
        return add_messages(to_, value, rule.channel);
      case Do::kLeaves:
        return to_.add_leaves(value, rule.channel);
      case Do::kSchema:
        return add_tools(to_, value);
      case Do::kRoot:
        return root(value, depth + 1);
      case Do::kInput:
        return json::is_object(value) ? root(value, depth + 1)
                                      : add_messages(to_, value, rule.channel);
      case Do::kPrompt:
        return json::is_object(value)
                   ? to_.add_leaves(find_loose(value, "variables", to_.arena()), rule.channel)
                   : add_messages(to_, value, rule.channel);
      case Do::kChoices:
        return choices(value, rule.channel);
    }
  }

  void choices(std::string_view value, Channel channel) {
    json::ArrayCursor list(value);
    for (std::uint32_t i = 0; const auto choice = list.next(); ++i) {
      const auto index = json::parse_uint(find_loose(*choice, "index", to_.arena()));
      to_.set_message(static_cast<std::uint32_t>(std::min<std::uint64_t>(
          index.value_or(i), std::numeric_limits<std::uint32_t>::max() - 1)));
      add_content(to_, *choice, channel);
    }
    to_.set_message(Text::kNoMessage);
  }

  std::span<const Rule> rules_;
  TextCollector& to_;
};

Result<void> list_texts(std::span<const Rule> rules, Origin origin, std::string_view body,
                        Arena& arena, std::vector<Text>& out) {
  TIDEGATE_TRY(range, json::validate(body, origin));
  TextCollector to(body, arena, out);
  RootWalk(rules, to).root(range.of(body), 0);
  if (to.overflow()) return fail(ErrorCode::kLimit, origin, "more texts than are looked at");
  return {};
}

}  // namespace

Result<void> list_request_metadata(std::string_view body, Arena& arena, std::vector<Text>& out) {
  constexpr std::string_view kLeft[] = {"mcpservers", "model", "modelid"};
  TIDEGATE_TRY(range, json::validate(body, Origin::kDownstream));
  TextCollector to(body, arena, out);
  LooseFields fields(range.of(body), arena);
  LooseFields::Item item;
  while (fields.next(item) && !to.overflow()) {
    const bool is_text = std::ranges::binary_search(kRequest, item.name, {}, &Rule::field);
    const bool is_left = std::ranges::find(kLeft, item.name) != std::end(kLeft);
    if (!is_text && !is_left) to.add_leaves(item.value, kUser);
  }
  if (to.overflow()) {
    return fail(ErrorCode::kLimit, Origin::kDownstream, "more texts than are looked at");
  }
  return {};
}

void add_reply(TextCollector& to, std::string_view document) {
  RootWalk(kReply, to).root(document, 0);
}

Result<void> list_request_texts(std::string_view body, Arena& arena, std::vector<Text>& out) {
  return list_texts(kRequest, Origin::kDownstream, body, arena, out);
}

Result<void> list_reply_texts(std::string_view body, Arena& arena, std::vector<Text>& out) {
  return list_texts(kReply, Origin::kUpstream, body, arena, out);
}

}  // namespace tidegate::llm
