// Replies of the Responses API, either way (output.h has the shape).
// Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::openai {

// Reads and checks a whole reply. Items that have no part of their own (calls of tools that the
// provider ran itself) say nothing.
// Errors: kMalformed, origin upstream: no JSON, no response, or one that failed, whose message is
// the detail.
Result<Reply> read_responses_reply(std::string_view body, Arena& arena);

// The same of a response object within an event, which was checked; a failed one is read like any
// other.
Reply read_response(std::string_view response, Arena& arena);

void write_responses_reply(const Reply& reply, const Caller& caller, std::string& out);

}  // namespace tidegate::llm::openai
