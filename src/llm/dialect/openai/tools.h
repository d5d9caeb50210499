// Tools in OpenAI's words.
//
//   chat       {"type":"function","function":{"name":"f","description":"...","parameters":{...},
//                                              "strict":true}}
//              {"type":"custom","custom":{"name":"c","description":"...","format":{"type":"grammar",
//                                          "grammar":{"syntax":"lark","definition":"..."}}}}
//   Responses  the same, flat: {"type":"function","name":"f",...}; format {"type":"grammar",
//              "syntax":"lark","definition":"..."}; and the tools that OpenAI runs itself
//              ({"type":"web_search"}, ...)
//   choice     "auto" | "none" | "required" | {"type":"function","function":{"name":"f"}} (chat)
//              | {"type":"function","name":"f"} (Responses); the same with "custom"
// Source: Function calling guide; API reference (2026-11).   Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

// The arrays of either format. Errors: kMalformed, origin downstream.
Result<void> read_tools(const Where& path, std::string_view value, Conversation& conversation,
                        Arena& arena);
// chat's deprecated "functions" and "function_call".
Result<void> read_functions(const Where& path, std::string_view value, Conversation& conversation,
                            Arena& arena);
Result<void> read_function_call(const Where& path, std::string_view value,
                                Conversation& conversation, Arena& arena);
// The choice of either format. What restricts the choice to some of the tools goes to `unknown`.
Result<void> read_tool_choice(const Where& path, std::string_view value, Conversation& conversation,
                              Arena& arena);

// The members "tools" and "tool_choice", where there is something to say.
void write_chat_tools(json::Writer& writer, const Conversation& conversation, const Target& target,
                      Losses& losses, Arena& arena);
void write_responses_tools(json::Writer& writer, const Conversation& conversation,
                           const Target& target, Losses& losses, Arena& arena);

}  // namespace tidegate::llm::openai
