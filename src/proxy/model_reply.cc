#include "proxy/model_reply.h"

#include <chrono>

#include "http/content.h"
#include "llm/frame_meter.h"
#include "llm/reply_meter.h"
#include "llm/stream_meter.h"
#include "proxy/held_read.h"
#include "proxy/provider_failure.h"
#include "proxy/pump.h"

namespace tidegate::proxy {

using stream::End;

namespace {

bool is_of_type(const http::ResponseHead& head, std::string_view wanted) {
  return http::iequals(http::media_type(head.fields), wanted);
}

bool is_json(const http::ResponseHead& head) {
  const auto type = head.fields.find(http::HeaderId::kContentType);
  return type && (type->starts_with("application/json") || type->contains("+json"));
}

// Relays a whole reply. The meter sees each piece before it may die in a wait.
async::Task<Result<void>> relay_whole(Flight& flight, stream::BodySource& source) {
  exchange::ResponseWriter& response = *flight.exchange.response;
  llm::ReplyMeter meter(*flight.call);
  while (true) {
    stream::Piece piece;
    if (auto here = source.next_now()) {
      piece = *here;
    } else {
      TIDEGATE_CO_TRY(next, source.next());
      piece = next;
    }
    meter.feed(piece.bytes, piece.end == End::kYes ? llm::Rest::kNone : llm::Rest::kMayFollow);
    flight.bytes_out += piece.bytes.size();
    if (piece.end == End::kYes) flight.usage = meter.usage();
    const http::HeaderMap* trailers = piece.end == End::kYes ? source.trailers() : nullptr;
    TIDEGATE_CO_TRY_VOID(response.write(piece.bytes, piece.end, trailers));
    if (piece.end == End::kYes) co_return Result<void>();
  }
}

// Several views become one write: they leave in one system call as one chunk.
std::string_view join(std::span<const std::string_view> views, std::string& scratch) {
  if (views.empty()) return {};
  if (views.size() == 1) return views.front();
  scratch.clear();
  for (auto view : views) scratch.append(view);
  return scratch;
}

llm::StreamMeter make_stream_meter(const Flight& flight) {
  return {*flight.call,
          flight.hide_usage ? llm::StreamMeter::HideUsage::kYes : llm::StreamMeter::HideUsage::kNo};
}

// What an error event at the end of the stream would have to say.
void note_position(Flight& flight, const llm::StreamMeter& meter) {
  flight.stream_position->response_id = flight.exchange.arena.copy(meter.response_id());
  flight.stream_position->next_sequence_number = meter.events();
}
void note_position(Flight&, const llm::FrameMeter&) {}

// `Meter`: StreamMeter for events of SSE, FrameMeter for those of AWS.
template <class Meter>
class StreamRelay {
 public:
  StreamRelay(Flight& flight, stream::BodySource& source, Meter& meter)
      : flight_(flight), source_(source), meter_(meter) {}

  async::Task<Result<void>> run() {
    auto relayed = co_await relay();
    // A stream that has told its end, or its own error, is over whatever became of its connection.
    const bool told =
        meter_.state() == llm::StreamState::kDone || meter_.state() == llm::StreamState::kFailed;
    if (!relayed && told && relayed.error().origin == Origin::kUpstream &&
        !flight_.exchange.cancel.requested()) {
      relayed = co_await flight_.exchange.response->write(std::string_view(), End::kYes, nullptr);
    }
    flight_.usage = meter_.usage();
    note_position(flight_, meter_);
    co_return relayed;
  }

 private:
  async::Task<Result<void>> relay() {
    exchange::ResponseWriter& response = *flight_.exchange.response;
    while (true) {
      stream::Piece piece;
      if (auto here = source_.next_now()) {
        piece = *here;
      } else {
        if (!response.committed() && !source_.ready()) {
          TIDEGATE_CO_TRY_VOID(response.flush());
        }
        TIDEGATE_CO_TRY(next, read_next(flight_, source_, held_));
        piece = next;
      }
      std::string_view out = join(meter_.feed(piece.bytes), scratch_);
      note_first_token();
      if (piece.end == End::kNo) {
        flight_.bytes_out += out.size();
        if (out.empty()) continue;
        TIDEGATE_CO_TRY_VOID(response.write(out, End::kNo, nullptr));
        continue;
      }
      std::string last(out);
      for (auto view : meter_.finish()) last.append(view);
      flight_.bytes_out += last.size();
      flight_.usage = meter_.usage();  // processors ask for it at the end
      if (!ended_truthfully()) {
        TIDEGATE_CO_TRY_VOID(response.write(last, End::kNo, nullptr));
        co_return fail(ErrorCode::kEndOfStream, Origin::kUpstream,
                       "stream ended without its terminator");
      }
      co_return co_await response.write(last, End::kYes, nullptr);
    }
  }

  // Some servers leave the terminator out after a finish reason; a stream with neither was cut.
  // Streams of a kind we cannot read are taken as they are.
  bool ended_truthfully() const {
    return meter_.state() != llm::StreamState::kRunning || meter_.output_events() == 0;
  }

  void note_first_token() {
    if (flight_.first_token || !meter_.output_started()) return;
    flight_.first_token = std::chrono::duration_cast<std::chrono::microseconds>(
        flight_.exchange.reactor.clock().steady_now() - flight_.exchange.started);
  }

  Flight& flight_;
  stream::BodySource& source_;
  Meter& meter_;
  std::string scratch_;
  std::string held_;  // a piece that was read while something was held back
};

}  // namespace

async::Task<Result<void>> relay_model_reply(Flight& flight, http::ResponseHead& head,
                                            stream::BodySource& source) {
  // A page of a load balancer is no error that the caller's client library can read.
  if (head.status >= 400 && !is_json(head)) {
    co_return co_await relay_failure(flight, head, source);
  }
  const bool frames = is_of_type(head, "application/vnd.amazon.eventstream");
  const bool streams = frames || is_of_type(head, "text/event-stream");
  if (streams) {
    head.fields.remove(http::HeaderId::kContentLength);
    head.body = http::BodyLength::chunked();
    if (head.status == 200) flight.stream_position.emplace();
  }
  flight.exchange.response->start(head);
  if (!streams || head.status != 200) co_return co_await relay_whole(flight, source);
  if (frames) {
    llm::FrameMeter meter(*flight.call);
    StreamRelay relay(flight, source, meter);
    co_return co_await relay.run();
  }
  llm::StreamMeter meter = make_stream_meter(flight);
  StreamRelay relay(flight, source, meter);
  co_return co_await relay.run();
}

}  // namespace tidegate::proxy
