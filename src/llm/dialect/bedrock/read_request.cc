#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/effort.h"
#include "llm/dialect/anthropic/claude.h"
#include "llm/dialect/bedrock/block.h"
#include "llm/dialect/bedrock/request.h"

namespace tidegate::llm::bedrock {
namespace {

class RequestReader {
 public:
  RequestReader(const PathFacts& path, Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena), blocks_(&conversation.unknown, arena) {
    conversation.model = path.model;
    conversation.stream = path.stream.value_or(false);
  }

  Result<void> read(std::string_view body) {
    if (!json::is_object(body)) return root_.refuse("must be an object");
    return each(body, root_,
                [this](std::string_view name, std::string_view value, const Where& here) {
                  return read_member(name, value, here);
                });
  }

 private:
  // Calls `take(name, value, where)` for the members of an object that are not null.
  template <class Take>
  Result<void> each(std::string_view object, const Where& where, const Take& take) {
    TIDEGATE_TRY_VOID(read_object(object, where));
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      if (json::is_null(item->value)) continue;
      TIDEGATE_TRY_VOID(take(item->name, item->value, where.member(item->name)));
    }
    return {};
  }

  void note_unknown(const Where& here, std::string_view raw) {
    conversation_.unknown.push_back({here.path(arena_), raw});
  }

  Result<void> read_member(std::string_view name, std::string_view value, const Where& here) {
    if (name == "messages") return read_messages(value, here);
    if (name == "system") return read_system(value, here);
    if (name == "inferenceConfig") return read_inference(value, here);
    if (name == "toolConfig") return read_tool_config(value, here);
    if (name == "outputConfig") return read_output(value, here);
    if (name == "additionalModelRequestFields") return read_additional(value, here);
    if (name == "requestMetadata") {
      TIDEGATE_TRY(metadata, read_object(value, here));
      conversation_.metadata = metadata;
    } else if (name == "serviceTier") {
      TIDEGATE_TRY(tier, read_object(value, here));
      conversation_.service_tier = {json::unquote(json::find_member(tier, "type").value_or(""))};
    } else {
      note_unknown(here, value);
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
    if (role != "user" && role != "assistant") {
      return here.member("role").refuse(R"(must be "user" or "assistant")");
    }
    auto& message = conversation_.messages.emplace_back();
    message.role = role == "user" ? Role::kUser : Role::kAssistant;
    const auto content = json::find_member(object, "content").value_or("");
    return blocks_.read_content(content, here.member("content"), message.parts);
  }

  Result<void> read_system(std::string_view value, const Where& here) {
    std::vector<Part> parts;
    TIDEGATE_TRY_VOID(blocks_.read_content(value, here, parts));
    for (const auto& part : parts) {
      const auto* text = std::get_if<TextPart>(&part);
      if (text == nullptr) return here.refuse("must hold text only");
      auto& system = conversation_.system.emplace_back();
      system.text = text->text;
      system.cache = text->cache;
    }
    return {};
  }

  Result<void> read_inference(std::string_view value, const Where& here) {
    return each(
        value, here,
        [this](std::string_view name, std::string_view raw, const Where& place) -> Result<void> {
          if (name == "maxTokens") {
            TIDEGATE_TRY(count, read_count(raw, place));
            if (count == 0) return place.refuse("must be at least 1");
            conversation_.max_tokens = count;
          } else if (name == "temperature" || name == "topP") {
            TIDEGATE_TRY(number, read_number(raw, place));
            (name == "topP" ? conversation_.top_p : conversation_.temperature) = number;
          } else if (name == "stopSequences") {
            TIDEGATE_TRY(array, read_array(raw, place));
            TIDEGATE_TRY_VOID(read_strings(array, place, conversation_.stop));
          } else {
            note_unknown(place, raw);
          }
          return {};
        });
  }

  Result<void> read_tool_config(std::string_view value, const Where& here) {
    return each(
        value, here,
        [this](std::string_view name, std::string_view raw, const Where& place) -> Result<void> {
          if (name == "toolChoice") return read_tool_choice(raw, place);
          if (name != "tools") {
            note_unknown(place, raw);
            return {};
          }
          TIDEGATE_TRY(array, read_array(raw, place));
          return for_each_element(array, place, [&](std::string_view tool, const Where& at) {
            return read_tool(tool, at);
          });
        });
  }

  Result<void> read_tool(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    const auto [name, inner] = find_union_member(object);
    if (name == "cachePoint") {
      if (!conversation_.tools.empty()) conversation_.tools.back().cache = read_cache_point(inner);
      return {};
    }
    auto& tool = conversation_.tools.emplace_back();
    tool.raw = object;
    if (name != "toolSpec") {
      tool.kind = Tool::Kind::kProvider;
      tool.name = {json::unquote(json::find_member(inner, "name").value_or(""))};
      if (tool.name.empty()) tool.name = {name};
      return {};
    }
    const auto spec = here.member("toolSpec");
    TIDEGATE_TRY_VOID(
        each(inner, spec,
             [&](std::string_view field, std::string_view raw, const Where& place) -> Result<void> {
               if (field == "name" || field == "description") {
                 TIDEGATE_TRY(text, read_string(raw, place));
                 (field == "name" ? tool.name : tool.description) = text;
               } else if (field == "inputSchema") {
                 TIDEGATE_TRY(schema, read_object(raw, place));
                 const auto json = json::find_member(schema, "json").value_or("");
                 TIDEGATE_TRY(inner_schema, read_object(json, place.member("json")));
                 tool.schema = inner_schema;
               } else if (field == "strict") {
                 TIDEGATE_TRY(strict, read_bool(raw, place));
                 tool.strict = strict;
               } else {
                 note_unknown(place, raw);
               }
               return {};
             }));
    if (tool.name.empty()) return spec.member("name").refuse("is required");
    return {};
  }

  Result<void> read_tool_choice(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    const auto [name, inner] = find_union_member(object);
    auto& choice = conversation_.tool_choice.emplace();
    if (name == "any") {
      choice.mode = ToolChoice::Mode::kAny;
    } else if (name == "tool") {
      choice.mode = ToolChoice::Mode::kNamed;
      const auto tool = here.member("tool");
      const auto named = json::find_member(inner, "name").value_or("");
      TIDEGATE_TRY(text, read_string(named, tool.member("name")));
      choice.name = text;
    } else if (name != "auto") {
      return here.refuse("must have auto, any or tool");
    }
    return {};
  }

  Result<void> read_output(std::string_view value, const Where& here) {
    TIDEGATE_TRY(object, read_object(value, here));
    const auto format = json::find_member(object, "textFormat").value_or("");
    if (format.empty()) return {};
    const auto place = here.member("textFormat");
    TIDEGATE_TRY_VOID(read_object(format, place));
    const auto structure = json::find_member(format, "structure").value_or("");
    const auto schema = json::find_member(structure, "jsonSchema").value_or("");
    const auto structure_place = place.member("structure");
    const auto schema_place = structure_place.member("jsonSchema");
    TIDEGATE_TRY_VOID(read_object(schema, schema_place));
    const auto text = json::find_member(schema, "schema").value_or("");
    TIDEGATE_TRY(escaped, read_string(text, schema_place.member("schema")));
    const auto plain = json::unescape(escaped, arena_);
    const auto range = json::validate(plain, Origin::kDownstream);
    if (!range || !json::is_object(range->of(plain))) {
      return schema_place.member("schema").refuse("must be the text of a JSON object");
    }
    auto& output = conversation_.output;
    output.kind = OutputFormat::Kind::kJsonSchema;
    output.schema = range->of(plain);
    output.strict = true;
    output.name = {json::unquote(json::find_member(schema, "name").value_or(""))};
    output.description = {json::unquote(json::find_member(schema, "description").value_or(""))};
    return {};
  }

  // Fields of Claude, Nova and OpenAI's models that other dialects have, too.
  Result<void> read_additional(std::string_view value, const Where& here) {
    return each(
        value, here,
        [this](std::string_view name, std::string_view raw, const Where& place) -> Result<void> {
          auto& reasoning = conversation_.reasoning;
          if (name == "thinking" || name == "reasoning_config") {
            return anthropic::read_thinking(raw, place, reasoning);
          }
          if (name == "output_config") {
            return anthropic::read_output_config(raw, place, conversation_, arena_);
          }
          if (name == "top_k") {
            TIDEGATE_TRY(number, read_number(raw, place));
            conversation_.top_k = number;
          } else if (name == "reasoning_effort") {
            read_effort(json::unquote(raw));
          } else if (name == "reasoningConfig") {
            const bool on = json::unquote(json::find_member(raw, "type").value_or("")) == "enabled";
            const auto most = json::find_member(raw, "maxReasoningEffort").value_or("\"medium\"");
            read_effort(on ? json::unquote(most) : "none");
          } else if (name == "inferenceConfig") {
            const auto top_k = json::find_member(raw, "topK").value_or("");
            if (json::is_number(top_k)) conversation_.top_k = top_k;
          } else {
            note_unknown(place, raw);
          }
          return {};
        });
  }

  void read_effort(std::string_view word) {
    const auto effort = parse_effort(word);
    if (!effort) return;
    if (!conversation_.reasoning) conversation_.reasoning.emplace();
    conversation_.reasoning->effort = *effort;
  }

  Where root_{Origin::kDownstream};
  Conversation& conversation_;
  Arena& arena_;
  BlockReader blocks_;
};

}  // namespace

Result<void> read_converse_request(std::string_view body, const PathFacts& path,
                                   Conversation& conversation, Arena& arena) {
  const auto begin = std::min(body.find_first_not_of(" \t\r\n"), body.size());
  return RequestReader(path, conversation, arena).read(body.substr(begin));
}

}  // namespace tidegate::llm::bedrock
