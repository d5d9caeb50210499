// Items of the Responses API: what a conversation is made of, as input and as output.
//
//   {"type":"message","role":"user"|"assistant"|"system"|"developer","content":"..." | [
//      {"type":"input_text","text":"..."}, input_image, input_file, input_audio,     (../media.h)
//      {"type":"output_text","text":"...","annotations":[],"logprobs":[]},
//      {"type":"refusal","refusal":"..."}]}                    ("type" may be left out as input)
//   {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"..."}],
//    "content":[{"type":"reasoning_text","text":"..."}],"encrypted_content":"..."} (../reasoning.h)
//   {"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}
//   {"type":"function_call_output","call_id":"call_1","output":"..." | [input parts]}
//   {"type":"custom_tool_call","call_id":"call_1","name":"c","input":"..."}
//   {"type":"custom_tool_call_output","call_id":"call_1","output":"..."}
// Items in a row that one side said are one turn of it. Source: OpenAI API reference, Responses,
// Input items and Output items (2026-11).   Thread: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

// Reads "input". Errors: kMalformed, origin downstream.
Result<void> read_input(const Where& where, std::string_view value, Conversation& conversation,
                        Arena& arena);

// The part that an item of reasoning or a call of a tool is. What is not as documented counts as
// absent.
ReasoningPart read_reasoning_item(std::string_view item, Arena& arena);
ToolCallPart read_call_item(std::string_view item, Arena& arena);

// Writes "input", instructions in their places.
void write_input(json::Writer& writer, const Conversation& conversation, Losses& losses,
                 Arena& arena);

}  // namespace tidegate::llm::openai
