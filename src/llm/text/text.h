// One text of a payload: what a person or a model wrote, and where its JSON string stands in the
// bytes.
//
// Whoever looks at texts (guards, personal data, search) sees them decoded and in order, and an
// edit is a splice of the original bytes: everything else goes out as it came. Media are never
// texts.   Thread: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "json/scan.h"

namespace tidegate::llm {

// Who speaks: how far what is said may be trusted.
enum class Channel : std::uint8_t {
  kSystem,           // system and developer messages, instructions
  kUser,             // also prompts and inputs without a role
  kAssistant,        // answers, refusals included
  kReasoning,        // what the model thought
  kToolCall,         // arguments that the model made, code it wants to run
  kToolResult,       // what tools answered
  kToolDescription,  // of tools and of the members of their schemas
  kDocument,         // documents, search results, citations
};
inline constexpr std::size_t kChannels = 8;
std::string_view to_string(Channel channel);

// Texts of one payload; one with more is refused.
inline constexpr std::size_t kMaxTexts = 4096;

struct Text {
  static constexpr std::uint32_t kNoMessage = 0xffff'ffff;

  Channel channel = Channel::kUser;
  // The text is itself JSON, whole or a piece of it (arguments of a tool call as OpenAI writes
  // them): what is put into it must be escaped for that, and then once more.
  bool is_json = false;
  bool escaped = false;                // in the bytes there are escapes
  std::uint32_t message = kNoMessage;  // position in the list of messages, items or contents, or
                                       // among the choices of a reply
  json::Range range;                   // of the JSON string, quotes included
  std::string_view plain;              // decoded; a view of the payload where nothing is escaped
};

// Reads the text's plain form again, where its string now stands in `payload`.
void reread_text(Text& text, std::string_view payload, Arena& arena);

// Finds where parts of a text's plain form stand in the payload.
class TextLocator {
 public:
  // `payload` is what `text` was listed from.
  TextLocator(std::string_view payload, const Text& text);

  // The bytes of plain[begin, end), without quotes. Calls go upward: `begin` is not below the
  // `end` of the call before. An escape that is cut is taken whole.
  json::Range locate(std::size_t begin, std::size_t end);

 private:
  struct Unit {
    std::size_t raw;
    std::size_t plain;
  };
  Unit next_unit() const;

  std::string_view raw_;  // the inside of the string
  std::uint32_t base_;    // of raw_ in the payload
  bool escaped_;
  std::size_t plain_at_ = 0;
  std::size_t raw_at_ = 0;
};

// `plain` as it must stand inside the text's JSON string, without quotes.
std::string_view escape_for(const Text& text, std::string_view plain, Arena& arena);
// The same for a whole JSON string, with quotes.
std::string_view quote(std::string_view plain, Arena& arena);

}  // namespace tidegate::llm
