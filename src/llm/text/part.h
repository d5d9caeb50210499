// Texts of messages, their parts and tools, in all dialects at once: their fields have different
// names, or the same name for the same thing. Internal to src/llm/text.
//
// What a field is does not depend on the part's "type", which a server may not look at; the type,
// like the role, only says who speaks.   Thread: pure functions.
// Source: the providers' API references of 2026-11 (src/llm/dialect has the shapes).
#pragma once

#include <string_view>

#include "llm/text/collector.h"

namespace tidegate::llm {

// A string; a list of strings, messages, items, parts or blocks; or one of these. `channel`: who
// speaks where nothing within says so.
void add_content(TextCollector& to, std::string_view value, Channel channel);

// A list of messages, items or contents, each with its position as Text::message.
void add_messages(TextCollector& to, std::string_view value, Channel channel);

// A reply that is one document, or a list of its pieces (Gemini).
void add_reply(TextCollector& to, std::string_view document);

// The value of a request's "tools", "functions" or "toolConfig".
void add_tools(TextCollector& to, std::string_view value);

}  // namespace tidegate::llm
