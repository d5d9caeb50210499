#include "llm/dialect/openai/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "llm/conversation/tool_schema.h"
#include "llm/dialect/openai/request_members.h"

namespace tidegate::llm::openai {
namespace {

using Kind = Tool::Kind;
using Mode = ToolChoice::Mode;

// Tools that OpenAI runs, by the start of their type.
constexpr std::array<std::string_view, 11> kProviderTools = {
    "web_search",  "file_search", "code_interpreter", "image_generation", "mcp",         "computer",
    "local_shell", "shell",       "apply_patch",      "tool_search",      "programmatic"};

// What a tool says of itself; in chat it stands one level deeper than in Responses.
Result<void> read_definition(const Where& path, std::string_view value, Tool& tool, Arena& arena) {
  TIDEGATE_TRY_VOID(read_object(value, path));
  FieldCursor cursor(value, arena);
  while (const auto item = cursor.next()) {
    const Where at = path.member(item->name);
    if (item->name == "name" || item->name == "description") {
      TIDEGATE_TRY(text, read_string(item->value, at));
      (item->name == "name" ? tool.name : tool.description) = text;
    } else if (item->name == "parameters") {
      TIDEGATE_TRY_VOID(read_object(item->value, at));
      tool.schema = item->value;
    } else if (item->name == "strict") {
      TIDEGATE_TRY(strict, read_bool(item->value, at));
      tool.strict = strict;
    }
  }
  if (tool.name.empty()) return path.member("name").refuse("must be a string, not empty");
  return {};
}

Result<void> read_tool(const Where& path, std::string_view value, Tool& tool, Arena& arena) {
  TIDEGATE_TRY_VOID(read_object(value, path));
  TIDEGATE_TRY(type, read_word(find_value(value, "type"), path.member("type"), arena));
  tool.raw = value;
  tool.cache = read_cache_control(value);
  if (type != "function" && type != "custom") {
    tool.kind = Kind::kProvider;
    tool.name = json::escape(type, arena);
    return {};
  }
  tool.kind = type == "custom" ? Kind::kCustom : Kind::kFunction;
  const auto inner = find_value(value, type);
  if (inner.empty()) return read_definition(path, value, tool, arena);
  return read_definition(path.member(type), inner, tool, arena);
}

std::optional<Mode> parse_mode(std::string_view word) {
  if (word == "auto") return Mode::kAuto;
  if (word == "none") return Mode::kNone;
  if (word == "required" || word == "any") return Mode::kAny;
  return std::nullopt;
}

// {"type":"allowed_tools",...}: the mode crosses, the list does not.
void read_allowed_tools(std::string_view value, ToolChoice& choice, Conversation& conversation) {
  const auto inner = find_value(value, "allowed_tools");
  const auto mode = find_text(inner.empty() ? value : inner, "mode");
  choice.mode = parse_mode(mode.bytes).value_or(Mode::kAuto);
  conversation.unknown.push_back({"tool_choice.tools", value});
}

// OpenAI's own tool for what another provider's tool does; empty: there is none.
std::string_view find_provider_tool(const Tool& tool) {
  const auto name = tool.name.bytes;
  const bool own = find_text(tool.raw, "type").bytes == name && find_text(tool.raw, "name").empty();
  const bool known = std::ranges::any_of(
      kProviderTools, [&](std::string_view start) { return name.starts_with(start); });
  if (own && known) return tool.raw;
  if (name.find("web_search") != name.npos || name == "googleSearch" || name == "google_search") {
    return R"({"type":"web_search"})";
  }
  if (name.find("code_execution") != name.npos || name == "codeExecution") {
    return R"({"type":"code_interpreter","container":{"type":"auto"}})";
  }
  return {};
}

// Where a definition stands: within a member of its type's name (chat), or beside the type.
enum class Shape : std::uint8_t { kNested, kFlat };

void write_named_choice(json::Writer& writer, const Conversation& conversation, Shape shape) {
  const auto name = conversation.tool_choice->name;
  const auto named = std::ranges::find(conversation.tools, name, &Tool::name);
  const auto kind = named == conversation.tools.end() ? Kind::kFunction : named->kind;
  if (kind == Kind::kProvider) {
    // Only a tool that could be written can be chosen.
    if (shape == Shape::kNested || find_provider_tool(*named).empty()) return;
    writer.key("tool_choice").begin_object();
    writer.member("type", find_text(find_provider_tool(*named), "type")).end_object();
    return;
  }
  const std::string_view type = kind == Kind::kCustom ? "custom" : "function";
  writer.key("tool_choice").begin_object().member("type", type);
  if (shape == Shape::kNested) writer.key(type).begin_object();
  writer.member("name", name);
  if (shape == Shape::kNested) writer.end_object();
  writer.end_object();
}

void write_choice(json::Writer& writer, const Conversation& conversation, Shape shape) {
  if (!conversation.tool_choice) return;
  switch (conversation.tool_choice->mode) {
    case Mode::kAuto:
      writer.member("tool_choice", "auto");
      break;
    case Mode::kAny:
      writer.member("tool_choice", "required");
      break;
    case Mode::kNone:
      writer.member("tool_choice", "none");
      break;
    case Mode::kNamed:
      write_named_choice(writer, conversation, shape);
      break;
  }
}

// The grammar of a custom tool's input; chat has it one level deeper.
void write_custom_format(json::Writer& writer, const Tool& tool, Shape shape) {
  const auto inner = find_value(tool.raw, "custom");
  const auto format = find_value(inner.empty() ? tool.raw : inner, "format");
  if (!json::is_object(format)) return;
  writer.key("format");
  const auto nested = find_value(format, "grammar");
  const auto grammar = nested.empty() ? format : nested;
  const bool is_grammar = find_text(format, "type").bytes == "grammar";
  if (!is_grammar || (shape == Shape::kFlat) == nested.empty()) {
    writer.raw(format);
    return;
  }
  writer.begin_object().member("type", "grammar");
  if (shape == Shape::kNested) writer.key("grammar").begin_object();
  writer.member("syntax", find_text(grammar, "syntax"));
  writer.member("definition", find_text(grammar, "definition"));
  if (shape == Shape::kNested) writer.end_object();
  writer.end_object();
}

void write_definition(json::Writer& writer, const Tool& tool, const Target& target, Shape shape,
                      Arena& arena) {
  writer.member("name", tool.name);
  write_text_member(writer, "description", tool.description);
  if (tool.kind == Kind::kCustom) {
    write_custom_format(writer, tool, shape);
    return;
  }
  writer.key("parameters").raw(object_schema(tool.schema, arena));
  if (!target.takes_strict_schema) return;
  // Responses is strict unless told otherwise, chat is not.
  if (shape == Shape::kFlat) {
    writer.key("strict").boolean(as_bool(tool.strict.value_or(false)));
  } else {
    write_flag_member(writer, "strict", tool.strict);
  }
}

void lose(const Tool& tool, Losses& losses) {
  losses.add(fmt::format("tools.{}", tool.name.bytes));
}

}  // namespace

Result<void> read_tools(const Where& path, std::string_view value, Conversation& conversation,
                        Arena& arena) {
  TIDEGATE_TRY_VOID(read_array(value, path));
  return for_each_element(value, path,
                          [&](std::string_view element, const Where& at) -> Result<void> {
                            Tool tool;
                            TIDEGATE_TRY_VOID(read_tool(at, element, tool, arena));
                            conversation.tools.push_back(tool);
                            return {};
                          });
}

Result<void> read_functions(const Where& path, std::string_view value, Conversation& conversation,
                            Arena& arena) {
  TIDEGATE_TRY_VOID(read_array(value, path));
  return for_each_element(value, path,
                          [&](std::string_view element, const Where& at) -> Result<void> {
                            Tool tool;
                            tool.raw = element;
                            TIDEGATE_TRY_VOID(read_definition(at, element, tool, arena));
                            conversation.tools.push_back(tool);
                            return {};
                          });
}

Result<void> read_function_call(const Where& path, std::string_view value,
                                Conversation& conversation, Arena& arena) {
  if (json::is_string(value)) return read_tool_choice(path, value, conversation, arena);
  TIDEGATE_TRY_VOID(read_object(value, path));
  TIDEGATE_TRY(name, read_string(find_value(value, "name"), path.member("name")));
  conversation.tool_choice = ToolChoice{Mode::kNamed, name};
  return {};
}

Result<void> read_tool_choice(const Where& path, std::string_view value, Conversation& conversation,
                              Arena& arena) {
  ToolChoice choice;
  if (json::is_string(value)) {
    TIDEGATE_TRY(word, read_word(value, path, arena));
    const auto mode = parse_mode(word);
    if (!mode) return path.refuse("must be auto, none, required or an object");
    choice.mode = *mode;
    conversation.tool_choice = choice;
    return {};
  }
  TIDEGATE_TRY_VOID(read_object(value, path));
  TIDEGATE_TRY(type, read_word(find_value(value, "type"), path.member("type"), arena));
  if (type == "allowed_tools") {
    read_allowed_tools(value, choice, conversation);
  } else if (type == "function" || type == "custom") {
    const auto inner = find_value(value, type);
    const Where deeper = path.member(type);
    const Where& at = inner.empty() ? path : deeper;
    TIDEGATE_TRY(name,
                 read_string(find_value(inner.empty() ? value : inner, "name"), at.member("name")));
    choice = {Mode::kNamed, name};
  } else {
    // {"type":"web_search"}: the tool is named by its type.
    choice = {Mode::kNamed, json::escape(type, arena)};
  }
  conversation.tool_choice = choice;
  return {};
}

void write_chat_tools(json::Writer& writer, const Conversation& conversation, const Target& target,
                      Losses& losses, Arena& arena) {
  bool any = false;
  for (const auto& tool : conversation.tools) {
    if (tool.kind == Kind::kProvider) {
      lose(tool, losses);
      continue;
    }
    if (!any) writer.key("tools").begin_array();
    any = true;
    const std::string_view type = tool.kind == Kind::kCustom ? "custom" : "function";
    writer.begin_object().member("type", type).key(type).begin_object();
    write_definition(writer, tool, target, Shape::kNested, arena);
    writer.end_object();
    if (tool.cache && !target.keeps_cache_control) losses.add("cache_control");
    if (target.keeps_cache_control) write_cache_control(writer, tool.cache);
    writer.end_object();
  }
  if (!any) return;
  writer.end_array();
  write_choice(writer, conversation, Shape::kNested);
}

void write_responses_tools(json::Writer& writer, const Conversation& conversation,
                           const Target& target, Losses& losses, Arena& arena) {
  bool any = false;
  for (const auto& tool : conversation.tools) {
    const bool provider = tool.kind == Kind::kProvider;
    const auto own = provider ? find_provider_tool(tool) : std::string_view();
    if (provider && own.empty()) {
      lose(tool, losses);
      continue;
    }
    if (!any) writer.key("tools").begin_array();
    any = true;
    if (tool.cache) losses.add("cache_control");
    if (provider) {
      writer.raw(own);
      continue;
    }
    writer.begin_object().member("type", tool.kind == Kind::kCustom ? "custom" : "function");
    write_definition(writer, tool, target, Shape::kFlat, arena);
    writer.end_object();
  }
  if (!any) return;
  writer.end_array();
  write_choice(writer, conversation, Shape::kFlat);
}

}  // namespace tidegate::llm::openai
