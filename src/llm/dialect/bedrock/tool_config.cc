#include "llm/dialect/bedrock/tool_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "llm/conversation/tool_schema.h"
#include "llm/conversation/turns.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/bedrock/block.h"

namespace tidegate::llm::bedrock {

using anthropic::kFormatTool;
using Family = Model::Family;

ToolConfig::ToolConfig(const Conversation& conversation, const std::vector<Message>& turns,
                       const Target& target, const Model& model, bool thinks, Losses& losses,
                       Arena& arena)
    : conversation_(conversation),
      turns_(turns),
      target_(target),
      model_(model),
      thinks_(thinks),
      losses_(losses),
      arena_(arena),
      tools_(tools_or_history(conversation, turns)) {
  choose_format();
  choose_tool_choice();
}

void ToolConfig::choose_format() {
  const auto& output = conversation_.output;
  if (output.kind == OutputFormat::Kind::kText) return;
  const bool schema = output.kind == OutputFormat::Kind::kJsonSchema;
  if (schema && output.strict == true && model_.takes_schema && target_.takes_strict_schema) {
    own_format_ = true;
  } else if (thinks_ || !model_.forces_tools) {
    losses_.add("response_format");
  } else {
    format_tool_ = true;
  }
}

void ToolConfig::choose_tool_choice() {
  if (conversation_.tool_choice) mode_ = conversation_.tool_choice->mode;
  if (conversation_.tool_choice) name_ = conversation_.tool_choice->name;
  if (format_tool_) {
    // The answer, or first a tool of the caller's.
    const bool only = tools_.empty() || mode_ == Mode::kNone;
    mode_ = only ? Mode::kNamed : Mode::kAny;
    if (only) name_ = {kFormatTool};
    return;
  }
  if (tools_.empty()) mode_.reset();
  if (mode_ == Mode::kNone) {
    // Converse cannot say it: without tools none is called; a history of calls needs them.
    const bool history = std::ranges::any_of(turns_, [](const Message& turn) {
      return std::ranges::any_of(
          turn.parts, [](const Part& part) { return std::holds_alternative<ToolCallPart>(part); });
    });
    no_tools_ = !history;
    if (history) losses_.add("tool_choice");
    mode_.reset();
  }
  const bool forced = mode_ == Mode::kAny || mode_ == Mode::kNamed;
  if (forced && (thinks_ || !model_.forces_tools)) {
    losses_.add("tool_choice");
    mode_.reset();
  }
}

// In front of the rest, as it is put together for the cache.
void ToolConfig::write(json::Writer& writer, CachePoints& points) {
  if (no_tools_ || (tools_.empty() && !format_tool_)) return;
  std::string list;
  json::Writer tools(list);
  tools.begin_array();
  for (const auto& tool : tools_) write_tool(tools, tool, points);
  if (format_tool_) write_format_tool(tools);
  tools.end_array();
  if (list == "[]") return;
  writer.key("toolConfig").begin_object().key("tools").raw(list);
  write_tool_choice(writer);
  writer.end_object();
}

void ToolConfig::write_tool(json::Writer& writer, const Tool& tool, CachePoints& points) {
  if (tool.kind == Tool::Kind::kProvider) return write_provider_tool(writer, tool);
  writer.begin_object().key("toolSpec").begin_object().member("name", tool.name);
  if (!tool.description.empty()) writer.member("description", tool.description);
  writer.key("inputSchema").begin_object().key("json");
  if (tool.kind == Tool::Kind::kCustom) {
    losses_.add(fmt::format("tools.{}.custom", tool.name.bytes));
    writer.raw(
        R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
  } else {
    writer.raw(object_schema(tool.schema, arena_));
  }
  writer.end_object();
  if (tool.strict == true) {
    if (model_.takes_schema && target_.takes_strict_schema) {
      writer.key("strict").raw("true");
    } else {
      losses_.add(fmt::format("tools.{}.strict", tool.name.bytes));
    }
  }
  writer.end_object().end_object();
  if (tool.cache && !model_.caches_tools) {
    losses_.add("cache_control");
  } else {
    points.write(writer, tool.cache);
  }
}

void ToolConfig::write_provider_tool(json::Writer& writer, const Tool& tool) {
  const auto name = tool.name.bytes;
  const bool search = name.find("web_search") != name.npos || name == "googleSearch";
  if (find_union_member(tool.raw).name == "systemTool") {
    writer.raw(tool.raw);
  } else if (search && model_.family == Family::kNova) {
    writer.raw(R"({"systemTool":{"name":"nova_grounding"}})");
  } else {
    losses_.add(fmt::format("tools.{}", name));
  }
}

void ToolConfig::write_format_tool(json::Writer& writer) {
  writer.begin_object().key("toolSpec").begin_object().member("name", kFormatTool);
  writer.member("description", "Gives the answer. Always answer by calling this tool.");
  writer.key("inputSchema").begin_object().key("json");
  const auto& output = conversation_.output;
  const bool any = output.kind == OutputFormat::Kind::kJson;
  writer.raw(any ? anthropic::kAnyObject : object_schema(output.schema, arena_));
  writer.end_object().end_object().end_object();
}

void ToolConfig::write_tool_choice(json::Writer& writer) const {
  if (!mode_) return;
  writer.key("toolChoice").begin_object();
  switch (*mode_) {
    case Mode::kAuto:
    case Mode::kNone:
      writer.key("auto").raw("{}");
      break;
    case Mode::kAny:
      writer.key("any").raw("{}");
      break;
    case Mode::kNamed:
      writer.key("tool").begin_object().member("name", name_).end_object();
      break;
  }
  writer.end_object();
}

}  // namespace tidegate::llm::bedrock
