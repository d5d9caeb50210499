// Replies of Redis come out alike in any split, and none is longer than the reader allows.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "redis/reply_reader.h"

namespace {

using namespace tidegate;

constexpr std::size_t kLimit = 4096;

std::string read(std::string_view bytes, std::size_t piece) {
  redis::ReplyReader reader(kLimit);
  std::string out;
  while (!bytes.empty()) {
    const std::string_view next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    if (!reader.feed(next)) return out + "!";
    while (true) {
      const auto reply = reader.next();
      if (!reply) return out + "!";
      if (!*reply) break;
      TIDEGATE_CHECK((*reply)->text.size() <= kLimit);
      out += std::to_string(static_cast<int>((*reply)->kind)) + (*reply)->text +
             std::to_string((*reply)->number);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size > kLimit) {
    read(bytes, size);
    return 0;
  }
  const std::string whole = read(bytes, kLimit);
  TIDEGATE_CHECK(read(bytes, 1) == whole);
  TIDEGATE_CHECK(read(bytes, 7) == whole);
  return 0;
}
