// scan_object and validate against simdjson's own document parser: both must agree on what is JSON.
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/scan.h"

namespace {

constexpr tidegate::json::Selection kPaths{"model", "stream", "stream_options",
                                           "stream_options.include_usage", "usage"};

// What simdjson refuses for its value, not for its grammar: numbers out of range, lone surrogates,
// depth.
bool is_value_error(simdjson::error_code code) {
  return code == simdjson::NUMBER_ERROR || code == simdjson::STRING_ERROR ||
         code == simdjson::DEPTH_ERROR;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ours = json::validate(text, Origin::kDownstream);

  simdjson::dom::parser parser;
  const auto theirs = parser.parse(simdjson::padded_string(text)).error();
  if (ours) {
    require(theirs == simdjson::SUCCESS || is_value_error(theirs));
  } else if (theirs == simdjson::SUCCESS) {
    require(ours.error().detail.find("too deep") != std::string::npos);
  }

  std::array<json::Member, kPaths.size()> members;
  const auto object = json::scan_object(text, kPaths, members, Origin::kDownstream);
  if (!object) return 0;
  require(ours.has_value());
  require(text[object->begin] == '{' && text[object->end - 1] == '}');
  Arena arena;
  for (const auto& member : members) {
    if (!member.present()) continue;
    require(json::validate(member.name.of(text), Origin::kDownstream).has_value());
    require(json::validate(member.value.of(text), Origin::kDownstream).has_value());
    require(json::find_string(text, member, arena).has_value() == member.is_string());
    json::find_uint(text, member);
  }
  return 0;
}
