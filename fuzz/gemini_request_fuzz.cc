// Any valid JSON as a Gemini request: read or refused with a reason; what was read is written as
// valid JSON for Gemini, and reads and writes the same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/dialect/gemini/request.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

bool write_again(std::string_view body, std::string& out) {
  Arena arena;
  Conversation conversation;
  const PathFacts path{.model = "gemini-3-flash", .stream = false};
  const auto read = gemini::read_generate_content_request(body, path, conversation, arena);
  if (!read) {
    require(!read.error().detail.empty());
    return false;
  }
  Losses losses;
  Target target;
  target.model = "gemini-3-flash";
  gemini::write_generate_content_request(conversation, target, out, losses);
  require(json::validate(out, Origin::kInternal).has_value());
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto object = json::validate(body, Origin::kDownstream);
  if (!object) return 0;
  std::string first;
  if (!write_again(object->of(body), first)) return 0;
  // Deep schemas are cut, so that only shallow documents must come back.
  std::string second;
  require(write_again(first, second));
  return 0;
}
