// The incremental scanner against the whole scan on valid documents, and against itself over
// splits.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/member_scanner.h"
#include "json/scan.h"

namespace {

constexpr tidegate::json::Selection kPaths{"usage", "model", "error"};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  if (size == 0) return 0;
  const std::size_t step = data[0] % 17 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);

  json::MemberScanner whole(kPaths, text.size());
  whole.feed(text);
  json::MemberScanner split(kPaths, text.size());
  for (std::size_t at = 0; at < text.size(); at += step) split.feed(text.substr(at, step));
  for (std::size_t i = 0; i < kPaths.size(); ++i) require(whole.find(i) == split.find(i));

  std::array<json::Member, kPaths.size()> members;
  if (!json::scan_object(text, kPaths, members, Origin::kUpstream)) return 0;
  require(whole.finished());
  for (std::size_t i = 0; i < kPaths.size(); ++i) {
    require(whole.find(i).has_value() == members[i].present());
    if (members[i].present()) require(*whole.find(i) == members[i].value.of(text));
  }
  return 0;
}
