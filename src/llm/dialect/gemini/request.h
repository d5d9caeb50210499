// Requests of generateContent and streamGenerateContent, either way. The model and whether the
// answer is a stream stand in the path.
//
//   {"systemInstruction":{"parts":[{"text":"..."}]},
//    "contents":[{"role":"user"|"model","parts":[...]}],                      (part.h)
//    "tools":[{"functionDeclarations":[{"name":"f","description":"...","parameters":{OpenAPI}
//                                       or "parametersJsonSchema":{JSON
//                                       Schema}}]},{"googleSearch":{}}],
//    "toolConfig":{"functionCallingConfig":{"mode":"AUTO|ANY|NONE|VALIDATED",
//                                           "allowedFunctionNames":["f"]}},
//    "generationConfig":{"maxOutputTokens":1,"temperature":1,"topP":1,"topK":1,"seed":1,
//        "stopSequences":["..."],"candidateCount":1,"presencePenalty":0,"frequencyPenalty":0,
//        "responseLogprobs":true,"logprobs":5,"responseMimeType":"application/json",
//        "responseSchema":{OpenAPI} or "responseJsonSchema":{JSON Schema},
//        "thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024,"thinkingLevel":"high"}},
//    "safetySettings":[...],"cachedContent":"...","labels":{}}
// Source: Gemini API reference, generateContent; Vertex AI reference, generateContent (2026-11).
// Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::gemini {

// Reads a caller's request, whose body was validated.
// Errors: kMalformed, origin downstream: a member of the wrong type, by its path
// ("'contents[0].parts[1].text' must be a string").
Result<void> read_generate_content_request(std::string_view body, const PathFacts& path,
                                           Conversation& conversation, Arena& arena);

// Appends the body for Gemini. Model and stream are the path's.
void write_generate_content_request(const Conversation& conversation, const Target& target,
                                    std::string& out, Losses& losses);

}  // namespace tidegate::llm::gemini
