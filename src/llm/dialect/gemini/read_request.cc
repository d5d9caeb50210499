#include <fmt/format.h>

#include <string>

#include "llm/conversation/tool_schema.h"
#include "llm/dialect/gemini/fields.h"
#include "llm/dialect/gemini/read_config.h"
#include "llm/dialect/gemini/read_contents.h"
#include "llm/dialect/gemini/request.h"

namespace tidegate::llm::gemini {
namespace {

using Item = FieldCursor::Item;

std::unexpected<Error> refuse(std::string_view path, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", path, what));
}

class RequestReader {
 public:
  RequestReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(std::string_view body) {
    FieldCursor cursor(body);
    bool has_contents = false;
    while (const auto item = cursor.next()) {
      has_contents = has_contents || item->name == "contents";
      TIDEGATE_TRY_VOID(read_member(*item));
    }
    if (!has_contents) return refuse("contents", "is missing");
    return {};
  }

 private:
  Result<void> read_member(const Item& item) {
    const auto& [name, written, value] = item;
    if (name == "contents") return read_contents(value, conversation_, arena_);
    if (name == "systemInstruction") return read_system(value);
    if (name == "tools") return read_tools(value);
    if (name == "toolConfig") return read_tool_config(value);
    if (name == "generationConfig") return read_generation_config(value, conversation_, arena_);
    if (name == "labels") {
      if (!json::is_object(value)) return refuse(written, "must be an object");
      conversation_.metadata = value;
      return {};
    }
    // The path names the model too.
    if (name != "model") conversation_.unknown.push_back({written, value});
    return {};
  }

  Result<void> read_system(std::string_view value) {
    // A plain text is what some clients send, and Vertex AI takes.
    if (json::is_string(value)) {
      conversation_.system.emplace_back().text = {json::unquote(value)};
      return {};
    }
    if (!json::is_object(value)) return refuse("systemInstruction", "must be an object");
    const auto parts = find_field(value, "parts");
    if (json::is_object(parts)) return read_system_part(parts, "systemInstruction.parts");
    json::ArrayCursor cursor(parts);
    for (std::size_t i = 0; const auto part = cursor.next(); ++i) {
      TIDEGATE_TRY_VOID(read_system_part(*part, fmt::format("systemInstruction.parts[{}]", i)));
    }
    return {};
  }

  Result<void> read_system_part(std::string_view part, const std::string& path) {
    const auto text = find_field(part, "text");
    if (json::is_string(text)) {
      if (text.size() > 2) conversation_.system.emplace_back().text = {json::unquote(text)};
    } else if (!text.empty()) {
      return refuse(path + ".text", "must be a string");
    } else {
      conversation_.unknown.push_back({arena_.copy(path), part});
    }
    return {};
  }

  Result<void> read_tools(std::string_view value) {
    if (!json::is_array(value)) return refuse("tools", "must be an array");
    json::ArrayCursor cursor(value);
    for (std::size_t i = 0; const auto tool = cursor.next(); ++i) {
      const auto path = fmt::format("tools[{}]", i);
      if (!json::is_object(*tool)) return refuse(path, "must be an object");
      FieldCursor members(*tool);
      while (const auto member = members.next()) {
        if (member->name == "functionDeclarations") {
          TIDEGATE_TRY_VOID(read_functions(member->value, path + ".functionDeclarations"));
        } else {
          add_provider_tool(*member);
        }
      }
    }
    return {};
  }

  void add_provider_tool(const Item& member) {
    Tool tool;
    tool.kind = Tool::Kind::kProvider;
    tool.name = {member.written};
    tool.raw = arena_.concat({"{\"", member.written, "\":", member.value, "}"});
    conversation_.tools.push_back(tool);
  }

  Result<void> read_functions(std::string_view value, const std::string& path) {
    if (!json::is_array(value)) return refuse(path, "must be an array");
    json::ArrayCursor cursor(value);
    for (std::size_t i = 0; const auto function = cursor.next(); ++i) {
      TIDEGATE_TRY_VOID(read_function(*function, fmt::format("{}[{}]", path, i)));
    }
    return {};
  }

  Result<void> read_function(std::string_view value, const std::string& path) {
    if (!json::is_object(value)) return refuse(path, "must be an object");
    Tool tool;
    tool.raw = value;
    FieldCursor cursor(value);
    while (const auto member = cursor.next()) {
      const bool is_text = json::is_string(member->value);
      if (member->name == "name" && is_text) {
        tool.name = {json::unquote(member->value)};
      } else if (member->name == "description" && is_text) {
        tool.description = {json::unquote(member->value)};
      } else if (member->name == "parameters") {
        tool.schema = from_openapi_schema(member->value, arena_);
      } else if (member->name == "parametersJsonSchema") {
        tool.schema = member->value;
      } else {
        const auto name = arena_.concat({path, ".", member->written});
        conversation_.unknown.push_back({name, member->value});
      }
    }
    if (tool.name.empty()) return refuse(path + ".name", "is missing or no string");
    conversation_.tools.push_back(tool);
    return {};
  }

  Result<void> read_tool_config(std::string_view value) {
    if (!json::is_object(value)) return refuse("toolConfig", "must be an object");
    FieldCursor cursor(value);
    while (const auto item = cursor.next()) {
      if (item->name == "functionCallingConfig") {
        TIDEGATE_TRY_VOID(read_calling_config(item->value));
      } else {
        conversation_.unknown.push_back(
            {arena_.concat({"toolConfig.", item->written}), item->value});
      }
    }
    return {};
  }

  Result<void> read_calling_config(std::string_view value) {
    constexpr std::string_view kPath = "toolConfig.functionCallingConfig";
    if (!json::is_object(value)) return refuse(kPath, "must be an object");
    ToolChoice choice;
    const auto mode = find_text(value, "mode");
    if (mode == "ANY") {
      choice.mode = ToolChoice::Mode::kAny;
    } else if (mode == "NONE") {
      choice.mode = ToolChoice::Mode::kNone;
    } else if (!mode.empty() && mode != "AUTO" && mode != "VALIDATED" &&
               mode != "MODE_UNSPECIFIED") {
      return refuse(fmt::format("{}.mode", kPath), "must be AUTO, ANY, NONE or VALIDATED");
    }
    const auto allowed = find_field(value, "allowedFunctionNames");
    json::ArrayCursor names(allowed);
    const auto first = names.next();
    if (first && !names.next() && choice.mode == ToolChoice::Mode::kAny) {
      choice.mode = ToolChoice::Mode::kNamed;
      choice.name = {json::unquote(*first)};
    } else if (first) {
      // Others know only one function or all.
      const auto name = arena_.concat({kPath, ".allowedFunctionNames"});
      conversation_.unknown.push_back({name, allowed});
    }
    conversation_.tool_choice = choice;
    return {};
  }

  Conversation& conversation_;
  Arena& arena_;
};

}  // namespace

Result<void> read_generate_content_request(std::string_view body, const PathFacts& path,
                                           Conversation& conversation, Arena& arena) {
  conversation.model = path.model;
  conversation.stream = path.stream.value_or(false);
  // Its streams always tell the usage.
  conversation.include_usage = true;
  return RequestReader(conversation, arena).read(body);
}

}  // namespace tidegate::llm::gemini
