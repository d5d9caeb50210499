// The texts of a whole request or reply, in the order in which they stand.
//
// One walk serves all dialects and operations; what a request says twice is listed twice, since
// servers differ in which one they take. Not listed: names, ids, addresses of files, base64, what
// providers have encrypted or signed.   Thread: any.
// Source: the providers' API references of 2026-11 (src/llm/dialect has the shapes).
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/text/text.h"

namespace tidegate::llm {

// Appends the texts of a request's JSON body: Chat Completions, Completions, Responses, Messages,
// generateContent, Converse, InvokeModel of these, count of tokens, embeddings, rerank,
// moderations.
// Returns: texts are views into `body` and `arena`.
// Errors, origin downstream: kMalformed, no JSON; kLimit, more than kMaxTexts texts. `out` then has
//         texts all the same, which must not be taken for all.
Result<void> list_request_texts(std::string_view body, Arena& arena, std::vector<Text>& out);

// Appends the strings of a request's other members: who asks, metadata, members that no provider
// has. Not listed: the model, and servers of tools with their credentials. Channel::kUser.
// Returns, errors: as above.
Result<void> list_request_metadata(std::string_view body, Arena& arena, std::vector<Text>& out);

// The same for a reply that is one document. Text::message is the choice, candidate or item.
// Errors: as above, origin upstream.
Result<void> list_reply_texts(std::string_view body, Arena& arena, std::vector<Text>& out);

}  // namespace tidegate::llm
