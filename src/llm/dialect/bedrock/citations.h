// Citations of Converse, and the citations between the dialects, which are Anthropic's.
//
//   Converse  {"title":"...","sourceContent":[{"text":"what is cited"}],
//              "location":{"documentChar"|"documentPage"|"documentChunk":
//                            {"documentIndex":0,"start":0,"end":9}}
//                        |{"searchResultLocation":{"searchResultIndex":0,"start":0,"end":1}}
//                        |{"web":{"url":"https://...","domain":"..."}}}
//   Between   {"type":"char_location","cited_text":"...","document_index":0,"document_title":"...",
//              "start_char_index":0,"end_char_index":9}; page_location with ..._page_number,
//             content_block_location and search_result_location with ..._block_index,
//             {"type":"web_search_result_location","url":"...","title":"...","cited_text":"..."}
// Source: Bedrock API reference, Citation and CitationLocation; Anthropic, Citations (2026-11).
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "json/writer.h"

namespace tidegate::llm::bedrock {

// A citation of Converse as one between the dialects; empty: it says no place.
std::string_view read_citation(std::string_view citation, Arena& arena);
// An array of them; empty: none is left.
std::string_view read_citations(std::string_view citations, Arena& arena);

// Writes a citation between the dialects as one of Converse; false: it has no place that Converse
// knows, and nothing was written.
bool write_citation(json::Writer& writer, std::string_view citation);

}  // namespace tidegate::llm::bedrock
