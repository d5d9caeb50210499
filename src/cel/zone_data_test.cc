#include "cel/zone_data.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "cel/time_value.h"

namespace tidegate::cel {
namespace {

std::int64_t seconds_of(std::string_view timestamp) { return parse_timestamp(timestamp)->seconds; }

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = size; i > 0; --i) bytes += static_cast<char>(value >> (i - 1) * 8 & 0xff);
  return bytes;
}

// A file with one transition, to +1 h at 1000, and a rule for later.
std::string make_file(std::string_view footer) {
  const std::string unused = std::string("TZif2") + std::string(15 + 6 * 4, '\0');
  std::string file = unused + "TZif2" + std::string(15, '\0');
  for (const unsigned count : {0u, 0u, 0u, 1u, 2u, 4u}) file += big_endian(count, 4);
  file += big_endian(1000, 8) + '\1';
  file += big_endian(0, 4) + std::string(2, '\0') + big_endian(3600, 4) + std::string("\1\0", 2);
  return file + std::string("UTC\0", 4) + "\n" + std::string(footer) + "\n";
}

TEST(ZoneData, KnowsTransitionsAndTheRuleAfterThem) {
  const auto zone = ZoneData::parse(make_file("CET-1CEST,M3.5.0,M10.5.0/3"));
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->find_offset(999), 0);
  EXPECT_EQ(zone->find_offset(seconds_of("2040-01-15T12:00:00Z")), 3600);
  EXPECT_EQ(zone->find_offset(seconds_of("2040-07-15T12:00:00Z")), 7200);
}

TEST(ZoneData, StaysAtTheLastTransitionWithoutARule) {
  const auto zone = ZoneData::parse(make_file(""));
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->find_offset(seconds_of("2040-07-15T12:00:00Z")), 3600);
}

TEST(ZoneData, RefusesEveryCutOfAFile) {
  const std::string file = make_file("");
  const std::size_t needed = file.size() - 2;  // the footer may be absent
  for (std::size_t size = 0; size < needed; ++size) {
    EXPECT_FALSE(ZoneData::parse(std::string_view(file).substr(0, size))) << size;
  }
}

struct RuleCase {
  std::string_view rule;
  std::string_view time;
  std::int64_t offset;
};

TEST(PosixZone, FollowsTheRule) {
  constexpr std::string_view kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
  constexpr std::string_view kSydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";
  const RuleCase cases[] = {
      {"UTC0", "2025-01-01T00:00:00Z", 0},
      {"<+0330>-3:30", "2025-01-01T00:00:00Z", 12600},
      {kBerlin, "2025-03-30T00:59:59Z", 3600},
      {kBerlin, "2025-03-30T01:00:00Z", 7200},
      {kBerlin, "2025-10-26T00:59:59Z", 7200},
      {kBerlin, "2025-10-26T01:00:00Z", 3600},
      {kSydney, "2025-01-01T00:00:00Z", 39600},
      {kSydney, "2025-07-01T00:00:00Z", 36000},
      {"EST5EDT,J60,J300", "2024-03-01T06:59:59Z", -18000},
      {"EST5EDT,J60,J300", "2024-03-01T07:00:00Z", -14400},
      {"EST5EDT,59,299", "2025-03-01T07:00:00Z", -14400},
  };
  for (const auto& test : cases) {
    const auto zone = PosixZone::parse(test.rule);
    ASSERT_TRUE(zone) << test.rule;
    EXPECT_EQ(zone->find_offset(seconds_of(test.time)), test.offset) << test.rule << test.time;
  }
}

TEST(PosixZone, RefusesWhatIsNoRule) {
  for (const std::string_view text :
       {"", "X", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/200",
        "<CET-1", "CET-1 "}) {
    EXPECT_FALSE(PosixZone::parse(text)) << text;
  }
}

}  // namespace
}  // namespace tidegate::cel
