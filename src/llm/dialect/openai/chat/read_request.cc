#include <algorithm>
#include <array>

#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/tools.h"

namespace tidegate::llm::openai {
namespace {

using Item = FieldCursor::Item;

using NumberMember = std::pair<std::string_view, std::string_view Conversation::*>;
constexpr std::array kNumbers = {
    NumberMember{"top_k", &Conversation::top_k}, NumberMember{"seed", &Conversation::seed},
    NumberMember{"presence_penalty", &Conversation::presence_penalty},
    NumberMember{"frequency_penalty", &Conversation::frequency_penalty}};

class RequestReader {
 public:
  RequestReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(std::string_view body) {
    FieldCursor cursor(body, arena_);
    std::string_view messages;
    while (const auto item = cursor.next()) {
      if (item->name == "messages") messages = item->value;
      TIDEGATE_TRY_VOID(read_member(*item));
    }
    return read_chat_messages(root_.member("messages"), messages, conversation_, arena_);
  }

 private:
  using Read = Result<void> (RequestReader::*)(const Where&, std::string_view);
  struct Known {
    std::string_view name;
    Read read;
  };

  Result<void> read_member(const Item& item) {
    static constexpr std::array kKnown = {
        Known{"messages", &RequestReader::skip},
        Known{"tools", &RequestReader::read_tool_list},
        Known{"functions", &RequestReader::read_function_list},
        Known{"tool_choice", &RequestReader::read_choice},
        Known{"function_call", &RequestReader::read_call_choice},
        Known{"max_tokens", &RequestReader::read_max_tokens},
        Known{"max_completion_tokens", &RequestReader::read_max_completion_tokens},
        Known{"n", &RequestReader::read_choices},
        Known{"logprobs", &RequestReader::read_logprobs},
        Known{"stop", &RequestReader::read_stop},
        Known{"response_format", &RequestReader::read_format},
        Known{"reasoning_effort", &RequestReader::read_reasoning_effort},
        Known{"reasoning", &RequestReader::read_reasoning},
        Known{"thinking", &RequestReader::read_thinking},
        Known{"stream_options", &RequestReader::read_stream_options},
    };
    const Where path = root_.member(item.name);
    for (const auto& known : kKnown) {
      if (item.name == known.name) return (this->*known.read)(path, item.value);
    }
    for (const auto& [name, member] : kNumbers) {
      if (item.name != name) continue;
      TIDEGATE_TRY(number, read_number(item.value, path));
      conversation_.*member = number;
      return {};
    }
    TIDEGATE_TRY(is_common, read_common_member(item, conversation_, arena_));
    if (!is_common && !says_nothing(item)) note_unknown(item.name, item.value);
    return {};
  }

  // Members that ask for what every provider does anyway.
  static bool says_nothing(const Item& item) {
    if (item.name == "store") return item.value == "false";
    if (item.name == "logit_bias") return !json::ObjectCursor(item.value).next();
    if (item.name != "modalities") return false;
    json::ArrayCursor modalities(item.value);
    return modalities.next() == R"("text")" && !modalities.next();
  }

  void note_unknown(std::string_view name, std::string_view value) {
    conversation_.unknown.push_back({name, value});
  }

  Result<void> skip(const Where&, std::string_view) { return {}; }

  Result<void> read_tool_list(const Where& path, std::string_view value) {
    return read_tools(path, value, conversation_, arena_);
  }
  Result<void> read_function_list(const Where& path, std::string_view value) {
    return read_functions(path, value, conversation_, arena_);
  }
  Result<void> read_choice(const Where& path, std::string_view value) {
    return read_tool_choice(path, value, conversation_, arena_);
  }
  Result<void> read_call_choice(const Where& path, std::string_view value) {
    return read_function_call(path, value, conversation_, arena_);
  }

  // The newer name of the limit counts, wherever it stands.
  Result<void> read_max_tokens(const Where& path, std::string_view value) {
    TIDEGATE_TRY(count, read_count(value, path));
    if (!has_completion_limit_) conversation_.max_tokens = count;
    return {};
  }
  Result<void> read_max_completion_tokens(const Where& path, std::string_view value) {
    TIDEGATE_TRY(count, read_count(value, path));
    conversation_.max_tokens = count;
    has_completion_limit_ = true;
    return {};
  }

  Result<void> read_choices(const Where& path, std::string_view value) {
    TIDEGATE_TRY(count, read_count(value, path));
    if (count < 1 || count > 128) return path.refuse("must be between 1 and 128");
    conversation_.choices = static_cast<std::uint32_t>(count);
    return {};
  }

  Result<void> read_logprobs(const Where& path, std::string_view value) {
    TIDEGATE_TRY(flag, read_bool(value, path));
    if (flag) conversation_.logprobs = true;
    return {};
  }

  Result<void> read_stop(const Where& path, std::string_view value) {
    if (json::is_string(value)) {
      conversation_.stop.push_back({json::unquote(value)});
      return {};
    }
    if (!json::is_array(value)) return path.refuse("must be a string or an array of strings");
    return read_strings(value, path, conversation_.stop);
  }

  Result<void> read_format(const Where& path, std::string_view value) {
    TIDEGATE_TRY(has_schema, read_output_type(path, value, conversation_.output, arena_));
    if (!has_schema) return {};
    return read_json_schema(path.member("json_schema"), find_value(value, "json_schema"),
                            conversation_.output, arena_);
  }

  Reasoning& reasoning() {
    if (!conversation_.reasoning) conversation_.reasoning.emplace();
    return *conversation_.reasoning;
  }

  Result<void> read_reasoning_effort(const Where& path, std::string_view value) {
    return read_effort(path, value, reasoning(), arena_);
  }

  // OpenRouter: {"effort":"high"} or {"max_tokens":2000}, "exclude":false, "enabled":true.
  Result<void> read_reasoning(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, path));
    FieldCursor cursor(value, arena_);
    while (const auto item = cursor.next()) {
      const Where at = path.member(item->name);
      if (item->name == "effort") {
        TIDEGATE_TRY_VOID(read_effort(at, item->value, reasoning(), arena_));
      } else if (item->name == "max_tokens") {
        TIDEGATE_TRY(budget, read_count(item->value, at));
        reasoning().budget = budget;
      } else if (item->name == "exclude") {
        TIDEGATE_TRY(exclude, read_bool(item->value, at));
        reasoning().show = !exclude;
      } else if (item->name == "enabled") {
        TIDEGATE_TRY(enabled, read_bool(item->value, at));
        if (!enabled) reasoning().effort = Reasoning::Effort::kNone;
        if (enabled && !reasoning().effort) reasoning().adaptive = true;
      } else {
        note_unknown(at.path(arena_), item->value);
      }
    }
    return {};
  }

  // DeepSeek, GLM, Kimi: {"type":"enabled"|"disabled"}; with budget_tokens as Anthropic has it.
  Result<void> read_thinking(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, path));
    TIDEGATE_TRY(type, read_word(find_value(value, "type"), path.member("type"), arena_));
    if (const auto budget = find_value(value, "budget_tokens"); !budget.empty()) {
      TIDEGATE_TRY(count, read_count(budget, path.member("budget_tokens")));
      reasoning().budget = count;
    }
    if (type == "disabled") {
      reasoning().effort = Reasoning::Effort::kNone;
    } else if (!reasoning().budget) {
      reasoning().adaptive = true;
    }
    return {};
  }

  Result<void> read_stream_options(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, path));
    FieldCursor cursor(value, arena_);
    while (const auto item = cursor.next()) {
      const Where at = path.member(item->name);
      TIDEGATE_TRY(flag, read_bool(item->value, at));
      if (item->name == "include_usage") {
        conversation_.include_usage = flag;
      } else if (flag) {
        note_unknown(at.path(arena_), item->value);
      }
    }
    return {};
  }

  const Where root_{Origin::kDownstream};
  Conversation& conversation_;
  Arena& arena_;
  bool has_completion_limit_ = false;
};

}  // namespace

Result<void> read_chat_request(std::string_view body, const PathFacts& path,
                               Conversation& conversation, Arena& arena) {
  conversation.model = path.model;
  return RequestReader(conversation, arena).read(body);
}

}  // namespace tidegate::llm::openai
