#include "llm/conversation/repeated_delta.h"

#include <gtest/gtest.h>

namespace tidegate::llm {
namespace {

constexpr std::string_view kFirst = R"({"index":0,"delta":{"type":"text_delta","text":"Hi"}})";

RepeatedDelta after(std::string_view event, std::string_view text) {
  RepeatedDelta repeated;
  BlockDelta step;
  step.index = 3;
  step.text = {event.substr(event.rfind(text), text.size())};
  repeated.remember(event, step);
  return repeated;
}

TEST(RepeatedDelta, GivesTheTextOfTheSameEvent) {
  const auto repeated = after(kFirst, "Hi");
  for (const std::string_view text :
       {"x", "Hi", " a longer one", "\\n", "\\u00e4 \\\"quoted\\\" \\\\", "gr\xc3\xbc\xc3\x9f"}) {
    std::string event(kFirst);
    event.replace(event.rfind("Hi"), 2, text);
    const auto step = repeated.find(event);
    ASSERT_TRUE(step) << event;
    EXPECT_EQ(step->text.bytes, text);
    EXPECT_EQ(step->index, 3U);
    EXPECT_GE(step->text.bytes.data(), event.data());
  }
}

TEST(RepeatedDelta, LeavesEverythingElseToTheParser) {
  const auto repeated = after(kFirst, "Hi");
  for (const std::string_view text :
       {"", "a\"b", "\\", "\\x", "\\u12", "a\nb", "\xc3", "\",\"text\":\"x"}) {
    std::string event(kFirst);
    event.replace(event.rfind("Hi"), 2, text);
    EXPECT_FALSE(repeated.find(event)) << event;
  }
  EXPECT_FALSE(repeated.find(R"({"index":1,"delta":{"type":"text_delta","text":"Hi"}})"));
  EXPECT_FALSE(repeated.find(R"({"index":0,"delta":{"type":"text_delta","text":"Hi"},"a":1})"));
  EXPECT_FALSE(repeated.find(""));
}

TEST(RepeatedDelta, KnowsNothingOfWhatWasForgottenOrIsNoString) {
  auto repeated = after(kFirst, "Hi");
  repeated.forget();
  EXPECT_FALSE(repeated.find(kFirst));
  EXPECT_FALSE(after(R"({"citation":{"a":1}})", R"({"a":1})").find(R"({"citation":{"a":1}})"));
  BlockDelta elsewhere;
  elsewhere.text = {"Hi"};
  RepeatedDelta other;
  other.remember(kFirst, elsewhere);
  EXPECT_FALSE(other.find(kFirst));
}

}  // namespace
}  // namespace tidegate::llm
