// Events of OpenAI's streams, read one at a time from their data.
//
// Chat and text completions (API reference, The chat completion chunk object):
//   {"id":..,"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi"},
//    "finish_reason":null}],"usage":null}
//   With stream_options.include_usage the last chunk has "choices":[] and the usage object, all
//   others "usage":null. vLLM's continuous_usage_stats and some providers put usage beside choices;
//   Azure opens with an empty "choices" that is no usage report. "[DONE]" ends the stream. An error
//   is a chunk
//   {"error":{...}} or, from older vLLM, {"object":"error",...}.
// Responses (API reference, Streaming events):
//   {"type":"response.output_text.delta","sequence_number":4,...}; response.completed and
//   response.incomplete end the stream and carry "response":{"usage":{...}}; response.failed and
//   error report a failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/repeated_text.h"
#include "llm/stream_event.h"

namespace tidegate::llm::openai {

// Views in the result point into `data`. Text that is no event of the API says nothing.
StreamEvent read_chunk(std::string_view data);
StreamEvent read_response_event(std::string_view data);

// Reads the chunks of one stream, nearly all of which are the one before with another text.
class ChunkReader {
 public:
  // As read_chunk().
  StreamEvent read(std::string_view data);

 private:
  void remember(std::string_view data);

  RepeatedText repeated_;  // of a chunk with text in "content" and nothing to say besides
  bool null_usage_ = false;
};

// Where a chunk's top-level "usage":null stands, with one comma beside it; empty when there is
// none.
std::optional<json::Range> find_null_usage(std::string_view data);

}  // namespace tidegate::llm::openai
