// Which answers may be kept: whole, successful, and what the model had to say.   Thread: any.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "llm/call.h"
#include "processors/response_cache/config.h"

namespace tidegate::processors::response_cache {

enum class Keepable : std::uint8_t {
  kNo,
  kAsItIs,  // for callers who want the form that it has: the other one could not say all of it
  kInBoth,  // as a document or as a stream
};

// Whether a body with status 200 is an answer that another caller may get: a document or a stream
// with its terminator that ends because the model had said everything (or, with config.tool_calls,
// calls tools), without refusal, filter or failure.
Keepable judge(llm::Call call, std::string_view body, const Config& config, Arena& arena);

}  // namespace tidegate::processors::response_cache
