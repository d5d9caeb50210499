#include "cache/wire_entry.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::cache {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{1000s};
const WallTime kWall{1'700'000'000s};

Key key_of(std::string_view text) {
  KeyBuilder builder;
  builder.add(text);
  return builder.finish();
}

Entry make_entry() {
  Entry entry;
  entry.body = std::string("data: \0x\n\n", 10);
  entry.is_stream = true;
  entry.shows_usage = true;
  entry.usage.emplace();
  entry.usage->input_uncached = TokenCount(7);
  entry.usage->output = TokenCount(300);
  entry.usage->audio_output = TokenCount(1);
  entry.stored = kStart - 5s;
  entry.expires = kStart + 60s;
  return entry;
}

TEST(WireEntry, ComesBackAsItWas) {
  const Entry entry = make_entry();
  const std::string bytes = write_entry(key_of("k"), entry, {kStart, kWall});
  EXPECT_LE(bytes.size(), entry.body.size() + kWireOverhead);
  // Ten seconds later, in a process whose own clock counts from elsewhere.
  const EntryPtr back = read_entry(key_of("k"), bytes, 1h, {SteadyTime(90s), kWall + 10s});
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->body, entry.body);
  EXPECT_TRUE(back->is_stream);
  EXPECT_FALSE(back->in_both);
  EXPECT_TRUE(back->shows_usage);
  EXPECT_EQ(back->usage, entry.usage);
  EXPECT_EQ(back->stored, SteadyTime(75s));
  EXPECT_EQ(back->expires, SteadyTime(140s));
}

TEST(WireEntry, WithoutUsageAndBodyComesBack) {
  Entry entry;
  entry.in_both = true;
  entry.stored = kStart;
  entry.expires = kStart + 1s;
  const EntryPtr back = read_entry(key_of("k"), write_entry(key_of("k"), entry, {kStart, kWall}),
                                   1h, {kStart, kWall});
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->body, "");
  EXPECT_TRUE(back->in_both);
  EXPECT_EQ(back->usage, std::nullopt);
}

TEST(WireEntry, LivesNoLongerThanItMay) {
  const std::string bytes = write_entry(key_of("k"), make_entry(), {kStart, kWall});
  EXPECT_EQ(read_entry(key_of("k"), bytes, 1h, {kStart, kWall + 60s}), nullptr);
  EXPECT_EQ(read_entry(key_of("k"), bytes, 7s, {kStart, kWall})->expires, kStart + 7s);
  // Of a clock that is ahead it is as new as can be.
  const EntryPtr early = read_entry(key_of("k"), bytes, 1h, {kStart, kWall - 100s});
  EXPECT_EQ(early->stored, kStart);
  EXPECT_EQ(early->expires, kStart + 160s);
}

TEST(WireEntry, OfAnotherKeyIsForeign) {
  const std::string bytes = write_entry(key_of("k"), make_entry(), {kStart, kWall});
  EXPECT_EQ(read_entry(key_of("other"), bytes, 1h, {kStart, kWall}), nullptr);
}

TEST(WireEntry, WithAnyBitChangedOrCutIsForeign) {
  const std::string bytes = write_entry(key_of("k"), make_entry(), {kStart, kWall});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string broken = bytes;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    EXPECT_EQ(read_entry(key_of("k"), broken, 1h, {kStart, kWall}), nullptr) << i;
    EXPECT_EQ(read_entry(key_of("k"), bytes.substr(0, i), 1h, {kStart, kWall}), nullptr) << i;
  }
}

TEST(WirePointer, ComesBackAndIsNoAnswer) {
  const std::string bytes = write_pointer(key_of("question"), key_of("answer"));
  EXPECT_EQ(read_pointer(key_of("question"), bytes), key_of("answer"));
  EXPECT_EQ(read_pointer(key_of("other"), bytes), std::nullopt);
  EXPECT_EQ(read_pointer(key_of("question"), "answer"), std::nullopt);
  EXPECT_EQ(read_entry(key_of("question"), bytes, 1h, {kStart, kWall}), nullptr);
  const std::string entry = write_entry(key_of("question"), make_entry(), {kStart, kWall});
  EXPECT_EQ(read_pointer(key_of("question"), entry), std::nullopt);
}

TEST(WireKey, IsSixtyFourDigits) {
  EXPECT_EQ(to_hex(key_of("k")).size(), 64U);
  EXPECT_EQ(to_hex(Key()), std::string(64, '0'));
}

}  // namespace
}  // namespace tidegate::cache
