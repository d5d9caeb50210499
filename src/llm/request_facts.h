// What the gateway needs to know of a model request, read from its body without building a model of
// it.
//
// The body is scanned once and checked whole (json/scan.h); facts are values and ranges in the
// text, so that the body can be forwarded as it is or spliced (llm/request_splice.h). Thread: any.
// Source: OpenAI API reference, Create chat completion / completion / embeddings / response;
// Anthropic API reference, Create a Message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "base/token_count.h"
#include "json/scan.h"
#include "llm/call.h"

namespace tidegate::llm {

// What the client says about usage in its stream (OpenAI stream_options.include_usage).
enum class IncludeUsage : std::uint8_t { kNotAsked, kAsked, kDeclined };

struct RequestFacts {
  Call call;
  std::string_view model;  // decoded; empty when the request names none
  bool stream = false;
  IncludeUsage include_usage = IncludeUsage::kNotAsked;
  std::uint32_t choices = 1;             // n
  std::optional<TokenCount> max_tokens;  // whatever the operation calls it

  // Where things stand in the body.
  json::Range object;
  json::Member model_member;  // absent where the path names the model
  json::Member stream_member;
  json::Member stream_options_member;
  json::Member include_usage_member;
};

// Reads the facts of a request with a JSON body (has_request_body(call.operation)).
// Input:   the whole body, not content-encoded. `path`: what the path says (read_path_facts); a
//          dialect that has the model or the stream there has none in its body. `arena` gets a
//          decoded model name, if it has escapes.
// Returns: views into `body`, `path` and `arena`; facts without a body for a multipart/form-data
//          content type, whose parts are not looked at.
// Errors:  kMalformed, origin downstream: not JSON ("JSON error at byte 17: ..."), a member of the
//          wrong type ("'stream' must be a boolean"), or no model where the operation needs one.
//          Text for the client; a 400 in its dialect.
Result<RequestFacts> parse_request_facts(Call call, std::string_view content_type,
                                         std::string_view body, Arena& arena,
                                         const PathFacts& path = {});

}  // namespace tidegate::llm
