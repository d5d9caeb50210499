// Requests of Bedrock's Converse and ConverseStream, either way. The model and whether the answer
// is a stream stand in the path.
//
//   {"system":[{"text":"..."},{"cachePoint":{"type":"default"}}],
//    "messages":[{"role":"user"|"assistant","content":[blocks]}],                       (block.h)
//    "inferenceConfig":{"maxTokens":1,"temperature":1,"topP":1,"stopSequences":["..."]},
//    "toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"...","inputSchema":{"json":{}},
//                                        "strict":true}},{"cachePoint":{}},{"systemTool":{}}],
//                  "toolChoice":{"auto":{}}|{"any":{}}|{"tool":{"name":"f"}}},
//    "outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":
//                    {"name":"...","description":"...","schema":"the schema as a string"}}}},
//    "additionalModelRequestFields":{what only the model knows: thinking, top_k, ...},
//    "requestMetadata":{"k":"v"},"serviceTier":{"type":"flex"},
//    "guardrailConfig":{},"performanceConfig":{},"promptVariables":{}}
// Source: Bedrock API reference, Converse (2026-11).   Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::bedrock {

// Reads a caller's request, whose body was validated.
// Errors: kMalformed, origin downstream: a member of the wrong type or a missing one, by its path.
Result<void> read_converse_request(std::string_view body, const PathFacts& path,
                                   Conversation& conversation, Arena& arena);

// Appends the body for Bedrock, arranged as it demands (conversation/turns.h).
void write_converse_request(const Conversation& conversation, const Target& target,
                            std::string& out, Losses& losses);

}  // namespace tidegate::llm::bedrock
