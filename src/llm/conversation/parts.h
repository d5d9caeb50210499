// What a message is made of, in the terms that all conversational dialects share.
//
// Views point into the document that was read or into the exchange's arena. `EscapedText` is text
// that goes from JSON into JSON untouched (json/escaped_text.h); `raw` members are whole JSON
// values. Thread: plain values. Source: OpenAI, Chat completions and Responses; Anthropic,
// Messages; Google, generateContent; AWS, Converse (API references of 2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "json/escaped_text.h"

namespace tidegate::llm {

using json::EscapedText;

// A mark of Anthropic's and Bedrock's: the prompt up to and with this part is worth keeping.
enum class CacheLife : std::uint8_t { kFiveMinutes, kOneHour };

struct TextPart {
  EscapedText text;
  std::optional<CacheLife> cache;
  // Raw array of citations; empty: none.
  std::string_view citations;
};

// An image, a document, sound or video.
struct MediaPart {
  enum class Kind : std::uint8_t { kImage, kDocument, kAudio, kVideo };
  enum class Source : std::uint8_t {
    kBase64,  // `data` is base64 (standard alphabet)
    kUrl,     // `data` is an http(s), gs:// or s3:// URL
    kFileId,  // `data` names a file that the provider keeps
    kText,    // documents: `data` is the document's plain text
  };
  Kind kind = Kind::kImage;
  Source source = Source::kBase64;
  std::string_view media_type;  // "image/png"; empty: not told. Never has escapes
  EscapedText data;
  EscapedText name;         // file name or title; empty: none
  EscapedText context;      // Anthropic documents; empty: none
  std::string_view detail;  // OpenAI images: "low", "high", "auto"; empty: not told
  bool citations = false;   // documents: the model shall cite
  std::optional<CacheLife> cache;
};

// The model asks for a tool.
struct ToolCallPart {
  EscapedText id;  // empty: the dialect has none (Gemini)
  EscapedText name;
  EscapedText
      arguments;  // JSON text of an object, as the inside of a JSON string; see arguments_raw
  std::string_view
      arguments_raw;      // the same as raw JSON, where the dialect has it so; one of both is set
  bool custom = false;    // OpenAI custom tools: `arguments` is free text
  EscapedText signature;  // Gemini's thoughtSignature; empty: none
  std::optional<CacheLife> cache;
};

// Reasoning that the model has shown, or hidden. Signatures go back byte for byte.
struct ReasoningPart {
  EscapedText text;       // may be empty with a signature
  EscapedText signature;  // Anthropic signature, Gemini thoughtSignature, Bedrock signature
  EscapedText redacted;   // Anthropic redacted_thinking data, Bedrock redactedContent (base64)
  EscapedText id;         // Responses: id of the reasoning item
  EscapedText encrypted;  // Responses: encrypted_content
  bool summary = false;   // Responses: `text` is a summary, not the reasoning itself
};

// The model declines, in OpenAI's own field for it.
struct RefusalPart {
  EscapedText text;
};

// What a tool has answered. Its parts are text, images and documents.
struct ToolResultPart {
  EscapedText call_id;
  EscapedText
      name;  // of the tool, where the dialect says it (Gemini) or the history tells; may be empty
  std::vector<std::variant<TextPart, MediaPart>> parts;
  std::string_view
      raw;  // raw JSON value where the dialect has structured results (Gemini, Converse json)
  bool error = false;
  std::optional<CacheLife> cache;
};

using Part =
    std::variant<TextPart, MediaPart, ToolCallPart, ToolResultPart, ReasoningPart, RefusalPart>;

}  // namespace tidegate::llm
