#include "llm/call.h"

#include <array>
#include <cstddef>

#include "base/limits.h"

namespace tidegate::llm {
namespace {

struct PathRule {
  std::string_view suffix;
  std::string_view method;
  Call call;
};

// Longer suffixes first where one ends with another.
constexpr std::array kRules = {
    PathRule{"/chat/completions", "POST", {Dialect::kOpenAi, Operation::kChatCompletions}},
    PathRule{"/completions", "POST", {Dialect::kOpenAi, Operation::kCompletions}},
    PathRule{"/embeddings", "POST", {Dialect::kOpenAi, Operation::kEmbeddings}},
    PathRule{"/responses", "POST", {Dialect::kOpenAi, Operation::kResponses}},
    PathRule{"/v1/messages", "POST", {Dialect::kAnthropic, Operation::kMessages}},
    PathRule{"/v1/messages/count_tokens", "POST", {Dialect::kAnthropic, Operation::kCountTokens}},
    PathRule{"/models", "GET", {Dialect::kOpenAi, Operation::kModels}},
    PathRule{"/moderations", "POST", {Dialect::kOpenAi, Operation::kOther}},
    PathRule{"/images/generations", "POST", {Dialect::kOpenAi, Operation::kOther}},
    PathRule{"/audio/speech", "POST", {Dialect::kOpenAi, Operation::kOther}},
    PathRule{"/rerank", "POST", {Dialect::kOpenAi, Operation::kOther}},
    PathRule{"/score", "POST", {Dialect::kOpenAi, Operation::kOther}},
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char folded = static_cast<char>(c | 0x20);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

// The path without percent-escapes, repeated slashes and "." segments, for comparison only.
class PlainPath {
 public:
  explicit PlainPath(std::string_view path) : plain_(path) {
    const bool is_plain =
        path.find('%') == path.npos && path.find("//") == path.npos && path.find("/.") == path.npos;
    if (!is_plain && path.size() <= buffer_.size()) rewrite(path);
    while (plain_.size() > 1 && plain_.back() == '/') plain_.remove_suffix(1);
  }
  std::string_view view() const { return plain_; }

 private:
  void rewrite(std::string_view path) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
      char c = path[i];
      const bool escaped = c == '%' && i + 2 < path.size() && hex_value(path[i + 1]) >= 0 &&
                           hex_value(path[i + 2]) >= 0;
      if (escaped) {
        c = static_cast<char>(hex_value(path[i + 1]) * 16 + hex_value(path[i + 2]));
        i += 2;
      }
      if (c == '/') used = close_segment(used);
      if (c == '/' && used > 0 && buffer_[used - 1] == '/') continue;
      buffer_[used++] = c;
    }
    plain_ = {buffer_.data(), close_segment(used)};
  }

  // Drops a last segment of "." and goes up for "..". Returns the length that stays.
  std::size_t close_segment(std::size_t used) const {
    const std::string_view text(buffer_.data(), used);
    if (text.ends_with("/.")) return used - 1;
    if (!text.ends_with("/..")) return used;
    const auto parent = used > 3 ? text.rfind('/', used - 4) : text.npos;
    return parent == text.npos ? 1 : parent + 1;
  }

  std::array<char, limits::kMaxTargetBytes> buffer_;  // touched only by paths that need it
  std::string_view plain_;
};

const PathRule* find_rule(std::string_view path) {
  for (const auto& rule : kRules) {
    if (path.ends_with(rule.suffix)) return &rule;
  }
  return nullptr;
}

bool is_one_model(std::string_view path) {
  // Model names may contain slashes ("meta-llama/Llama-3"), so only the segment before them
  // decides.
  const auto at = path.find("/models/");
  return at != path.npos && path.size() > at + 8;
}

}  // namespace

std::optional<Call> find_operation(std::string_view method, std::string_view path) {
  const PlainPath plain(path);
  if (method == "GET" && is_one_model(plain.view())) {
    return Call{Dialect::kOpenAi, Operation::kModel};
  }
  const auto* rule = find_rule(plain.view());
  if (rule == nullptr || rule->method != method) return std::nullopt;
  return rule->call;
}

bool is_call_path(std::string_view path) { return find_rule(PlainPath(path).view()) != nullptr; }

bool has_request_body(Operation operation) {
  return operation != Operation::kModels && operation != Operation::kModel;
}

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::kChatCompletions:
      return "chat";
    case Operation::kCompletions:
      return "text_completion";
    case Operation::kEmbeddings:
      return "embeddings";
    case Operation::kResponses:
      return "responses";
    case Operation::kMessages:
      return "messages";
    case Operation::kCountTokens:
      return "count_tokens";
    case Operation::kModels:
    case Operation::kModel:
      return "models";
    case Operation::kOther:
      return "other";
  }
  return "other";
}

std::string_view to_string(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return "openai";
    case Dialect::kAnthropic:
      return "anthropic";
  }
  return "openai";
}

}  // namespace tidegate::llm
