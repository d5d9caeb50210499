#include "llm/dialect/bedrock/write_frame.h"

#include <gtest/gtest.h>

namespace tidegate::llm::bedrock {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15U];
  }
  return out;
}

// The specification's own vectors: an empty message, and a payload without headers.
TEST(BedrockFrame, MatchesTheVectorsOfTheSpecification) {
  std::string empty;
  append_frame(empty, {}, "");
  EXPECT_EQ(hex(empty), "000000100000000005c248eb7d98c8ff");
  std::string payload;
  append_frame(payload, {}, "{'foo':'bar'}");
  EXPECT_EQ(hex(payload), "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
}

TEST(BedrockFrame, HeadersAreStrings) {
  std::string frame;
  append_exception(frame, "throttlingException", R"({"message":"slow"})");
  const std::string headers =
      std::string("\x0f:exception-type\x07\x00\x13throttlingException", 38) +
      std::string(
          "\x0d:content-type\x07\x00\x10"
          "application/json",
          33) +
      std::string(
          "\x0d:message-type\x07\x00\x09"
          "exception",
          26);
  EXPECT_EQ(frame.substr(12, headers.size()), headers);
  EXPECT_EQ(frame.substr(12 + headers.size(), 18), R"({"message":"slow"})");
  EXPECT_EQ(static_cast<unsigned char>(frame[3]), frame.size());
}

}  // namespace
}  // namespace tidegate::llm::bedrock
