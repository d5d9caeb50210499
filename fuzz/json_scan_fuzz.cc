// scan_object and validate against simdjson's own document parser: both must agree on what is JSON.
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
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

void check(std::string_view text) {
  using namespace tidegate;
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
  if (!object) return;
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
}

// The same document with a string so long that it is read by another path
// (json/long_string_index.h).
std::string lengthened(std::string_view text) {
  std::string longer(text);
  longer.insert(text.find('"') + 1, std::string(9000, 'a'));
  return longer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  if (text.contains('"')) check(lengthened(text));
  return 0;
}
