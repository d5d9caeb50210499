// Errors that the gateway (or the simulator) answers with, shaped as the caller's dialect expects.
//
// Whole replies:
//   OpenAI     {"error":{"message":"...","type":"...","param":null,"code":null}}  (Error codes
//   guide) Anthropic  {"type":"error","error":{"type":"...","message":"..."}}            (Errors)
//   Gemini     {"error":{"code":404,"message":"...","status":"NOT_FOUND"}}        (Troubleshooting)
//   Bedrock    {"message":"..."}, the type in the field x-amzn-errortype          (Converse,
//   Errors) Cohere     {"message":"..."}                                                  (Errors)
// Within a stream that has begun with status 200:
//   OpenAI chat, completions   data: {"error":{...}}
//   OpenAI Responses           event: response.failed  data: {"type":"response.failed",...}
//   Anthropic                  event: error  data: {"type":"error","error":{...}}   (Streaming
//   messages)
//   Gemini                     data: {"error":{...}}
//   Bedrock                    a frame with :exception-type   (ConverseStream)
// No terminator follows an error ([DONE], message_stop): a client must not take the text for
// complete. Thread: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "llm/call.h"

namespace tidegate::llm {

struct ErrorBody {
  std::uint16_t status = 500;
  std::string_view message;
  std::string_view type;   // empty: the dialect's own for the status (error_type)
  std::string_view code;   // OpenAI only; empty: null
  std::string_view param;  // OpenAI only: the request member at fault; empty: null
};

// The dialect's error type for a status: "invalid_request_error", "rate_limit_error", ...
std::string_view error_type(Dialect dialect, std::uint16_t status);

// The JSON body of an error reply.
std::string format_error(Dialect dialect, const ErrorBody& error);

// Where a Responses stream stands, for its error event; other streams do not look at it.
struct StreamPosition {
  std::string_view response_id;  // as in response.created; empty when none came
  std::uint64_t next_sequence_number = 0;
};

// The event that ends a stream with an error: SSE with its blank line, for Bedrock a frame.
std::string format_stream_error(Call call, const ErrorBody& error, const StreamPosition& position);

}  // namespace tidegate::llm
