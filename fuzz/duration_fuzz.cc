// Durations of resources: accepted ones are not negative and are what their units add up to.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "resource/duration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = resource::parse_duration(text);
  if (!parsed) return 0;
  std::int64_t sum = 0;
  while (!text.empty()) {
    std::int64_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      digits = digits * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
    const bool milliseconds = text.starts_with("ms");
    TIDEGATE_CHECK(!text.empty());
    const char unit = text.front();
    text.remove_prefix(milliseconds ? 2 : 1);
    sum += digits * (milliseconds ? 1 : unit == 's' ? 1000 : unit == 'm' ? 60'000 : 3'600'000);
  }
  TIDEGATE_CHECK(parsed->count() == sum);
  return 0;
}
