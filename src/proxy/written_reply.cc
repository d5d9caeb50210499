#include "proxy/written_reply.h"

#include <chrono>
#include <string>
#include <utility>

#include "http/uri.h"

namespace tidegate::proxy {

std::uint64_t seconds_now(const Flight& flight) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(
          flight.exchange.reactor.clock().wall_now().time_since_epoch())
          .count());
}

bool wants_stream(const Flight& flight) { return flight.facts && flight.facts->stream; }

bool wants_array(const Flight& flight) {
  if (!wants_stream(flight) || flight.call->dialect != llm::Dialect::kGemini) return false;
  const auto alt =
      http::find_query_parameter(flight.exchange.request.query(), "alt", flight.exchange.arena);
  return alt != "sse";
}

LocalReply begin_stream(const Flight& flight, llm::Format format) {
  LocalReply reply(200, "text/event-stream", std::string());
  if (format == llm::Format::kConverse) {
    reply.content_type = "application/vnd.amazon.eventstream";
  } else if (wants_array(flight)) {
    reply.content_type = "application/json";
  } else {
    reply.fields.emplace_back("cache-control", "no-cache");
  }
  return reply;
}

Result<LocalReply> write_reply(Flight& flight, const llm::Crossing& crossing, std::string_view body,
                               const WriteOptions& options) {
  llm::Caller caller;
  caller.model = flight.model;
  caller.include_usage = flight.facts && flight.facts->include_usage == llm::IncludeUsage::kAsked;
  caller.fallback_id = flight.request_id;
  caller.now = seconds_now(flight);
  caller.usage = options.usage;
  if (!wants_stream(flight)) {
    TIDEGATE_TRY(made, llm::transcode_reply(crossing, body, caller, flight.exchange.arena));
    return LocalReply(200, "application/json", std::move(made.body));
  }
  LocalReply reply = begin_stream(flight, crossing.caller);
  llm::StreamTranscoder stream(
      crossing, caller, wants_array(flight) ? llm::StreamForm::kArray : llm::StreamForm::kEvents);
  TIDEGATE_TRY_VOID(stream.feed_document(body, reply.body, options.piece_bytes));
  return reply;
}

}  // namespace tidegate::proxy
