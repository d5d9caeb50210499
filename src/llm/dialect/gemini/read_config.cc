#include "llm/dialect/gemini/read_config.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "llm/conversation/effort.h"
#include "llm/conversation/tool_schema.h"
#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

using Item = FieldCursor::Item;

constexpr std::array<std::pair<std::string_view, std::string_view Conversation::*>, 6> kNumbers = {{
    {"temperature", &Conversation::temperature},
    {"topP", &Conversation::top_p},
    {"topK", &Conversation::top_k},
    {"presencePenalty", &Conversation::presence_penalty},
    {"frequencyPenalty", &Conversation::frequency_penalty},
    {"seed", &Conversation::seed},
}};

class ConfigReader {
 public:
  ConfigReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(std::string_view config) {
    FieldCursor cursor(config);
    while (const auto item = cursor.next()) TIDEGATE_TRY_VOID(read_member(*item));
    return {};
  }

 private:
  static std::unexpected<Error> refuse(std::string_view name, std::string_view what) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream,
                fmt::format("'generationConfig.{}' {}", name, what));
  }

  Result<void> read_member(const Item& item) {
    const auto& [name, written, value] = item;
    for (const auto& [known, member] : kNumbers) {
      if (name != known) continue;
      if (!json::is_number(value)) return refuse(written, "must be a number");
      conversation_.*member = value;
      return {};
    }
    if (name == "maxOutputTokens" || name == "candidateCount" || name == "logprobs") {
      return read_count(item);
    }
    if (name == "stopSequences") return read_stop(item);
    if (name == "responseLogprobs") {
      conversation_.logprobs = json::parse_bool(value);
      if (!conversation_.logprobs) return refuse(written, "must be a boolean");
      return {};
    }
    if (name == "thinkingConfig") return read_thinking(item);
    if (name.starts_with("response")) return read_response_member(item);
    add_unknown(written, value);
    return {};
  }

  Result<void> read_count(const Item& item) {
    const auto count = parse_count(item.value);
    if (!count) return refuse(item.written, "must be a whole number");
    if (item.name == "maxOutputTokens") {
      conversation_.max_tokens = count;
    } else if (item.name == "logprobs") {
      conversation_.top_logprobs = item.value;
    } else if (*count >= 1 && *count <= 128) {
      conversation_.choices = static_cast<std::uint32_t>(*count);
    } else {
      return refuse(item.written, "must be between 1 and 128");
    }
    return {};
  }

  Result<void> read_stop(const Item& item) {
    if (!json::is_array(item.value)) return refuse(item.written, "must be an array");
    json::ArrayCursor cursor(item.value);
    while (const auto text = cursor.next()) {
      if (!json::is_string(*text)) return refuse(item.written, "must hold strings only");
      conversation_.stop.push_back({json::unquote(*text)});
    }
    return {};
  }

  Result<void> read_response_member(const Item& item) {
    const auto& [name, written, value] = item;
    auto& output = conversation_.output;
    if (name == "responseMimeType") {
      const auto type = json::unquote(value);
      if (type == "application/json") {
        if (output.kind == OutputFormat::Kind::kText) output.kind = OutputFormat::Kind::kJson;
      } else if (!type.empty() && type != "text/plain") {
        add_unknown(written, value);  // text/x.enum
      }
    } else if (name == "responseSchema" || name == "responseJsonSchema") {
      if (!json::is_object(value)) return refuse(written, "must be an object");
      output.kind = OutputFormat::Kind::kJsonSchema;
      output.schema = name == "responseSchema" ? from_openapi_schema(value, arena_) : value;
    } else if (name != "responseModalities" || !is_only_text(value)) {
      add_unknown(written, value);
    }
    return {};
  }

  static bool is_only_text(std::string_view modalities) {
    json::ArrayCursor cursor(modalities);
    while (const auto one = cursor.next()) {
      if (json::unquote(*one) != "TEXT") return false;
    }
    return true;
  }

  Result<void> read_thinking(const Item& item) {
    if (!json::is_object(item.value)) return refuse(item.written, "must be an object");
    Reasoning reasoning;
    FieldCursor cursor(item.value);
    while (const auto member = cursor.next()) {
      const auto& [name, written, value] = *member;
      const auto path = fmt::format("{}.{}", item.written, written);
      if (name == "includeThoughts") {
        reasoning.show = json::parse_bool(value);
        if (!reasoning.show) return refuse(path, "must be a boolean");
      } else if (name == "thinkingBudget") {
        reasoning.budget = parse_count(value);
        reasoning.adaptive = value == "-1";
        if (!reasoning.budget && !reasoning.adaptive) {
          return refuse(path, "must be -1 or a whole number");
        }
      } else if (name == "thinkingLevel") {
        const auto level = json::unquote(value);
        reasoning.effort = parse_effort(level);
        if (!reasoning.effort && level != "THINKING_LEVEL_UNSPECIFIED") {
          return refuse(path, "must be minimal, low, medium or high");
        }
      } else {
        add_unknown(path, value);
      }
    }
    conversation_.reasoning = reasoning;
    return {};
  }

  void add_unknown(std::string_view name, std::string_view value) {
    conversation_.unknown.push_back({arena_.concat({"generationConfig.", name}), value});
  }

  Conversation& conversation_;
  Arena& arena_;
};

}  // namespace

Result<void> read_generation_config(std::string_view value, Conversation& conversation,
                                    Arena& arena) {
  if (!json::is_object(value)) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream, "'generationConfig' must be an object");
  }
  return ConfigReader(conversation, arena).read(value);
}

}  // namespace tidegate::llm::gemini
