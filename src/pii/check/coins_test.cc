#include "pii/check/coins.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::pii {
namespace {

std::string hex(std::string_view text) {
  std::string out;
  for (const auto byte : keccak256(text)) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

TEST(Keccak256, MatchesKnownVectors) {
  EXPECT_EQ(hex(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(hex("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

}  // namespace
}  // namespace tidegate::pii
