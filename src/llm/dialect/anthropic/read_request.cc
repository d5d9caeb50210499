#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/anthropic/claude.h"
#include "llm/dialect/anthropic/request.h"

namespace tidegate::llm::anthropic {
namespace {

class RequestReader {
 public:
  RequestReader(const PathFacts& path, Conversation& conversation, Arena& arena)
      : path_(path),
        conversation_(conversation),
        arena_(arena),
        blocks_(&conversation.unknown, arena) {
    conversation.model = path.model;
    conversation.stream = path.stream.value_or(false);
  }

  Result<void> read(std::string_view body) {
    if (!json::is_object(body)) return root_.refuse("must be an object");
    bool messages = false;
    json::ObjectCursor cursor(body);
    while (const auto item = cursor.next()) {
      if (json::is_null(item->value)) continue;
      const auto here = root_.member(item->name);
      messages = messages || item->name == "messages";
      TIDEGATE_TRY_VOID(read_member(item->name, item->value, here));
    }
    if (!messages) return root_.member("messages").refuse("is required");
    return {};
  }

 private:
  Result<void> read_member(std::string_view name, std::string_view value, const Where& here) {
    if (name == "messages") return read_messages(value, here);
    if (name == "system") return read_system(value, here);
    if (name == "tools") return read_tools(value, here);
    if (name == "tool_choice") return read_tool_choice(value, here);
    if (name == "stop_sequences") return read_stop(value, here);
    if (name == "thinking") return read_thinking(value, here, conversation_.reasoning);
    if (name == "output_config") return read_output_config(value, here, conversation_, arena_);
    if (name == "output_format") return read_format(value, here, conversation_.output);
    if (name == "metadata") return read_metadata(value, here);
    return read_scalar(name, value, here);
  }

  Result<void> read_scalar(std::string_view name, std::string_view value, const Where& here) {
    if (name == "model") {
      TIDEGATE_TRY(model, read_string(value, here));
      if (path_.model.empty()) conversation_.model = json::unescape(model, arena_);
    } else if (name == "max_tokens") {
      TIDEGATE_TRY(count, read_count(value, here));
      if (count == 0) return here.refuse("must be at least 1");
      conversation_.max_tokens = count;
    } else if (name == "stream") {
      TIDEGATE_TRY(stream, read_bool(value, here));
      if (!path_.stream) conversation_.stream = stream;
    } else if (name == "temperature" || name == "top_p" || name == "top_k") {
      TIDEGATE_TRY(number, read_number(value, here));
      auto& member = name == "temperature" ? conversation_.temperature
                     : name == "top_p"     ? conversation_.top_p
                                           : conversation_.top_k;
      member = number;
    } else if (name == "service_tier") {
      TIDEGATE_TRY(tier, read_string(value, here));
      conversation_.service_tier = tier.bytes == "standard_only" ? EscapedText{"default"} : tier;
    } else if (name != "anthropic_version") {
      conversation_.unknown.push_back({arena_.copy(name), value});
    }
    return {};
  }

  Result<void> read_messages(std::string_view value, const Where& here) {
    TIDEGATE_TRY(array, read_array(value, here));
    return for_each_element(array, here, [&](std::string_view message, const Where& at) {
      return read_message(message, at);
    });
  }

  Result<void> read_message(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    const auto role = json::unquote(json::find_member(object, "role").value_or(""));
    const auto content = json::find_member(object, "content");
    const auto where = here.member("content");
    if (!content) return where.refuse("is required");
    if (role == "system") return read_system(*content, where);
    if (role != "user" && role != "assistant") {
      return here.member("role").refuse(R"(must be "user" or "assistant")");
    }
    auto& message = conversation_.messages.emplace_back();
    message.role = role == "user" ? Role::kUser : Role::kAssistant;
    return blocks_.read_content(*content, where, message.parts);
  }

  // Of the request, or a message of role system in mid-conversation.
  Result<void> read_system(std::string_view value, const Where& here) {
    const auto before = static_cast<std::uint32_t>(conversation_.messages.size());
    if (json::is_string(value)) {
      conversation_.system.emplace_back().text = {json::unquote(value)};
      conversation_.system.back().before = before;
      return {};
    }
    if (!json::is_array(value)) return here.refuse("must be a string or an array of text blocks");
    return for_each_element(value, here,
                            [&](std::string_view block, const Where& at) -> Result<void> {
                              TIDEGATE_TRY(text, blocks_.read_text_block(block, at));
                              auto& part = conversation_.system.emplace_back();
                              part.text = text.text;
                              part.cache = text.cache;
                              part.before = before;
                              return {};
                            });
  }

  Result<void> read_tools(std::string_view value, const Where& here) {
    TIDEGATE_TRY(array, read_array(value, here));
    return for_each_element(
        array, here, [&](std::string_view tool, const Where& at) { return read_tool(tool, at); });
  }

  Result<void> read_tool(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    Tool tool;
    tool.raw = object;
    std::string_view type = "custom";
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      if (json::is_null(item->value)) continue;
      const auto place = here.member(item->name);
      if (item->name == "type") {
        TIDEGATE_TRY(text, read_string(item->value, place));
        type = text.bytes;
      } else if (item->name == "name") {
        TIDEGATE_TRY(name, read_string(item->value, place));
        tool.name = name;
      } else if (item->name == "description") {
        TIDEGATE_TRY(description, read_string(item->value, place));
        tool.description = description;
      } else if (item->name == "input_schema") {
        TIDEGATE_TRY(schema, read_object(item->value, place));
        tool.schema = schema;
      } else if (item->name == "strict") {
        TIDEGATE_TRY(strict, read_bool(item->value, place));
        tool.strict = strict;
      } else if (item->name == "cache_control") {
        TIDEGATE_TRY(cache, read_cache_control(item->value, place));
        tool.cache = cache;
      }
    }
    if (type != "custom") tool.kind = Tool::Kind::kProvider;
    if (tool.name.empty() && type != "custom") tool.name = {type};
    if (tool.name.empty()) return here.member("name").refuse("is required");
    if (type == "custom") note_unknown_of_tool(object, here);
    conversation_.tools.push_back(tool);
    return {};
  }

  void note_unknown_of_tool(std::string_view tool, const Where& here) {
    json::ObjectCursor cursor(tool);
    while (const auto item = cursor.next()) {
      bool known = json::is_null(item->value);
      for (const std::string_view name :
           {"type", "name", "description", "input_schema", "strict", "cache_control"}) {
        known = known || item->name == name;
      }
      if (known) continue;
      conversation_.unknown.push_back({here.member(item->name).path(arena_), item->value});
    }
  }

  Result<void> read_tool_choice(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    auto& choice = conversation_.tool_choice.emplace();
    const auto type = json::unquote(json::find_member(object, "type").value_or(""));
    if (type == "any") {
      choice.mode = ToolChoice::Mode::kAny;
    } else if (type == "none") {
      choice.mode = ToolChoice::Mode::kNone;
    } else if (type == "tool") {
      choice.mode = ToolChoice::Mode::kNamed;
      const auto name = json::find_member(object, "name").value_or("");
      TIDEGATE_TRY(text, read_string(name, here.member("name")));
      choice.name = text;
    } else if (type != "auto") {
      return here.member("type").refuse(R"(must be "auto", "any", "tool" or "none")");
    }
    const auto disable = json::find_member(object, "disable_parallel_tool_use");
    if (!disable || json::is_null(*disable)) return {};
    TIDEGATE_TRY(off, read_bool(*disable, here.member("disable_parallel_tool_use")));
    conversation_.parallel_tool_calls = !off;
    return {};
  }

  Result<void> read_stop(std::string_view value, const Where& here) {
    TIDEGATE_TRY(array, read_array(value, here));
    return read_strings(array, here, conversation_.stop);
  }

  Result<void> read_metadata(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      if (json::is_null(item->value)) continue;
      const auto place = here.member(item->name);
      if (item->name == "user_id") {
        TIDEGATE_TRY(user, read_string(item->value, place));
        conversation_.user = user;
      } else {
        conversation_.unknown.push_back({place.path(arena_), item->value});
      }
    }
    return {};
  }

  Where root_{Origin::kDownstream};
  const PathFacts& path_;
  Conversation& conversation_;
  Arena& arena_;
  BlockReader blocks_;
};

}  // namespace

Result<void> read_messages_request(std::string_view body, const PathFacts& path,
                                   Conversation& conversation, Arena& arena) {
  const auto begin = std::min(body.find_first_not_of(" \t\r\n"), body.size());
  return RequestReader(path, conversation, arena).read(body.substr(begin));
}

}  // namespace tidegate::llm::anthropic
