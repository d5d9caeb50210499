#include "llm/text/part.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "json/escaped_text.h"
#include "json/value.h"

namespace tidegate::llm {
namespace {

// Deeper content than any provider has is listed string by string.
constexpr std::size_t kMaxNesting = 16;

enum class Do : std::uint8_t {
  kContent,   // text, or more parts
  kLeaves,    // every string within; a lone string is text
  kJson,      // a string with JSON in it; an object: its leaves
  kSource,    // a document's source: text in it, or a file
  kToolList,  // tools with descriptions
};

struct Rule {
  std::string_view field;  // as LooseFields spells it
  Do what;
  Channel channel = kInherit;

  static constexpr auto kInherit = static_cast<Channel>(0xff);
};

using enum Channel;

constexpr std::array kRules = std::to_array<Rule>({
    {"action", Do::kLeaves, kToolCall},   // web_search_call, local_shell_call
    {"args", Do::kLeaves, kToolCall},     // Gemini functionCall
    {"arguments", Do::kJson, kToolCall},  // OpenAI
    {"audio", Do::kContent},              // its transcript
    {"citations", Do::kContent, kDocument},
    {"citationscontent", Do::kContent, kAssistant},
    {"citedtext", Do::kContent, kDocument},
    {"code", Do::kContent, kToolCall},
    {"codeexecutionresult", Do::kContent, kToolResult},
    {"content", Do::kContent},
    {"contents", Do::kContent},
    {"context", Do::kContent, kDocument},  // of a document
    {"custom", Do::kContent, kToolCall},
    {"document", Do::kContent, kDocument},
    {"executablecode", Do::kContent, kToolCall},
    {"function", Do::kContent, kToolCall},
    {"functioncall", Do::kContent, kToolCall},
    {"functionresponse", Do::kContent, kToolResult},
    {"guardcontent", Do::kContent},
    {"input", Do::kLeaves, kToolCall},  // tool_use, toolUse, custom_tool_call
    {"json", Do::kLeaves},              // Converse toolResult
    {"logs", Do::kContent, kToolResult},
    {"message", Do::kContent},  // a reply's
    {"output", Do::kContent, kToolResult},
    {"outputs", Do::kContent, kToolResult},
    {"parts", Do::kContent},
    {"queries", Do::kLeaves, kToolCall},  // file_search_call
    {"reasoning", Do::kContent, kReasoning},
    {"reasoningcontent", Do::kContent, kReasoning},
    {"reasoningdetails", Do::kContent, kReasoning},
    {"reasoningtext", Do::kContent, kReasoning},  // Converse
    {"refusal", Do::kContent, kAssistant},
    {"response", Do::kLeaves, kToolResult},  // Gemini functionResponse
    {"results", Do::kContent, kDocument},    // file_search_call
    {"searchresult", Do::kContent, kDocument},
    {"source", Do::kSource, kDocument},
    {"sourcecontent", Do::kContent, kDocument},  // Converse citations
    {"stderr", Do::kContent, kToolResult},
    {"stdout", Do::kContent, kToolResult},
    {"summary", Do::kContent, kReasoning},
    {"text", Do::kContent},
    {"thinking", Do::kContent, kReasoning},
    {"title", Do::kContent, kDocument},
    {"toolcalls", Do::kContent, kToolCall},
    {"toolresult", Do::kContent, kToolResult},
    {"tools", Do::kToolList, kToolDescription},  // mcp_list_tools
    {"tooluse", Do::kContent, kToolCall},
    {"transcript", Do::kContent},
});

constexpr bool is_sorted_by_field() { return std::ranges::is_sorted(kRules, {}, &Rule::field); }

const Rule* find_rule(std::string_view field) {
  const auto found = std::ranges::lower_bound(kRules, field, {}, &Rule::field);
  return found != kRules.end() && found->field == field ? &*found : nullptr;
}

Channel channel_of_role(std::string_view role, Channel otherwise) {
  if (role == "system" || role == "developer") return kSystem;
  if (role == "user") return kUser;
  if (role == "assistant" || role == "model") return kAssistant;
  if (role == "tool" || role == "function") return kToolResult;
  return otherwise;
}

Channel channel_of_type(std::string_view type, Channel otherwise) {
  if (type.ends_with("tool_result") || type.ends_with("_output")) return kToolResult;
  if (type.ends_with("_call") || type.ends_with("tool_use")) return kToolCall;
  if (type == "document" || type == "search_result" || type == "web_search_result") {
    return kDocument;
  }
  return type == "reasoning" || type == "thinking" ? kReasoning : otherwise;
}

// Who speaks in an object: its role, else its type, else who spoke around it.
Channel channel_of(std::string_view object, Channel around, Arena& arena) {
  LooseFields fields(object, arena);
  LooseFields::Item item;
  auto channel = around;
  bool has_role = false;
  while (fields.next(item)) {
    if (item.name == "role") {
      channel = channel_of_role(json::unescape({json::unquote(item.value)}, arena), channel);
      has_role = true;
    } else if (item.name == "type" && !has_role) {
      channel = channel_of_type(json::unescape({json::unquote(item.value)}, arena), channel);
    } else if (item.name == "thought" && item.value == "true") {
      channel = kReasoning;
    }
  }
  return channel;
}

class Walk {
 public:
  explicit Walk(TextCollector& to) : to_(to) {}

  void content(std::string_view value, Channel channel, std::size_t depth) {
    if (json::is_string(value)) return to_.add(value, channel);
    if (depth == kMaxNesting) return to_.add_leaves(value, channel);
    if (json::is_object(value)) return object(value, channel, depth + 1);
    json::ArrayCursor elements(value);
    while (const auto element = elements.next()) {
      if (to_.overflow()) return;
      content(*element, channel, depth + 1);
    }
  }

 private:
  void object(std::string_view value, Channel around, std::size_t depth) {
    const auto channel = channel_of(value, around, to_.arena());
    LooseFields fields(value, to_.arena());
    LooseFields::Item item;
    while (fields.next(item) && !to_.overflow()) {
      if (const auto* rule = find_rule(item.name)) apply(*rule, item.value, channel, depth);
    }
  }

  void apply(const Rule& rule, std::string_view value, Channel around, std::size_t depth) {
    const auto channel = rule.channel == Rule::kInherit ? around : rule.channel;
    switch (rule.what) {
      case Do::kContent:
        return content(value, channel, depth);
      case Do::kLeaves:
        return to_.add_leaves(value, channel);
      case Do::kJson:
        return json::is_string(value) ? to_.add(value, channel, true)
                                      : to_.add_leaves(value, channel);
      case Do::kSource:
        return source(value, channel, depth);
      case Do::kToolList:
        return add_tools(to_, value);
    }
  }

  // {"type":"text","data":"..."}, {"type":"content","content":[...]}, {"text":"..."}; a file
  // otherwise. A bare string is the address of a search result.
  void source(std::string_view value, Channel channel, std::size_t depth) {
    if (!json::is_object(value)) return;
    content(value, channel, depth);
    const auto type = json::unquote(find_loose(value, "type", to_.arena()));
    if (type != "base64") to_.add(find_loose(value, "data", to_.arena()), channel);
  }

  TextCollector& to_;
};

}  // namespace

void add_content(TextCollector& to, std::string_view value, Channel channel) {
  static_assert(is_sorted_by_field());
  Walk(to).content(value, channel, 0);
}

void add_messages(TextCollector& to, std::string_view value, Channel channel) {
  if (!json::is_array(value)) {
    to.set_message(0);
    add_content(to, value, channel);
  }
  json::ArrayCursor messages(value);
  for (std::uint32_t i = 0; const auto message = messages.next(); ++i) {
    if (to.overflow()) break;
    to.set_message(i);
    add_content(to, *message, channel);
  }
  to.set_message(Text::kNoMessage);
}

// Descriptions stand in the tool, in what wraps it and in its schema, and nothing else there is
// called so.
void add_tools(TextCollector& to, std::string_view value) { to.add_descriptions(value); }

}  // namespace tidegate::llm
