#include <array>

#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/responses/items.h"
#include "llm/dialect/openai/responses/request.h"
#include "llm/dialect/openai/tools.h"

namespace tidegate::llm::openai {
namespace {

using Item = FieldCursor::Item;

class RequestReader {
 public:
  RequestReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(std::string_view body) {
    FieldCursor cursor(body, arena_);
    std::string_view input;
    while (const auto item = cursor.next()) {
      if (item->name == "input") input = item->value;
      TIDEGATE_TRY_VOID(read_member(*item));
    }
    return read_input(root_.member("input"), input, conversation_, arena_);
  }

 private:
  using Read = Result<void> (RequestReader::*)(const Where&, std::string_view);
  struct Known {
    std::string_view name;
    Read read;
  };

  Result<void> read_member(const Item& item) {
    static constexpr std::array kKnown = {
        Known{"input", &RequestReader::skip},
        Known{"instructions", &RequestReader::read_instructions},
        Known{"tools", &RequestReader::read_tool_list},
        Known{"tool_choice", &RequestReader::read_choice},
        Known{"max_output_tokens", &RequestReader::read_max_tokens},
        Known{"text", &RequestReader::read_text_options},
        Known{"reasoning", &RequestReader::read_reasoning},
        Known{"include", &RequestReader::read_include},
        Known{"stream_options", &RequestReader::read_stream_options},
        Known{"background", &RequestReader::read_background},
        Known{"previous_response_id", &RequestReader::refuse_state},
        Known{"conversation", &RequestReader::refuse_state},
        Known{"prompt", &RequestReader::refuse_state},
    };
    const Where where = root_.member(item.name);
    for (const auto& known : kKnown) {
      if (item.name == known.name) return (this->*known.read)(where, item.value);
    }
    TIDEGATE_TRY(is_common, read_common_member(item, conversation_, arena_));
    if (!is_common && !says_nothing(item)) note_unknown(item.name, item.value);
    return {};
  }

  // Members that ask for what every provider does anyway.
  static bool says_nothing(const Item& item) {
    if (item.name == "store") return item.value == "false";
    return item.name == "truncation" && item.value == R"("disabled")";
  }

  void note_unknown(std::string_view name, std::string_view value) {
    conversation_.unknown.push_back({name, value});
  }

  Result<void> skip(const Where&, std::string_view) { return {}; }

  Result<void> refuse_state(const Where& where, std::string_view) {
    return where.refuse("names what another provider keeps; send the whole input instead");
  }

  Result<void> read_background(const Where& where, std::string_view value) {
    TIDEGATE_TRY(background, read_bool(value, where));
    if (background) return where.refuse("cannot be true for this provider");
    return {};
  }

  // Before every other instruction, whichever stands first.
  Result<void> read_instructions(const Where& where, std::string_view value) {
    TIDEGATE_TRY(text, read_string(value, where));
    SystemPart part;
    part.text = text;
    if (!text.empty()) conversation_.system.insert(conversation_.system.begin(), part);
    return {};
  }

  Result<void> read_tool_list(const Where& where, std::string_view value) {
    return read_tools(where, value, conversation_, arena_);
  }
  Result<void> read_choice(const Where& where, std::string_view value) {
    return read_tool_choice(where, value, conversation_, arena_);
  }

  Result<void> read_max_tokens(const Where& where, std::string_view value) {
    TIDEGATE_TRY(count, read_count(value, where));
    conversation_.max_tokens = count;
    return {};
  }

  Result<void> read_text_options(const Where& where, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, where));
    FieldCursor cursor(value, arena_);
    while (const auto item = cursor.next()) {
      const Where at = where.member(item->name);
      if (item->name == "format") {
        TIDEGATE_TRY_VOID(read_format(at, item->value));
      } else {
        note_unknown(at.path(arena_), item->value);
      }
    }
    return {};
  }

  Result<void> read_format(const Where& where, std::string_view value) {
    TIDEGATE_TRY(has_schema, read_output_type(where, value, conversation_.output, arena_));
    if (!has_schema) return {};
    return read_json_schema(where, value, conversation_.output, arena_);
  }

  Result<void> read_reasoning(const Where& where, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, where));
    Reasoning reasoning;
    FieldCursor cursor(value, arena_);
    bool any = false;
    while (const auto item = cursor.next()) {
      const Where at = where.member(item->name);
      any = true;
      if (item->name == "effort") {
        TIDEGATE_TRY_VOID(read_effort(at, item->value, reasoning, arena_));
      } else if (item->name == "summary" || item->name == "generate_summary") {
        TIDEGATE_TRY(word, read_word(item->value, at, arena_));
        reasoning.summary = word;
        reasoning.show = true;
      } else {
        note_unknown(at.path(arena_), item->value);
      }
    }
    if (any) conversation_.reasoning = reasoning;
    return {};
  }

  // Reasoning comes encrypted from every provider that has it so; the rest is OpenAI's.
  Result<void> read_include(const Where& where, std::string_view value) {
    TIDEGATE_TRY_VOID(read_array(value, where));
    return for_each_element(value, where,
                            [&](std::string_view element, const Where& at) -> Result<void> {
                              TIDEGATE_TRY(word, read_word(element, at, arena_));
                              if (word == "message.output_text.logprobs") {
                                conversation_.logprobs = true;
                              } else if (word != "reasoning.encrypted_content") {
                                note_unknown(arena_.concat({"include.", word}), element);
                              }
                              return {};
                            });
  }

  Result<void> read_stream_options(const Where& where, std::string_view value) {
    TIDEGATE_TRY_VOID(read_object(value, where));
    FieldCursor cursor(value, arena_);
    while (const auto item = cursor.next()) {
      const Where at = where.member(item->name);
      TIDEGATE_TRY(flag, read_bool(item->value, at));
      if (flag) note_unknown(at.path(arena_), item->value);
    }
    return {};
  }

  const Where root_{Origin::kDownstream};
  Conversation& conversation_;
  Arena& arena_;
};

}  // namespace

Result<void> read_responses_request(std::string_view body, const PathFacts& path,
                                    Conversation& conversation, Arena& arena) {
  conversation.model = path.model;
  // The last event always tells the usage.
  conversation.include_usage = true;
  return RequestReader(conversation, arena).read(body);
}

}  // namespace tidegate::llm::openai
