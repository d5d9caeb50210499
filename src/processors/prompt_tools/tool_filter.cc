#include "processors/prompt_tools/tool_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"
#include "processors/prompt_tools/object_edit.h"

namespace tidegate::processors::prompt_tools {
namespace {

bool is_allowed(const ToolRules& rules, std::string_view name) {
  return std::ranges::any_of(rules.allow, [name](std::string_view rule) {
    if (!rule.ends_with('*')) return rule == name;
    return name.starts_with(rule.substr(0, rule.size() - 1));
  });
}

std::string_view text_of(std::optional<std::string_view> value, Arena& arena) {
  return value && json::is_string(*value) ? json::unescape({json::unquote(*value)}, arena)
                                          : std::string_view();
}

class Filter {
 public:
  Filter(const ToolRules& rules, Arena& arena) : rules_(rules), arena_(arena) {}

  void take(std::string_view tool) {
    for (const std::string_view holder : {"function", "toolSpec", "systemTool"}) {
      const auto inner = json::find_member(tool, holder);
      if (inner && json::is_object(*inner)) return judge(name_of(*inner), tool);
    }
    if (json::find_member(tool, "cachePoint")) {
      marks_ += "," + std::string(tool);
      return;
    }
    const std::string_view name = name_of(tool);
    if (!name.empty()) return judge(name, tool);
    take_members(tool);
  }
  KeptTools finish() {
    if (!kept_.list.empty()) kept_.list += marks_;
    return std::move(kept_);
  }

 private:
  // A name, or the type of a tool without one.
  std::string_view name_of(std::string_view tool) const {
    const auto name = text_of(json::find_member(tool, "name"), arena_);
    return name.empty() ? text_of(json::find_member(tool, "type"), arena_) : name;
  }

  bool allows(std::string_view name) {
    if (is_allowed(rules_, name)) return true;
    kept_.all = false;
    if (!kept_.refused) kept_.refused = name.empty() ? "?" : std::string(name);
    return false;
  }
  void judge(std::string_view name, std::string_view tool) {
    if (allows(name)) keep(tool);
  }
  void keep(std::string_view tool) {
    if (!kept_.list.empty()) kept_.list += ',';
    kept_.list += tool;
  }

  // Gemini: each member is a tool, but for the list of functions.
  void take_members(std::string_view tool) {
    std::string members;
    bool is_whole = true;
    json::ObjectCursor cursor(tool);
    std::size_t count = 0;
    while (const auto member = cursor.next()) {
      ++count;
      const std::string_view name = json::unescape({member->name}, arena_);
      const bool is_list = (name == "functionDeclarations" || name == "function_declarations") &&
                           json::is_array(member->value);
      std::string value(member->value);
      if (is_list) {
        is_whole = keep_functions(member->value, value) && is_whole;
        if (value.empty()) continue;
      } else if (!allows(name)) {
        is_whole = false;
        continue;
      }
      members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", member->name, value);
    }
    if (count == 0) return judge({}, tool);
    if (is_whole) return keep(tool);
    if (!members.empty()) keep("{" + members + "}");
  }
  // False: some are left out. `out` gets the list, empty where nothing is left.
  bool keep_functions(std::string_view list, std::string& out) {
    std::string kept;
    bool all = true;
    json::ArrayCursor functions(list);
    while (const auto function = functions.next()) {
      if (!allows(text_of(json::find_member(*function, "name"), arena_))) {
        all = false;
        continue;
      }
      if (!kept.empty()) kept += ',';
      kept += *function;
    }
    if (!all) out = kept.empty() ? "" : "[" + kept + "]";
    return all;
  }

  const ToolRules& rules_;
  Arena& arena_;
  KeptTools kept_;
  std::string marks_;  // no tools: where the prompt is kept by the provider
};

}  // namespace

KeptTools keep_tools(std::string_view tools, const ToolRules& rules, Arena& arena) {
  Filter filter(rules, arena);
  json::ArrayCursor cursor(tools);
  while (const auto tool = cursor.next()) filter.take(*tool);
  return filter.finish();
}

}  // namespace tidegate::processors::prompt_tools
