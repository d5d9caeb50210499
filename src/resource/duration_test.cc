#include "resource/duration.h"

#include <gtest/gtest.h>

namespace tidegate::resource {
namespace {

using std::chrono::milliseconds;

TEST(Duration, AcceptsWhatGep2257Allows) {
  struct Case {
    const char* text;
    milliseconds expected;
  };
  const Case cases[] = {
      {"0s", milliseconds(0)},
      {"0h", milliseconds(0)},
      {"1h", milliseconds(3'600'000)},
      {"30m", milliseconds(1'800'000)},
      {"10s", milliseconds(10'000)},
      {"500ms", milliseconds(500)},
      {"2h30m", milliseconds(9'000'000)},
      {"1h2m3s4ms", milliseconds(3'723'004)},
      {"99999ms", milliseconds(99'999)},
      {"1s1s", milliseconds(2'000)},
  };
  for (const Case& c : cases) {
    const auto parsed = parse_duration(c.text);
    ASSERT_TRUE(parsed) << c.text;
    EXPECT_EQ(*parsed, c.expected) << c.text;
  }
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"", "10", "s", "-1s", "1.5s", "1us", "1d", "100000s", "1h1m1s1ms1h",
                           " 1s", "1s ", "1 s", "1S", "0"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace tidegate::resource
