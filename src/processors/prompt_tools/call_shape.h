// Where calls of each format have their messages, what the system says, limits and tools.
//
// Thread: constants.
// Source: OpenAI API reference, Create chat completion, Create a model response; Anthropic API
// reference, Create a Message; Gemini API reference, generateContent; Amazon Bedrock API reference,
// Converse, InvokeModel of Claude (2026-11).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/object_edit.h"

namespace tidegate::processors::prompt_tools {

struct CallShape {
  enum class Text : std::uint8_t {
    kString,     // "content":"..."
    kTextParts,  // "parts":[{"text":"..."}]
  };
  enum class System : std::uint8_t {
    kMessage,  // among the messages
    kText,     // a text, or a list of blocks
    kBlocks,   // a list of {"text"}
    kParts,    // {"parts":[{"text"}]}
  };
  std::string_view messages;
  std::string_view content;  // of a message
  std::string_view assistant;
  Text text = Text::kString;
  System system = System::kMessage;
  Spellings system_names = {};
  std::string_view system_block;  // in front of the text of a block: {"type":"text","text":...}
  Spellings limit_object = {};    // where the limit of output tokens stands; empty: at the top
  Spellings limits;               // the first is set where there is none
  bool list_may_be_text = false;  // Responses: "input":"..."

  // A message of the format, and a block of what the system says.
  std::string message(const Decoration& one) const;
  std::string block(std::string_view text) const;
};

// The shape of the call; null: not a format whose messages are known. `root`: the body's.
const CallShape* shape_of(const pipeline::Message& message, const ObjectEdit& root);

}  // namespace tidegate::processors::prompt_tools
