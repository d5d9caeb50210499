#include "simulator/tool_calls.h"

#include <array>
#include <optional>

#include "json/cursor.h"

namespace tidegate::simulator {
namespace {

Tool read_tool(std::string_view item) {
  auto body = item;
  for (const std::string_view wrapper : {"function", "toolSpec"}) {
    if (const auto inner = json::find_member(item, wrapper)) body = *inner;
  }
  Tool tool;
  tool.name = json::unquote(json::find_member(body, "name").value_or(""));
  tool.schema = "{}";
  for (const std::string_view name : {"parameters", "input_schema", "parametersJsonSchema",
                                      "parameters_json_schema", "inputSchema"}) {
    if (const auto schema = json::find_member(body, name)) tool.schema = *schema;
  }
  if (const auto wrapped = json::find_member(tool.schema, "json")) tool.schema = *wrapped;
  return tool;
}

struct LastMessage {
  std::string_view text;  // raw
  bool of_user = false;
  bool of_tool = false;  // brings a tool's result
};

LastMessage find_last_message(std::string_view messages) {
  LastMessage last{.text = messages};
  if (messages.starts_with('"')) {
    last.of_user = true;
    return last;
  }
  json::ArrayCursor cursor(messages);
  while (const auto message = cursor.next()) last.text = *message;
  const auto role = json::unquote(json::find_member(last.text, "role").value_or("\"user\""));
  constexpr std::array<std::string_view, 4> kResults = {
      R"("tool_result")", R"("function_call_output")", R"("functionResponse")", R"("toolResult")"};
  last.of_tool = role == "tool" || role == "function";
  for (const auto mark : kResults) last.of_tool |= last.text.find(mark) != std::string_view::npos;
  last.of_user = role == "user" && !last.of_tool;
  return last;
}

std::size_t count_calls(const ModelRequest& request, const Directives& directives,
                        std::size_t offered) {
  if (offered == 0 || request.tool_use == ToolUse::kNone) return 0;
  if (directives.tool_calls) return *directives.tool_calls;
  if (request.tool_use == ToolUse::kNamed) return 1;
  const auto last = find_last_message(request.input);
  if (last.of_tool) return 0;
  const auto says = [&](std::string_view words) {
    return last.text.find(words) != std::string_view::npos;
  };
  if (says("use the tools") && request.parallel_tools) return offered;
  const bool wants_one =
      request.tool_use == ToolUse::kRequired || (last.of_user && says("use the tool"));
  return wants_one ? 1 : 0;
}

}  // namespace

std::vector<Tool> list_tools(std::string_view tools) {
  std::vector<Tool> found;
  const auto add = [&found](std::string_view item) {
    const auto tool = read_tool(item);
    if (!tool.name.empty()) found.push_back(tool);
  };
  json::ArrayCursor cursor(tools);
  while (const auto item = cursor.next()) {
    auto declarations = json::find_member(*item, "functionDeclarations");
    if (!declarations) declarations = json::find_member(*item, "function_declarations");
    if (!declarations) add(*item);
    json::ArrayCursor declared(declarations.value_or(""));
    while (const auto declaration = declared.next()) add(*declaration);
  }
  return found;
}

std::vector<Tool> plan_tool_calls(const ModelRequest& request, const Directives& directives) {
  if (request.tools.empty()) return {};
  auto tools = list_tools(request.tools);
  if (request.tool_use == ToolUse::kNamed) {
    std::erase_if(tools, [&](const Tool& tool) { return tool.name != request.tool_name; });
  }
  const auto calls = count_calls(request, directives, tools.size());
  std::vector<Tool> planned;
  planned.reserve(calls);
  for (std::size_t i = 0; i < calls; ++i) planned.push_back(tools[i % tools.size()]);
  return planned;
}

}  // namespace tidegate::simulator
