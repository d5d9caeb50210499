// One part of a Gemini content, read by both requests and replies.
//
//   {"text":"...","thought":true,"thoughtSignature":"base64"}
//   {"inlineData":{"mimeType":"image/png","data":"base64"}}
//   {"fileData":{"mimeType":"application/pdf","fileUri":"https://... or gs://..."}}
//   {"functionCall":{"id":"...","name":"f","args":{}},"thoughtSignature":"base64"}
//   {"functionResponse":{"id":"...","name":"f","response":{"output":...},"parts":[{"inlineData":..}]}}
//   {"executableCode":{"language":"PYTHON","code":"..."}}
//   {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"..."}}
// Source: Gemini API reference, Caching, "Part" (2026-11).   Thread: pure functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm::gemini {

struct PartFields {
  enum class Kind : std::uint8_t {
    kNone,  // no data that is known; perhaps a signature
    kText,
    kInlineData,
    kFileData,
    kFunctionCall,
    kFunctionResponse,
    kExecutableCode,
    kCodeExecutionResult,
  };
  Kind kind = Kind::kNone;
  std::string_view value;  // raw value of the member that says the kind
  bool thought = false;
  EscapedText signature;     // empty: none
  std::string_view unknown;  // name, as written, of a member that is none of these; empty: none
};

// `part` is an object that was validated.
PartFields read_part(std::string_view part);

// inlineData and fileData. A type that is not told is guessed from the data.
MediaPart read_media(const PartFields& part, Arena& arena);
// The kind of media that a MIME type is; documents are what nothing else is.
MediaPart::Kind media_kind(std::string_view media_type);
// "image/png" from the first characters of base64 data; empty: not known.
std::string_view guess_media_type(std::string_view base64);

inline TextPart text_part(EscapedText text) {
  TextPart part;
  part.text = text;
  return part;
}

// Code that the model ran and what came of it, as the text of a Markdown block: other dialects have
// no such parts.
TextPart read_code(const PartFields& part, Arena& arena);
// An image that the model made, as Markdown with a data URL.
TextPart read_made_media(const PartFields& part, Arena& arena);

// A thought, or the signature behind a text: another provider's is unwrapped, Gemini's marked.
ReasoningPart read_thought(EscapedText text, EscapedText signature, Arena& arena);

// The function's arguments; "{}" where there are none.
std::string_view read_arguments(std::string_view function_call);

}  // namespace tidegate::llm::gemini
