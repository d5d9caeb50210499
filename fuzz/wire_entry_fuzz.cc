// Bytes of a store that others share are an entry or foreign, and an entry is written as it was
// read.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "cache/wire_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  using namespace std::chrono_literals;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const cache::Key key;
  const cache::Now now{SteadyTime(24h), WallTime(1h)};
  TIDEGATE_CHECK(!cache::read_pointer(key, bytes) || size == 104);
  const auto check = [&](std::string_view written) {
    const auto entry = cache::read_entry(key, written, 1h, now);
    if (entry == nullptr) return false;
    TIDEGATE_CHECK(entry->expires > now.steady && entry->expires <= now.steady + 1h);
    TIDEGATE_CHECK(entry->stored <= now.steady);
    TIDEGATE_CHECK(entry->body.size() < written.size());
    const auto again = cache::read_entry(key, cache::write_entry(key, *entry, now), 1h, now);
    TIDEGATE_CHECK(again != nullptr && again->body == entry->body && again->usage == entry->usage);
    return true;
  };
  check(bytes);
  cache::Entry own;
  own.body = bytes;
  own.stored = now.steady;
  own.expires = now.steady + 1s;
  TIDEGATE_CHECK(check(cache::write_entry(key, own, now)));
  return 0;
}
