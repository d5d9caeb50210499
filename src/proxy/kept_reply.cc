#include "proxy/kept_reply.h"

#include <string>
#include <utility>

#include "llm/provider.h"
#include "proxy/processed_response.h"
#include "proxy/written_reply.h"

namespace tidegate::proxy {
namespace {

// Texts of a document that is played as a stream: about four tokens an event.
constexpr std::size_t kPieceBytes = 16;

// Whether the caller can have the bytes as they were kept.
bool fits_as_it_is(const Flight& flight, const pipeline::KeptReply& kept, llm::Format format) {
  if (wants_stream(flight) != kept.is_stream) return false;
  if (!kept.is_stream) return true;
  if (format == llm::Format::kConverse || wants_array(flight)) return false;
  const bool asks = flight.facts->include_usage == llm::IncludeUsage::kAsked;
  return format != llm::Format::kChat || asks == kept.shows_usage;
}

Result<LocalReply> write(Flight& flight, const pipeline::KeptReply& kept) {
  const auto format = flight.call ? llm::format_of(*flight.call) : std::nullopt;
  if (!format) return LocalReply(200, "application/json", std::string(kept.body));
  if (!fits_as_it_is(flight, kept, *format)) {
    WriteOptions options;
    options.usage = kept.usage;
    if (kept.pace.count() != 0) options.piece_bytes = kPieceBytes;
    const llm::Crossing same{*format, *format, llm::Framing::kSse};
    return write_reply(flight, same, kept.body, options);
  }
  if (!kept.is_stream) return LocalReply(200, "application/json", std::string(kept.body));
  LocalReply reply = begin_stream(flight, *format);
  reply.body = kept.body;
  return reply;
}

}  // namespace

async::Task<Result<void>> send_kept_reply(Flight& flight, pipeline::Reply reply) {
  const pipeline::KeptReply& kept = *reply.kept;
  auto made = write(flight, kept);
  if (!made) co_return std::unexpected(std::move(made).error());
  made->fields.insert(made->fields.end(), reply.fields.begin(), reply.fields.end());
  flight.served_from_kept = true;
  if (kept.usage != nullptr) flight.avoided = *kept.usage;
  const bool events = wants_stream(flight);
  if (events) flight.stream_position.emplace();
  exchange::ResponseWriter* const client = flight.exchange.response;
  ProcessedResponse response(flight, *client);
  flight.exchange.response = &response;
  auto sent = events && !wants_array(flight)
                  ? co_await send_events(flight, std::move(*made), kept.pace)
                  : co_await send_reply(flight, std::move(*made));
  flight.exchange.response = client;
  co_return sent;
}

}  // namespace tidegate::proxy
