// Where an answer was found, as citations between the dialects.
//
//   Gemini  {"groundingChunks":[{"web":{"uri":"https://...","title":"..."}}],
//            "groundingSupports":[{"segment":{"startIndex":0,"endIndex":9,"text":"..."},
//                                  "groundingChunkIndices":[0]}],"webSearchQueries":["..."]}
//   Between [{"type":"web_search_result_location","url":"https://...","title":"...",
//             "cited_text":"..."}]                        (Anthropic, Citations of web search)
// Source: Grounding with Google Search; Web search tool (2026-11).   Thread: pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "json/writer.h"

namespace tidegate::llm::gemini {

// One citation for each support and chunk; for each chunk where nothing is supported.
std::vector<std::string_view> read_grounding(std::string_view metadata, Arena& arena);

// A groundingMetadata object from the citations that have a URL. Nothing is written, and false
// returned, where there is none.
bool write_grounding(json::Writer& writer, std::string_view name,
                     std::span<const std::string_view> citations);

}  // namespace tidegate::llm::gemini
