// Media types of images and documents, and tool arguments as the objects that strict dialects want.
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm {

// The part's media type, or what its base64 data begins like ("image/png"); empty: not known.
std::string_view media_type_of(const MediaPart& part);

// "pdf" for "application/pdf", "docx", "md", "png", ...: what Bedrock calls a format. Empty: none.
std::string_view format_of(std::string_view media_type);
std::string_view media_type_of_format(std::string_view format);  // empty: none

// What a media part is called in losses: "image", "document", "audio", "video".
std::string_view to_string(MediaPart::Kind kind);

// A call's arguments as the raw JSON of an object. Free text of a custom tool is its member
// "input". `exact` is false where the model's text was no JSON object: it is then the value of the
// member "input", too, so that the history keeps it.
struct Arguments {
  std::string_view object;
  bool exact = true;
};
Arguments arguments_of(const ToolCallPart& call, Arena& arena);

}  // namespace tidegate::llm
