// Any valid JSON as a request of Bedrock's Converse: read or refused with a reason; what was read
// is written as valid JSON, and reads and writes the same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/dialect/bedrock/request.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

bool write_again(std::string_view body, std::string& out) {
  Arena arena;
  Conversation conversation;
  const auto read = bedrock::read_converse_request(body, {}, conversation, arena);
  if (!read) {
    require(!read.error().detail.empty());
    return false;
  }
  Losses losses;
  Target target;
  target.model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
  bedrock::write_converse_request(conversation, target, out, losses);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (!json::validate(body, Origin::kDownstream)) return 0;
  std::string first;
  if (!write_again(body, first)) return 0;
  // What is wrapped grows deeper, and only a long body can reach the limit of depth by that.
  if (!json::validate(first, Origin::kInternal)) {
    require(size > json::kMaxDepth / 2);
    return 0;
  }
  std::string second;
  require(write_again(first, second));
  return 0;
}
