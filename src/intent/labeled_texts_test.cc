#include "intent/labeled_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidegate::intent {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view lines) {
  const auto texts = parse_labeled_texts(lines);
  return texts ? "parsed" : texts.error().detail;
}

TEST(LabeledTexts, AreOneOnEachLine) {
  const auto texts = parse_labeled_texts(
      "{\"text\": \"where is my \\u00e9tui\", \"intent\": \"order_status\"}\r\n\n"
      "{\"id\": 7, \"text\": \"hello\"}\n{\"text\": \"hi\", \"intent\": null}");
  ASSERT_TRUE(texts) << texts.error().detail;
  ASSERT_EQ(texts->size(), 3U);
  EXPECT_EQ((*texts)[0].text, "where is my \xC3\xA9tui");
  EXPECT_EQ((*texts)[0].intent, "order_status");
  EXPECT_EQ((*texts)[1].intent, "");
  EXPECT_EQ((*texts)[2].intent, "");
}

TEST(LabeledTexts, SayWhichLineIsWrongAndWhy) {
  const std::string good = "{\"text\":\"a\"}\n\n";
  EXPECT_THAT(refusal(good + "{\"text\":"), HasSubstr("line 3: JSON error"));
  EXPECT_THAT(refusal(good + "[]"), HasSubstr("line 3"));
  EXPECT_THAT(refusal("{\"intent\":\"a\"}"), HasSubstr("line 1: \"text\" must be there"));
  EXPECT_THAT(refusal("{\"text\":\"a\",\"intent\":3}"), HasSubstr("\"intent\" must be a string"));
  for (const char* name : {"none", "Refund", "a b", ""}) {
    EXPECT_THAT(refusal("{\"text\":\"a\",\"intent\":\"" + std::string(name) + "\"}"),
                HasSubstr("\"intent\" must be lower case"))
        << name;
  }
  EXPECT_THAT(refusal("{\"text\":\"" + std::string(kMaxLabeledBytes + 1, 'a') + "\"}"),
              HasSubstr("more than 65536 bytes"));
}

}  // namespace
}  // namespace tidegate::intent
