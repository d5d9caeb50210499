// Parts as Gemini's JSON (part.h), in requests and in replies.   Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm::gemini {

void write_text(json::Writer& writer, EscapedText text);
void write_thought(json::Writer& writer, EscapedText text, EscapedText signature);

// A thought for a Gemini caller, with whatever must come back with it (thought_signature.h).
void write_foreign_thought(json::Writer& writer, const ReasoningPart& part, Arena& arena);

// A functionCall for a Gemini caller. A signature that travels in the id goes to its own place.
void write_call(json::Writer& writer, EscapedText id, EscapedText name, std::string_view arguments,
                EscapedText signature, Arena& arena);

// inlineData or fileData; a document that is plain text becomes text. False, with nothing written:
// a file that another provider keeps.
bool write_media(json::Writer& writer, const MediaPart& media, Arena& arena);

// A call's arguments as an object: `{"input":"..."}` for free text, `{"arguments":"..."}` for text
// that is no JSON object.
std::string_view arguments_object(const ToolCallPart& call, Arena& arena);
std::string_view arguments_object(EscapedText arguments, bool custom, Arena& arena);

}  // namespace tidegate::llm::gemini
