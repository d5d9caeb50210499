// Images, sound and files in OpenAI's words.
//
//   chat       {"type":"image_url","image_url":{"url":"https://..." | "data:image/png;base64,...",
//               "detail":"low"}}
//              {"type":"input_audio","input_audio":{"data":"<base64>","format":"wav"}}
//              {"type":"file","file":{"file_id":"..."} |
//              {"filename":"a.pdf","file_data":"data:..."}}
//              {"type":"video_url","video_url":{"url":"..."}}          (vLLM, OpenRouter)
//   Responses  {"type":"input_image","image_url":"..." | "file_id":"...","detail":"auto"}
//              {"type":"input_file","file_id" | "file_url" | "filename" and "file_data"}
//              {"type":"input_audio","input_audio":{...}}
// Source: API reference, Create chat completion; Create a model response (2026-11).
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/losses.h"
#include "llm/conversation/parts.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

// Whether a content part of that type is one of the above.
bool is_media(std::string_view type);

// Reads such a part, of either format. Errors: kMalformed, origin downstream.
Result<MediaPart> read_media(const Where& path, std::string_view type, std::string_view part,
                             Arena& arena);

// Writes a content part. What the format has no place for is written as nothing, and is a loss.
void write_chat_media(json::Writer& writer, const MediaPart& media, Losses& losses, Arena& arena);
void write_responses_media(json::Writer& writer, const MediaPart& media, Losses& losses,
                           Arena& arena);

}  // namespace tidegate::llm::openai
