// For tests: texts as lines.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "llm/text/message_texts.h"

namespace tidegate::llm {

// "channel@message plain", with "json" behind the channel where the text is JSON.
inline std::string show(const std::vector<Text>& texts) {
  std::string out;
  for (const auto& text : texts) {
    out += to_string(text.channel);
    if (text.is_json) out += " json";
    if (text.message != Text::kNoMessage) out += "@" + std::to_string(text.message);
    out += " ";
    out += text.plain;
    out += "\n";
  }
  return out;
}

// `body` with new[i] in place of text i.
inline std::string splice(std::string_view body, const std::vector<Text>& texts,
                          const std::vector<std::string>& replacements) {
  std::string out;
  std::size_t at = 0;
  Arena arena;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_GE(texts[i].range.begin, at) << "texts are not in order, or overlap";
    out += body.substr(at, texts[i].range.begin - at);
    out += quote(replacements[i], arena);
    at = texts[i].range.end;
  }
  return out += body.substr(at);
}

}  // namespace tidegate::llm
