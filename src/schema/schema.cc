#include "schema/schema.h"

#include <fmt/format.h>

#include "schema/checker.h"
#include "schema/compiler.h"

namespace tidegate::schema {

std::string to_string(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& one : violations) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ",
                        one.place.empty() ? "the whole" : one.place, one.message);
  }
  return text;
}

Result<Schema> Schema::compile(std::string_view json) {
  TIDEGATE_TRY(rules, compile_rules(json));
  return Schema(std::move(rules));
}

Result<std::vector<Violation>> Schema::check(std::string_view json) const {
  TIDEGATE_TRY(document, Document::parse(json, kMaxValues, Origin::kUpstream));
  return check_value(*rules_, document.root());
}

}  // namespace tidegate::schema
