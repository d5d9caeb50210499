// Annotations of OpenAI's answers, and the citations between the dialects.
//
//   chat       {"type":"url_citation","url_citation":{"url":"...","title":"...","start_index":0,
//               "end_index":9}}
//   Responses  the same, flat
//   between    {"type":"web_search_result_location","url":"...","title":"...","cited_text":"..."}
//              (Anthropic, Citations of web search), here with OpenAI's indices where it told them
// Source: API reference, Web search (2026-11).   Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "json/writer.h"

namespace tidegate::llm::openai {

// One annotation of either format as a citation; empty: it names no URL (file citations).
std::string_view read_annotation(std::string_view annotation, Arena& arena);
// An array of them as a raw array; empty: there is none.
std::string_view read_annotations(std::string_view annotations, Arena& arena);

// Writes a citation as an annotation; false: it has no URL, and nothing was written.
bool write_chat_annotation(json::Writer& writer, std::string_view citation);
bool write_responses_annotation(json::Writer& writer, std::string_view citation);
// The annotation that a citation becomes in Responses, in the arena; empty: none.
std::string_view responses_annotation(std::string_view citation, Arena& arena);

}  // namespace tidegate::llm::openai
