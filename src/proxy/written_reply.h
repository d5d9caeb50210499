// A model's reply that is here whole, written as the caller asked for it.   Thread: the worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llm/transcode.h"
#include "proxy/flight.h"
#include "proxy/local_reply.h"

namespace tidegate::proxy {

struct WriteOptions {
  const llm::Usage* usage = nullptr;  // where the reply itself tells none
  std::size_t piece_bytes = 0;        // of texts in the events of a stream; 0: each in one
};

// A document, or the stream that the request asks for. `body`: a document or the events of a
// stream, of the crossing's provider. Errors: as of llm::transcode_reply.
Result<LocalReply> write_reply(Flight& flight, const llm::Crossing& crossing, std::string_view body,
                               const WriteOptions& options);

// Whether the request asks for a stream, and for one that is a single JSON array (Gemini).
bool wants_stream(const Flight& flight);
bool wants_array(const Flight& flight);
// What says so in a head.
LocalReply begin_stream(const Flight& flight, llm::Format format);

// Seconds since 1970.
std::uint64_t seconds_now(const Flight& flight);

}  // namespace tidegate::proxy
