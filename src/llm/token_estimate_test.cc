#include "llm/token_estimate.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

std::uint64_t tokens(std::string_view text) { return estimate_tokens(text).value(); }

struct TextCase {
  std::string_view text;
  std::uint64_t o200k;  // what OpenAI's tokenizer of that name counts
};

TEST(TokenEstimate, IsNearTheTokenizersCount) {
  constexpr TextCase kCases[] = {
      {"The quick brown fox jumps over the lazy dog.", 10},
      {"Hello, world!", 4},
      {"You are a helpful assistant that answers questions about the weather.", 12},
      {"for (int i = 0; i < n; ++i) {\n    sum += values[i];\n}\n", 26},
      {"{\"location\": \"San Francisco\", \"unit\": \"celsius\"}", 14},
      {"Привет, как дела?", 6},
      {"今天天气怎么样?", 6},
  };
  for (const auto& test : kCases) {
    EXPECT_GE(tokens(test.text) * 2, test.o200k) << test.text;
    EXPECT_LE(tokens(test.text), test.o200k * 2) << test.text;
  }
}

TEST(TokenEstimate, GrowsWithTheText) {
  const std::string word = "word ";
  std::string text;
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    text += word;
    const auto now = tokens(text);
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_GE(last, 90U);
  EXPECT_LE(last, 120U);
}

TEST(TokenEstimate, NeverFails) {
  EXPECT_EQ(tokens(""), 0U);
  EXPECT_EQ(tokens("a"), 1U);
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_GT(tokens(bytes), 0U);
  // A character that is cut.
  for (const auto* text : {"\xe4", "\xe4\xbb", "\xf0\x9f\x98", "\xff\xff"}) {
    EXPECT_GT(tokens(text), 0U);
  }
}

TEST(TokenEstimate, AnEscapeIsOneCharacter) {
  const auto escaped = [](std::string_view text) {
    return estimate_tokens(json::EscapedText{text}).value();
  };
  EXPECT_EQ(escaped("plain words"), tokens("plain words"));
  EXPECT_EQ(escaped("a\\nb"), tokens("a b"));
  EXPECT_LE(escaped("\\u4eca\\u5929"), 3U);
  EXPECT_GT(escaped("broken \\"), 0U);
}

TEST(TokenEstimate, MediaCountBySize) {
  MediaPart image;
  const std::string small(8'000, 'A');
  const std::string large(800'000, 'A');
  image.data = {small};
  EXPECT_EQ(estimate_tokens(image), TokenCount(300));
  image.data = {large};
  EXPECT_EQ(estimate_tokens(image), TokenCount(1600));
  image.detail = "low";
  EXPECT_EQ(estimate_tokens(image), TokenCount(85));
  MediaPart text;
  text.kind = MediaPart::Kind::kDocument;
  text.source = MediaPart::Source::kText;
  text.data = {"plain words"};
  EXPECT_EQ(estimate_tokens(text), TokenCount(tokens("plain words")));
  MediaPart url;
  url.source = MediaPart::Source::kUrl;
  url.data = {"https://example.com/a.png"};
  EXPECT_EQ(estimate_tokens(url), TokenCount(800));
}

TEST(TokenEstimate, ARequestCountsAllOfItsInput) {
  Conversation conversation;
  const auto base = estimate_tokens(conversation);
  conversation.system.emplace_back().text = {"Be brief and kind."};
  const auto with_system = estimate_tokens(conversation);
  EXPECT_GT(with_system, base);
  auto& message = conversation.messages.emplace_back();
  TextPart text;
  text.text = {"What is the weather in Paris?"};
  message.parts.emplace_back(text);
  ToolResultPart result;
  result.parts.emplace_back(text);
  message.parts.emplace_back(result);
  const auto with_message = estimate_tokens(conversation);
  EXPECT_GT(with_message, with_system + estimate_tokens(text.text));
  auto& tool = conversation.tools.emplace_back();
  tool.name = {"get_weather"};
  tool.schema = R"({"type":"object","properties":{"city":{"type":"string"}}})";
  EXPECT_GT(estimate_tokens(conversation), with_message + estimate_tokens(tool.schema));
}

}  // namespace
}  // namespace tidegate::llm
