// YAML and JSON text to Values: never crashes, never reads outside, and every tree is within the
// bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/check.h"
#include "yaml/parse.h"
#include "yaml/split.h"

namespace {

using tidegate::yaml::Kind;
using tidegate::yaml::Value;

std::size_t count(const Value& value, std::size_t depth) {
  TIDEGATE_CHECK(depth <= tidegate::yaml::kMaxDepth);
  TIDEGATE_CHECK(value.mark().line > 0 && value.mark().column > 0);
  std::size_t nodes = 1;
  for (const auto& item : value.items()) nodes += count(item, depth + 1);
  for (const auto& [key, item] : value.entries()) {
    TIDEGATE_CHECK(key.kind() == Kind::kString);
    nodes += count(item, depth + 1);
  }
  if (value.kind() == Kind::kBool) TIDEGATE_CHECK(value.as_bool().has_value());
  return nodes;
}

void check(const tidegate::yaml::Parsed& parsed, std::size_t bytes) {
  TIDEGATE_CHECK(parsed.root != nullptr || !parsed.problems.empty());
  if (parsed.root == nullptr) return;
  TIDEGATE_CHECK(count(*parsed.root, 0) <= 2 * bytes + 2 + tidegate::yaml::kMaxAliasNodes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t end = 0;
  for (const auto& document : tidegate::yaml::split_documents(text)) {
    const auto begin = static_cast<std::size_t>(document.text.data() - text.data());
    TIDEGATE_CHECK(begin >= end);
    end = begin + document.text.size();
    TIDEGATE_CHECK(end <= size);
    tidegate::Arena arena;
    check(tidegate::yaml::parse_yaml(document.text, arena, document.first_line),
          document.text.size());
  }
  tidegate::Arena arena;
  check(tidegate::yaml::parse_json(text, arena), size);
  return 0;
}
