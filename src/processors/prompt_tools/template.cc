#include "processors/prompt_tools/template.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidegate::processors::prompt_tools {
namespace {

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string_view trim_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::size_t> Template::find(std::string_view variable) const {
  const auto found = std::ranges::find(variables, variable, &Variable::name);
  if (found == variables.end()) return std::nullopt;
  return static_cast<std::size_t>(found - variables.begin());
}

std::string cut_template(std::string_view content, Template& of, Template::Message& out) {
  while (true) {
    const auto open = content.find("{{");
    out.texts.emplace_back(content.substr(0, open));
    if (open == content.npos) return {};
    const auto close = content.find("}}", open);
    if (close == content.npos) return "has \"{{\" without \"}}\"";
    const std::string_view name = trim_blanks(content.substr(open + 2, close - open - 2));
    if (!is_variable_name(name)) {
      return fmt::format("has \"{{{{{}}}}}\": a variable is letters, digits, \"_\" and \"-\"",
                         name);
    }
    if (!of.find(name)) of.variables.emplace_back().name = name;
    out.variables.push_back(*of.find(name));
    content.remove_prefix(close + 2);
  }
}

Result<std::vector<Decoration>> expand(const Template& one,
                                       const std::vector<std::string>& values) {
  std::vector<Decoration> messages;
  std::size_t bytes = 0;
  for (const Template::Message& message : one.messages) {
    Decoration& made = messages.emplace_back();
    made.role = message.role;
    for (std::size_t i = 0; i < message.texts.size(); ++i) {
      made.content += message.texts[i];
      if (i < message.variables.size()) made.content += values[message.variables[i]];
      if (bytes + made.content.size() > kMaxExpandedBytes) {
        return fail(ErrorCode::kLimit, Origin::kDownstream,
                    fmt::format("the prompt is larger than {} bytes", kMaxExpandedBytes));
      }
    }
    bytes += made.content.size();
  }
  return messages;
}

}  // namespace tidegate::processors::prompt_tools
