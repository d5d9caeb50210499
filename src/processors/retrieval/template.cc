#include "processors/retrieval/template.h"

#include <utility>

namespace tidegate::processors::retrieval {
namespace {

struct Name {
  std::string_view text;
  Variable variable;
};
constexpr Name kNames[] = {
    {"question", Variable::kQuestion}, {"count", Variable::kCount}, {"vector", Variable::kVector},
    {"model", Variable::kModel},       {"text", Variable::kText},   {"source", Variable::kSource},
    {"title", Variable::kTitle},       {"index", Variable::kIndex}, {"mark", Variable::kMark}};
constexpr std::string_view kHeaderPrefix = "header.";

std::optional<Variable> find_variable(std::string_view name) {
  if (name.starts_with(kHeaderPrefix) && name.size() > kHeaderPrefix.size()) {
    return Variable::kHeader;
  }
  const auto* known = std::ranges::find(kNames, name, &Name::text);
  if (known == std::end(kNames)) return std::nullopt;
  return known->variable;
}

}  // namespace

std::string Template::parse(std::string_view text, std::span<const Variable> allowed) {
  pieces_.clear();
  while (!text.empty()) {
    Piece piece;
    const auto begin = text.find("{{");
    piece.literal = text.substr(0, begin);
    text.remove_prefix(std::min(text.size(), begin));
    if (!text.empty()) {
      const auto end = text.find("}}");
      if (end == text.npos) return "has a {{ without }}";
      const auto name = text.substr(2, end - 2);
      piece.variable = find_variable(name);
      if (!piece.variable || std::ranges::find(allowed, *piece.variable) == allowed.end()) {
        return "has no variable {{" + std::string(name) + "}}";
      }
      if (piece.variable == Variable::kHeader) piece.argument = name.substr(kHeaderPrefix.size());
      text.remove_prefix(end + 2);
    }
    pieces_.push_back(std::move(piece));
  }
  return {};
}

}  // namespace tidegate::processors::retrieval
