// How many tokens a text or a request is, about: for providers that count none, and for limits that
// must hold before a provider has counted.
//
// No tokenizer: models differ, and an estimate that never fails and costs a pass over the bytes is
// worth more here than an exact count of the wrong model. Words of Latin letters are about four
// characters a token, other alphabets two, Chinese, Japanese and Korean one; measured against
// cl100k and o200k on prose, code and JSON it errs by some 20 %, mostly upwards.
// Thread: pure functions.   Source: OpenAI, What are tokens; Anthropic, Vision; Gemini API,
// Understand and count tokens (2026-11).
#pragma once

#include <string_view>

#include "base/token_count.h"
#include "json/escaped_text.h"
#include "llm/conversation/conversation.h"

namespace tidegate::llm {

// Of plain text. Bytes that are not UTF-8 count too.
TokenCount estimate_tokens(std::string_view text);
// Of text as it stands in JSON: an escape is the character it stands for.
TokenCount estimate_tokens(json::EscapedText text);

// Of the whole input: instructions, messages, tools, what frames them, media by size.
TokenCount estimate_tokens(const Conversation& conversation);

// Of media, by kind and by the bytes of it that are here. A URL counts as media of middle size.
TokenCount estimate_tokens(const MediaPart& media);

}  // namespace tidegate::llm
